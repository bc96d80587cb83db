import type { Operation } from '../../config/resolved.ts';
import type { Random } from '../random.ts';

/** Indices of operations that stay together: one, and those attached to it. */
type Group = readonly number[];

/**
 * The order in which a patch gets its operations, as indices. Shuffled operations next to one another exchange their places,
 * each with those attached to it, but the resizes among them keep their order, as in BSRGAN (Zhang et al. 2021): the last
 * one gives the size.
 */
export function operationOrder(operations: readonly Operation[], random: Random): number[] {
  const groups = groupsOf(operations);
  const ordered: number[] = [];
  for (let start = 0; start < groups.length; ) {
    let end = start + 1;
    if (isShuffled(operations, groups[start]!)) {
      while (end < groups.length && isShuffled(operations, groups[end]!)) end++;
      ordered.push(...shuffled(operations, groups.slice(start, end), random));
    } else ordered.push(...groups[start]!);
    start = end;
  }
  return ordered;
}

function groupsOf(operations: readonly Operation[]): Group[] {
  const groups: number[][] = [];
  for (const [index, { order }] of operations.entries()) {
    const last = groups.at(-1);
    if (order === 'attached' && last) last.push(index);
    else groups.push([index]);
  }
  return groups;
}

function isShuffled(operations: readonly Operation[], [first = 0]: Group): boolean {
  return operations[first]?.order === 'shuffled';
}

function shuffled(operations: readonly Operation[], groups: readonly Group[], random: Random): number[] {
  const isResize = ([first = 0]: Group) => ['resize', 'downscale'].includes(operations[first]?.op ?? '');
  const order = Array.from(random.permutation(groups.length), (i) => groups[i]!);
  const resizes = groups.filter(isResize).values();
  return order.flatMap((group) => (isResize(group) ? (resizes.next().value ?? group) : group));
}

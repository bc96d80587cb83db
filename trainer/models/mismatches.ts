import { quoted } from '../errors/quoted.ts';
import type { TensorShapes } from './shapes.ts';

/** In words: the tensors that are missing, surplus or of another shape than a network needs. */
export function mismatches(found: TensorShapes, expected: TensorShapes): string[] {
  const problems: string[] = [];
  for (const [name, shape] of expected) {
    const other = found.get(name);
    if (!other) problems.push(`${name} is missing`);
    else if (String(other) !== String(shape)) problems.push(`${name} is [${other}] instead of [${shape}]`);
  }
  for (const name of found.keys()) {
    if (!expected.has(name)) problems.push(`${quoted(name)} is not part of the network`);
  }
  return problems;
}

import { createHash } from 'node:crypto';

/** One of the equal parts in which several processes divide the work on many images; `number` counts from 1. */
export interface Share {
  readonly number: number;
  readonly count: number;
}

/** The share that a text such as `3/20` names; undefined if it names none. */
export function shareOf(text: string): Share | undefined {
  const [, number, count] = /^([1-9]\d{0,5})\/([1-9]\d{0,5})$/.exec(text) ?? [];
  const share = { number: Number(number), count: Number(count) };
  return share.number <= share.count ? share : undefined;
}

/**
 * Whether a share includes an image: by a hash of its name, so that images which appear or disappear do not move others to
 * another share. The name has `/` between folders. All systems decide alike, whatever form of composed characters their
 * disks have.
 */
export function isInShare({ number, count }: Share, name: string): boolean {
  const hash = createHash('sha256').update(name.normalize('NFC')).digest();
  return hash.readUIntBE(0, 6) % count === number - 1;
}

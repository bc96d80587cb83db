import { statfs } from 'node:fs/promises';
import { WorkbenchError } from '../../errors/errors.ts';
import { formatBytes } from '../../format/format.ts';

/** Bytes to leave free for other programs. */
const reserve = 64 * 2 ** 20;

/** Throws a `disk` error if `bytes` do not fit on the disk of `folder`, or the folder does not exist. */
export async function assertSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((cause: unknown) => {
    throw new WorkbenchError('disk', `${folder} is not a writable folder.`, { cause });
  });
  const free = bavail * bsize;
  if (bytes + reserve <= free) return;
  throw new WorkbenchError(
    'disk',
    `${what} takes ${formatBytes(bytes)}, but the disk of ${folder} has only ${formatBytes(free)} free. Free some space, or choose another folder with --to.`,
  );
}

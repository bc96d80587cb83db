import { statfs } from 'node:fs/promises';
import { WorkbenchError } from '../../errors/errors.ts';
import { formatBytes } from '../../format/format.ts';

/** Left free for everything else that goes on on the machine. */
const reserve = 64 * 2 ** 20;

/** Throws a `disk` error where `bytes` more do not fit on the disk that holds `folder`, or there is no such folder. */
export async function assertSpace(folder: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(folder).catch((cause: unknown) => {
    throw new WorkbenchError('disk', `${folder} is no folder that can be written to.`, { cause });
  });
  const free = bavail * bsize;
  if (bytes + reserve <= free) return;
  throw new WorkbenchError(
    'disk',
    `${what} takes ${formatBytes(bytes)}, and the disk of ${folder} has ${formatBytes(free)} free. Free some space, or choose another folder with --to.`,
  );
}

import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { createFolderSync } from '../files/create-folder.ts';

/**
 * A `disk` error with advice, for a result that cannot be written.
 *
 * @param what fails, such as `a_x4.png cannot be written`
 * @param cause of Node or of libvips
 */
export function diskFailure(what: string, cause: unknown): WorkbenchError {
  const reason = reasonOf(messageOf(cause));
  const advice = /no space|quota/i.test(reason) ? 'Free space there, or choose' : 'Choose';
  return new WorkbenchError('disk', `${what} (${reason}). ${advice} another folder: ${otherFolder}.`, {
    cause,
  });
}

/** Creates a folder for results. @returns as `createFolderSync` @throws WorkbenchError `disk` */
export function createFolder(folder: string): string | undefined {
  try {
    return createFolderSync(folder);
  } catch (cause) {
    throw diskFailure(`The folder ${folder} cannot be created`, cause);
  }
}

/** The option and the setting for the folder of the results. */
export const otherFolder = '--out, or the setting esrgan.upscale.outputFolder';

/** The message of the operating system. Node adds its error code and the system call, libvips further lines. */
function reasonOf(message: string): string {
  const found = /system error: ([^\n]*)/.exec(message) ?? /^[A-Z]+: ([^,\n]*)/.exec(message);
  return found?.[1] ?? message.split('\n', 1)[0] ?? '';
}

import { WorkbenchError } from '../errors/errors.ts';

/**
 * The failure of writing results, as a `disk` error that says what to do.
 *
 * @param what could not be done, as `a_x4.png cannot be written`
 * @param cause of Node or of libvips
 */
export function diskFailure(what: string, cause: unknown): WorkbenchError {
  const reason = reasonOf(cause instanceof Error ? cause.message : String(cause));
  const advice = /no space|quota/i.test(reason) ? 'Free space there, or choose' : 'Choose';
  return new WorkbenchError('disk', `${what} (${reason}). ${advice} another folder: ${otherFolder}.`, {
    cause,
  });
}

/** How a person of the command, and one of the editor, has results put elsewhere. */
export const otherFolder = '--out, or the setting esrgan.upscale.outputFolder';

/** What the operating system said. Node puts its code before and the call behind it; libvips says more lines. */
function reasonOf(message: string): string {
  const found = /system error: ([^\n]*)/.exec(message) ?? /^[A-Z]+: ([^,\n]*)/.exec(message);
  return found?.[1] ?? message.split('\n', 1)[0] ?? '';
}

import { exitCodes } from '../errors/errors.ts';
import { printError } from './terminal.ts';

/**
 * Output that cannot be written never ends a command: its work is worth more. A reader that closes its pipe, as `head`
 * does, or a terminal that is closed is no failure either. Any other cause, such as a full disk, is reported once, with
 * exit code 8.
 */
export function surviveLostOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (isClosed(error, stream.isTTY) || process.exitCode !== undefined) return;
      process.exitCode = exitCodes.disk;
      printError(`Cannot write the output: ${error.message}. Free some space, or write it elsewhere.\n`);
    });
  }
}

/** Windows has other codes: EOF for a pipe. A closed terminal is an I/O error. */
function isClosed({ code = '' }: NodeJS.ErrnoException, isTerminal: boolean): boolean {
  return (
    ['EPIPE', 'EOF', 'ECONNRESET', 'ERR_STREAM_DESTROYED'].includes(code) || (code === 'EIO' && isTerminal)
  );
}

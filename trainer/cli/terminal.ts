import type { CliEvent } from '../cli-output/events.ts';
import { printable } from '../errors/quoted.ts';
import { withRelativePaths } from '../files/paths.ts';

/** Writes to standard output. All output of the command goes through this file, which makes it printable. */
export function print(text: string): void {
  process.stdout.write(printable(text));
}

/** Writes a message for a person to standard error. */
export function printError(text: string): void {
  process.stderr.write(forPeople(text));
}

/** Paths are relative to the working folder. */
function forPeople(text: string): string {
  return printable(withRelativePaths(text, [process.cwd()]));
}

/** Output of a command: for a terminal, a log, or a program that reads JSON. */
export interface Reporter {
  /** The current progress. On a terminal it replaces the previous progress; in a log it is written every 10 s. */
  progress(line: string): void;
  /** A permanent line. */
  line(text: string): void;
  /** One line of JSON, for a program. With `--json` only events are written, otherwise only the lines above. */
  event(event: CliEvent): void;
  /** Call at the end: writes the last progress. */
  done(): void;
}

interface ReporterOptions {
  readonly json: boolean;
  readonly stream: TextStream;
}

/** The part of `process.stdout` that a reporter uses. */
interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Seconds between progress lines; a log should stay short. */
const interval = { terminal: 0.1, log: 10 };

export function createReporter({ json, stream }: ReporterOptions): Reporter {
  const terminal = stream.isTTY === true;
  const clear = terminal ? '\r\x1b[2K' : '';
  let shownAt = Number.NEGATIVE_INFINITY;
  // A progress line that was too soon after the previous one; the next line that is written replaces it.
  let waiting: string | undefined;
  let unfinished = false;

  const show = (line: string) => {
    const text = forPeople(line);
    stream.write(terminal ? clear + shorten(text, stream.columns ?? 80) : `${text}\n`);
    shownAt = performance.now();
    waiting = undefined;
    unfinished = terminal;
  };
  return {
    progress(line) {
      if (json) return;
      const seconds = (performance.now() - shownAt) / 1000;
      if (seconds >= (terminal ? interval.terminal : interval.log)) show(line);
      else waiting = line;
    },
    line(text) {
      if (json) return;
      stream.write(`${clear}${forPeople(text)}\n`);
      waiting = undefined;
      unfinished = false;
    },
    event(event) {
      if (json) stream.write(`${printable(JSON.stringify(event))}\n`);
    },
    done() {
      if (waiting !== undefined) show(waiting);
      if (unfinished) stream.write('\n');
      unfinished = false;
    },
  };
}

/** Cuts a line so that it does not wrap. Some terminals wrap at the last column, so it stays free. */
function shorten(line: string, columns: number): string {
  const characters = Array.from(line.replaceAll(/\s/g, ' '));
  return characters.length < columns ? characters.join('') : `${characters.slice(0, columns - 2).join('')}…`;
}

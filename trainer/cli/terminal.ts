/** Where a command's words go: a terminal, a log, or a program that reads JSON. */
export interface Reporter {
  /** What goes on right now. On a terminal it replaces the line before; in a log it comes now and then. */
  progress(line: string): void;
  /** A line that stays. */
  line(text: string): void;
  /** The same for a program: one JSON object a line, written with `--json` only, when nothing else is. */
  event(object: object): void;
  /** Call at the end: the last progress stays readable. */
  done(): void;
}

export interface ReporterOptions {
  readonly json: boolean;
  readonly stream: TextStream;
}

/** What a reporter needs of `process.stdout`. */
export interface TextStream {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** Seconds between progress lines: a terminal can be read as it changes, a log should stay short. */
const pace = { terminal: 0.1, log: 10 };

export function createReporter({ json, stream }: ReporterOptions): Reporter {
  const terminal = stream.isTTY === true;
  const clear = terminal ? '\r\x1b[2K' : '';
  let shownAt = Number.NEGATIVE_INFINITY;
  // A progress line that came too soon after another; whatever is written next makes it old.
  let waiting: string | undefined;
  let unfinished = false;

  const show = (line: string) => {
    stream.write(terminal ? clear + shorten(line, stream.columns ?? 80) : `${line}\n`);
    shownAt = performance.now();
    waiting = undefined;
    unfinished = terminal;
  };
  return {
    progress(line) {
      if (json) return;
      const seconds = (performance.now() - shownAt) / 1000;
      if (seconds >= (terminal ? pace.terminal : pace.log)) show(line);
      else waiting = line;
    },
    line(text) {
      if (json) return;
      stream.write(`${clear}${text}\n`);
      waiting = undefined;
      unfinished = false;
    },
    event(object) {
      if (json) stream.write(`${JSON.stringify(object)}\n`);
    },
    done() {
      if (waiting !== undefined) show(waiting);
      if (unfinished) stream.write('\n');
      unfinished = false;
    },
  };
}

/** A line of text that does not wrap; the last column stays free, where some terminals wrap already. */
function shorten(line: string, columns: number): string {
  const characters = Array.from(line.replaceAll(/\p{Cc}/gu, ' '));
  return characters.length < columns ? characters.join('') : `${characters.slice(0, columns - 2).join('')}…`;
}

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createReporter, print, printError, type Reporter } from '../../../../trainer/cli/terminal.ts';

describe('reporter', () => {
  afterEach(() => {
    vi.useRealTimers();
  });
  const clear = '\r\x1b[2K';

  function check(
    stream: { isTTY?: boolean; columns?: number; json?: boolean },
    use: (reporter: Reporter, wait: (seconds: number) => void) => void,
    written: string,
  ): void {
    vi.useFakeTimers();
    let text = '';
    const { json = false, ...traits } = stream;
    const reporter = createReporter({ json, stream: { ...traits, write: (part) => (text += part) } });
    use(reporter, (seconds) => vi.advanceTimersByTime(seconds * 1000));
    expect(text).toBe(written);
  }

  function work(reporter: Reporter, wait: (seconds: number) => void): void {
    reporter.progress('1 of 3');
    reporter.event({ event: 'line', text: 'one' });
    wait(1);
    reporter.progress('2 of 3');
    reporter.line('a warning');
    wait(0.01);
    reporter.progress('3 of 3');
    reporter.done();
  }

  test('a terminal: one line of progress below the permanent lines', () => {
    const written = `${clear}1 of 3${clear}2 of 3${clear}a warning\n${clear}3 of 3\n`;
    check({ isTTY: true, columns: 80 }, work, written);
  });
  test('a log: the first and the last progress', () => {
    check({}, work, '1 of 3\na warning\n3 of 3\n');
  });
  test('a log: progress again after ten seconds', () => {
    const use = (reporter: Reporter, wait: (seconds: number) => void) => {
      for (const line of ['a', 'b', 'c']) {
        reporter.progress(line);
        wait(6);
      }
      reporter.done();
    };
    check({}, use, 'a\nc\n');
  });
  test('a permanent line replaces the waiting progress', () => {
    const use = (reporter: Reporter) => {
      for (const line of ['1 of 2', '2 of 2']) reporter.progress(line);
      reporter.line('ready');
      reporter.done();
    };
    check({}, use, '1 of 2\nready\n');
    check({ isTTY: true, columns: 80 }, use, `${clear}1 of 2${clear}ready\n`);
  });
  test('--json: only events', () => {
    check({ json: true, isTTY: true }, work, '{"event":"line","text":"one"}\n');
  });
  test('a long line is cut to the width', () => {
    check({ isTTY: true, columns: 8 }, (reporter) => reporter.progress('12345678'), `${clear}123456…`);
    check({ isTTY: true, columns: 8 }, (reporter) => reporter.progress('1234567'), `${clear}1234567`);
  });
});

describe('names of files cannot control the terminal', () => {
  const name = 'a\u001b[2J\u009b31m.png';
  const shown = 'a\\u001b[2J\\u009b31m.png';

  test.each<[string, boolean, (reporter: Reporter) => void, string]>([
    ['lines', false, (reporter) => reporter.line(name), `${shown}\n`],
    ['progress', false, (reporter) => reporter.progress(name), `${shown}\n`],
    [
      'events',
      true,
      (reporter) => reporter.event({ event: 'line', text: name }),
      `{"event":"line","text":"${shown}"}\n`,
    ],
  ])('%s of a reporter', (_, json, use, written) => {
    let text = '';
    use(createReporter({ json, stream: { write: (part) => (text += part) } }));
    expect(text).toBe(written);
  });

  test.each([
    ['stdout', print],
    ['stderr', printError],
  ] as const)('%s', (stream, write) => {
    const written = vi.spyOn(process[stream], 'write').mockReturnValue(true);
    write(name);
    expect(written.mock.calls).toEqual([[shown]]);
    written.mockRestore();
  });

  test('no other file of the trainer writes to the streams', () => {
    const trainer = join(import.meta.dirname, '../../../../trainer');
    const writers = readdirSync(trainer, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts'))
      .filter((path) => /std(out|err)\.write|console\./.test(readFileSync(join(trainer, path), 'utf8')));
    expect(writers).toEqual([join('cli', 'terminal.ts')]);
  });
});

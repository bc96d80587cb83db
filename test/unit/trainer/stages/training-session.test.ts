import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { readStatus } from '../../../../trainer/runs/status.ts';
import { openTrainingSession } from '../../../../trainer/stages/training-session.ts';
import { temporaryRun } from '../runs/temporary-run.ts';

afterEach(() => vi.useRealTimers());

const initial = {
  state: 'starting',
  stage: 'pretraining',
  ...{ epoch: 0, epochs: 0, step: 0, steps: 0, rate: null, etaSeconds: null, loss: null, psnr: null },
  message: null,
} as const;

async function open() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  const paths = temporaryRun();
  const lines: string[] = [];
  const session = await openTrainingSession(paths, initial, {
    onLine: (line) => lines.push(line),
    stop: new AbortController().signal,
  });
  // A status cannot replace a folder.
  const breakStatus = () => {
    rmSync(paths.status);
    mkdirSync(join(paths.status, 'x'), { recursive: true });
  };
  const repairStatus = () => rmSync(paths.status, { recursive: true });
  const beat = (times: number) => vi.advanceTimersByTime(2000 * times);
  return { paths, lines, session, breakStatus, repairStatus, beat };
}

test('a failed heartbeat is a warning, once, and the next ones are tried', async () => {
  const { paths, lines, session, breakStatus, repairStatus, beat } = await open();
  for (let failure = 1; failure <= 2; failure++) {
    breakStatus();
    beat(29);
    expect(session.takeRequests()).toEqual([]);
    expect(lines).toHaveLength(failure);
    expect(lines.at(-1)).toMatch(/Cannot write .*status\.json: .*Training continues/);
    repairStatus();
    session.setStatus({ step: failure });
    beat(1);
    expect(readStatus(paths)).toMatchObject({ step: failure });
  }
  expect(readFileSync(paths.log, 'utf8').split('\n').filter(Boolean)).toHaveLength(2);
  session.close({ state: 'stopped' });
});

test('heartbeats that fail for a minute end the session with the reason', async () => {
  const { session, breakStatus, beat } = await open();
  breakStatus();
  beat(29);
  session.takeRequests();
  beat(1);
  expect(() => session.takeRequests()).toThrow(
    /heartbeat of run run could not be written for a minute.*Cannot write .*status\.json.*--resume/,
  );
  session.close({ state: 'failed' });
});

test('an entry of the log cannot control a terminal or look like another entry', async () => {
  const { paths, session } = await open();
  session.log('Skipped a\u001b[2J.png\n2030-01-01T00:00:00.000Z Finished.');
  session.log('Next.');
  session.close({ state: 'stopped' });
  const lines = readFileSync(paths.log, 'utf8').replaceAll(/^\S+Z/gm, 'TIME').split('\n');
  expect(lines).toEqual([
    'TIME Skipped a\\u001b[2J.png',
    '  2030-01-01T00:00:00.000Z Finished.',
    'TIME Next.',
    '',
  ]);
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows)(
  `a named pipe in place of the log is an error${isWindows ? ' (skipped: not on Windows)' : ''}`,
  async () => {
    const { paths, session } = await open();
    execFileSync('mkfifo', [paths.log]);
    expect(() => session.log('a line')).toThrow(/Cannot write .*log\.txt: ENXIO/);
    session.close({ state: 'stopped' });
  },
);

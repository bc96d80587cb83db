import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import {
  isSameProcess,
  type Liveness,
  type ProcessSystem,
  parseProcess,
  processLiveness,
  processStartTime,
  thisHost,
  thisProcess,
} from '../../../../trainer/runs/processes.ts';

const start = Date.parse('2030-01-31T12:00:00.400Z');

/** A platform where that program prints this. */
function systemOf(platform: NodeJS.Platform, output: string | Error, liveness: Liveness = 'unknown') {
  const calls: string[] = [];
  const system: ProcessSystem = {
    platform,
    liveness: () => liveness,
    run: async (program, args) => {
      calls.push([program, ...args].join(' '));
      if (typeof output !== 'string') throw output;
      return output;
    },
  };
  return { system, calls };
}

const windows = '2030-01-31T12:00:00.000Z\r\n';
const mac = 'Thu Jan 31 12:00:00 2030    \n';

test.each<[string, NodeJS.Platform, string | Error, number, boolean | undefined]>([
  ['the process itself', 'win32', windows, start, true],
  ['the process itself', 'darwin', mac, start, true],
  ['a later process of its id', 'win32', windows, start - 3600e3, false],
  ['a later process of its id', 'darwin', mac, start - 60e3, false],
  ['no PowerShell', 'win32', new Error('ENOENT'), start, undefined],
  ['a PowerShell that prints nothing', 'win32', '', start, undefined],
  ['an output that is no time', 'darwin', 'STARTED\n', start, undefined],
  ['an unknown start', 'win32', windows, 0, undefined],
  ['an unknown start', 'linux', '', 0, undefined],
])('%s on %s', async (_, platform, output, startTime, expected) => {
  const { system } = systemOf(platform, output);
  expect(await isSameProcess({ pid: 12, startTime }, system)).toBe(expected);
});

test.each<[Liveness, boolean]>([
  ['alive', true],
  ['gone', false],
])('no program is started for a process that is known to be %s', async (liveness, expected) => {
  const { system, calls } = systemOf('win32', windows, liveness);
  expect(await isSameProcess({ pid: 12, startTime: start }, system)).toBe(expected);
  expect(calls).toEqual([]);
});

test('the programs are those of the system, never of the current folder', async () => {
  for (const [platform, program] of [
    ['win32', /^[A-Z]:\\Windows.*powershell\.exe .*-Id 12\)/i],
    ['darwin', /^\/bin\/ps -o lstart= -p 12$/],
  ] as const) {
    const { system, calls } = systemOf(platform, '');
    await isSameProcess({ pid: 12, startTime: start }, system);
    expect(calls).toEqual([expect.stringMatching(program)]);
  }
});

test('a process knows itself, and others after their end', async () => {
  const { startTime = 0 } = parseProcess(thisProcess) ?? {};
  expect(parseProcess(thisProcess)).toEqual({ host: thisHost, pid: process.pid, startTime });
  expect(startTime).toBe(processStartTime(process.pid));
  expect(await isSameProcess({ pid: process.pid, startTime })).toBe(true);
  const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  await once(child, 'spawn');
  const pid = child.pid ?? 0;
  expect(processLiveness(pid, processStartTime(pid))).toBe(
    process.platform === 'linux' ? 'alive' : 'unknown',
  );
  child.stdin?.end();
  await once(child, 'exit');
  expect(processLiveness(pid, 0)).toBe('gone');
});

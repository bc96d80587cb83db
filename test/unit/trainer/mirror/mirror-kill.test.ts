import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { mirrorRun } from '../../../../trainer/mirror/mirror-run.ts';
import { bundleScript } from '../runs/bundle-script.ts';
import { range, stepsOf, type TestRun, testRun } from './mirrored-run.ts';
import { type Fault, goodKey, type WandbServer, wandbServer } from './wandb-server.ts';

/** A mirror that is killed when the server calls `kill`; resolves with whether it was. */
type Mirror = (run: TestRun, url: string, onKill: (kill: () => void) => void) => Promise<boolean>;

/**
 * Mirrors a run that continues in so many parts, each mirror for `stride` requests more than the one before it, until one
 * lives to the end. All together have uploaded the run once.
 */
async function check(mirror: Mirror, fault: Fault, stride: number, parts: number): Promise<void> {
  const run = testRun();
  const session = run.session();
  let kill = () => {};
  let left = 0;
  const server: WandbServer = await wandbServer(() => {
    if (--left > 0) return undefined;
    kill();
    return fault;
  });
  let kills = 0;
  for (let isKilled = true; isKilled; ) {
    if (kills < parts) {
      session.steps(3 * kills + 1, 3 * kills + 3);
      run.log(`Step ${3 * kills + 3}.\n`);
    }
    if (kills === 1 || kills === 4) await run.sample('pretraining', 3 * kills, kills);
    if (kills === parts) run.end('finished');
    left = kills * stride + 1;
    isKilled = await mirror(run, server.url, (how) => {
      kill = how;
    });
    if (isKilled) kills++;
  }
  expect(kills).toBeGreaterThanOrEqual(parts);
  expect(stepsOf(server)).toEqual(range(1, 3 * parts));
  const sampled = server.history().flatMap((line) => (line['samples/00-photo'] ? [line.step] : []));
  expect(sampled).toEqual([3, 12]);
  const log = range(1, parts).map((part) => `Step ${3 * part}.`);
  expect(server.run().lines.get('output.log')).toEqual(log);
  expect(server.run()).toMatchObject({ exitcode: 0, files: { size: 5 } });
}

describe('a mirror that is ended at any request, and its successors, upload everything once', () => {
  /** A cancelled mirror writes nothing more, as a killed one. */
  const cancelled: Mirror = async ({ paths }, server, onKill) => {
    const cancel = new AbortController();
    onKill(() => cancel.abort());
    try {
      await mirrorRun(paths, {
        server,
        key: () => goodKey,
        entity: null,
        project: 'esrgan',
        group: null,
        once: false,
        jobStates: async () => new Map(),
        signal: cancel.signal,
        observer: { begin: () => {}, progress: () => {}, trouble: () => {} },
        wait: async () => {},
      });
      return false;
    } catch (error) {
      expect(error).toMatchObject({ code: 'interrupted' });
      return true;
    }
  };

  const killed: Mirror = async ({ paths }, server, onKill) => {
    const child: ChildProcess = spawn(process.execPath, [script, paths.root, server], {
      env: { ...process.env, WANDB_API_KEY: goodKey },
      stdio: 'inherit',
    });
    onKill(() => child.kill('SIGKILL'));
    const [code, signal] = await once(child, 'exit');
    if (signal === null) expect(code).toBe(0);
    return signal === 'SIGKILL';
  };
  const script = bundleScript('../mirror/mirror-process.ts');

  test.each<[string, Mirror, Fault, number, number]>([
    ['before each request', cancelled, 'cut before', 1, 16],
    ['after each request', cancelled, 'cut after', 1, 16],
    ['as a process, after each fifth request', killed, 'cut after', 5, 5],
  ])('%s', (_, mirror, fault, stride, parts) => check(mirror, fault, stride, parts), 120_000);
});

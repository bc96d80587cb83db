import { once } from 'node:events';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { readNames } from '../../trainer/runs/atomic-file.ts';
import { launchPaths } from '../../trainer/runs/launch.ts';
import { readLock } from '../../trainer/runs/lock.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { type TinyWorkspace, tinyWorkspace } from '../unit/server/experiments/tiny-runs.ts';
import { type ServerProcess, startServer } from '../unit/server/server-process.ts';
import { esrgan, start as startProgram } from './command.ts';

const hold = process.env.ESRGAN_HOLD ?? '';

let workspace: TinyWorkspace;
let server: ServerProcess;

beforeEach(async () => {
  workspace = await tinyWorkspace();
  server = await startServer(workspace.folder, {}, { isTrusted: true });
});

afterEach(async () => {
  // A run goes on without its server.
  for (const { run, state } of await server.request('esrgan/runs', null)) {
    if (state === 'running' || state === 'paused') await server.request('esrgan/kill', { run });
  }
  await server.shutdown();
  workspace.remove();
});

const is =
  (...states: RunSummary['state'][]) =>
  (run: RunSummary) =>
    states.includes(run.state);
const isAt = (least: number) => (run: RunSummary) => run.state === 'running' && (run.step ?? 0) >= least;
const start = (name: string) =>
  server.request('esrgan/start', { file: workspace.runFile(name), stage: 'pretraining', resume: false });

const checkpointsOf = (run: string) =>
  readNames(join(run, 'checkpoints'))
    .filter((name) => name.startsWith('pretraining-'))
    .sort();
const weightsOf = (run: string) =>
  readFileSync(join(run, 'checkpoints', checkpointsOf(run).at(-1) ?? '', 'generator.safetensors')).toString(
    'hex',
  );

test('start, follow, pause, checkpoint, stop; the run can be deleted while it is followed', async () => {
  const { run } = await start('life');
  await server.request('esrgan/follow', { run, follow: true });
  await server.until('life', isAt(2));
  await server.request('esrgan/control', { run, request: 'pause' });
  const paused = await server.until('life', is('paused'));
  await server.request('esrgan/control', { run, request: 'resume' });
  await server.until('life', isAt((paused.step ?? 0) + 1));
  await server.request('esrgan/control', { run, request: 'checkpoint' });
  await server.request('esrgan/control', { run, request: 'stop' });
  const stopped = await server.until('life', is('stopped'));
  expect(stopped.reason).toBe('Stopped on request.');
  expect(readFileSync(launchPaths(runPaths(run)).output, 'utf8')).not.toMatch(/Warning|Error/);
  expect(checkpointsOf(run).length).toBeGreaterThan(0);

  await server.request('esrgan/deleteRun', { run });
  expect(readdirSync(workspace.runsDir)).toEqual([]);
});

test('a run that is killed resumes to the bytes of one that is not', async () => {
  const { run } = await start('killed');
  await server.until('killed', isAt(2));
  await server.request('esrgan/control', { run, request: 'checkpoint' });
  await server.until('killed', () => checkpointsOf(run).length > 0);
  await server.request('esrgan/kill', { run });
  const { reason } = await server.until('killed', is('stopped'));
  expect(reason).toBe('It was ended at once, without a checkpoint.');

  // However many steps it had when the request came.
  const [saved = ''] = checkpointsOf(run);
  const steps = String(Number(saved.split('-')[1]) + 20);
  const train = (name: string, ...options: string[]) =>
    esrgan(workspace.folder, 'train', workspace.runFile(name), '--max-steps', steps, ...options).ended;
  expect(await train('killed', '--resume')).toMatchObject({ code: 0 });
  expect(await train('whole')).toMatchObject({ code: 0 });
  expect(checkpointsOf(run)).toEqual([saved, `pretraining-${steps.padStart(8, '0')}`]);
  expect(weightsOf(run)).toBe(weightsOf(join(workspace.runsDir, 'whole')));

  const image = join(workspace.folder, 'photo.png');
  const [first = ''] = readdirSync(join(workspace.folder, 'val'));
  copyFileSync(join(workspace.folder, 'val', first), image);
  const out = join(workspace.folder, 'out');
  // No shell of Windows expands patterns.
  const images = join(workspace.folder, 'ph*.png');
  const { code, output } = await esrgan(workspace.folder, 'upscale', images, '--model', run, '--out', out)
    .ended;
  expect({ code, output }).toMatchObject({ code: 0 });
  expect(readdirSync(out)).toHaveLength(1);
});

test.runIf(existsSync(hold))(
  'a run whose files a scanner holds resumes, and is deleted as a whole',
  async () => {
    const { run } = await start('held');
    const { step } = await server.until('held', isAt(2));
    await server.request('esrgan/control', { run, request: 'stop' });
    await server.until('held', is('stopped'));
    const stop = join(workspace.folder, 'scanner.stop');
    const scanner = startProgram(hold, [run, '0', '100', stop]);
    await server.request('esrgan/resume', { run });
    await server.until('held', isAt((step ?? 0) + 1));
    await server.request('esrgan/kill', { run });
    await server.until('held', is('stopped'));
    await server.request('esrgan/deleteRun', { run });
    expect(readdirSync(workspace.runsDir)).toEqual([]);
    writeFileSync(stop, '');
    expect(Number((await scanner.ended).output)).toBeGreaterThan(5);
  },
);

test('a stop is a request while the run starts, and ends no process', async () => {
  const { run } = await start('early');
  await server.request('esrgan/control', { run, request: 'stop' });
  const stopped = await server.until('early', is('stopped', 'lost', 'failed'));
  expect(stopped).toMatchObject({ state: 'stopped', reason: 'Stopped on request.' });
  expect(readLock(runPaths(run))).toBeUndefined();
});

test('a waiting run leaves the queue, and nothing of it remains', async () => {
  const { run: first } = await start('first');
  const { run, queued } = await start('second');
  expect(queued).toBe(true);
  await server.until('second', is('queued'));
  await server.request('esrgan/removeFromQueue', { run });
  expect(readdirSync(workspace.runsDir)).toEqual(['first']);
  await server.until('first', isAt(1));
  await server.request('esrgan/kill', { run: first });
});

test('a wrong Node.js is named', async () => {
  server.child.kill();
  await once(server.child, 'exit');
  server = await startServer(workspace.folder, { nodePath: join(workspace.folder, 'no-node.exe') });
  await expect(start('never')).rejects.toThrow(/could not be started with .*no-node\.exe/);
  expect(readdirSync(workspace.runsDir)).toEqual([]);
});

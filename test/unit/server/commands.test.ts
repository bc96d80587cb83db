import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunState } from '../../../trainer/run-state/run-state.ts';
import { enqueue } from '../../../trainer/runs/launch.ts';
import { createManifest } from '../../../trainer/runs/manifest.ts';
import { createRunDirectory, runPaths } from '../../../trainer/runs/run-directory.ts';
import { type TinyWorkspace, tinyWorkspace } from './experiments/tiny-runs.ts';
import { type ServerProcess, startServer } from './server-process.ts';

let workspace: TinyWorkspace;
let server: ServerProcess;

beforeEach(async () => {
  workspace = await tinyWorkspace();
});

afterEach(() => {
  server.child.kill('SIGKILL');
  workspace.remove();
});

/** Requests the runs until one is in another state than `state`. */
async function leaves(name: string, state: RunState): Promise<RunState> {
  for (;;) {
    const found = (await server.request('esrgan/runs', null)).find((run) => run.name === name)?.state;
    if (found !== undefined && found !== state) return found;
  }
}

test('in an editor without trust, queued runs wait until a person starts a run', async () => {
  const waiting = workspace.runFile('waiting', { epochs: 2 });
  const paths = runPaths(join(workspace.runsDir, 'waiting'));
  const runFile = readFileSync(waiting, 'utf8').replace(
    'train: train, val: val',
    `train: ${workspace.folder}/train, val: ${workspace.folder}/val`,
  );
  await enqueue(paths, { stage: 'pretraining', resume: false, order: 0, file: waiting }, runFile);
  const other = createRunDirectory(join(workspace.runsDir, 'other'));
  createManifest(other, { seed: 0, configHash: '', data: {}, ancestry: [] });
  const file = workspace.runFile('first', { epochs: 2 });
  server = await startServer(workspace.folder, { concurrentRuns: 2 }, null);
  const execute = (command: string, target: object) =>
    server.ask('workspace/executeCommand', { command, arguments: [target] });

  await execute('esrgan.openRun', { run: other.root });
  // Starts a process as well, which takes longer than a run needs to leave the queue.
  await server.request('esrgan/engines', { again: true });
  const states = (await server.request('esrgan/runs', null)).map(({ name, state }) => [name, state]);
  expect(Object.fromEntries(states)).toMatchObject({ waiting: 'queued' });
  await execute('esrgan.startPretraining', { file, stage: 'pretraining' });
  expect(await leaves('waiting', 'queued')).not.toBe('failed');
});

import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, inject, test } from 'vitest';
import { findProcess } from './processes.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile, trainerOf } from './workspace.ts';

const steps = 600;
const desk = useWorkbench({
  'long.esrgan.yaml': tinyRunFile(1_000_000),
  'exact.esrgan.yaml': tinyRunFile(steps),
  'unbroken.esrgan.yaml': tinyRunFile(steps),
});
const patience = { timeout: 40_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

test('the palette starts a run', async () => {
  const { workbench } = desk;
  await workbench.open('long.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
});

test('after a reload, the window shows the running run and all its points', async () => {
  const { workbench, workspace } = desk;
  const trainer = trainerOf(workspace.path('runs/long'));
  await expect.poll(async () => (await panel.table('Content loss')).total, patience).toBeGreaterThan(20);
  const before = await panel.table('Content loss');
  await workbench.reload();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await expect
    .poll(async () => (await panel.table('Content loss')).total, patience)
    .toBeGreaterThan(before.total);
  const after = await panel.table('Content loss');
  expect([before.steps[0], after.steps[0]]).toEqual([10, 10]);
  // Every tenth step is logged: none is missing.
  expect(after.total).toBe(after.steps.at(-1)! / 10);
  expect(trainerOf(workspace.path('runs/long'))).toBe(trainer);
});

test('a killed server restarts, and the run is not affected', async () => {
  const { workspace } = desk;
  const trainer = trainerOf(workspace.path('runs/long'));
  const server = findProcess(inject('editor').pid, /server\.js/);
  process.kill(server, 'SIGKILL');
  await expect.poll(() => findProcess(inject('editor').pid, /server\.js/), patience).not.toBe(server);
  const { total } = await panel.table('Content loss');
  await expect.poll(async () => (await panel.table('Content loss')).total, patience).toBeGreaterThan(total);
  expect(trainerOf(workspace.path('runs/long'))).toBe(trainer);
  await panel.button('stop').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('stopped');
});

test('a killed trainer is reported as crashed, and "Resume" continues the run exactly', async () => {
  const { workbench, workspace } = desk;
  const run = workspace.path('runs/exact');
  await workbench.run('View: Close All Editors');
  await workbench.open('exact.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => checkpointsOf(run).length, { ...patience, interval: 20 }).toBeGreaterThan(0);
  // The run's panel is closed when it crashes: the status bar reports the crash and opens the panel.
  await workbench.run('View: Close All Editors');
  const trainer = trainerOf(run);
  expect(trainer).toBeDefined();
  process.kill(trainer!, 'SIGKILL');
  const crash = workbench.statusItem(/exact · crashed at step/);
  await crash.click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('crashed');
  await crash.waitFor({ state: 'detached' });
  expect(checkpointsOf(run)).not.toContain(lastCheckpoint);

  await panel.button('restart').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('finished');
  const { steps: shown } = await panel.table('Content loss');
  expect(shown).toEqual([...new Set(shown)]);
  expect(shown.at(-1)).toBe(steps);

  const command = join(extensionFolder(), 'dist', 'esrgan.js');
  execFileSync(process.execPath, [command, 'train', workspace.path('unbroken.esrgan.yaml')], {
    stdio: 'ignore',
  });
  expect(weightsOf(run).equals(weightsOf(workspace.path('runs/unbroken')))).toBe(true);
});

const lastCheckpoint = `pretraining-${String(steps).padStart(8, '0')}`;

function checkpointsOf(run: string): string[] {
  try {
    return readdirSync(join(run, 'checkpoints')).filter((name) => !name.startsWith('.'));
  } catch {
    return [];
  }
}

function weightsOf(run: string): Buffer {
  return readFileSync(join(run, 'checkpoints', lastCheckpoint, 'generator.safetensors'));
}

/** The folder of the extension under test. */
function extensionFolder(): string {
  const { extension, dataDir } = inject('editor');
  if (extension) return extension;
  const installed = readdirSync(join(dataDir, 'extensions')).find((name) =>
    name.startsWith('esrgan-workbench'),
  );
  if (!installed) throw new Error('The package is not installed.');
  return join(dataDir, 'extensions', installed);
}

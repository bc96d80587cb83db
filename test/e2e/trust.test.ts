import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { sendRequest } from '../../trainer/runs/control.ts';
import { createEventWriter } from '../../trainer/runs/event-writer.ts';
import { enqueue } from '../../trainer/runs/launch.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { readStatus } from '../../trainer/runs/status.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile, trainerOf, type Workspace } from './workspace.ts';

const desk = useWorkbench(
  { 'asked.esrgan.yaml': tinyRunFile(1_000_000), 'held.esrgan.yaml': tinyRunFile(1_000_000) },
  { 'esrgan.runsFolders': ['elsewhere'] },
  prepare,
  { editor: { prompts: true, others: [join(import.meta.dirname, 'tool-caller')] } },
);
const patience = { timeout: 40_000 };

const command = join(import.meta.dirname, '../../dist/esrgan.js');

/**
 * A queued run (an attacker could add one), an external run in a folder of the settings, and a paused run that was
 * started in a terminal.
 */
async function prepare({ folder, path }: Workspace): Promise<void> {
  const runFile = tinyRunFile(1_000_000, ['name: waiting', `runs_dir: ${path('runs')}`]).replace(
    'train: train, val: val',
    `train: ${path('train')}, val: ${path('val')}`,
  );
  await enqueue(runPaths(path('runs/waiting')), { stage: 'pretraining', resume: false, order: 1 }, runFile);
  mkdirSync(path('photos'));
  for (const name of ['bay.png', 'bay_x4.png']) {
    copyFileSync(path(`val/${readdirSync(path('val'))[0]}`), path(`photos/${name}`));
  }
  mkdirSync(path('elsewhere/external'), { recursive: true });
  const writer = createEventWriter(path('elsewhere/external'));
  writer.scalars(1, { 'train/loss': 1 });
  writer.close();
  spawn(process.execPath, [command, 'train', 'held.esrgan.yaml'], { cwd: folder, stdio: 'ignore' });
  const held = runPaths(path('runs/held'));
  const untilState = (state: string) =>
    vi.waitFor(() => expect(readStatus(held)?.state).toBe(state), { ...patience, interval: 50 });
  await untilState('running');
  sendRequest(held, 'pause');
  await untilState('paused');
}

test('an untrusted workspace has full help for run files', async () => {
  const { page, textEditor } = desk.workbench;
  await page.locator('.monaco-dialog-box').getByRole('button', { name: /^No/ }).click();
  await desk.workbench.open('asked.esrgan.yaml');
  await textEditor.lens('Start Pretraining').waitFor();
  await textEditor.press('Control+End');
  await textEditor.type('see');
  await textEditor.completions.filter({ hasText: 'seed' }).waitFor();
  await textEditor.press('Escape');
  await textEditor.type('t: 1');
  await textEditor.problems('error').first().waitFor();
  await textEditor.fix('seed');
  await textEditor.line('seed: 1').waitFor();
  await textEditor.save();
});

test('it starts nothing, and the message gives the reason', async () => {
  const { workbench, workspace } = desk;
  await workbench.run('ESRGAN: Start Pretraining');
  await workbench.toast('Training is disabled in Restricted Mode').waitFor();
  await workbench.showViews('ESRGAN');
  await workbench.treeRow(/waiting.*#1 in queue/).waitFor();
  await expect(workbench.treeRow('external').count()).resolves.toBe(0);
  expect(existsSync(workspace.path('runs/asked'))).toBe(false);
  expect(trainerOf(workspace.path('runs/waiting'))).toBeUndefined();
});

test('it does not resume a paused or stopped run from its panel, and the message gives the reason', async () => {
  const { workbench, workspace } = desk;
  const run = workspace.path('runs/held');
  const stepOf = () => readStatus(runPaths(run))?.step;
  const paused = stepOf();
  await workbench.treeRow(/held.*paused/).click();
  const panel = new RunPanel(workbench);
  await expect.poll(() => panel.state.textContent(), patience).toBe('paused');
  await panel.button('resume').click();
  await panel.page.getByRole('alert').filter({ hasText: 'This is disabled in Restricted Mode' }).waitFor();
  expect(existsSync(join(run, 'control/resume'))).toBe(false);

  // Stopping is allowed. The step shows that the run was not resumed meanwhile.
  await panel.button('stop').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('stopped');
  expect(stepOf()).toBe(paused);
  await panel.button('restart').click();
  await workbench.toast('Training is disabled in Restricted Mode').waitFor();
  await workbench.treeRow(/held.*stopped/).waitFor();
  expect(trainerOf(run)).toBeUndefined();
  expect(existsSync(join(run, 'launch'))).toBe(false);

  await workbench.run('View: Close All Editors');
  rmSync(run, { recursive: true });
  await workbench.treeRow('held').waitFor({ state: 'hidden' });
});

test('once trusted, its settings apply, and the queued run starts', async () => {
  const { workbench, workspace } = desk;
  const { page } = workbench;
  await workbench
    .toast('Training is disabled in Restricted Mode')
    .getByRole('button', { name: 'Manage Workspace Trust' })
    .click();
  await page.locator('.workspace-trust-editor').getByRole('button', { name: 'Trust', exact: true }).click();
  await workbench.treeRow('external').waitFor();
  await workbench.treeRow(/waiting.*pretraining/).waitFor();
  await expect.poll(() => trainerOf(workspace.path('runs/waiting')), patience).toBeDefined();
});

test('a language model starts a run only after confirmation', async () => {
  const { workbench, workspace } = desk;
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Start pretraining?' });
  await workbench.run('Tests: Start by Tool');
  await dialog.filter({ hasText: 'asked.esrgan.yaml' }).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await workbench.toast('The tool has refused').waitFor();
  expect(existsSync(workspace.path('runs/asked'))).toBe(false);

  await workbench.run('Tests: Start by Tool');
  await dialog.getByRole('button', { name: /^Yes|^OK/ }).click();
  await workbench.toast('The tool has answered.').waitFor();
  await workbench.treeRow(/asked.*#1 in queue/).waitFor();
});

test('a checkpoint is deleted only after confirmation, which names what is lost', async () => {
  const { workbench, workspace } = desk;
  const waiting = runPaths(workspace.path('runs/waiting'));
  // A run that stops at step 0 has no checkpoint.
  await expect.poll(() => readStatus(waiting)?.step ?? 0, patience).toBeGreaterThan(0);
  await workbench.run('ESRGAN: Stop Run');
  await workbench.treeRow(/waiting.*stopped/).waitFor();
  const checkpoints = () => readdirSync(waiting.checkpoints);
  const count = checkpoints().length;
  const row = workbench.treeRow(/^pretraining · step.*newest/);
  await workbench.expand(workbench.treeRow(/^waiting/), workbench.treeRow(/^Checkpoints/));
  await workbench.expand(workbench.treeRow(/^Checkpoints/), row);
  const label = (await row.first().textContent()) ?? '';
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Delete' });
  await workbench.chooseFromMenu(row, 'Delete Checkpoint…');
  await dialog.filter({ hasText: /It is the (newest|only)/ }).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(checkpoints()).toHaveLength(count);
  await workbench.chooseFromMenu(row, 'Delete Checkpoint…');
  await dialog.getByRole('button', { name: 'Move to Trash' }).click();
  // The machine of the window has no trash.
  await dialog
    .filter({ hasText: 'permanently?' })
    .getByRole('button', { name: 'Delete Permanently' })
    .click();
  await expect.poll(checkpoints, patience).toHaveLength(count - 1);
  await workbench.treeRow(label).waitFor({ state: 'hidden' });
});

test('a run is deleted only after confirmation', async () => {
  const { workbench, workspace } = desk;
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Delete' });
  await workbench.run('ESRGAN: Delete Run…');
  await dialog.filter({ hasText: 'runs/waiting' }).waitFor();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(existsSync(workspace.path('runs/waiting'))).toBe(true);
  await workbench.run('ESRGAN: Delete Run…');
  await dialog.getByRole('button', { name: 'Move to Trash' }).click();
  // The machine of the window has no trash.
  await dialog.filter({ hasText: 'permanently?' }).waitFor();
  expect(existsSync(workspace.path('runs/waiting'))).toBe(true);
  await dialog.getByRole('button', { name: 'Delete Permanently' }).click();
  await expect.poll(() => existsSync(workspace.path('runs/waiting')), patience).toBe(false);
  // The run of the language model starts.
  await expect.poll(() => trainerOf(workspace.path('runs/asked')), patience).toBeDefined();
});

test('a hanging trainer is killed on the second stop, after confirmation', async () => {
  const { workbench, workspace } = desk;
  const run = workspace.path('runs/asked');
  await workbench.treeRow(/asked.*pretraining/).waitFor();
  process.kill(trainerOf(run)!, 'SIGSTOP');
  await workbench.run('ESRGAN: Stop Run');
  await expect.poll(() => existsSync(join(run, 'control/stop')), patience).toBe(true);
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Stop run “asked” now?' });
  await workbench.run('ESRGAN: Stop Run');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(trainerOf(run)).toBeDefined();
  await workbench.run('ESRGAN: Stop Run');
  await dialog.getByRole('button', { name: 'Stop Now' }).click();
  await workbench.treeRow(/asked.*stopped/).waitFor();
  expect(trainerOf(run)).toBeUndefined();
});

test('an existing result is not replaced without a choice', async () => {
  const { workbench, workspace } = desk;
  const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'bay.png already exists' });
  const results = () => readdirSync(workspace.path('photos')).toSorted();
  await workbench.run('View: Show Explorer');
  await workbench.chooseFromMenu(workbench.file('photos'), 'Upscale…');
  await dialog.getByRole('button', { name: 'Skip' }).click();
  await dialog.waitFor({ state: 'hidden' });
  expect(results()).toEqual(['bay.png', 'bay_x4.png']);
  await workbench.chooseFromMenu(workbench.file('photos'), 'Upscale…');
  await dialog.getByRole('button', { name: 'Keep Both' }).click();
  await expect.poll(results, patience).toEqual(['bay.png', 'bay_x4-2.png', 'bay_x4.png']);
});

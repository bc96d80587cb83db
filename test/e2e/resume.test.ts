import { existsSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const desk = useWorkbench(
  { 'long.esrgan.yaml': tinyRunFile(1_000_000), 'short.esrgan.yaml': tinyRunFile(20) },
  {},
  async () => {},
  { editor: { prompts: true } },
);
const patience = { timeout: 120_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

const dialog = (text: string) => desk.workbench.page.locator('.monaco-dialog-box', { hasText: text });
const manifestOf = (name: string) => readManifest(runPaths(desk.workspace.path(`runs/${name}`)));
const trainedWith = () => desk.workspace.read('runs/long/run.esrgan.yaml');

async function stop(): Promise<void> {
  await desk.workbench.run('ESRGAN: Stop Run');
  await desk.workbench.treeRow(/^long.*stopped/).waitFor();
}

test('Resume in the list shows what has changed, and can use the values of before', async () => {
  const { workbench, workspace } = desk;
  await dialog('Do you trust').getByRole('button', { name: /^Yes/ }).click();
  await workbench.open('long.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await workbench.showViews('ESRGAN');
  await stop();
  const file = workspace.read('long.esrgan.yaml');
  workspace.write('long.esrgan.yaml', file.replace('lr: 1.0e-3', 'lr: 5.0e-4'));

  await workbench.chooseFromMenu(workbench.treeRow(/^long/), 'Resume Run');
  const question = dialog('“long.esrgan.yaml” has changed since run “long” was trained.');
  await question.filter({ hasText: 'pretraining.lr: 0.001 → 0.0005' }).waitFor();
  await question.getByRole('button', { name: 'Resume as Trained' }).click();
  await expect.poll(() => manifestOf('long')?.sessions.length, patience).toBe(2);
  expect(trainedWith()).toContain('lr: 0.001\n');
  await stop();
});

test('Resume in the panel asks the same, and can use the values of the file', async () => {
  await panel.button('restart').click();
  const question = dialog('“long.esrgan.yaml” has changed since run “long” was trained.');
  await question.getByRole('button', { name: 'Resume with the File’s Values' }).click();
  await expect.poll(() => manifestOf('long')?.sessions.length, patience).toBe(3);
  expect(trainedWith()).toContain('lr: 0.0005\n');
  await stop();
});

test('Resume asks nothing if nothing has changed', async () => {
  await panel.button('restart').click();
  await expect.poll(() => manifestOf('long')?.sessions.length, patience).toBe(4);
  await stop();
});

test('Start Over moves the old run to the trash, or asks where there is none', async () => {
  const { workbench, workspace } = desk;
  await workbench.run('View: Close All Editors');
  await workbench.showViews('Explorer');
  await workbench.open('short.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('finished');
  const before = manifestOf('short')?.created;
  await panel.button('again').click();
  await workbench.choice('Start Over').click();
  const question = dialog('Delete run “short” permanently?');
  await question.waitFor();
  expect(existsSync(workspace.path('runs/short'))).toBe(true);
  await question.getByRole('button', { name: 'Delete Permanently' }).click();
  const isNew = () => {
    const created = manifestOf('short')?.created;
    return created !== undefined && created !== before;
  };
  await expect.poll(isNew, patience).toBe(true);
});

import { beforeAll, expect, inject, test } from 'vitest';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { findProcess } from './processes.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile, trainerOf } from './workspace.ts';

/** Both stages; the second takes a moment. */
const bothStages = (steps: number) =>
  tinyRunFile(steps, [
    '# of my photographs',
    'training: { num_step: 60, num_epoch: 1000000, cr_patch_size: [16, 16], train_datasets: [waves], val_datasets: [waves] }',
    'discriminator: { vgg_blk_ch: [4, 4, 6], fc_features: [5] }',
    'perceptual_loss: false',
  ]);

const desk = useWorkbench({
  'photos.esrgan.yaml': bothStages(1500),
  'steps.esrgan.yaml': bothStages(100),
});
const patience = { timeout: 120_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

const sessionsOf = (name: string) =>
  readManifest(runPaths(desk.workspace.path(`runs/${name}`)))?.sessions.map(({ start, stop }) => [
    start.stage,
    stop?.reason,
  ]);
const tab = (name: string) => desk.workbench.page.locator('.tab', { hasText: name });
/** Goes from a panel to the editor of a run file. */
const edit = async (name: string) => {
  await tab(name).first().click();
  await desk.workbench.textEditor.focus();
};

test('one click queues both stages, and the second starts without the server', async () => {
  const { workbench } = desk;
  await workbench.open('photos.esrgan.yaml');
  await workbench.textEditor.lensTitle('needs the pretraining first').waitFor();
  await workbench.textEditor.lens('Start Both Stages').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await expect.poll(() => panel.fact(/^\s*Stage/).textContent()).toBe('pretraining → training');
  await panel.button('pause').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('paused');
  await edit('photos.esrgan.yaml');
  await workbench.textEditor.lensTitle('queued: starts after the pretraining').waitFor();
  await panel.button('resume').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  process.kill(findProcess(inject('editor').pid, /server\.js/), 'SIGKILL');
  await expect
    .poll(() => sessionsOf('photos'), patience)
    .toEqual([
      ['pretraining', 'finished'],
      ['training', 'finished'],
    ]);
  await edit('photos.esrgan.yaml');
  await expect.poll(() => workbench.textEditor.lens(/finished · PSNR/).count(), patience).toBe(2);
});

test('an edited file is marked, and runs again under a new name with two clicks', async () => {
  const { workbench, workspace } = desk;
  const { textEditor } = workbench;
  // More steps, so that it still runs when it is stopped.
  await textEditor.goToEndOfLine(8);
  await textEditor.type('000');
  await textEditor.goToEndOfLine(11);
  await textEditor.line('lr: 1.0e-3').waitFor();
  await textEditor.press('Backspace');
  await textEditor.type('4');
  await textEditor
    .lensTitle('changed since this run: pretraining.lr, pretraining.num_step')
    .first()
    .waitFor();
  await textEditor.lens('finished before the change').first().waitFor();

  const asNewRun = workbench.choice('Start as New Run “photos-2”');
  await textEditor.openLens(textEditor.lens('Run Again').first(), asNewRun);
  await asNewRun.click();
  await expect.poll(() => trainerOf(workspace.path('runs/photos-2')), patience).toBeDefined();
  await tab('photos-2.esrgan.yaml').waitFor();
  const copy = workspace.read('photos-2.esrgan.yaml');
  expect(copy).toMatch(/^name: photos-2\n/);
  expect(copy).toContain('# of my photographs');
  expect(copy).toContain('lr: 1.0e-4');
});

test('after the pretraining the panel starts the training, and then offers what comes next', async () => {
  const { workbench, workspace } = desk;
  await workbench.run('ESRGAN: Stop Run');
  await expect.poll(() => trainerOf(workspace.path('runs/photos-2')), patience).toBeUndefined();
  await workbench.run('View: Close All Editors');
  await workbench.showViews('Explorer');
  await workbench.open('steps.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('finished');
  await panel.button('train').click();
  await expect.poll(() => panel.fact(/^\s*Stage/).textContent(), patience).toBe('training');
  await expect.poll(() => panel.state.textContent(), patience).toBe('finished');
  await panel.button('upscale').waitFor();
  await panel.button('compare').waitFor();
  await expect(panel.button('train').count()).resolves.toBe(0);
  await panel.button('again').click();
  await workbench.choice('from This Pretraining').waitFor();
  await workbench.page.keyboard.press('Escape');
});

import { basename } from 'node:path';
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

/** A measurement trains some steps of several networks. */
const patience = { timeout: 120_000 };

const desk = useWorkbench({
  'mine.esrgan.yaml': tinyRunFile(100),
  'options/train_ESRGAN_x4.yml': [
    'name: old_days',
    'model_type: SRModel',
    'scale: 4',
    'num_gpu: 1',
    'datasets: { train: { name: waves, dataroot_gt: train, gt_size: 32, batch_size_per_gpu: 4 } }',
    'network_g: { type: RRDBNet, num_in_ch: 3, num_out_ch: 3, num_feat: 64, num_block: 23 }',
    'train: { optim_g: { type: Adam, lr: !!float 2e-4 }, total_iter: 400000, pixel_opt: { type: L1Loss } }',
    '',
  ].join('\n'),
});

test.each([
  ['Quick try', 'quick'],
  ['PSNR-driven', 'psnr'],
  ['ESRGAN as in the paper', 'esrgan'],
  ['Fast network', 'compact'],
  ['Fine-tune', 'fine-tune'],
])('a new run starts from the preset “%s”, by keyboard alone', async (label, id) => {
  const { workbench, workspace } = desk;
  await workbench.run('ESRGAN: New Run…');
  await workbench.choice(label).first().waitFor();
  await workbench.answer('Choose how long to train, or a preset', label);
  await workbench.answer('Names the run file and the run’s folder', `try-${id}`);
  await workbench.page.getByRole('tab', { name: `try-${id}.esrgan.yaml` }).waitFor();
  await workbench.textEditor
    .lens(/Start (Pre)?[Tt]raining/)
    .first()
    .waitFor();
  expect(workspace.read(`try-${id}.esrgan.yaml`)).toContain('scale_factor: 4');
});

test('own photos train after four clicks', async () => {
  const { workbench, workspace } = desk;
  const { page } = workbench;
  let clicks = 0;
  const click = async (target: Locator) => {
    await target.click();
    clicks += 1;
  };
  await workbench.showViews('ESRGAN');
  await click(page.locator('.sidebar .monaco-text-button', { hasText: 'New Run…' }));
  await click(workbench.choice('15 minutes').first());
  await click(workbench.choice('8 images').first());
  const name = `${basename(workspace.folder)}-15min`;
  await page.getByRole('tab', { name: `${name}.esrgan.yaml` }).waitFor(patience);
  await click(workbench.textEditor.lens('Start Pretraining').first());
  await workbench.textEditor.lens(/epoch \d+/).waitFor(patience);
  expect(clicks).toBe(4);
  expect(workspace.read(`${name}.esrgan.yaml`)).toMatch(/train: train\s+val: val\b/);
  expect(workspace.read(`runs/${name}/status.json`)).toContain('"stage": "pretraining"');
  await workbench.run('ESRGAN: Stop Run');
  await workbench.textEditor.lens('Resume').first().waitFor(patience);
  await workbench.showViews('Explorer');
});

test('a name in use is refused while typing', async () => {
  const { workbench, workspace } = desk;
  const before = workspace.read('mine.esrgan.yaml');
  await workbench.run('ESRGAN: New Run…');
  await workbench.answer('Choose how long to train, or a preset', 'Quick try');
  await workbench.answer('Names the run file', 'mine');
  await workbench.page
    .locator('.quick-input-message', { hasText: 'A run file named “mine” already exists' })
    .waitFor();
  await workbench.page.keyboard.press('Escape');
  expect(workspace.read('mine.esrgan.yaml')).toBe(before);
});

test('a run file is duplicated under the next free name', async () => {
  const { workbench, workspace } = desk;
  await workbench.open('mine.esrgan.yaml');
  await workbench.textEditor.lens('Start Pretraining').waitFor();
  await workbench.run('ESRGAN: Duplicate Run');
  await workbench.page.getByRole('tab', { name: 'mine-2.esrgan.yaml' }).waitFor();
  expect(workspace.read('mine-2.esrgan.yaml')).toBe(`name: mine-2\n${workspace.read('mine.esrgan.yaml')}`);
});

test('an option file becomes a run file that lists what could not be converted', async () => {
  const { workbench, workspace } = desk;
  await workbench.run('ESRGAN: Import Option File…');
  await workbench.chooseFile(
    'Option File of BasicSR, traiNNer-redux, neosr or KAIR',
    workspace.path('options/train_ESRGAN_x4.yml'),
  );
  await workbench.page.getByRole('tab', { name: 'old_days.esrgan.yaml' }).waitFor();
  const { textEditor } = workbench;
  await textEditor.line('# To check').waitFor();
  await textEditor
    .line('relative paths start at the folder of the run file, not at the working directory')
    .waitFor();
  await textEditor.line('name: old_days').waitFor();
  await textEditor.lens('Start Pretraining').waitFor();
});

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { temporaryPath } from '../../trainer/runs/atomic-file.ts';
import { writeGenerator } from '../../trainer/weights/write-generator.ts';
import { randomGenerator } from '../unit/trainer/weights/generators.ts';
import { useWorkbench } from './use-workbench.ts';

const settings = { 'files.exclude': { train: true, val: true } };
const desk = useWorkbench({}, settings, async (workspace) => {
  writeModel(workspace.path('small.safetensors'));
  writeModel(workspace.path('slow.safetensors'), {
    rrdb_channels: 32,
    growth_channels: 16,
    num_basic_blocks: 8,
  });
  await writeImage(workspace.path('harbour.png'), 40);
  await writeImage(workspace.path('cove.png'), 48);
  for (const extension of ['', '.v']) writeFileSync(temporaryPath(workspace.path('any'), extension), '');
  mkdirSync(workspace.path('many'));
  for (const name of ['bay', 'pier']) await writeImage(workspace.path(`many/${name}.png`), 24);
  writeFileSync(workspace.path('many/broken.png'), 'no image');
  mkdirSync(workspace.path('large'));
  await writeImage(workspace.path('large/coast.png'), 1200);
});
const patience = { timeout: 60_000 };

/** A model with random weights, whose results are around medium gray. */
function writeModel(path: string, options = {}): void {
  const generator = randomGenerator(options);
  generator.parameters.get('conv_last.bias')?.data.fill(0.5);
  const last = generator.parameters.get('conv_last.weight')?.data ?? [];
  for (let i = 0; i < last.length; i++) last[i] = (last[i] ?? 0) / 4;
  writeGenerator(path, generator);
}

async function writeImage(path: string, side: number): Promise<void> {
  const pixels = Uint8Array.from({ length: side * side * 3 }, (_, i) => (i * 37 + ((i * i) % 91)) % 256);
  await sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).toFile(path);
}

test('the context menu upscales an image four times, with the same pixels as the command line', async () => {
  const { workbench, workspace } = desk;
  await workbench.chooseFromMenu(workbench.file('harbour.png'), 'Upscale With…');
  await workbench.choice('small.safetensors').click();
  await workbench.choice('Start').click();
  const result = workspace.path('harbour_x4.png');
  await expect.poll(() => existsSync(result), patience).toBe(true);
  expect(await sharp(result).metadata()).toMatchObject({ width: 160, height: 160, format: 'png' });

  const command = join(import.meta.dirname, '../../dist/esrgan.js');
  const words = ['upscale', workspace.path('harbour.png'), '--model', workspace.path('small.safetensors')];
  execFileSync(process.execPath, [command, ...words, '--out', workspace.path('by-command')]);
  const pixels = (path: string) => sharp(path).raw().toBuffer();
  const expected = await pixels(workspace.path('by-command/harbour_x4.png'));
  expect((await pixels(result)).equals(expected)).toBe(true);
});

test('then before and after open', async () => {
  const { workbench } = desk;
  await workbench.page.getByRole('tab', { name: 'harbour_x4.png' }).waitFor();
  const facts = workbench.webview.locator('before-after-view .facts');
  await expect.poll(() => facts.textContent(), patience).toMatch(/Before\s+40 × 40.*after\s+160 × 160/s);
  await workbench.webview.getByLabel('Wipe between before and after').waitFor();
});

test('the preview shows a region by each model, and upscales the image with one', async () => {
  const { workbench, workspace } = desk;
  await workbench.chooseFromMenu(workbench.file('cove.png'), 'Preview Upscaling…');
  const preview = workbench.webview.locator('preview-view');
  const result = preview.locator('li', { hasText: 'small.safetensors' });
  await expect.poll(() => result.locator('.head .quiet').textContent(), patience).toContain('×4');
  await preview.getByLabel('Wipe between bicubic and small.safetensors').waitFor();
  await preview.getByRole('button', { name: 'Upscale Image With This: small.safetensors' }).click();
  const file = workspace.path('cove_x4.png');
  await expect.poll(() => existsSync(file), patience).toBe(true);
  await workbench.page.getByRole('tab', { name: 'cove_x4.png' }).waitFor();
});

test('the Explorer shows no temporary files', async () => {
  const { workbench, workspace } = desk;
  await workbench.file('harbour_x4.png').waitFor();
  const names = readdirSync(workspace.folder).filter((name) => name.startsWith('.tmp-'));
  expect(names).toHaveLength(2);
  for (const name of names) expect(await workbench.file(name).count()).toBe(0);
});

test('a batch continues after a failure, reports the cause, and shows the results', async () => {
  const { workbench, workspace } = desk;
  await workbench.chooseFromMenu(workbench.file('many'), 'Upscale With…');
  await workbench.choice('small.safetensors').click();
  await workbench.choice('Start').click();
  const said = workbench.page.locator('.notifications-toasts .notification-list-item', {
    hasText: /2 of 3 images upscaled\. 1 failed: .*broken\.png is not an image, or is damaged or truncated/,
  });
  await said.waitFor(patience);
  await workbench.page.getByRole('tab', { name: '2 Upscaled Images' }).waitFor();
  expect(readdirSync(workspace.path('many')).toSorted()).toEqual([
    'bay.png',
    'bay_x4.png',
    'broken.png',
    'pier.png',
    'pier_x4.png',
  ]);
});

test('cancelling leaves no files', async () => {
  const { workbench, workspace } = desk;
  const { page } = workbench;
  await workbench.chooseFromMenu(workbench.file('large'), 'Upscale With…');
  await workbench.choice('slow.safetensors').click();
  await workbench.choice('Start').click();
  const toast = page.locator('.notifications-toasts .notification-list-item', {
    hasText: /coast\.png · tile/,
  });
  await toast.waitFor();
  expect(readdirSync(workspace.path('large')).length).toBeGreaterThan(1);
  await toast.hover();
  await toast.getByRole('button', { name: 'Cancel' }).click();
  await expect.poll(() => readdirSync(workspace.path('large')), patience).toEqual(['coast.png']);
  await toast.waitFor({ state: 'hidden' });
});

test('a weight file opens as a description', async () => {
  const { workbench } = desk;
  await workbench.file('small.safetensors').dblclick();
  const page = workbench.webview.locator('weights-view');
  await page.getByText('ESRGAN generator, ×4').waitFor();
  await page.getByRole('button', { name: 'Show Values' }).click();
  await page.getByRole('columnheader', { name: 'deviation' }).waitFor();
});

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, expect, test, vi } from 'vitest';
import { ComparePanel } from './compare-panel.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

// Validations and checkpoints happen only on request; samples are drawn.
const desk = useWorkbench({
  'asked.esrgan.yaml': tinyRunFile(1_000_000).replaceAll(/(samples: \{ )?every_steps: 200/g, (_, samples) =>
    samples === undefined ? 'every_steps: 1000000' : `${samples}every_steps: 50`,
  ),
});
const patience = { timeout: 40_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

const checkpoints = () => {
  const folder = desk.workspace.path('runs/asked/checkpoints');
  return existsSync(folder) ? readdirSync(folder).filter((name) => !name.startsWith('.')).length : 0;
};

test('“Checkpoint” and the command save one', async () => {
  const { workbench } = desk;
  await workbench.open('asked.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await expect.poll(() => panel.inkOf('Content loss'), patience).toBeGreaterThan(50);
  expect(checkpoints()).toBe(0);
  await panel.button('checkpoint').click();
  await expect.poll(checkpoints, patience).toBe(1);
  await workbench.run('ESRGAN: Checkpoint Now');
  await expect.poll(checkpoints, patience).toBe(2);
});

test('“Validate” evaluates the model now', async () => {
  await expect(panel.fact('PSNR').count()).resolves.toBe(0);
  await panel.button('validate').click();
  await expect.poll(() => panel.fact('PSNR').textContent(), patience).toMatch(/^\d+\.\d\d dB$/);
});

test.each([
  ['PNG', (file: Buffer) => expect(file.subarray(1, 4).toString()).toBe('PNG')],
  ['SVG', (file: Buffer) => expect(file.toString()).toMatch(/^<svg .*Content loss.*<\/svg>\n$/s)],
  [
    'CSV',
    (file: Buffer) => expect(file.toString()).toMatch(/^step,time,[^\r]+\r\n10,\d{4}-[^,]+Z,0\.\d+\r\n20,/),
  ],
])('a chart is exported as %s', async (format, check) => {
  const { workbench, workspace } = desk;
  const chart = panel.chart('Content loss');
  await chart.getByRole('button', { name: /export/i }).click();
  await chart.getByRole('menuitem', { name: format }).click();
  const file = workspace.path(`exported.${format.toLowerCase()}`);
  await workbench.chooseFile('Save As', file);
  // The file exists before it is complete.
  await vi.waitFor(() => check(readFileSync(file)), patience);
});

test('the tab of a checkpoint names run and checkpoint; its item has a menu', async () => {
  const { workbench } = desk;
  await panel.button('stop').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('stopped');
  await workbench.showViews('ESRGAN');
  const all = workbench.treeRow(/^Checkpoints \(\d\)/);
  const rows = workbench.treeRow(/^pretraining · step/);
  await workbench.expand(workbench.treeRow(/^asked/), all);
  await workbench.expand(all, rows);
  await rows.first().click();
  await workbench.page
    .locator('.tab')
    .filter({ hasText: /asked · pretraining-\d{8} · generator/ })
    .waitFor();
  await workbench.openMenu(rows.last(), 'Delete Checkpoint…');
  for (const title of ['Upscale With…', 'Reveal in Explorer', 'Compare Checkpoint…', 'Export Checkpoint…'])
    await workbench.page.getByRole('menuitem', { name: title, exact: true }).waitFor();
  await workbench.page.keyboard.press('Escape');
  const kept = workbench.treeRow(/^pretraining · step.*kept/);
  await workbench.chooseFromMenu(rows.last(), 'Keep Checkpoint');
  await kept.waitFor();
  await workbench.chooseFromMenu(kept, 'Do Not Keep Checkpoint');
  await kept.waitFor({ state: 'hidden' });
});

test('a checkpoint is exported, and compared at the tab Checkpoints', async () => {
  const { workbench, workspace } = desk;
  const row = workbench.treeRow(/^pretraining · step/).last();
  await workbench.chooseFromMenu(row, 'Export Checkpoint…');
  await workbench.chooseFile('Export', workspace.path('exported.safetensors'));
  await expect.poll(() => existsSync(workspace.path('exported.safetensors')), patience).toBe(true);
  await workbench.chooseFromMenu(row, 'Compare Checkpoint…');
  const tab = new ComparePanel(workbench).tab('Checkpoints');
  await expect.poll(() => tab.getAttribute('aria-selected'), patience).toBe('true');
});

test('the menu of a sample in the panel', async () => {
  const { workbench } = desk;
  await workbench.treeRow(/^asked/).click();
  const sample = panel.page.locator('image-pane').first();
  await sample.waitFor();
  await workbench.openMenu(sample, 'Reveal in Explorer');
  await workbench.page.getByRole('menuitem', { name: 'Upscale With…', exact: true }).waitFor();
});

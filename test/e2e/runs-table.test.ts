import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { makeSweep } from '../../bench/make-runs.ts';
import { ComparePanel } from './compare-panel.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const runs = 1000;
const patience = { timeout: 60_000 };

// A run of a second notifies.
const desk = useWorkbench(
  { 'short.esrgan.yaml': tinyRunFile(3000) },
  { 'esrgan.notify.afterMinutes': 0.001 },
  async (workspace) => makeSweep(workspace.path('runs'), runs),
);

const count = () => desk.workbench.webview.locator('.count').textContent();

/** The names of the first rows, from the top. */
const names = (wanted: number) =>
  desk.workbench.webview
    .getByRole('rowheader')
    .evaluateAll((cells) =>
      cells
        .map((cell) => ({
          line: Number(cell.getAttribute('data-line')),
          text: /run-\d+/.exec(cell.textContent ?? '')?.[0],
        }))
        .sort((a, b) => a.line - b.line)
        .map(({ text }) => text),
    )
    .then((all) => all.slice(0, wanted));

test('a table of a thousand runs, filtered and sorted', async () => {
  const { workbench } = desk;
  await workbench.showViews('ESRGAN');
  await workbench.treeRow('run-0').first().waitFor({ timeout: 60_000 });
  await workbench.run('ESRGAN: Runs Table');
  await expect.poll(count, patience).toBe('1,000 runs');
  await workbench.webview
    .getByRole('combobox', { name: 'Filter' })
    .fill('generator.type = realplksr and pretraining.lr >= 1e-3');
  await expect.poll(count, patience).toBe('62 of 1,000 runs');
  const head = workbench.webview.locator(`[role='columnheader'][data-key='loss'] .text`);
  await head.click();
  await expect.poll(() => workbench.webview.locator(`[aria-sort='descending']`).count()).toBe(1);
});

test('runs are tagged by the keyboard, and the tree has the tag', async () => {
  const { workbench, workspace } = desk;
  const [first = ''] = await names(1);
  await workbench.webview.getByRole('rowheader').first().click();
  await workbench.page.keyboard.press('Shift+ArrowDown');
  await expect.poll(count).toContain('2 selected');
  await workbench.page.keyboard.press('t');
  await workbench.input.fill('candidate');
  await workbench.choice('candidate').click();
  await workbench.page.keyboard.press('Enter');
  const file = workspace.path(`runs/${first}/notes.json`);
  await expect.poll(() => existsSync(file) && readFileSync(file, 'utf8'), patience).toContain('"candidate"');
  await workbench.webview.getByRole('combobox', { name: 'Filter' }).fill('tags has candidate');
  await expect.poll(count, patience).toContain('2 of 1,000 runs');
});

test('the context menu pins the selected runs, which come first in every order', async () => {
  const { workbench, workspace } = desk;
  const selected = await names(2);
  const [, second = ''] = selected;
  await workbench.chooseFromMenu(
    workbench.webview.getByRole('rowheader', { name: second, exact: true }),
    'Pin',
  );
  for (const name of selected) {
    const file = workspace.path(`runs/${name}/notes.json`);
    await expect.poll(() => readFileSync(file, 'utf8'), patience).toContain('"pinned": true');
  }
  await workbench.webview.getByRole('combobox', { name: 'Filter' }).fill('');
  await expect.poll(() => names(2), patience).toEqual(selected);
});

test('four runs are compared', async () => {
  const { workbench } = desk;
  await workbench.webview.getByRole('combobox', { name: 'Filter' }).fill('psnr > 28');
  await expect.poll(count, patience).toContain('of 1,000 runs');
  await workbench.webview.getByRole('rowheader').first().click();
  for (let row = 1; row < 4; row++) await workbench.page.keyboard.press('Shift+ArrowDown');
  await expect.poll(count).toContain('4 selected');
  await workbench.webview.getByRole('button', { name: 'Compare' }).click();
  await expect.poll(() => new ComparePanel(workbench).runs(), patience).toHaveLength(4);
  await workbench.run('View: Close All Editors');
});

test('a run that finishes shows a message', async () => {
  const { workbench } = desk;
  await workbench.showViews('Explorer');
  await workbench.open('short.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  // A run whose panel is open shows no message.
  await expect.poll(() => new RunPanel(workbench).state.textContent(), patience).toBe('running');
  await workbench.run('View: Close All Editors');
  await workbench.toast(/short · pretraining finished/).waitFor({ timeout: 120_000 });
});

test('the table comes back as it was', async () => {
  const { workbench } = desk;
  await workbench.run('ESRGAN: Runs Table');
  await expect
    .poll(() => workbench.webview.getByRole('combobox', { name: 'Filter' }).inputValue(), patience)
    .toBe('psnr > 28');
});

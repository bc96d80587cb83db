import { readdirSync, rmSync } from 'node:fs';
import { beforeAll, expect, test } from 'vitest';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile, trainerOf } from './workspace.ts';

const file = 'short.esrgan.yaml';
const desk = useWorkbench({ [file]: tinyRunFile(1_000_000) });
const patience = { timeout: 40_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

test('the code lens starts the pretraining, and its panel opens to the side', async () => {
  const { workbench } = desk;
  await workbench.open(file);
  await workbench.textEditor.lens('Start Pretraining').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await workbench.textEditor.lens('Pause').waitFor();
  await workbench.statusItem('short').waitFor();
});

test('points arrive, and a sample image that is not black', async () => {
  await expect.poll(() => panel.inkOf('Content loss'), patience).toBeGreaterThan(50);
  const first = await panel.table('Content loss');
  await expect
    .poll(async () => (await panel.table('Content loss')).total, patience)
    .toBeGreaterThan(first.total);
  await expect.poll(async () => (await panel.sample()).colors, patience).toBeGreaterThan(100);
  expect((await panel.sample()).brightness).toBeGreaterThan(20);
});

test('the view Runs lists it first, with its checkpoints below', async () => {
  const { workbench } = desk;
  await workbench.showViews('ESRGAN');
  await workbench.treeRow(/short.*pretraining/).waitFor();
  await workbench.treeRow(/short/).first().click();
  await workbench.page.keyboard.press('ArrowRight');
  await workbench.treeRow(/Checkpoints/).waitFor();
});

test('updates of its row preserve an open menu, the selection and expanded items', async () => {
  const { workbench } = desk;
  const row = workbench.treeRow(/^short/).first();
  const pause = await workbench.openMenu(row, 'Pause Run');
  const line = await row.textContent();
  await expect.poll(() => row.textContent(), patience).not.toBe(line);
  await expect(row.getAttribute('aria-expanded')).resolves.toBe('true');
  await expect(row.getAttribute('aria-selected')).resolves.toBe('true');
  await workbench.treeRow(/Checkpoints/).waitFor();
  await workbench.chooseEntry(pause);
  await workbench.treeRow(/^short.*paused/).waitFor();
  await panel.button('resume').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
});

test('it pauses and resumes', async () => {
  await panel.button('pause').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('paused');
  const { total } = await panel.table('Content loss');
  await panel.button('resume').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await expect.poll(async () => (await panel.table('Content loss')).total, patience).toBeGreaterThan(total);
});

test('it stops with a checkpoint, and the panel offers to resume', async () => {
  const { workspace } = desk;
  const run = workspace.path('runs/short');
  await panel.button('stop').click();
  await expect.poll(() => panel.state.textContent(), patience).toBe('stopped');
  await panel.button('restart').waitFor();
  expect(trainerOf(run)).toBeUndefined();
  const checkpoints = readdirSync(`${run}/checkpoints`).sort();
  const [, step] = /pretraining-0*(\d+)$/.exec(checkpoints.at(-1) ?? '') ?? [];
  await expect.poll(() => panel.fact('step').textContent()).toMatch(new RegExp(`^${grouped(step)}\\b`));
});

test('the panel opens its run file where it is open already, or its record, which is read-only', async () => {
  const { workbench, workspace } = desk;
  const active = (name: string) =>
    workbench.page.locator('.editor-group-container.active .tab.active', { hasText: name });
  await panel.button('config').click();
  await active(file).waitFor();
  await expect(workbench.page.locator('.tab', { hasText: file }).count()).resolves.toBe(1);
  rmSync(workspace.path(file));
  await panel.button('config').click();
  await active('run.esrgan.yaml').waitFor();
  // It opens before it is read-only.
  const refusal = workbench.page.locator('p', { hasText: 'Editor is read-only' });
  const typeX = async () => {
    await workbench.page.keyboard.type('x');
    return refusal.isVisible();
  };
  await expect.poll(typeX, patience).toBe(true);
});

function grouped(digits = ''): string {
  return Number(digits).toLocaleString('en-US');
}

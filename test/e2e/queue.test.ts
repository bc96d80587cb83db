import { beforeAll, expect, inject, test } from 'vitest';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { findProcess } from './processes.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const desk = useWorkbench({
  'long.esrgan.yaml': tinyRunFile(1_000_000),
  'early.esrgan.yaml': tinyRunFile(30),
  'late.esrgan.yaml': tinyRunFile(30),
});
const patience = { timeout: 40_000 };
let panel: RunPanel;

beforeAll(() => {
  panel = new RunPanel(desk.workbench);
});

test('a paused run occupies its slot', async () => {
  const { workbench } = desk;
  await workbench.open('long.esrgan.yaml');
  await workbench.run('ESRGAN: Start Pretraining');
  await expect.poll(() => panel.state.textContent(), patience).toBe('running');
  await workbench.run('ESRGAN: Pause Run');
  await expect.poll(() => panel.state.textContent(), patience).toBe('paused');
});

test('later runs are queued in the order of their start', async () => {
  const { workbench } = desk;
  for (const name of ['early', 'late']) {
    await workbench.open(`${name}.esrgan.yaml`);
    await workbench.run('ESRGAN: Start Pretraining');
    await workbench.statusItem(`${name} is queued`).waitFor();
  }
  await workbench.showViews('ESRGAN');
  await workbench.treeRow(/early.*#1 in queue/).waitFor();
  await workbench.treeRow(/late.*#2 in queue/).waitFor();
});

test('the keyboard and commands change the order', async () => {
  const { workbench } = desk;
  await workbench.treeRow(/late.*#2 in queue/).click();
  await workbench.page.keyboard.press('Alt+ArrowUp');
  await workbench.treeRow(/late.*#1 in queue/).waitFor();
  await workbench.page.keyboard.press('Alt+ArrowDown');
  await workbench.treeRow(/late.*#2 in queue/).waitFor();
  await workbench.run('View: Close All Editors');
  await workbench.run('ESRGAN: Move Up in Queue');
  await workbench.choice('late').click();
  await workbench.treeRow(/late.*#1 in queue/).waitFor();
  await workbench.treeRow(/early.*#2 in queue/).waitFor();
});

test('a killed server restarts with the same queue, and the next run starts when one ends', async () => {
  const { workbench, workspace } = desk;
  const server = findProcess(inject('editor').pid, /server\.js/);
  process.kill(server, 'SIGKILL');
  await expect.poll(() => findProcess(inject('editor').pid, /server\.js/), patience).not.toBe(server);
  await workbench.treeRow(/late.*#1 in queue/).waitFor();
  await workbench.treeRow(/early.*#2 in queue/).waitFor();
  await workbench.run('ESRGAN: Stop Run');
  await workbench.treeRow(/early.*finished/).waitFor();
  await workbench.treeRow(/late.*finished/).waitFor();
  const [late, early] = ['late', 'early'].map(
    (name) => readManifest(runPaths(workspace.path(`runs/${name}`)))?.sessions[0]?.start.time ?? '',
  );
  expect(late! < early!).toBe(true);
});

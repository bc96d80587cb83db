import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { launchPaths } from '../../trainer/runs/launch.ts';
import { readRun } from '../../trainer/runs/list.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';
import { hasSlurm, startCluster } from '../slurm/cluster.ts';
import { RunPanel } from './run-panel.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const needsSlurm = hasSlurm ? '' : ' (skipped: needs Slurm)';
const cluster = hasSlurm ? await startCluster() : undefined;
afterAll(() => cluster?.stop());

const config = mkdtempSync(join(tmpdir(), 'esrgan-config-'));
mkdirSync(join(config, 'esrgan-workbench'));
writeFileSync(
  join(config, 'esrgan-workbench', 'clusters.yaml'),
  'node: { cpus: 1 }\nheld: { options: [--hold] }\n',
);

// A job takes some seconds to start, and Slurm is asked every ten seconds.
const patience = { timeout: 90_000 };

describe.skipIf(!hasSlurm)(`runs on a cluster${needsSlurm}`, () => {
  const desk = useWorkbench(
    { 'first.esrgan.yaml': tinyRunFile(1_000_000), 'second.esrgan.yaml': tinyRunFile(1_000_000) },
    {},
    undefined,
    {
      editor: {
        dialogs: true,
        env: { SLURM_CONF: cluster?.environment.SLURM_CONF ?? '', XDG_CONFIG_HOME: config },
      },
    },
  );
  const read = (name: string) => readRun(desk.workspace.path(`runs/${name}`), Date.now());
  const jobs = () => cluster?.run('squeue', '-h', '-o', '%T %r');

  test('the palette starts a run on a cluster, and the list shows it training', async () => {
    const { workbench } = desk;
    await workbench.open('first.esrgan.yaml');
    await workbench.run('ESRGAN: Start on…');
    await workbench.choice('pretraining').click();
    await workbench.choice('node').click();
    await workbench.statusItem('first is submitted to node').waitFor();
    await workbench.showViews('ESRGAN');
    await workbench.treeRow(/first.*pretraining/).waitFor(patience);
    await expect.poll(() => read('first')?.state.state, patience).toBe('running');
  });

  test('a lens starts another one, whose panel says why it waits', async () => {
    const { workbench } = desk;
    await workbench.showViews('Explorer');
    await workbench.open('second.esrgan.yaml');
    const held = workbench.choice('held');
    await workbench.textEditor.openLens(workbench.textEditor.lens('Start on…').last(), held);
    await held.click();
    await workbench.statusItem('second is submitted to held').waitFor();
    await workbench.showViews('ESRGAN');
    await workbench.treeRow(/second.*queued/).waitFor(patience);
    await workbench.run('ESRGAN: Open Run');
    await workbench.choice('second').first().click();
    const panel = new RunPanel(workbench);
    await expect.poll(() => panel.state.textContent(), patience).toBe('queued on held: JobHeldUser');
  });

  test('removing it from the queue cancels its job', async () => {
    const { workbench } = desk;
    await workbench.chooseFromMenu(workbench.treeRow(/second.*queued/), 'Remove from Queue');
    await workbench.treeRow(/second/).waitFor({ state: 'detached' });
    await expect.poll(jobs, patience).toBe('RUNNING None\n');
    expect(read('second')).toBeUndefined();
  });

  test('a run that is stopped there frees its node, and continues there from its menu', async () => {
    const { workbench, workspace } = desk;
    await workbench.chooseFromMenu(workbench.treeRow(/first/), 'Stop Run');
    await workbench.treeRow(/first.*stopped/).waitFor(patience);
    await expect.poll(jobs, patience).toBe('');
    await workbench.chooseFromMenu(workbench.treeRow(/first.*stopped/), 'Start on…');
    await workbench.choice('node').click();
    await workbench.statusItem('first is submitted to node').waitFor();
    const run = runPaths(workspace.path('runs/first'));
    await expect.poll(() => readManifest(run)?.sessions.length, patience).toBe(2);
    const [before, after] = readManifest(run)?.sessions ?? [];
    expect(after?.start.step).toBe(before?.stop?.step);
    expect(launchPaths(run).job).toBeDefined();
  });

  test('Stop Run Now cancels the job', async () => {
    const { workbench } = desk;
    await workbench.treeRow(/first.*pretraining/).waitFor(patience);
    await workbench.chooseFromMenu(workbench.treeRow(/first/), 'Stop Run Now');
    const dialog = workbench.page.locator('.monaco-dialog-box', { hasText: 'Stop run “first” now?' });
    await dialog.getByRole('button', { name: 'Stop Now' }).click();
    await workbench.treeRow(/first.*stopped/).waitFor(patience);
    await expect.poll(jobs, patience).toBe('');
  });
});

// `npm run screenshots:cluster`: takes screenshots of runs on a cluster into docs/images: one that waits, one that trains and
// one that was requeued, on a real Slurm of two nodes on this host. Arguments: names of views and of themes (none: all).
import { mkdirSync, writeFileSync } from 'node:fs';
import { setUpVSCode } from '../../scripts/setup-vscode.mjs';
import { readRun } from '../../trainer/runs/list.ts';
import { hasSlurm, startCluster, until } from '../slurm/cluster.ts';
import { startEditor } from './editor.ts';
import { RunPanel } from './run-panel.ts';
import { chooseImages, resizeSideBar, takeImages, type Views } from './take-images.ts';
import { Workbench } from './workbench.ts';
import { createWorkspace, tinyRunFile } from './workspace.ts';

const profiles = `a100:
  partition: main
  cpus: 1
  memory: 1G
  time: 4:00:00
whole-node:
  partition: main
  options: [--exclusive]
  time: 8:00:00
`;

/** Run files, with the profile of each; the last one waits for a node of its own. */
const runs = { baseline: 'a100', 'low-rate': 'a100', wide: 'whole-node' } as const;

const show = (name: keyof typeof runs, state: string) => async (workbench: Workbench) => {
  await workbench.showViews('ESRGAN');
  await resizeSideBar(workbench, 420);
  await workbench.run('ESRGAN: Open Run');
  await workbench.choice(name).first().click();
  const panel = new RunPanel(workbench);
  await panel.state.filter({ hasText: state }).waitFor();
  if (name !== 'wide') await panel.sampleDrawn();
  await panel.page.getByText('Loading earlier points').waitFor({ state: 'hidden' });
  await workbench.treeRow('div2k').waitFor();
};

const views: Views = {
  'cluster-queued': show('wide', 'queued'),
  'cluster-running': show('baseline', 'running'),
  'cluster-requeued': show('low-rate', 'queued'),
};

if (!hasSlurm)
  throw new Error('There is no Slurm here, or this is not root: `npm test -- slurm` installs it.');
const chosen = chooseImages(process.argv.slice(3), views);
setUpVSCode();
// Longer than all images take.
const cluster = await startCluster({ requeueSeconds: 3600 });
const files = Object.keys(runs).map((name) => [`${name}.esrgan.yaml`, tinyRunFile(20_000)]);
const workspace = await createWorkspace(Object.fromEntries(files));
const config = workspace.path('.config');
mkdirSync(`${config}/esrgan-workbench`, { recursive: true });
writeFileSync(`${config}/esrgan-workbench/clusters.yaml`, profiles);
const editor = await startEditor({ env: { ...definedIn(cluster.environment), XDG_CONFIG_HOME: config } });
try {
  // The other node is busy.
  await cluster.run('sbatch', '--exclusive', '--output=/dev/null', '--wrap=sleep 100000');
  const workbench = await Workbench.open(editor, { folder: workspace.folder });
  for (const [name, profile] of Object.entries(runs)) {
    await workbench.open(`${name}.esrgan.yaml`);
    await workbench.textEditor.lens('Start on…').last().click();
    await workbench.choice(profile).first().click();
    await workbench.statusItem(`${name} is submitted to ${profile}`).waitFor();
  }
  await workbench.close();
  const read = (name: string) => readRun(workspace.path(`runs/${name}`), Date.now());
  await until('the run to requeue has validated', () => (read('low-rate')?.status?.step ?? 0) > 400);
  const job = read('low-rate')?.launch?.job?.id ?? '';
  await cluster.run('scontrol', 'requeue', job);
  await until('it has stopped', () => read('low-rate')?.status?.state === 'stopped');
  const settings = { 'files.exclude': { '.vscode': true, '.config': true } };
  await takeImages(editor, chosen, {
    folder: workspace.folder,
    size: { width: 1440, height: 700 },
    settings,
  });
} finally {
  await editor.stop();
  await cluster.stop();
  await workspace.remove();
}

function definedIn(environment: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

import { type Command, Option } from 'commander';
import { slurm } from '../cluster/slurm.ts';
import { askAboutJobs } from '../cluster/submit.ts';
import { findApiKey } from '../mirror/api-key.ts';
import { mirrorRun } from '../mirror/mirror-run.ts';
import { cloudServer, parseServer } from '../mirror/server-url.ts';
import { findRun } from './find-run.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter } from './terminal.ts';

interface Flags {
  readonly project?: string;
  readonly entity?: string;
  readonly group?: string;
  readonly url?: string;
  readonly once?: boolean;
  readonly runsDir: string;
  readonly json?: boolean;
}

/** Adds `esrgan mirror` to the command. */
export function registerMirror(program: Command): void {
  program
    .command('mirror')
    .description('upload a run to Weights & Biases, and follow it until it ends')
    .argument('<run>', 'name or folder of a run')
    .addOption(new Option('--to <service>', 'where to upload it').choices(['wandb']).makeOptionMandatory())
    .addOption(
      new Option('--project <name>', 'project of a new upload (default: "esrgan")').env('WANDB_PROJECT'),
    )
    .addOption(
      new Option('--entity <name>', 'team or user of a new upload (default: that of the key)').env(
        'WANDB_ENTITY',
      ),
    )
    .addOption(new Option('--group <name>', 'group of the run').env('WANDB_RUN_GROUP'))
    .addOption(
      new Option('--url <address>', `address of the W&B server (default: "${cloudServer}")`).env(
        'WANDB_BASE_URL',
      ),
    )
    .option('--once', 'upload what is there now, without following the run')
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--json', 'print one JSON object per line')
    .addHelpText(
      'after',
      '\nThe key is read from the environment variable WANDB_API_KEY or from the netrc file (`wandb login` writes it).',
    )
    .action(
      async (name: string, { project, entity, group, url, once = false, runsDir, json = false }: Flags) => {
        const { paths } = findRun(runsDir, name);
        const server = parseServer(url || cloudServer);
        const reporter = createReporter({ json, stream: process.stdout });
        const cancel = cancelOnRequest();
        try {
          const state = await mirrorRun(paths, {
            server,
            key: () => findApiKey(server),
            // An empty environment variable counts as missing.
            entity: entity || null,
            project: project || 'esrgan',
            group: group || null,
            once,
            jobStates: async (run) => (await askAboutJobs([run], slurm)).states,
            signal: cancel.signal,
            observer: {
              begin(link) {
                reporter.line(`Uploading run ${paths.name} to ${link}.`);
                reporter.event({ event: 'begin', run: paths.root, link });
              },
              progress({ events, samples, state }) {
                reporter.progress(`${state} · ${events} steps with scalars · ${samples} steps with images`);
                reporter.event({ event: 'progress', run: paths.root, events, samples, state });
              },
              trouble(reason) {
                reporter.line(`Waiting: ${reason}. The training is not affected.`);
                reporter.event({ event: 'warning', message: reason });
              },
            },
          });
          reporter.done();
          reporter.line(`Uploaded run ${paths.name} (${state}).`);
          reporter.event({ event: 'end', run: paths.root, state });
        } finally {
          cancel.release();
          reporter.done();
        }
      },
    );
}

import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { type ManifestKind, manifestKinds, manifestOf } from '../cluster/manifests.ts';
import { findProfile } from '../cluster/profiles.ts';
import { slurm } from '../cluster/slurm.ts';
import { requeue, type Submission, scriptOf, submitRuns } from '../cluster/submit.ts';
import { configForStage, formatProblem, readRunFile, readRunFileText } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { runPaths } from '../runs/run-directory.ts';
import { print, printError } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly on?: string;
  readonly to?: ManifestKind;
  readonly stage: Stage;
  readonly resume?: boolean;
  readonly atOnce: number;
  readonly print?: boolean;
}

/** Adds `esrgan submit`, and the command that its jobs call, to the command. */
export function registerSubmit(program: Command): void {
  program
    .command('submit')
    .description('train runs on a cluster with Slurm, or print a manifest for another engine')
    .argument('<run file...>', 'run files; several become an array of jobs')
    .option('--on <profile>', 'profile of clusters.yaml that the job uses')
    .addOption(
      new Option('--to <engine>', 'print a manifest for this engine, and submit nothing')
        .choices(manifestKinds)
        .conflicts(['on', 'resume', 'print']),
    )
    .addOption(new Option('--stage <stage>', 'stage to train').choices(stages).default('pretraining'))
    .option('--resume', 'continue from the newest complete checkpoint; a run without one starts')
    .option('--at-once <count>', 'runs of the array that train at the same time', wholeNumber, 4)
    .option('--print', 'print the script of the job, and submit nothing')
    .action(async (files: string[], flags: Flags) => {
      const { on, to, stage, atOnce } = flags;
      if (to !== undefined) {
        print(manifestOf(to, { files, stage, atOnce }));
        return;
      }
      if (on === undefined) {
        throw new WorkbenchError(
          'usage',
          'Name a profile of clusters.yaml with --on, or an engine with --to.',
        );
      }
      const submission = submissionOf(files, on, flags);
      if (flags.print) {
        print(scriptOf(submission));
        return;
      }
      for (const { run, job } of await submitRuns(submission, slurm)) {
        print(`Submitted ${stage} of run ${run.name} to ${on}: job ${job}.\n`);
      }
    });
  program.command('requeue <run>', { hidden: true }).action(async (run: string) => {
    print(`${await requeue(runPaths(run), slurm)}\n`);
  });
}

function submissionOf(files: readonly string[], name: string, flags: Flags): Submission {
  const settings = findProfile(name);
  const runs = files.map((file) => {
    const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
    const { config, warnings } = configForStage(file, read, flags.stage);
    for (const warning of warnings) printError(`${formatProblem(file, warning)}\n`);
    return { config, file: resolve(file) };
  });
  const { stage, resume = false, atOnce } = flags;
  return {
    runs,
    stage,
    resume,
    atOnce,
    profile: { name, settings },
    command: { node: settings.node ?? process.execPath, esrgan: commandFile() },
  };
}

/** The built command. */
function commandFile(): string {
  return process.argv[1] ?? fileURLToPath(import.meta.url);
}

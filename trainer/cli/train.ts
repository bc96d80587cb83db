import { dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  assertHasStages,
  configForStage,
  formatProblem,
  type ResolvedConfig,
  readRunFile,
  readRunFileText,
} from '../config/index.ts';
import { engineChoices, openEngine, parseEngine } from '../engine/engines.ts';
import { exitCodes } from '../errors/errors.ts';
import { formatDuration, formatRate } from '../format/format.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { watchRun } from '../notify/run-reporter.ts';
import { takeNotifySettings } from '../notify/settings.ts';
import { choiceOf, type StageChoice, stageChoices, stagesOf } from '../run-state/run-state.ts';
import { jobStartOf } from '../runs/job.ts';
import { readRun } from '../runs/list.ts';
import { lastStage } from '../runs/manifest.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import type { StageObserver, StepProgress } from '../stages/stage-context.ts';
import { timeLimit } from '../stages/stage-end.ts';
import { train } from '../stages/train.ts';
import { createReporter, printError, type Reporter } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly stage?: StageChoice;
  readonly resume?: boolean;
  readonly fromStart?: boolean;
  readonly engine?: string;
  readonly maxSteps?: number;
  readonly waitLock?: number;
  readonly runsDir?: string;
  readonly source?: string;
  readonly device?: number;
  readonly json?: boolean;
}

/** Adds `esrgan train` to the command. */
export function registerTrain(program: Command): void {
  program
    .command('train')
    .description('train a stage of a run, or both')
    .argument('<run file>', 'a run file: YAML, such as first.esrgan.yaml, or JSON')
    .addOption(
      new Option(
        '--stage <stage>',
        'stage to train, or all: training follows the pretraining (default: pretraining; with --resume, where the run stopped)',
      ).choices(stageChoices),
    )
    .option('--resume', 'continue from the newest complete checkpoint; a run without one starts')
    .addOption(
      new Option(
        '--from-start',
        'start the stage again at step 0 in the same run; its checkpoints are set aside',
      ).conflicts('resume'),
    )
    .option('--engine <engine>', `${engineChoices}; overrides the run file`)
    .option(
      '--device <number>',
      'GPU to train on, as `esrgan doctor` lists it; overrides the run file',
      wholeNumber,
    )
    .option('--max-steps <count>', 'stop with a checkpoint at this step of the stage', wholeNumber)
    .option('--wait-lock <seconds>', 'how long to wait for a process that trains the run', wholeNumber)
    .option('--runs-dir <folder>', 'folder of the runs; overrides the run file')
    .addOption(new Option('--source <file>', 'run file of which this one is a copy').hideHelp())
    .option('--json', 'print one JSON object per line')
    .action(async (file: string, flags: Flags) => {
      const reporter = createReporter({ json: flags.json === true, stream: process.stdout });
      const stopping = new AbortController();
      stopAtTimeLimit(stopping, reporter);
      // Before another process is started: none of them gets the address.
      const watch = watcherOf(process.env, reporter);
      const { config, stage } = loadRunFile(file, flags, reporter);
      const engine = await openEngine(parseEngine(flags.engine ?? config.engine), {
        device: flags.device ?? config.device,
      });
      stopOnSignals(stopping, reporter);
      const stop = stopping.signal;
      continueWithoutOutput();
      const result = await watch(runOf(config), () =>
        train({
          config,
          engine,
          stage,
          resume: flags.resume === true,
          fromStart: flags.fromStart === true,
          ...(flags.maxSteps === undefined ? {} : { maxSteps: flags.maxSteps }),
          ...(flags.waitLock === undefined ? {} : { lockPatience: flags.waitLock * 1000 }),
          stop,
          origin: { folder: dirname(flags.source ?? file), command: process.argv },
          observer: observe(reporter, stage),
        }),
      );
      reporter.done();
      reporter.event({ event: 'end', reason: result.reason, step: result.step, run: result.paths.root });
      reporter.line(
        `${result.message ?? 'Finished.'} Step ${result.step}. The run is in ${result.paths.root}.`,
      );
      if (!stop.aborted) return;
      if (stop.reason !== timeLimit) process.exitCode = exitCodes.interrupted;
      else if (result.reason === 'stopped') process.exitCode = exitCodes.timeLimit;
    });
}

/** Milliseconds before each further try to reach the webhook: the terminal, or the GPU of a job, waits for it. */
const notifyPauses = [2000, 15_000];

/**
 * Takes from the environment whom to notify, and returns how to run a training that does so. In a job, which nobody watches,
 * also of a short one: after a time limit, a job may do the last steps of a long training.
 */
function watcherOf(environment: NodeJS.ProcessEnv, reporter: Reporter) {
  const settings = takeNotifySettings(environment);
  return async <Result>(run: RunPaths, training: () => Promise<Result>): Promise<Result> => {
    if (settings === undefined) return training();
    const { webhook, afterMinutes } = settings;
    const isJob = jobStartOf(environment) !== undefined;
    const watch = watchRun(
      run,
      { webhook, afterMinutes: isJob ? 0 : afterMinutes },
      notifyPauses,
      (problem) => reporter.line(`The webhook was not reached: ${problem}.`),
    );
    try {
      return await training();
    } finally {
      await watch.end();
    }
  };
}

function loadRunFile(
  file: string,
  flags: Flags,
  reporter: Reporter,
): { config: ResolvedConfig; stage: StageChoice } {
  const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
  const run = read.config && runOf(withFlags(read.config, flags));
  const stage = flags.stage ?? (flags.resume && run ? lastChoice(run) : undefined) ?? 'pretraining';
  // What was started goes on with the file of then.
  if (flags.resume !== true) assertHasStages(flags.source ?? file, read, stage);
  const configured = configForStage(file, read, stage);
  const config = withFlags(configured.config, flags);
  for (const warning of configured.warnings) reporter.line(formatProblem(file, warning));
  return { config, stage };
}

function runOf({ runs_dir, name }: ResolvedConfig): RunPaths {
  return runPaths(join(runs_dir, name));
}

/** The stage that the run was in, also if it ended before it recorded that, and the one that was to follow it. */
function lastChoice(run: RunPaths): StageChoice | undefined {
  const state = readRun(run.root, Date.now())?.state;
  const stage = state?.stage ?? lastStage(run);
  return stage && choiceOf(stage, state?.next);
}

function withFlags(config: ResolvedConfig, { runsDir }: Flags): ResolvedConfig {
  return runsDir === undefined ? config : { ...config, runs_dir: resolve(runsDir) };
}

/**
 * Ctrl-C, SIGTERM and a closed terminal (SIGHUP; on Windows a closed console) stop after the current step, with a
 * checkpoint. A second Ctrl-C or SIGTERM stops immediately; a second SIGHUP does not, because the shell repeats the
 * terminal's.
 */
function stopOnSignals(controller: AbortController, reporter: Reporter): void {
  const received = new Set<string>();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (received.has(name) && name !== 'SIGHUP') process.exit(exitCodes.interrupted);
      received.add(name);
      if (controller.signal.aborted) return;
      controller.abort();
      reporter.line('Stopping after this step, with a checkpoint. Press Ctrl-C again to stop immediately.');
    });
  }
}

/** A scheduler sends SIGUSR2 before the time limit of a job, also while the trainer starts. */
function stopAtTimeLimit(controller: AbortController, reporter: Reporter): void {
  process.on('SIGUSR2', () => {
    controller.abort(timeLimit);
    reporter.line('The time limit is near: stopping after this step, with a checkpoint.');
  });
}

/** Output is for a person who watches; the run directory has all of it. */
function continueWithoutOutput(): void {
  process.stdout.once('error', () => {
    printError(
      'Nobody reads the output any more. Training continues without it; stop it with Ctrl-C or `esrgan stop`.\n',
    );
  });
}

function observe(reporter: Reporter, choice: StageChoice): StageObserver {
  return {
    step: (progress) => reporter.progress(progressLine(progress, choice)),
    line: (text) => reporter.line(text),
    event: (event) => reporter.event(event),
  };
}

function progressLine(
  { stage, step, steps, epoch, epochs, loss, rate, etaSeconds }: StepProgress,
  choice: StageChoice,
): string {
  const left = stage === stagesOf(choice).at(-1) ? 'left' : 'left of this stage';
  return `epoch ${epoch}/${epochs} · step ${step}/${steps} · loss ${loss.toPrecision(4)} · ${formatRate(rate)} · ${formatDuration(etaSeconds)} ${left}`;
}

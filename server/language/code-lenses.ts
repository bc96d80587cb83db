import { join } from 'node:path';
import type { CodeLens } from 'vscode-languageserver-types';
import {
  isPretrainingOnly,
  type ResolvedConfig,
  stageChanges,
  startsFromPretraining,
} from '../../trainer/config/index.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { currentEpoch, formatCount, formatDuration, formatRate } from '../../trainer/format/format.ts';
import { metricText } from '../../trainer/metrics/metric-text.ts';
import { isLive, type Stage, stages } from '../../trainer/run-state/run-state.ts';
import type { TrainedStages } from '../experiments/trained-stages.ts';
import type { CommandTarget, LensCommand } from '../protocol/commands.ts';
import type { RunSummary } from '../protocol/runs.ts';
import type { RunDocument } from './document.ts';
import { lenientConfig } from './lenient-config.ts';
import { entryAt } from './nodes.ts';

/** A lens without its range. Without a command it only shows its title. */
interface Lens {
  readonly title: string;
  readonly command?: LensCommand;
}

/** What the lenses show besides the runs. */
interface LensSources {
  /** Whether there are profiles of clusters. */
  readonly hasClusters?: boolean;
  /** Reads the stages of a run that were trained. */
  readonly trained?: (run: string) => TrainedStages;
}

/**
 * The actions and the state of each stage of a run file: start, resume, pause, stop, run again, open, compare, the keys that
 * were changed since, and the patches that it trains on. They are shown above the key of the stage, or above the first line if the file lacks it. A file of the pretraining only has
 * lenses of the training if it was trained anyway.
 *
 * @param runs all known runs; the run of the file is the one with its name in its `runs_dir`
 */
export function codeLenses(
  document: RunDocument,
  runs: readonly RunSummary[],
  { hasClusters = false, trained = () => ({}) }: LensSources = {},
): CodeLens[] {
  const config = lenientConfig(document);
  if (!config) return [];
  const directory = pathIdentity(join(config.runs_dir, config.name));
  const run = runs.find((each) => pathIdentity(each.run) === directory);
  const isAlone = runs.length - (run ? 1 : 0) === 0;
  // A document that is no file has none to start; the command then says so.
  const file = document.uri.startsWith('file:') ? { file: document.file } : {};
  const trainedStages = run?.kind === 'esrgan' ? trained(run.run) : {};
  const isOnlyPretrained = isPretrainingOnly(document.data);
  const shown = stages.filter(
    (stage) =>
      stage === 'pretraining' ||
      !isOnlyPretrained ||
      run?.stage === stage ||
      trainedStages[stage] !== undefined,
  );
  return shown.flatMap((stage) => {
    const target: CommandTarget = { ...file, stage, ...(run && { run: run.run }) };
    const key = entryAt(document, [stage])?.keySpan;
    const range = document.rangeOf(key ?? { start: 0, end: 0 });
    const lenses = run
      ? lensesOf(run, stage, { config, isAlone, trained: trainedStages })
      : newLenses(config, stage, { hasClusters, isOnlyPretrained });
    return [...lenses, showPatches].map(({ title, command }) => ({
      range,
      command: { title, command: command ?? '', ...(command && { arguments: [target] }) },
    }));
  });
}

/** The lenses of a stage of a run that does not exist yet. */
function newLenses(
  config: ResolvedConfig,
  stage: Stage,
  { hasClusters, isOnlyPretrained }: { readonly hasClusters: boolean; readonly isOnlyPretrained: boolean },
): Lens[] {
  const needsPretraining = startsFromPretraining(config);
  if (stage === 'training' && needsPretraining) return [needed];
  const both = stage === 'pretraining' && needsPretraining && !isOnlyPretrained ? [startBoth] : [];
  return [start(stage), ...both, ...(hasClusters ? [startOn] : [])];
}

const showPatches: Lens = { title: 'Show Training Patches', command: 'esrgan.showTrainingPatches' };

const needed: Lens = { title: 'needs the pretraining first' };

const startBoth: Lens = { title: '$(run-all) Start Both Stages', command: 'esrgan.startBothStages' };

const runAgain: Lens = { title: '$(debug-rerun) Run Again…', command: 'esrgan.runAgain' };

function start(stage: Stage): Lens {
  return stage === 'pretraining'
    ? { title: '$(play) Start Pretraining', command: 'esrgan.startPretraining' }
    : { title: '$(play) Start Training', command: 'esrgan.startTraining' };
}

const startOn: Lens = { title: '$(server) Start on…', command: 'esrgan.startOn' };

const resume: Lens = { title: '$(debug-continue) Resume', command: 'esrgan.resumeRun' };

function resumeFrom(run: RunSummary): Lens {
  return { ...resume, title: `${resume.title} (${placeOf(run)})` };
}

/** Whether the file makes a finished stage longer. */
function isLonger(config: ResolvedConfig, stage: Stage, { epochs, steps }: RunSummary): boolean {
  const { num_epoch, num_step } = config[stage];
  return (
    epochs !== null && steps !== null && num_epoch > epochs && (num_step === undefined || num_step > steps)
  );
}

/** Whether the file changes what ended a stage before its last step. */
function endsLater(stage: Stage, { step, steps }: RunSummary, changes: readonly string[]): boolean {
  const stops = [`${stage}.early_stopping`, `${stage}.stop_at`];
  return (
    step !== null &&
    steps !== null &&
    step < steps &&
    changes.some((key) => stops.some((stop) => key === stop || key.startsWith(`${stop}.`)))
  );
}

function lensesOf(
  run: RunSummary,
  stage: Stage,
  {
    config,
    isAlone,
    trained,
  }: { readonly config: ResolvedConfig; readonly isAlone: boolean; readonly trained: TrainedStages },
): Lens[] {
  const open: Lens = { title: 'Open', command: 'esrgan.openRun' };
  const compare: Lens[] = isAlone ? [] : [{ title: 'Compare', command: 'esrgan.compareRuns' }];
  const rest = [open, ...compare];
  if (run.kind === 'external') return rest;
  const changes = changedKeys(stage, config, trained);
  if (run.stage !== null && run.stage !== stage)
    return [...inOtherStage(run, stage, { config, trained, changes }), ...rest];
  const stop: Lens = { title: '$(debug-stop) Stop', command: 'esrgan.stopRun' };
  switch (run.state) {
    case 'queued': {
      const other = run.reason === null ? '' : ` ${run.reason}`;
      const place = run.queuePosition === null ? other : `, position ${run.queuePosition + 1}`;
      return [
        { title: `$(watch) queued${place}` },
        { title: 'Remove From Queue', command: 'esrgan.removeFromQueue' },
        ...rest,
      ];
    }
    case 'starting':
      return [{ title: '$(sync~spin) starting' }, stop, ...rest];
    case 'running':
      return [
        { title: `$(pulse) ${progressOf(run)}`, command: 'esrgan.openRun' },
        { title: '$(debug-pause) Pause', command: 'esrgan.pauseRun' },
        stop,
        ...changed(changes, 'its start'),
        ...rest,
      ];
    case 'paused':
      return [
        { title: `$(debug-pause) paused at ${placeOf(run)}` },
        resume,
        stop,
        ...changed(changes, 'its start'),
        ...rest,
      ];
    case 'finished':
      return [
        ...finished(run.score, changes),
        ...(isLonger(config, stage, run) || endsLater(stage, run, changes) ? [resumeFrom(run)] : []),
        ...rest,
      ];
    case 'stopped':
      return [resumeFrom(run), ...changed(changes), ...rest];
    case 'failed':
    case 'lost': {
      const reason = run.reason === null ? '' : `: ${shortened(run.reason)}`;
      const verb = run.state === 'failed' ? 'failed' : 'crashed';
      return [
        { title: `$(error) ${verb} at ${placeOf(run)}${reason}`, command: 'esrgan.openRun' },
        resume,
        ...changed(changes),
        ...rest,
      ];
    }
    case 'unknown':
      return [resume, ...rest];
  }
}

/** The result of a stage. Where the file has changed since, it is not shown as the result of the file as it is now. */
function finished(score: RunSummary['score'], changes: readonly string[]): Lens[] {
  const when = changes.length === 0 ? 'finished' : 'finished before the change';
  const title = `$(check) ${when}${score === null ? '' : ` · ${metricText(score, 'with unit')}`}`;
  return [...changed(changes), { title, command: 'esrgan.openRun' }, runAgain];
}

/** Most keys in a title. */
const shownKeys = 3;

function changed(changes: readonly string[], since = 'this run'): Lens[] {
  if (changes.length === 0) return [];
  const others = changes.length > shownKeys ? ', …' : '';
  return [{ title: `$(edit) changed since ${since}: ${changes.slice(0, shownKeys).join(', ')}${others}` }];
}

/** The keys of the file whose values are not those that a stage was trained with, as far as they have an effect. */
function changedKeys(stage: Stage, config: ResolvedConfig, trained: TrainedStages): string[] {
  const of = (each: Stage) => {
    const before = trained[each]?.config;
    return before === undefined ? [] : stageChanges(each, before, config).map(({ key }) => key);
  };
  const ofPretraining = stage === 'training' && startsFromPretraining(config) ? of('pretraining') : [];
  return withoutKeysOfType([...new Set([...of(stage), ...ofPretraining])]);
}

/** Without the keys of sections whose type has changed: those of both types have changed with it. */
function withoutKeysOfType(keys: readonly string[]): string[] {
  const sections = keys.flatMap((key) => /^(.*\.)type$/.exec(key)?.[1] ?? []);
  return keys.filter(
    (key) => !sections.some((section) => key.startsWith(section) && key !== `${section}type`),
  );
}

/** The lenses of a stage while the run is in the other stage. */
function inOtherStage(
  run: RunSummary,
  stage: Stage,
  {
    config,
    trained,
    changes,
  }: {
    readonly config: ResolvedConfig;
    readonly trained: TrainedStages;
    readonly changes: readonly string[];
  },
): Lens[] {
  const result = trained[stage];
  if (result?.isFinished) return finished(result.score, changes);
  if (stage === 'pretraining') return [];
  if (run.state === 'queued' || isLive(run)) {
    if (run.next === stage) {
      // It will train with the file as it was when both were started.
      const planned = trained.pretraining?.config;
      const later = planned === undefined ? [] : stageChanges(stage, planned, config).map(({ key }) => key);
      return [{ title: '$(watch) queued: starts after the pretraining' }, ...changed(later, 'its start')];
    }
    return startsFromPretraining(config) ? [needed] : [];
  }
  if (run.state === 'finished') return [start(stage)];
  if (run.next === stage) {
    const how = run.state === 'failed' ? 'failed' : run.state === 'lost' ? 'crashed' : 'was stopped';
    return [{ title: `$(watch) waits: the pretraining ${how}` }, start(stage)];
  }
  return startsFromPretraining(config)
    ? [start(stage), { ...startBoth, title: '$(run-all) Resume Both Stages' }]
    : [start(stage)];
}

/** `epoch 121/8,000 · 4.1 it/s · 2 h 5 min left`, as far as known, with the current epoch. */
function progressOf(run: RunSummary): string {
  const { epoch, epochs } = run;
  return [
    epoch === null || epochs === null
      ? placeOf(run)
      : `epoch ${formatCount(currentEpoch(epoch, epochs))}/${formatCount(epochs)}`,
    ...(run.rate === null ? [] : [formatRate(run.rate)]),
    ...(run.etaSeconds === null ? [] : [`${formatDuration(run.etaSeconds)} left`]),
  ].join(' · ');
}

/** The current epoch or step of the stage. */
function placeOf({ epoch, epochs, step }: RunSummary): string {
  if (epoch !== null) return `epoch ${formatCount(currentEpoch(epoch, epochs))}`;
  return step === null ? 'its start' : `step ${formatCount(step)}`;
}

/** A reason, short enough for a title. */
function shortened(reason: string): string {
  const line = reason.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 79)}…` : line;
}

import { join } from 'node:path';
import type { CodeLens } from 'vscode-languageserver-types';
import type { ResolvedConfig } from '../../trainer/config/index.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import {
  currentEpoch,
  formatCount,
  formatDuration,
  formatRate,
  formatScore,
} from '../../trainer/format/format.ts';
import { isLive, type Stage, stages } from '../../trainer/run-state/run-state.ts';
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

/**
 * The actions and the state of each stage of a run file: start, resume, pause, stop, open, compare. They are shown above
 * the key of the stage, or above the first line if the file lacks it.
 *
 * @param runs all known runs; the run of the file is the one with its name in its `runs_dir`
 * @param hasClusters whether there are profiles of clusters
 */
export function codeLenses(
  document: RunDocument,
  runs: readonly RunSummary[],
  hasClusters = false,
): CodeLens[] {
  const config = lenientConfig(document);
  if (!config) return [];
  const directory = pathIdentity(join(config.runs_dir, config.name));
  const run = runs.find((each) => pathIdentity(each.run) === directory);
  const isAlone = runs.length - (run ? 1 : 0) === 0;
  // A document that is no file has none to start; the command then says so.
  const file = document.uri.startsWith('file:') ? { file: document.file } : {};
  return stages.flatMap((stage) => {
    const target: CommandTarget = { ...file, stage, ...(run && { run: run.run }) };
    const key = entryAt(document, [stage])?.keySpan;
    const range = document.rangeOf(key ?? { start: 0, end: 0 });
    const lenses = run
      ? lensesOf(run, stage, { config, isAlone })
      : [start(stage), ...(hasClusters ? [startOn] : [])];
    return lenses.map(({ title, command }) => ({
      range,
      command: { title, command: command ?? '', ...(command && { arguments: [target] }) },
    }));
  });
}

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

function lensesOf(
  run: RunSummary,
  stage: Stage,
  { config, isAlone }: { readonly config: ResolvedConfig; readonly isAlone: boolean },
): Lens[] {
  const open: Lens = { title: 'Open', command: 'esrgan.openRun' };
  const compare: Lens[] = isAlone ? [] : [{ title: 'Compare', command: 'esrgan.compareRuns' }];
  const rest = [open, ...compare];
  if (run.kind === 'external') return rest;
  if (run.stage !== null && run.stage !== stage) return [...inOtherStage(run, stage), ...rest];
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
        ...rest,
      ];
    case 'paused':
      return [{ title: `$(debug-pause) paused at ${placeOf(run)}` }, resume, stop, ...rest];
    case 'finished':
      return [
        {
          title: `$(check) done${run.psnr === null ? '' : ` · PSNR ${formatScore(run.psnr)} dB`}`,
          command: 'esrgan.openRun',
        },
        ...(isLonger(config, stage, run) ? [resumeFrom(run)] : []),
        ...rest,
      ];
    case 'stopped':
      return [resumeFrom(run), ...rest];
    case 'failed':
    case 'lost': {
      const reason = run.reason === null ? '' : `: ${shortened(run.reason)}`;
      const verb = run.state === 'failed' ? 'failed' : 'crashed';
      return [
        { title: `$(error) ${verb} at ${placeOf(run)}${reason}`, command: 'esrgan.openRun' },
        resume,
        ...rest,
      ];
    }
    case 'unknown':
      return [resume, ...rest];
  }
}

/** The lenses of a stage while the run is in the other stage. */
function inOtherStage(run: RunSummary, stage: Stage): Lens[] {
  // The summary of a run in training does not say whether it was pretrained.
  if (stage === 'pretraining') return [];
  return run.state === 'queued' || isLive(run) ? [{ title: '$(watch) after pretraining' }] : [start(stage)];
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

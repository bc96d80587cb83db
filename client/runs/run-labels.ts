import { l10n } from 'vscode';
import { runColorTable } from '../../server/protocol/run-colors.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import {
  currentEpoch,
  formatCount,
  formatDuration,
  formatRate,
  formatValue,
} from '../../trainer/format/format.ts';
import { metricText } from '../../trainer/metrics/metric-text.ts';
import { progressOf, type RunState } from '../../trainer/run-state/run-state.ts';

/** The codicon of a state. */
export const stateIcons: Readonly<Record<RunState, string>> = {
  queued: 'watch',
  starting: 'circle-large',
  running: 'circle-filled',
  paused: 'debug-pause',
  finished: 'check',
  stopped: 'primitive-square',
  failed: 'error',
  lost: 'warning',
  unknown: 'circle-small',
};

/** In English the same words as `stateWords`, which webviews show. */
const stateLabels: Readonly<Record<RunState, string>> = {
  queued: l10n.t('queued'),
  starting: l10n.t('starting'),
  running: l10n.t('running'),
  paused: l10n.t('paused'),
  finished: l10n.t('finished'),
  stopped: l10n.t('stopped'),
  failed: l10n.t('failed'),
  lost: l10n.t('crashed'),
  unknown: l10n.t('not running'),
};

/** The id of the contributed color of a run. */
export function colorId(color: number): string {
  return `esrgan.run${color % runColorTable.length}`;
}

/**
 * The description of a run in a list: `61 % · training · 1 h 12 min · PSNR 25.40 · loss 0.01234`. A narrow
 * view cuts its end: state and progress are first, after the mark of a pinned run, which explains its place.
 */
export function describeRun(run: RunSummary): string {
  return run.notes.pinned ? listed(l10n.t('pinned'), describeState(run)) : describeState(run);
}

function describeState(run: RunSummary): string {
  const progress = progressOf(run);
  const percent = progress === null ? null : `${Math.floor(100 * progress)} %`;
  const score = run.score && metricText(run.score, 'without unit');
  switch (run.state) {
    case 'queued':
      // Another host's queue, or a cluster: `on gpu: Resources`.
      return run.queuePosition === null
        ? [stateLabels.queued, run.reason].filter((part) => part !== null).join(' ')
        : l10n.t('#{0} in queue', run.queuePosition + 1);
    case 'starting':
      return listed(stateLabels.starting, stagesOf(run), run.reason);
    case 'running':
      return listed(
        percent,
        stagesOf(run) ?? stateLabels.running,
        timeLeft(run),
        score,
        run.loss === null ? null : l10n.t('loss {0}', formatValue(run.loss)),
      );
    case 'paused':
      return listed(stateLabels.paused, percent, stagesOf(run), score);
    case 'finished':
      return listed(stateLabels.finished, run.stage, score);
    case 'stopped':
      return listed(stateAtStep(run), stagesOf(run), score);
    case 'failed':
    case 'lost':
      return listed(stateAtStep(run), run.reason);
    case 'unknown':
      if (run.kind === 'external') return l10n.t('external (TensorBoard logs)');
      return run.reason ?? l10n.t('never started');
  }
}

/** The stage of a run, and the one that follows it: `pretraining → training`. */
function stagesOf({ stage, next }: RunSummary): string | null {
  return stage === null || next === null ? stage : `${stage} → ${next}`;
}

/** The time that a run has left; of its stage, where another one follows. */
function timeLeft({ etaSeconds, next }: RunSummary): string | null {
  if (etaSeconds === null) return null;
  const time = formatDuration(etaSeconds);
  return next === null ? time : l10n.t('{0} of this stage', time);
}

/** A live run in the status bar: `name · epoch 121/8,000 · 4.1 it/s · 2 h left`. */
export function describeLiveRun(run: RunSummary): string {
  const epoch =
    run.epoch === null || run.epochs === null
      ? null
      : l10n.t('epoch {0}/{1}', formatCount(currentEpoch(run.epoch, run.epochs)), formatCount(run.epochs));
  if (run.state !== 'running') return listed(run.name, stateLabels[run.state], epoch);
  const left = timeLeft(run);
  return listed(
    run.name,
    epoch ?? run.stage,
    run.rate === null || run.rate === 0 ? null : formatRate(run.rate),
    left === null ? null : run.next === null ? l10n.t('{0} left', left) : left,
  );
}

/** A failed run in the status bar: `name · crashed at step 88,210`. */
export function describeFailure(run: RunSummary): string {
  return listed(run.name, stateAtStep(run));
}

/** A finished run in the status bar: `name · training finished · PSNR 25.40`. */
export function describeFinished(run: RunSummary): string {
  return listed(
    run.name,
    run.stage === null ? stateLabels.finished : l10n.t('{0} finished', run.stage),
    run.score && metricText(run.score, 'without unit'),
  );
}

/** The length of the queue in the status bar. */
export function describeQueue(length: number): string {
  return l10n.t('{0} queued', length);
}

function stateAtStep({ state, step }: RunSummary): string {
  return step === null
    ? stateLabels[state]
    : l10n.t('{0} at step {1}', stateLabels[state], formatCount(step));
}

/** A run for a screen reader, which would spell out the signs of `describeRun`. */
export function spokenRun(run: RunSummary): string {
  const description = describeRun(run)
    .replaceAll(' · ', ', ')
    .replaceAll(' %', ` ${l10n.t('percent')}`);
  return l10n.t('Run {0}, {1}', run.name, description);
}

/** The tooltip of a run, as Markdown. */
export function runTooltip(run: RunSummary): string {
  const state = stateLabels[run.state];
  const facts: (readonly [label: string, value: string | null])[] = [
    [l10n.t('State'), run.reason === null ? state : `${state}: ${run.reason}`],
    [l10n.t('Stage'), stagesOf(run)],
    [l10n.t('Epoch'), run.epoch === null ? null : of(currentEpoch(run.epoch, run.epochs), run.epochs)],
    [l10n.t('Step'), of(run.step, run.steps)],
    [l10n.t('Rate'), run.rate === null || run.rate === 0 ? null : formatRate(run.rate)],
    [l10n.t('Time left'), timeLeft(run)],
    [l10n.t('Loss'), run.loss === null ? null : formatValue(run.loss)],
    [l10n.t('Validation'), run.score && metricText(run.score, 'with unit')],
    [l10n.t('Hints'), run.hints.join(' ') || null],
    [l10n.t('Tags'), run.notes.tags.join(', ') || null],
    [l10n.t('Group'), run.notes.group],
    [l10n.t('Note'), run.notes.note || null],
    [l10n.t('Folder'), run.run],
  ];
  const lines = facts.flatMap(([label, value]) => (value === null ? [] : [`${label}: ${escaped(value)}`]));
  return [`**${escaped(run.name)}**`, ...lines].join('\n\n');
}

function of(done: number | null, all: number | null): string | null {
  if (done === null) return null;
  return all === null ? formatCount(done) : l10n.t('{0} of {1}', formatCount(done), formatCount(all));
}

/** Escapes Markdown: names and reasons come from files. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');
}

function listed(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

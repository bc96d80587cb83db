import { runColorTable } from '../../server/protocol/run-colors.ts';
import { type RunSummary, stateWords } from '../../server/protocol/runs.ts';
import {
  currentEpoch,
  formatCount,
  formatDuration,
  formatRate,
  formatValue,
} from '../../trainer/format/format.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';

/** The codicon of a state. */
export const stateIcons: Readonly<Record<RunState, string>> = {
  queued: 'ellipsis',
  starting: 'circle-large',
  running: 'circle-filled',
  paused: 'debug-pause',
  finished: 'check',
  stopped: 'primitive-square',
  failed: 'error',
  lost: 'warning',
  unknown: 'circle-small',
};

/** The contributed color of a run's place in the palette. */
export function colorId(color: number): string {
  return `esrgan.run${color % runColorTable.length}`;
}

/** How far the stage is, from 0 to 1, or null where that is not known. */
export function progressOf({ step, steps }: Pick<RunSummary, 'step' | 'steps'>): number | null {
  return step === null || steps === null || steps === 0 ? null : Math.min(step / steps, 1);
}

/** The line behind a run's name: `training · 61 % · 1 h 12 min · loss 0.01234 · PSNR 25.40`. */
export function describeRun(run: RunSummary): string {
  const progress = progressOf(run);
  const percent = progress === null ? null : `${Math.floor(100 * progress)} %`;
  const psnr = run.psnr === null ? null : `PSNR ${run.psnr.toFixed(2)}`;
  const at = run.step === null ? '' : ` at step ${formatCount(run.step)}`;
  switch (run.state) {
    case 'queued':
      return run.queuePosition === null ? 'queued' : `queued ${run.queuePosition + 1}`;
    case 'starting':
      return listed('starting', run.stage);
    case 'running':
      return listed(
        run.stage ?? 'running',
        percent,
        run.etaSeconds === null ? null : formatDuration(run.etaSeconds),
        run.loss === null ? null : `loss ${formatValue(run.loss)}`,
        psnr,
      );
    case 'paused':
      return listed('paused', run.stage, percent, psnr);
    case 'finished':
      return listed('done', run.stage, psnr);
    case 'stopped':
      return listed(`stopped${at}`, run.stage, psnr);
    case 'failed':
      return listed(`failed${at}`, run.reason);
    case 'lost':
      return listed(`crashed${at}`, run.reason);
    case 'unknown':
      return run.kind === 'external' ? 'external run' : 'never started';
  }
}

/** The item of the status bar: `name · epoch 121/8,000 · 4.1 it/s · 2 h left`, with the epoch that is at work. */
export function describeLiveRun(run: RunSummary): string {
  const epoch =
    run.epoch === null || run.epochs === null
      ? null
      : `epoch ${formatCount(currentEpoch(run.epoch, run.epochs))}/${formatCount(run.epochs)}`;
  if (run.state !== 'running') return listed(run.name, run.state, epoch);
  return listed(
    run.name,
    epoch ?? run.stage,
    run.rate === null || run.rate === 0 ? null : formatRate(run.rate),
    run.etaSeconds === null ? null : `${formatDuration(run.etaSeconds)} left`,
  );
}

/** The item of the status bar for a run that failed: `name · crashed at step 88,210`. */
export function describeFailure({ name, state, step }: RunSummary): string {
  return listed(name, `${stateWords[state]}${step === null ? '' : ` at step ${formatCount(step)}`}`);
}

/** A run as a screen reader says it, without signs that it would spell. */
export function spokenRun(run: RunSummary): string {
  return `Run ${run.name}, ${describeRun(run).replaceAll(' · ', ', ').replaceAll(' %', ' percent')}`;
}

/** What the mouse finds out about a run, as Markdown. */
export function runTooltip(run: RunSummary): string {
  const facts: (readonly [what: string, value: string | null])[] = [
    ['State', run.reason === null ? stateWords[run.state] : `${stateWords[run.state]}: ${run.reason}`],
    ['Stage', run.stage],
    ['Epoch', run.epoch === null ? null : of(currentEpoch(run.epoch, run.epochs), run.epochs)],
    ['Step', of(run.step, run.steps)],
    ['Rate', run.rate === null || run.rate === 0 ? null : formatRate(run.rate)],
    ['Time left', run.etaSeconds === null ? null : formatDuration(run.etaSeconds)],
    ['Loss', run.loss === null ? null : formatValue(run.loss)],
    ['Validation', run.psnr === null ? null : `PSNR ${run.psnr.toFixed(2)} dB`],
    ['Folder', run.run],
  ];
  const lines = facts.flatMap(([what, value]) => (value === null ? [] : [`${what}: ${escaped(value)}`]));
  return [`**${escaped(run.name)}**`, ...lines].join('\n\n');
}

function of(done: number | null, all: number | null): string | null {
  if (done === null) return null;
  return all === null ? formatCount(done) : `${formatCount(done)} of ${formatCount(all)}`;
}

/** Names and reasons are other people's text: none of it may become markup. */
function escaped(text: string): string {
  return text.replaceAll(/[\\`*_{}[\]()#+\-.!|<>~&]/g, '\\$&');
}

function listed(...parts: (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

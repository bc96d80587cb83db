import type { Command } from 'commander';
import { formatDuration, formatScore } from '../format/format.ts';
import { progressOf } from '../run-state/run-state.ts';
import { listRuns, type RunOnDisk } from '../runs/list.ts';
import { readManifest } from '../runs/manifest.ts';
import { print } from './terminal.ts';
import { withJobs } from './with-jobs.ts';

/** Adds `esrgan runs` to the command. */
export function registerRuns(program: Command): void {
  program
    .command('runs')
    .description('list the runs and their states')
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--json', 'print one JSON object per line')
    .action(async ({ runsDir, json = false }: { runsDir: string; json?: boolean }) => {
      const now = Date.now();
      const runs = await withJobs(listRuns(runsDir, now), now);
      const lines = json ? runs.map((run) => JSON.stringify(runRecord(run))) : runsTable(runs, runsDir, now);
      for (const line of lines) print(`${line}\n`);
    });
}

/** A run as printed by `--json`; null if not known. `progress` is 0 to 1, `updated` ISO 8601; `source`: of its last start. */
function runRecord({ paths, kind, state, stageStatus: status, updated }: RunOnDisk) {
  const last = readManifest(paths)?.sessions.at(-1)?.start;
  return {
    name: paths.name,
    path: paths.root,
    kind,
    state: state.state,
    reason: state.reason,
    stage: state.stage,
    progress: status === undefined ? null : progressOf(status),
    epoch: status?.epoch ?? null,
    epochs: status?.epochs ?? null,
    step: status?.step ?? null,
    steps: status?.steps ?? null,
    loss: status?.loss ?? null,
    psnr: status?.psnr ?? null,
    rate: status?.rate ?? null,
    etaSeconds: status?.etaSeconds ?? null,
    updated: updated === null ? null : new Date(updated).toISOString(),
    command: last?.command ?? null,
    source: last?.source ?? null,
  };
}

const header = ['NAME', 'STATE', 'STAGE', 'DONE', 'STEP', 'LOSS', 'PSNR', 'RATE', 'ETA', 'UPDATED'];

/** The lines of the table, followed by the reasons of states. `now` is in milliseconds since 1970. */
function runsTable(runs: readonly RunOnDisk[], runsDir: string, now: number): string[] {
  if (runs.length === 0) return [`${runsDir} contains no runs.`];
  const rows = [header, ...runs.map((run) => cells(run, now))];
  const widths = header.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const table = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
  const reasons = runs.flatMap(({ paths, state }) =>
    state.reason === null ? [] : [`${paths.name} (${state.state}): ${state.reason}`],
  );
  return [...table, ...(reasons.length > 0 ? ['', ...reasons] : [])];
}

function cells(run: RunOnDisk, now: number): string[] {
  const { stageStatus: status } = run;
  // Only a running run has a rate and a remaining time.
  const runningStatus = run.state.state === 'running' ? status : undefined;
  const progress = status === undefined ? null : progressOf(status);
  return [
    run.paths.name,
    run.kind === 'external' ? 'events only' : run.state.state,
    run.state.stage ?? '-',
    progress === null ? '-' : `${Math.floor(progress * 100)} %`,
    status === undefined ? '-' : `${status.step}/${status.steps}`,
    orDash(status?.loss, (loss) => loss.toPrecision(4)),
    orDash(status?.psnr, (psnr) => `${formatScore(psnr)} dB`),
    orDash(runningStatus?.rate, (rate) => `${rate.toPrecision(3)} /s`),
    orDash(runningStatus?.etaSeconds, formatDuration),
    orDash(run.updated, (updated) => `${formatDuration((now - updated) / 1000)} ago`),
  ];
}

function orDash<T>(value: T | null | undefined, format: (value: T) => string): string {
  return value === null || value === undefined ? '-' : format(value);
}

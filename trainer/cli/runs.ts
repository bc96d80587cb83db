import type { Command } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { formatDuration } from '../format/format.ts';
import { metricText } from '../metrics/metric-text.ts';
import { progressOf } from '../run-state/run-state.ts';
import { buildTable } from '../run-table/build-table.ts';
import { toCsv } from '../run-table/csv.ts';
import { parseFilter } from '../run-table/filter.ts';
import { formatCell, unitOf } from '../run-table/format-cell.ts';
import { createConfigReader } from '../run-table/read/read-config.ts';
import { readFacts } from '../run-table/read/read-facts.ts';
import { selectColumns } from '../run-table/select-columns.ts';
import { parseSort, sortRows } from '../run-table/sort-rows.ts';
import type { RunTable } from '../run-table/table.ts';
import { listRuns, type RunOnDisk } from '../runs/list.ts';
import { readManifest } from '../runs/manifest.ts';
import { notesProblem } from '../runs/notes.ts';
import { scoreOfStatus } from '../runs/status.ts';
import { print, printError } from './terminal.ts';
import { withJobs } from './with-jobs.ts';

interface Options {
  readonly runsDir: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly filter?: string;
  readonly sort?: string;
  readonly columns?: string;
  readonly all?: boolean;
}

/** Adds `esrgan runs` to the command. */
export function registerRuns(program: Command): void {
  program
    .command('runs')
    .description('list the runs and their states')
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--filter <expression>', 'only these runs: "psnr > 29 and generator.type = compact"')
    .option('--sort <columns>', 'order of the runs: "psnr-,name", with - after a column from the highest')
    .option('--columns <columns>', 'columns to print: facts, metrics and keys of the run file')
    .option('--all', 'also archived runs')
    .option('--csv', 'print CSV')
    .option('--json', 'print one JSON object per line')
    .action(async (options: Options) => {
      const { runsDir, filter, sort, columns, csv = false, json = false } = options;
      if (csv && json) throw new WorkbenchError('usage', 'Name one of --csv and --json.');
      const now = Date.now();
      const found = await withJobs(listRuns(runsDir, now), now);
      // A filter by `archived` is about archived runs.
      const isAll = options.all === true || /\barchived\b/.test(filter ?? '');
      const runs = found
        .filter(({ notes }) => isAll || !notes.archived)
        .sort((a, b) => Number(b.notes.pinned) - Number(a.notes.pinned));
      const isPlain = [filter, sort, columns].every((each) => each === undefined) && !csv && !json;
      const lines = isPlain ? runsTable(runs, runsDir, now) : selectedLines(runs, options);
      for (const line of lines) print(`${line}\n`);
      for (const { paths } of found) {
        const problem = notesProblem(paths);
        if (problem !== undefined) printError(`Warning: ${problem}\n`);
      }
    });
}

/** What to print of the runs that the options select. Throws a `usage` error that says what is allowed. */
function selectedLines(runs: readonly RunOnDisk[], options: Options): string[] {
  const { filter = '', sort, columns, csv = false, json = false } = options;
  const readConfig = createConfigReader();
  const facts = runs.map((run) => readFacts(run, readConfig));
  const table = buildTable(facts, 'all');
  const parsed = parseFilter(filter, table.columns);
  if (parsed.problem !== undefined) {
    const { start, end, message } = parsed.problem;
    const mark = `${' '.repeat(start)}${'^'.repeat(Math.max(1, end - start))}`;
    throw new WorkbenchError('usage', `--filter: ${message}\n  ${filter}\n  ${mark}`);
  }
  const order = sort === undefined ? { keys: [] } : parseSort(sort, table.columns);
  if ('problem' in order) throw new WorkbenchError('usage', `--sort: ${order.problem}`);
  const rows = sortRows(table.rows.filter(parsed.filter), table.columns, order.keys);
  const selected = selectColumns(
    { ...table, rows },
    columns === undefined
      ? buildTable(facts).columns.map(({ key }) => key)
      : columns.split(',').map((key) => key.trim()),
  );
  if ('problem' in selected) throw new WorkbenchError('usage', `--columns: ${selected.problem}`);
  if (csv) return toCsv(selected.table).trimEnd().split('\n');
  const runOf = new Map(runs.map((run) => [run.paths.root, run]));
  if (json) {
    return selected.table.rows.flatMap(({ run, cells }) => {
      const values = Object.fromEntries(
        selected.table.columns.map(({ key }, index) => [key, cells[index] ?? null]),
      );
      const found = runOf.get(run);
      return found === undefined ? [] : [JSON.stringify({ ...runRecord(found), values })];
    });
  }
  if (columns !== undefined) return columnsTable(selected.table);
  const shown = selected.table.rows.flatMap(({ run }) => runOf.get(run) ?? []);
  return shown.length === 0 ? ['No run matches.'] : runsTable(shown, options.runsDir, Date.now());
}

/** The lines of a table of columns that were named. */
function columnsTable({ columns, rows }: RunTable): string[] {
  const heads = columns.map((column) => {
    const unit = unitOf(column);
    return unit === '' ? column.key : `${column.key} ${unit}`;
  });
  return align([
    heads,
    ...rows.map(({ cells }) => columns.map((column, index) => formatCell(column, cells[index]) || '-')),
  ]);
}

/** A run as printed by `--json`, with its notes; null if not known. `progress` is 0 to 1, `updated` ISO 8601; `source`: of its last start. */
function runRecord({ paths, kind, notes, state, stageStatus: status, updated }: RunOnDisk) {
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
    score: scoreOfStatus(status),
    rate: status?.rate ?? null,
    etaSeconds: status?.etaSeconds ?? null,
    updated: updated === null ? null : new Date(updated).toISOString(),
    command: last?.command ?? null,
    source: last?.source ?? null,
    ...notes,
  };
}

const header = ['NAME', 'STATE', 'STAGE', 'DONE', 'STEP', 'LOSS', 'VALIDATION', 'RATE', 'ETA', 'UPDATED'];

/** The lines of the table, followed by the reasons of states. `now` is in milliseconds since 1970. */
function runsTable(runs: readonly RunOnDisk[], runsDir: string, now: number): string[] {
  if (runs.length === 0) return [`${runsDir} contains no runs.`];
  const table = align([header, ...runs.map((run) => cells(run, now))]);
  const reasons = runs.flatMap(({ paths, state }) =>
    state.reason === null ? [] : [`${paths.name} (${state.state}): ${state.reason}`],
  );
  return [...table, ...(reasons.length > 0 ? ['', ...reasons] : [])];
}

/** The lines of a table whose columns are aligned. */
function align(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<readonly number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cells(run: RunOnDisk, now: number): string[] {
  const { stageStatus: status } = run;
  // Only a running run has a rate and a remaining time.
  const runningStatus = run.state.state === 'running' ? status : undefined;
  const progress = status === undefined ? null : progressOf(status);
  const ofStage = run.state.next === null ? '' : ' of this stage';
  return [
    run.paths.name,
    run.kind === 'external' ? 'events only' : run.state.state,
    run.state.stage ?? '-',
    progress === null ? '-' : `${Math.floor(progress * 100)} %`,
    status === undefined ? '-' : `${status.step}/${status.steps}`,
    orDash(status?.loss, (loss) => loss.toPrecision(4)),
    orDash(scoreOfStatus(status), (score) => metricText(score, 'with unit')),
    orDash(runningStatus?.rate, (rate) => `${rate.toPrecision(3)} /s`),
    orDash(runningStatus?.etaSeconds, (seconds) => `${formatDuration(seconds)}${ofStage}`),
    orDash(run.updated, (updated) => `${formatDuration((now - updated) / 1000)} ago`),
  ];
}

function orDash<T>(value: T | null | undefined, format: (value: T) => string): string {
  return value === null || value === undefined ? '-' : format(value);
}

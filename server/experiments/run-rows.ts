import { randomUUID } from 'node:crypto';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { buildTable, type EqualKey, equalKeys, type RunFacts } from '../../trainer/run-table/build-table.ts';
import { createConfigReader } from '../../trainer/run-table/read/read-config.ts';
import { readFacts } from '../../trainer/run-table/read/read-facts.ts';
import type { Column } from '../../trainer/run-table/table.ts';
import type { RunOnDisk } from '../../trainer/runs/list.ts';
import type { RunTableAnswer, TableRow } from '../protocol/run-table.ts';
import type { RunList } from './run-list.ts';

/** The table of all runs of a list. */
export interface RunRows {
  /**
   * The table, or what has changed in it since a revision of an earlier answer. Only runs that the list has read again since
   * then are read, some at a time, so that other requests are answered meanwhile.
   */
  table(since: string | null): Promise<RunTableAnswer>;
}

/** Runs to read before other events are handled. */
const slice = 10;

interface Entry {
  readonly run: RunOnDisk;
  readonly facts: RunFacts;
}

export function createRunRows(
  list: Pick<RunList, 'all' | 'onDisk'>,
  withRelativePaths: (text: string) => string = (text) => text,
): RunRows {
  const readConfig = createConfigReader();
  // Revisions of an earlier server are not known.
  const id = randomUUID();
  let revision = 0;
  let entries = new Map<string, Entry>();
  let columns: readonly Column[] = [];
  let equal: readonly EqualKey[] = [];
  let columnsChanged = 0;
  let rows: readonly TableRow[] = [];
  const changed = new Map<string, number>();
  const removed = new Map<string, number>();
  let update: Promise<void> = Promise.resolve();

  async function read(): Promise<void> {
    await list.all();
    const found = new Map<string, Entry>();
    const fresh: string[] = [];
    for (const run of list.onDisk()) {
      const { root } = run.paths;
      const before = entries.get(root);
      if (before?.run === run) {
        found.set(root, before);
        continue;
      }
      const facts = readFacts(run, readConfig);
      const isSame = before !== undefined && isDeepStrictEqual(before.facts, facts);
      found.set(root, { run, facts: isSame ? before.facts : facts });
      if (!isSame && fresh.push(root) % slice === 0) await yieldToEventLoop();
    }
    const gone = [...entries.keys()].filter((root) => !found.has(root));
    entries = found;
    if (fresh.length === 0 && gone.length === 0 && revision > 0) return;
    revision++;
    for (const root of fresh) {
      changed.set(root, revision);
      removed.delete(root);
    }
    for (const root of gone) {
      changed.delete(root);
      removed.set(root, revision);
    }
    const facts = [...entries.values()].map((entry) => entry.facts);
    const table = buildTable(facts);
    const equalNow = equalKeys(facts, table);
    if (!isDeepStrictEqual([table.columns, equalNow], [columns, equal])) {
      [columns, equal] = [table.columns, equalNow];
      columnsChanged = revision;
    }
    const reason = columns.findIndex(({ key }) => key === 'reason');
    rows = table.rows.map(({ run, cells }) => ({
      run,
      color: entries.get(run)?.run.color ?? 0,
      hasRunFile: entries.get(run)?.facts.config !== undefined,
      cells: cells.map((cell, index) =>
        index === reason && typeof cell === 'string' ? withRelativePaths(cell) : cell,
      ),
    }));
  }

  return {
    async table(since) {
      update = update.then(read, read);
      await update;
      const [name, number] = since?.split(':') ?? [];
      const from = name === id ? Number(number) : Number.NaN;
      const isWhole = !(from >= columnsChanged);
      return {
        revision: `${id}:${revision}`,
        columns,
        equal,
        rows: isWhole ? rows : rows.filter(({ run }) => (changed.get(run) ?? 0) > from),
        isWhole,
        removed: isWhole ? [] : [...removed].flatMap(([run, at]) => (at > from ? [run] : [])),
      };
    },
  };
}

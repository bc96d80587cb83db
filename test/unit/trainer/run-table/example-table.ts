import type { Column, Row } from '../../../../trainer/run-table/table.ts';

/** Columns of every kind. */
export const columns: readonly Column[] = [
  { key: 'name', kind: 'text', source: 'run' },
  { key: 'psnr', kind: 'number', source: 'metric' },
  { key: 'generator.type', kind: 'text', source: 'config' },
  { key: 'tags', kind: 'list', source: 'run' },
  { key: 'note', kind: 'text', source: 'run' },
  { key: 'pinned', kind: 'boolean', source: 'run' },
  { key: 'created', kind: 'time', source: 'run' },
  { key: 'trained', kind: 'duration', source: 'run' },
  { key: 'progress', kind: 'fraction', source: 'run' },
  { key: 'odd key', kind: 'number', source: 'config' },
];

const day = (day: number) => Date.UTC(2030, 0, day, 12);

/** Four runs; the last has no values but its name. */
export const rows: readonly Row[] = [
  { run: 'a', cells: ['a', 30, 'compact', ['paper'], 'Lower learning rate', false, day(1), 3600, 1, 1] },
  {
    run: 'b',
    cells: ['b', 'Infinity', 'rrdb', ['paper', 'two words'], 'say "hi"', false, day(2), 7200, 0.5, 2],
  },
  { run: 'c', cells: ['c', 28.5, 'compact', [], null, true, day(3), 10, 0.25, null] },
  { run: 'd', cells: ['d', null, null, [], null, false, null, null, null, null] },
];

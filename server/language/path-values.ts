import { dirname, join, resolve } from 'node:path';
import { isMap } from 'yaml';
import type { Path } from '../../trainer/config/index.ts';
import { rootText, scaleOf } from './datasets.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { type Entry, entriesAt, entriesOf, entryAt, innerSpan, textOf } from './nodes.ts';
import { schemaAt } from './schema.ts';

/** What the help for paths wants to know of the disk. */
export interface PathProbe {
  /** What there is at an absolute path; `undefined` for nothing. */
  kindOf(path: string): 'file' | 'folder' | undefined;
}

/** A value of the text that leads to something on the disk. */
export interface PathValue {
  /** Without quotes. */
  readonly span: Span;
  /** Absolute; there need not be anything. For a glob the folder before its first pattern. */
  readonly target: string;
  /** What is there, for a tooltip. */
  readonly meaning: string;
}

/** All values that are paths, in the order of the text; not those that stand in broken stretches. */
export function pathValues(document: RunDocument): PathValue[] {
  const values = [...pathsIn(document, entriesAt(document, [])), ...ofThisRun(document)];
  return values.toSorted((a, b) => a.span.start - b.span.start);
}

/** The values that the schema calls paths. */
function pathsIn(document: RunDocument, entries: readonly Entry[]): PathValue[] {
  return entries.flatMap((entry) => {
    const pathTo = schemaAt(entry.path)?.pathTo;
    const given = pathTo && written(document, entry);
    if (!given) {
      return isMap(entry.value) ? pathsIn(document, entriesOf(document, entry.path, entry.value)) : [];
    }
    if (isOwnCheckpoint(entry.path, given.text)) return [];
    const folder =
      pathTo === 'images'
        ? folderOf(given.text.replaceAll('{scale}', String(scaleOf(document))))
        : given.text;
    const target = absolute(document, folder);
    return [{ span: given.span, target, meaning: meanings[pathTo] ?? 'Path' }];
  });
}

const meanings: Readonly<Record<string, string>> = {
  images: 'Folder of images',
  weights: 'File of weights',
  folder: 'Folder',
};

/** `last` and `best` in place of a path. */
function isOwnCheckpoint([stage, key]: Path, text: string): boolean {
  return stage === 'training' && key === 'init' && (text === 'last' || text === 'best');
}

/** The run's name leads to what it was started with, `last` and `best` to its checkpoints. */
function ofThisRun(document: RunDocument): PathValue[] {
  const name = written(document, entryAt(document, ['name']));
  if (!name) return [];
  const run = join(absolute(document, rootText(document, 'runs_dir')), name.text);
  const path = ['training', 'init'];
  const init = written(document, entryAt(document, path));
  return [
    {
      span: name.span,
      target: join(run, 'run.esrgan.yaml'),
      meaning: 'The run file as the run was started with it',
    },
    ...(init && isOwnCheckpoint(path, init.text)
      ? [{ span: init.span, target: join(run, 'checkpoints'), meaning: 'Checkpoints of this run' }]
      : []),
  ];
}

/** The text that a value is and where it stands; `undefined` where it is none. */
function written(document: RunDocument, entry: Entry | undefined): { text: string; span: Span } | undefined {
  const text = textOf(document, entry?.value);
  if (!entry?.valueSpan || text === undefined || text.trim() === '') return undefined;
  return { text, span: innerSpan(document, entry.valueSpan) };
}

/** A path of the run file as an absolute one. */
function absolute({ file }: RunDocument, path: string): string {
  return resolve(dirname(file), path);
}

/** The part of a glob that is a folder. */
function folderOf(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => /[*?[\]{}]/.test(part));
  return first < 0 ? pattern : parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

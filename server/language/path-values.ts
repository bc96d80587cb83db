import { dirname, join, resolve } from 'node:path';
import { isMap } from 'yaml';
import { type Path, replacePlaceholder } from '../../trainer/config/index.ts';
import { parseGlob } from '../../trainer/image-files/glob.ts';
import { rootText, scaleOf } from './datasets.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { type Entry, entriesAt, entriesOf, entryAt, innerSpan, textOf } from './nodes.ts';
import { schemaAt } from './schema.ts';

/** What links need to know about the disk. */
export interface PathProbe {
  /** The kind of an absolute path; `undefined` if it does not exist. */
  kindOf(path: string): 'file' | 'folder' | undefined;
}

/** A path in the text. */
interface PathValue {
  /** Without quotes. */
  readonly span: Span;
  /** Absolute, may not exist. For a glob, the folder before its first pattern. */
  readonly target: string;
  /** Tooltip. */
  readonly meaning: string;
}

/** All paths in the order of the text, without those in broken parts. */
export function pathValues(document: RunDocument, disk: PathProbe): PathValue[] {
  const values = [...pathsIn(document, entriesAt(document, []), disk), ...ofThisRun(document)];
  return values.toSorted((a, b) => a.span.start - b.span.start);
}

/** The values that are paths by the schema. */
function pathsIn(document: RunDocument, entries: readonly Entry[], disk: PathProbe): PathValue[] {
  return entries.flatMap((entry) => {
    const pathTo = schemaAt(entry.path, document.data)?.pathTo;
    const given = pathTo && stringAt(document, entry);
    if (!given) {
      return isMap(entry.value) ? pathsIn(document, entriesOf(document, entry.path, entry.value), disk) : [];
    }
    if (isOwnCheckpoint(entry.path, given.text)) return [];
    const isPattern = pathTo === 'images';
    const path = absolute(
      document,
      isPattern ? replacePlaceholder(given.text, scaleOf(document)) : given.text,
    );
    const target = isPattern ? folderOf(path, disk) : path;
    return [{ span: given.span, target, meaning: meanings[pathTo] ?? 'Path' }];
  });
}

const meanings: Readonly<Record<string, string>> = {
  images: 'Image folder',
  weights: 'Weight file',
  list: 'List of images',
  folder: 'Folder',
};

/** Whether a value is `last` or `best` instead of a path. */
function isOwnCheckpoint([stage, key]: Path, text: string): boolean {
  return stage === 'training' && key === 'init' && (text === 'last' || text === 'best');
}

/** Links the run's name to its recorded run file, and `last` and `best` to its checkpoints. */
function ofThisRun(document: RunDocument): PathValue[] {
  const name = stringAt(document, entryAt(document, ['name']));
  if (!name) return [];
  const run = join(absolute(document, rootText(document, 'runs_dir')), name.text);
  const path = ['training', 'init'];
  const init = stringAt(document, entryAt(document, path));
  return [
    {
      span: name.span,
      target: join(run, 'run.esrgan.yaml'),
      meaning: 'Run file that the run was started with',
    },
    ...(init && isOwnCheckpoint(path, init.text)
      ? [{ span: init.span, target: join(run, 'checkpoints'), meaning: 'Checkpoints of this run' }]
      : []),
  ];
}

/** A non-empty string value and its span. */
function stringAt(document: RunDocument, entry: Entry | undefined): { text: string; span: Span } | undefined {
  const text = textOf(document, entry?.value);
  if (!entry?.valueSpan || text === undefined || text.trim() === '') return undefined;
  return { text, span: innerSpan(document, entry.valueSpan) };
}

/** Resolves a path relative to the run file. */
function absolute({ file }: RunDocument, path: string): string {
  return resolve(dirname(file), path);
}

/** The folder that contains the matches of a glob; any other path itself. */
function folderOf(pattern: string, disk: PathProbe): string {
  const exists = (path: string) => disk.kindOf(path) !== undefined;
  return parseGlob(pattern, { platform: process.platform, exists })?.folder ?? pattern;
}

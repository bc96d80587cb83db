import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { readJsonFile, readLocked } from '../files/small-file.ts';
import { isBoolean, isList, isNullable, isObject, isOneOf, isString } from '../guards/guards.ts';
import { applyChange, changeProblem, type NotesChange, noNotes, type RunNotes } from '../run-state/notes.ts';
import { unreadable, writeJsonAtomic } from './atomic-file.ts';
import { readJson } from './read-json.ts';
import { announce, type RunPaths } from './run-directory.ts';

/** The file with the notes of a run. */
export const notesFile = 'notes.json';

const isSavedNotes = isObject<RunNotes & { readonly format: 1 }>({
  format: isOneOf([1]),
  note: isString,
  tags: isList(isString),
  group: isNullable(isString),
  pinned: isBoolean,
  archived: isBoolean,
});

/** The notes of a run, to show; none if they cannot be read. Never throws. */
export function readNotes({ root }: Pick<RunPaths, 'root'>): RunNotes {
  return withoutFormat(readJson(join(root, notesFile), isSavedNotes) ?? noNotes);
}

/** Why the notes of a run are not shown, as a sentence; undefined if they are, or there are none. Never throws. */
export function notesProblem({ root }: Pick<RunPaths, 'root'>): string | undefined {
  const path = join(root, notesFile);
  const read = readJsonFile(path, isSavedNotes);
  if (read.state === 'unreadable') return unreadable(path, read.reason).message;
  return read.state === 'invalid' ? damage(path, read.reason) : undefined;
}

function damage(path: string, reason: string): string {
  return `${path} cannot be read as notes of format 1 (${reason}): it is damaged, or a newer version wrote it. Correct or delete the file, or update ESRGAN Workbench.`;
}

/**
 * Changes the notes of a run, also of a run that trains or is of another program. Of two simultaneous changes the last
 * counts.
 *
 * @throws WorkbenchError `run` if the change is not allowed or the file is damaged, which is unchanged then; `disk` if it
 * cannot be read or written
 */
export function changeNotes(paths: RunPaths, change: NotesChange): RunNotes {
  const problem = changeProblem(change);
  if (problem !== undefined) throw new WorkbenchError('run', problem);
  const path = join(paths.root, notesFile);
  const read = readLocked(() => readJsonFile(path, isSavedNotes));
  if (read.state === 'unreadable') throw unreadable(path, read.reason);
  if (read.state === 'invalid') throw new WorkbenchError('run', damage(path, read.reason));
  const notes = applyChange(read.state === 'read' ? withoutFormat(read.value) : noNotes, change);
  writeJsonAtomic(path, { format: 1, ...notes });
  announce(paths);
  return notes;
}

function withoutFormat({ note, tags, group, pinned, archived }: RunNotes): RunNotes {
  return { note, tags, group, pinned, archived };
}

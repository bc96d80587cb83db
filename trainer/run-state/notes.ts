/** What people noted about a run (`notes.json`). */
export interface RunNotes {
  /** Free text; empty without one. */
  readonly note: string;
  /** Sorted, each once. */
  readonly tags: readonly string[];
  /** The group that it belongs to; null without one. */
  readonly group: string | null;
  /** Listed first. */
  readonly pinned: boolean;
  /** Hidden from lists, unless they show archived runs. */
  readonly archived: boolean;
}

export const noNotes: RunNotes = { note: '', tags: [], group: null, pinned: false, archived: false };

/** A change of the notes of a run; what is missing stays as it is. */
export interface NotesChange {
  readonly note?: string | undefined;
  readonly addTags?: readonly string[] | undefined;
  readonly removeTags?: readonly string[] | undefined;
  readonly group?: string | null | undefined;
  readonly pinned?: boolean | undefined;
  readonly archived?: boolean | undefined;
}

/** The notes after a change. */
export function applyChange(notes: RunNotes, change: NotesChange): RunNotes {
  const { addTags = [], removeTags = [] } = change;
  const tags = new Set([...notes.tags, ...addTags]);
  for (const tag of removeTags) tags.delete(tag);
  return {
    note: change.note ?? notes.note,
    tags: [...tags].sort(),
    group: change.group === undefined ? notes.group : change.group,
    pinned: change.pinned ?? notes.pinned,
    archived: change.archived ?? notes.archived,
  };
}

const longestLabel = 60;
const longestNote = 10_000;

/** Why a change is refused, as a sentence that says what is allowed; undefined if it is not. */
export function changeProblem({ note, addTags = [], group }: NotesChange): string | undefined {
  if (note !== undefined && note.length > longestNote)
    return `The note has ${note.length} characters. At most ${longestNote} are allowed.`;
  const labels = [
    ...addTags.map((text) => ({ kind: 'tag', text })),
    ...(typeof group === 'string' ? [{ kind: 'group', text: group }] : []),
  ];
  const wrong = labels.find(({ text }) => !isLabel(text));
  return (
    wrong &&
    `“${wrong.text}” cannot be the name of a ${wrong.kind}. A name has 1 to ${longestLabel} characters, no comma, no line break and no space at its ends, and does not start with + or -.`
  );
}

/** Whether a text can be a tag or the name of a group. */
function isLabel(text: string): boolean {
  return text.length <= longestLabel && text.trim() === text && /^[^+\-,\p{Cc}][^,\p{Cc}]*$/u.test(text);
}

import { expect, test } from 'vitest';
import {
  applyChange,
  changeProblem,
  type NotesChange,
  noNotes,
  type RunNotes,
} from '../../../../trainer/run-state/notes.ts';

const tagged: RunNotes = { ...noNotes, note: 'first', tags: ['b'], group: 'sweep' };

test.each<[NotesChange, Partial<RunNotes>]>([
  [{}, {}],
  [{ note: '' }, { note: '' }],
  [{ addTags: ['c', 'a', 'b'] }, { tags: ['a', 'b', 'c'] }],
  [{ addTags: ['a'], removeTags: ['b', 'none'] }, { tags: ['a'] }],
  [{ group: null }, { group: null }],
  [{ group: 'other' }, { group: 'other' }],
  [
    { pinned: true, archived: true },
    { pinned: true, archived: true },
  ],
])('%j', (change, expected) => expect(applyChange(tagged, change)).toEqual({ ...tagged, ...expected }));

test.each(['', ' a', 'a ', 'a,b', 'a\nb', '+a', '-a', 'x'.repeat(61)])(
  '%j is no tag and no group',
  (text) => {
    expect(changeProblem({ addTags: ['ok', text] })).toMatch(/cannot be the name of a tag\. A name has/);
    expect(changeProblem({ group: text })).toMatch(/cannot be the name of a group/);
  },
);

test.each<NotesChange>([
  { addTags: ['a', 'two words', 'ä-1_2.3', 'x'.repeat(60)] },
  { group: 'sweep 3' },
  { group: null },
  { note: 'x'.repeat(10_000) },
  // A name that an older version allowed can still be removed.
  { removeTags: [' a'] },
])('%j is allowed', (change) => expect(changeProblem(change)).toBeUndefined());

test('a note has an end', () =>
  expect(changeProblem({ note: 'x'.repeat(10_001) })).toBe(
    'The note has 10001 characters. At most 10000 are allowed.',
  ));

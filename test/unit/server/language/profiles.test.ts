import { expect, test } from 'vitest';
import { openDocument } from '../../../../server/language/document.ts';
import {
  completeProfiles,
  diagnoseProfiles,
  hoverProfiles,
  isProfilesFile,
} from '../../../../server/language/profiles.ts';

const file = '/home/me/.config/esrgan-workbench/clusters.yaml';

test.each<[string, boolean]>([
  [file, true],
  ['C:\\Users\\me\\esrgan-workbench\\clusters.yaml', true],
  ['/work/clusters.yaml', false],
  ['/work/esrgan-workbench/run.esrgan.yaml', false],
])('%s is the file of profiles: %s', (path, expected) => expect(isProfilesFile(path)).toBe(expected));

/** Opens a text with the cursor at `|`. */
function at(marked: string) {
  const offset = marked.indexOf('|');
  const document = openDocument(marked.replace('|', ''), file);
  return { document, position: document.positionAt(offset) };
}

test.each<[string, text: string, found: string[]]>([
  ['nothing wrong', 'gpu: { time: 30 }', []],
  ['an empty file', '', []],
  ['a typo', 'gpu:\n  tme: 30\n', ['1:2 unknown key “tme” in “gpu”; did you mean “time”?']],
  [
    'broken YAML',
    'gpu: [',
    ['0:5 this bracket is not closed, or its content is not indented further than its key'],
  ],
])('problems: %s', (_, text, found) => {
  const problems = diagnoseProfiles(text).map(
    ({ range: { start }, message }) => `${start.line}:${start.character} ${message}`,
  );
  expect(problems).toEqual(found);
});

test.each<[string, text: string, found: string | null]>([
  ['a key', 'gpu:\n  mem|ory: 8G\n', 'Memory of the job'],
  ['a value', 'gpu:\n  memory: 8|G\n', 'Memory of the job'],
  ['the name of a profile', 'g|pu:\n  memory: 8G\n', null],
  ['an unknown key', 'gpu:\n  me|m: 8G\n', null],
])('hover of %s', (_, marked, found) => {
  const { document, position } = at(marked);
  const text = JSON.stringify(hoverProfiles(document, position)?.contents ?? null);
  if (found === null) expect(text).toBe('null');
  else expect(text).toContain(found);
});

test.each<[string, text: string, expected: string[]]>([
  ['a new key', 'gpu:\n  partition: p\n  |\n', ['account', 'gres', 'cpus', 'memory', 'time']],
  ['a key that is typed', 'gpu:\n  partition: p\n  acc|\n', ['account', 'gres', 'cpus', 'memory', 'time']],
  ['a value', 'gpu:\n  partition: |\n', []],
  ['the name of a profile', 'g|\n', []],
])('completion of %s', (_, marked, expected) => {
  const { document, position } = at(marked);
  expect(
    completeProfiles(document, position)
      .slice(0, 5)
      .map(({ label }) => label),
  ).toEqual(expected);
});

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { openDocument } from '../../../../server/language/document.ts';
import { replaceImages } from '../../../../server/language/replace-images.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-images-'));
  for (const part of ['train', 'val']) {
    mkdirSync(join(folder, 'my, photos', part), { recursive: true });
    writeFileSync(join(folder, 'my, photos', part, 'a.png'), '');
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

const images = "{ train: 'my, photos/train', val: 'my, photos/val' }";

test.each([
  [
    'a map in braces',
    'datasets: { a: { hr: { train: x, val: y } } } # a',
    `datasets: { a: { hr: ${images} } } # a`,
  ],
  ['a folder', 'datasets:\n  a:\n    hr: x # photos\n', `datasets:\n  a:\n    hr: ${images} # photos\n`],
  [
    'a map in lines',
    'datasets:\n  a:\n    hr:\n      train: x\n      val: y\nseed: 1\n',
    `datasets:\n  a:\n    hr:\n      ${images}\nseed: 1\n`,
  ],
  [
    'JSON',
    '{ "datasets": { "a": { "hr": "x" } } }',
    '{ "datasets": { "a": { "hr": { "train": "my, photos/train", "val": "my, photos/val" } } } }',
  ],
])('%s is replaced', (_, text, expected) => {
  const document = openDocument(text, join(folder, 'run.esrgan.yaml'));
  const edits = replaceImages(document, 'a', join(folder, 'my, photos'));
  const before = TextDocument.create('file:///p', 'yaml', 0, text);
  expect(TextDocument.applyEdits(before, edits)).toBe(expected);
});

test.each([
  ['a', 'none', 'has fewer than two images'],
  ['b', 'my, photos', 'has no data set `b`'],
])('data set %s with folder %s is refused', (dataset, name, message) => {
  const document = openDocument('datasets: { a: { hr: x } }', join(folder, 'run.esrgan.yaml'));
  expect(() => replaceImages(document, dataset, join(folder, name))).toThrow(message);
});

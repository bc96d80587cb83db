import { expect, test } from 'vitest';
import type { DiagnosticData } from '../../../../server/language/diagnose.ts';
import { missingFileActions } from '../../../../server/language/missing-files.ts';

const range = { start: { line: 0, character: 0 }, end: { line: 0, character: 1 } };

function titles(data: DiagnosticData | undefined, uri = 'file:///p/run.esrgan.yaml') {
  const actions = missingFileActions({ file: '/p/run.esrgan.yaml', uri }, [{ range, message: '', data }]);
  return actions.map(({ title, command }) => `${title} ${command?.command}`);
}

test.each<[string, DiagnosticData | undefined, string[]]>([
  ['a predefined data set', { missingDataset: 'set5', scale: 4 }, ['Download “set5”… esrgan.get']],
  ['VGG', { missingWeights: 'vgg19' }, ['Download vgg19 (575 MB) esrgan.get']],
  [
    'an own folder',
    { missingImages: 'a', folders: ['/p/a'] },
    [
      'Choose Folder… esrgan.useImages',
      'Create Folder esrgan.useImages',
      'Use the Sample Images esrgan.useImages',
    ],
  ],
  [
    'an empty folder',
    { missingImages: 'a', folders: [] },
    ['Choose Folder… esrgan.useImages', 'Use the Sample Images esrgan.useImages'],
  ],
  ['nothing', undefined, []],
])('fixes for %s', (_, data, expected) => expect(titles(data)).toEqual(expected));

test('an untitled document has no folder for images', () =>
  expect(titles({ missingImages: 'a', folders: ['/p/a'] }, 'untitled:Untitled-1')).toEqual([]));

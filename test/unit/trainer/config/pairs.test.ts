import { expect, test } from 'vitest';
import { pairImages } from '../../../../trainer/config/index.ts';

test.each<[string, string[], string[], string[], string[]]>([
  [
    'equal names',
    ['/h/a.png', '/h/b.png'],
    ['/l/a.png', '/l/b.png'],
    ['/h/a.png /l/a.png', '/h/b.png /l/b.png'],
    [],
  ],
  [
    'other extensions and order',
    ['/h/a.png', '/h/b.jpg'],
    ['/l/b.png', '/l/a.bmp'],
    ['/h/a.png /l/a.bmp', '/h/b.jpg /l/b.png'],
    [],
  ],
  [
    'names whose accents are characters of their own',
    ['/h/a.png', '/h/u\u0308/e\u0301.png'],
    ['/l/a.png', '/l/ü/éx4.png'],
    ['/h/a.png /l/a.png', '/h/u\u0308/e\u0301.png /l/ü/éx4.png'],
    [],
  ],
  ['names with the scale', ['/h/0001.png'], ['/l/0001x4.png'], ['/h/0001.png /l/0001x4.png'], []],
  ['names with _ and the scale', ['/h/w0.png'], ['/l/w0_x4.png'], ['/h/w0.png /l/w0_x4.png'], []],
  [
    'the name with the scale before the one with _',
    ['/h/a.png'],
    ['/l/a_x4.png', '/l/ax4.png'],
    ['/h/a.png /l/ax4.png'],
    ['/l/a_x4.png'],
  ],
  [
    'the equal name before the one with the scale',
    ['/h/a.png'],
    ['/l/a.png', '/l/ax4.png'],
    ['/h/a.png /l/a.png'],
    ['/l/ax4.png'],
  ],
  ['another scale', ['/h/a.png'], ['/l/ax2.png'], [], ['/h/a.png', '/l/ax2.png']],
  [
    'subfolders',
    ['/h/x/a.png', '/h/y/a.png'],
    ['/l/x/a.png', '/l/y/a.png'],
    ['/h/x/a.png /l/x/a.png', '/h/y/a.png /l/y/a.png'],
    [],
  ],
  [
    'different subfolders',
    ['/h/x/a.png', '/h/y/a.png'],
    ['/l/x/a.png', '/l/z/a.png'],
    ['/h/x/a.png /l/x/a.png'],
    ['/h/y/a.png', '/l/z/a.png'],
  ],
  [
    'equal names that end in the scale',
    ['/h/a.png', '/h/ax4.png'],
    ['/l/a.png', '/l/ax4.png'],
    ['/h/a.png /l/a.png', '/h/ax4.png /l/ax4.png'],
    [],
  ],
  [
    'names that end in the scale, with the suffix',
    ['/h/a.png', '/h/ax4.png'],
    ['/l/ax4.png', '/l/ax4x4.png'],
    ['/h/a.png /l/ax4.png', '/h/ax4.png /l/ax4x4.png'],
    [],
  ],
  [
    'one LR image for two HR images',
    ['/h/a.jpg', '/h/a.png'],
    ['/l/a.png'],
    ['/h/a.jpg /l/a.png'],
    ['/h/a.png'],
  ],
  [
    'two LR images for one HR image',
    ['/h/a.png'],
    ['/l/a.jpg', '/l/a.png'],
    ['/h/a.png /l/a.png'],
    ['/l/a.jpg'],
  ],
  ['dots in names', ['/h/a.1.png', '/h/a.2.png'], ['/l/a.2.png'], ['/h/a.2.png /l/a.2.png'], ['/h/a.1.png']],
  ['no images', [], [], [], []],
  ['no LR images', ['/h/a.png'], [], [], ['/h/a.png']],
])('%s', (_, hr, lr, pairs, alone) => {
  const found = pairImages(hr, lr, 4);
  expect(found.pairs.map((pair) => `${pair.hr} ${pair.lr}`)).toEqual(pairs);
  expect([...found.hrAlone, ...found.lrAlone]).toEqual(alone);
});

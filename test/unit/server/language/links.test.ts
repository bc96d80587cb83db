import { expect, test } from 'vitest';
import { documentLinks } from '../../../../server/language/links.ts';
import type { PathProbe } from '../../../../server/language/path-values.ts';
import { asOnUnix } from '../../../unix.ts';
import { runDocument, textIn } from './marked.ts';

const folders = [
  '/p',
  '/p/runs',
  '/p/data',
  '/p/tiles/x2',
  '/p/{scale}',
  '/p/{scale}/x4',
  '/p/runs/a/checkpoints',
  '/p/runs/b/checkpoints/training-00000100',
];
const files = [
  '/p/psnr.pth',
  '/w/vgg.safetensors',
  '/p/runs/a/run.esrgan.yaml',
  '/p/runs/b/checkpoints/training-00000100/generator.safetensors',
];
const disk: PathProbe = {
  kindOf: (path) => {
    const file = asOnUnix(path);
    return folders.includes(file) ? 'folder' : files.includes(file) ? 'file' : undefined;
  },
};

test.each<[string, string, string[]]>([
  ['nothing in an empty file', '', []],
  ['folders', 'runs_dir: runs\ndata_dir: "data"\n', ['runs > /p/runs', 'data > /p/data']],
  ['nothing that does not exist', 'runs_dir: other\npretraining: { init: x.pth }\n', []],
  [
    'weights',
    'pretraining: { init: psnr.pth }\nperceptual_loss: { weights: /w/vgg.safetensors }\n',
    ['psnr.pth > /p/psnr.pth', '/w/vgg.safetensors > /w/vgg.safetensors'],
  ],
  [
    'the weights of a checkpoint',
    'training:\n  init: runs/b/checkpoints/training-00000100\n',
    ['runs/b/checkpoints/training-00000100 > /p/runs/b/checkpoints/training-00000100/generator.safetensors'],
  ],
  [
    'the run and its checkpoints',
    'name: a\ntraining: { init: best }\n',
    ['a > /p/runs/a/run.esrgan.yaml', 'best > /p/runs/a/checkpoints'],
  ],
  ['no run with another name', 'name: c\ntraining: { init: last }\n', []],
  [
    'image folders, also of a glob',
    "scale_factor: 2\ndatasets:\n  x: { hr: 'tiles/x{scale}', lr: { train: 'tiles/x2/**/*.png', val: tiles/x4 } }\n  y: { hr: '*.png' }\n",
    ['tiles/x{scale} > /p/tiles/x2', 'tiles/x2/**/*.png > /p/tiles/x2', '*.png > /p'],
  ],
  [
    'folders with `{scale}` in their name',
    "datasets: { x: { hr: '{{scale}}/x{scale}' } }\n",
    ['{{scale}}/x{scale} > /p/%7Bscale%7D/x4'],
  ],
  [
    'no values of other types',
    'runs_dir: 3\ndata_dir:\ndatasets: [data]\npretraining: { init: [psnr.pth] }\n',
    [],
  ],
  [
    'the valid part of a broken text',
    'runs_dir: runs\nb: [\ntraining:\n  init: psnr.pth\n',
    ['runs > /p/runs', 'psnr.pth > /p/psnr.pth'],
  ],
])('links %s', (_, text, expected) => {
  const document = runDocument(text);
  const links = documentLinks(document, disk);
  expect(
    links.map(
      ({ range, target }) => `${textIn(document, range)} > ${asOnUnix(target)?.replace('file://', '')}`,
    ),
  ).toEqual(expected);
});

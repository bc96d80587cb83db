import { expect, test } from 'vitest';
import { hover } from '../../../../server/language/hover.ts';
import { asOnUnix } from '../../../unix.ts';
import { withCursor } from './cursor.ts';

/** The marked text and its explanation; `null` for none. */
function hoverAt(marked: string): [string, string] | null {
  const { document, offset } = withCursor(marked);
  const found = hover(document, document.positionAt(offset));
  if (!found) return null;
  const { contents, range } = found;
  if (typeof contents !== 'object' || !('value' in contents) || !range) throw new Error('no Markdown');
  return [
    document.text.slice(document.offsetAt(range.start), document.offsetAt(range.end)),
    asOnUnix(contents.value),
  ];
}

test.each<[string, string, string, string[]]>([
  [
    'a number',
    'pretraining:\n  l|r: 1',
    'lr',
    [
      '`pretraining.lr`: a number above 0 and up to 1',
      'Initial learning rate.',
      'Default `2e-4` · Original `2e-4` · Paper `2e-4`',
    ],
  ],
  [
    'a key of a loss',
    'training:\n  losses:\n    - { type: huber, del|ta: 1 }',
    'delta',
    [
      '`training.losses[0].delta`: a number above 0',
      'Difference up to which the error is squared.',
      'Default `1`',
    ],
  ],
  [
    'the cost',
    'ba|tch_size: 4',
    'batch_size',
    ['an integer from 1 to 1024 (patches)', '**Cost.** Memory and time per step are proportional to it.'],
  ],
  [
    'a key of a type',
    'generator:\n  num_f|eat: 32\n  type: compact',
    'num_feat',
    ['`generator.num_feat`: an integer from 1 to 512 (channels)'],
  ],
  ['choices', 'eng|ine: auto', 'engine', ['- `cuda`: ONNX Runtime on an NVIDIA GPU']],
  [
    'a choice',
    'engine: web|gpu',
    'webgpu',
    ["`webgpu`: ONNX Runtime on any vendor's GPU\n\n`engine`: auto, cuda"],
  ],
  ['a value', 'seed: 1|2', '12', ['`seed`: an integer from 0 to 4294967295']],
  ['an item', 'training: { g_sched_steps: [5|0] }', '50', ['`training.g_sched_steps`: a list']],
  ['a section', '|ema:\n  decay: 0', 'ema', ['`ema`: a map with decay', 'Exponential moving average']],
  [
    'a predefined data set',
    'data_dir: d\nscale_factor: 2\ntraining:\n  val_datasets: [set|5]',
    'set5',
    ['Data set `set5`, predefined.', '- `/p/d/Set5/GTmod12`\n- `/p/d/Set5/LRbicx2`'],
  ],
  [
    'a data set of the file',
    "datasets: { a: { hr: x, lr: 'x{scale}' } }\ntraining:\n  val_datasets: [a|]",
    'a',
    ['Data set `a`, defined in this file', '- `/p/x`\n- `/p/x4`'],
  ],
  [
    'a layer',
    'perceptual_loss: { layer_weights: { con|v3_1: 1 } }',
    'conv3_1',
    ["256 feature maps at 1/4 of the image's width and height"],
  ],
  ['JSON', '{ "seed|": 1 }', '"seed"', ['`seed`']],
  ['next to a broken line', 'name: "x\nba\nema:\n  dec|ay: 0', 'decay', ['`ema.decay`']],
])('%s', (_, marked, word, parts) => {
  const [found, text] = hoverAt(marked) ?? [];
  expect(found).toBe(word);
  for (const part of parts) expect(text).toContain(part);
});

test.each([
  ['a comment', '# se|ed'],
  ['an unknown key', 'sead|: 1'],
  ['an empty line', 'ema:\n  |'],
  ['a key of a data set’s name', 'datas|et: 1'],
])('nothing on %s', (_, marked) => expect(hoverAt(marked)).toBeNull());

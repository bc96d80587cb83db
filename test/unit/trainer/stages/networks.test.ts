import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { discriminatorArchitecture } from '../../../../trainer/models/discriminator/discriminators.ts';
import type { DiscriminatorOptions } from '../../../../trainer/models/discriminator/shapes.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { readInitialDiscriminator } from '../../../../trainer/stages/initial-discriminator.ts';
import { readInitialGenerator } from '../../../../trainer/stages/networks.ts';
import { writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import type { Generator } from '../../../../trainer/weights/generator-file.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { channelsLast, largestDifference, readFixture } from '../models/fixture.ts';
import { randomCompact, randomGenerator, randomRealplksr, randomSpan } from '../weights/generators.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'esrgan-networks-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const unet = { type: 'unet', img_channels: 3, num_feat: 2, skip_connection: true } as const;

/** A file with a discriminator, after a prefix, and another tensor. */
function written(options: DiscriminatorOptions, name: string, prefix = ''): string {
  const file = join(folder, `${name}.safetensors`);
  const made = discriminatorArchitecture(options).initial(options, createRandom(5));
  const tensors = [...made].map(([key, tensor]) => [prefix + key, tensor] as const);
  writeSafetensors(file, new Map([...tensors, ['other', { shape: [1], data: new Float32Array(1) }]]));
  return file;
}

test.each<DiscriminatorOptions>([
  { type: 'vgg', img_channels: 3, vgg_blk_ch: [2, 2], fc_features: [3] },
  unet,
  { type: 'patchgan', img_channels: 3, num_feat: 2, n_layers: 2, padding: 2 },
])('a discriminator is read from a file: $type', (options) => {
  const expected = discriminatorArchitecture(options).initial(options, createRandom(5));
  for (const prefix of ['', 'params.'])
    expect(readInitialDiscriminator(options, written(options, options.type, prefix))).toEqual(expected);
});

describe('files of other programs are read, with the logits of PyTorch', () => {
  const patchgan = { type: 'patchgan', img_channels: 3, num_feat: 2, n_layers: 2 } as const;
  const logits = readFixture('discriminator/logits');
  const { shape, data } = channelsLast(logits.get('x'));
  test.each<[string, string, DiscriminatorOptions]>([
    ['BasicSR, Real-ESRGAN, traiNNer-redux and neosr', 'unet', unet],
    ['traiNNer-redux', 'redux', { ...patchgan, padding: 1 }],
    ['neosr', 'neosr', { ...patchgan, padding: 1 }],
    ['KAIR', 'kair', { ...patchgan, padding: 2 }],
  ])('of %s: %s.pth', async (_, name, options) => {
    const path = fileURLToPath(new URL(`../../../fixtures/discriminator/${name}.pth`, import.meta.url));
    const state = createOnnxEngine({ name: 'cpu', device: 'CPU' }).state(
      readInitialDiscriminator(options, path),
    );
    const program = await createOnnxEngine({ name: 'cpu', device: 'CPU' }).compile(
      ({ x }, tensors) => ({
        outputs: { y: discriminatorArchitecture(options).forward(options, tensors, rank4(x!)).logits },
      }),
      { inputs: { x: shape }, state: Object.keys(state.shapes) },
      state,
    );
    const { y } = await program.run({ x: data });
    await program.close();
    await state.close();
    expect(largestDifference(y!, channelsLast(logits.get(name)).data)).toBeLessThan(1e-6);
  });
});

test('a file that is no network is refused with the key that names it', () => {
  const file = join(folder, 'text.pth');
  writeFileSync(file, 'not a pickle');
  expect(() => readInitialDiscriminator(unet, file)).toThrow(
    `discriminator.init: ${file} is not a valid PyTorch file`,
  );
  const { config } = readRunFile('', { file: join(folder, 'a.esrgan.yaml') });
  expect(() => readInitialGenerator(config!, 'training.init', file, true)).toThrow(
    `training.init: ${file} is not a valid PyTorch file`,
  );
});

test('a discriminator of another size is refused', () => {
  const file = written({ ...unet, num_feat: 3 }, 'wide');
  expect(() => readInitialDiscriminator(unet, file)).toThrow(
    `discriminator.init: the discriminator in ${file} does not match the run file: conv0.weight is [3,3,3,3] instead of [2,3,3,3]. Change \`discriminator\`, or choose other weights.`,
  );
});

describe('a generator that need not fit', () => {
  const small = 'type: compact, num_feat: 4, num_conv: 2';
  const read = (text: string, generator: Generator, isStrict: boolean) => {
    const file = join(folder, 'init.safetensors');
    writeGenerator(file, generator);
    const { config } = readRunFile(text, { file: join(folder, 'a.esrgan.yaml') });
    return { file, ...readInitialGenerator(config!, 'pretraining.init', file, isStrict) };
  };
  const compact = { num_feat: 4, num_conv: 2 };

  test.each<[string, string, Generator, number, string, string]>([
    [
      'another scale',
      `scale_factor: 2\ngenerator: { ${small} }`,
      randomCompact(compact),
      9,
      'body.0, body.1, body.2, body.3, body.4, body.5.',
      'body.6.',
    ],
    [
      'more blocks',
      'generator: { type: span, feature_channels: 4, num_blocks: 3 }',
      randomSpan({ feature_channels: 4, num_blocks: 2 }),
      68,
      'conv_1, block_1, block_2, conv_cat, conv_2, upsampler.0.',
      'block_3.',
    ],
    [
      'another width',
      'generator: { rrdb_channels: 5, growth_channels: 3, num_basic_blocks: 1 }',
      randomGenerator(),
      13,
      'body.0.rdb1.conv1.bias',
      'conv_first',
    ],
  ])('%s', (_, text, generator, count, taken, random) => {
    const { weights, notices, file } = read(text, generator, false);
    expect(notices[0]).toContain(`took ${count} of ${weights.size} tensors from ${file}: ${taken}`);
    expect(notices[1]).toContain(`these are random: ${random}`);
    const equal = [...weights].filter(([name, { data }]) => {
      const other = generator.parameters.get(name)?.data;
      return other !== undefined && Buffer.from(other.buffer).equals(Buffer.from(data.buffer));
    });
    expect(equal.length).toBe(count);
  });

  test('what fits is taken without a word', () => {
    expect(read(`generator: { ${small} }`, randomCompact(compact), false).notices).toEqual([]);
  });

  test.each<[string, string, Generator, string | undefined]>([
    [
      'groups',
      'generator: { type: realplksr, dim: 8, n_blocks: 1, kernel_size: 7, norm_groups: 2 }',
      randomRealplksr(),
      '`norm_groups` is 4 instead of 2',
    ],
    [
      'groups without effect',
      'generator: { type: realplksr, dim: 8, n_blocks: 1, kernel_size: 7, norm_groups: 2, layer_norm: true }',
      randomRealplksr({ layer_norm: true }),
      undefined,
    ],
    [
      'a range',
      'generator: { type: span, feature_channels: 4, num_blocks: 1, norm: true, img_range: 1 }',
      randomSpan({ feature_channels: 4, num_blocks: 1, norm: true }),
      '`img_range` is 255 instead of 1',
    ],
    [
      'a range without effect',
      'generator: { type: span, feature_channels: 4, num_blocks: 1, img_range: 1 }',
      randomSpan({ feature_channels: 4, num_blocks: 1 }),
      undefined,
    ],
    [
      'an activation',
      `generator: { ${small}, act: relu }`,
      randomCompact({ ...compact, act: 'leakyrelu' }),
      '`act` is leakyrelu instead of relu',
    ],
  ])('another setting that is not in the tensors: %s', (_, text, generator, problem) => {
    const loose = read(text, generator, false);
    expect(loose.weights).toEqual(generator.parameters);
    expect(loose.notices.slice(1)).toEqual(
      problem === undefined ? [] : [`pretraining.init: in that file, ${problem}.`],
    );
    if (problem === undefined) expect(read(text, generator, true).weights).toEqual(generator.parameters);
    else expect(() => read(text, generator, true)).toThrow(`does not match the run file: ${problem}. Change`);
  });

  test.each<[string, string, Generator, boolean, string]>([
    [
      'another scale, strictly',
      `scale_factor: 2\ngenerator: { ${small} }`,
      randomCompact(compact),
      true,
      '`scale_factor` is 4 instead of 2. Change `generator` and `scale_factor`, choose other weights, or take what fits with `init: { from: …, strict: false }`.',
    ],
    [
      'another scale and depth, strictly',
      'scale_factor: 2\ngenerator: { type: compact, num_feat: 4, num_conv: 3 }',
      randomCompact(compact),
      true,
      '`scale_factor` is 4 instead of 2, `num_conv` is 2 instead of 3. Change',
    ],
    [
      'another architecture',
      'generator: { num_basic_blocks: 1 }',
      randomCompact(compact),
      false,
      'its architecture is compact, and `generator.type` is rrdb. Set `generator: { type: compact, num_feat: 4, num_conv: 2, act: prelu }`, or choose other weights.',
    ],
    [
      'nothing that fits',
      'generator: { type: compact, num_feat: 3, num_conv: 1 }\nscale_factor: 2',
      randomCompact(compact),
      false,
      'no tensor has the same name and shape. Choose other weights.',
    ],
  ])('refuses %s', (_, text, generator, isStrict, message) => {
    expect(() => read(text, generator, isStrict)).toThrow(message);
  });
});

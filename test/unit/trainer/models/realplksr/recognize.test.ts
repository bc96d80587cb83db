import { describe, expect, test } from 'vitest';
import type { RealplksrOptions } from '../../../../../trainer/models/realplksr/shapes.ts';
import { generatorShapes } from '../../../../../trainer/models/shapes.ts';
import { encodeSafetensors } from '../../../../../trainer/tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../../../../../trainer/tensor-files/tensors.ts';
import { describeWeights } from '../../../../../trainer/weights/describe.ts';
import { readGenerator } from '../../../../../trainer/weights/generator-file.ts';
import { writeGenerator } from '../../../../../trainer/weights/write-generator.ts';
import { fileOf, saved } from '../../tensor-files/pickle-bytes.ts';
import { randomRealplksr, zeros } from '../../weights/generators.ts';

const save = (tensors: TensorMap, metadata: Metadata = {}) =>
  fileOf(Buffer.concat(encodeSafetensors(tensors, metadata)), '.safetensors');

describe('files of other programs', () => {
  // Two blocks instead of 28 and 12.
  const large = { dim: 64, n_blocks: 2, kernel_size: 17 };
  test.each<[string, Partial<RealplksrOptions>, string, number]>([
    ['realplksr of neosr', large, 'params_ema', 555_216],
    ['realplksr of traiNNer-redux, x2', { ...large, layer_norm: true, scale_factor: 2 }, 'params', 534_444],
    [
      'realplksr_tiny of traiNNer-redux',
      { dim: 64, n_blocks: 2, kernel_size: 13, use_ea: false, layer_norm: true },
      'params_ema',
      419_920,
    ],
  ])('%s', (_, options, wrapper, count) => {
    const generator = randomRealplksr(options);
    const path = fileOf(saved({ [wrapper]: Object.fromEntries(generator.parameters) }), '.pth');
    const { options: read, parameters } = readGenerator(path);
    expect(read).toEqual(generator.options);
    expect(parameters).toEqual(generator.parameters);
    expect(describeWeights(path)).toMatchObject({
      architecture: 'RealPLKSR',
      layout: 'basicsr',
      wrapper: [wrapper],
      parameters: count,
    });
  });
});

test.each(['.pth', '.safetensors'])('reads what it writes as %s', (extension) => {
  const generator = randomRealplksr();
  const path = fileOf(new Uint8Array(), extension);
  writeGenerator(path, generator, { metadata: { note: 'kept' } });
  const { options, parameters, metadata } = readGenerator(path);
  expect(options).toEqual(generator.options);
  expect(parameters).toEqual(generator.parameters);
  expect(metadata.note).toBe('kept');
});

test.each([
  [22, 15],
  [49, 1],
  [23, 13],
])('of %i channels, the large kernel reads %i', (dim, part) => {
  const { parameters } = randomRealplksr({
    dim,
    split_ratio: (part + 0.5) / dim,
    norm_groups: 1,
    kernel_size: 1,
  });
  const { options } = readGenerator(save(parameters, { norm_groups: '1' }));
  expect(generatorShapes(options).parameters.get('feats.1.lk.conv.bias')).toEqual([part]);
});

test.each<Metadata>([{}, { norm_groups: '4' }])(
  'without groups, their number need not divide the channels: %j',
  (metadata) => {
    const { parameters } = randomRealplksr({ dim: 6, layer_norm: true });
    expect(readGenerator(save(parameters, metadata)).options).toMatchObject({ dim: 6, layer_norm: true });
  },
);

test('another number of groups is in the metadata', () => {
  const { options, parameters } = randomRealplksr({ norm_groups: 2 });
  expect(readGenerator(save(parameters, { norm_groups: '2' })).options).toEqual(options);
});

describe('refused', () => {
  const changed = (change: (tensors: TensorMap) => void) => {
    const { parameters } = randomRealplksr();
    change(parameters);
    return parameters;
  };
  test.each<[string, TensorMap, Metadata, RegExp]>([
    [
      'a missing tensor',
      changed((tensors) => tensors.delete('feats.1.norm.bias')),
      {},
      /not a complete RealPLKSR generator: feats\.1\.norm\.bias is missing/,
    ],
    [
      'a surplus tensor',
      changed((tensors) => tensors.set('extra', zeros(1))),
      {},
      /"extra" is not part of the network/,
    ],
    [
      'DySample',
      changed((tensors) => tensors.set('to_img.init_pos', zeros(1, 128, 1, 1))),
      {},
      /upsamples with DySample, which is not supported/,
    ],
    [
      'groups that do not divide the channels',
      changed(() => {}),
      { norm_groups: '3' },
      /norm_groups in its metadata must be a divisor of its 8 channels, but it is "3"/,
    ],
    [
      'channels that the groups of other programs do not divide',
      randomRealplksr({ dim: 6, norm_groups: 3 }).parameters,
      {},
      /norm_groups in its metadata must be a divisor of its 6 channels, but it is missing, and 4 is not one/,
    ],
    [
      'a later block without its last convolution',
      (() => {
        const { parameters } = randomRealplksr({ n_blocks: 2 });
        parameters.delete('feats.2.refine.weight');
        return parameters;
      })(),
      {},
      /not a complete RealPLKSR generator: after 1 blocks, it has neither feats\.2\.refine\.weight nor the last convolution, feats\.3\.weight/,
    ],
  ])('%s', (_, tensors, metadata, message) => {
    expect(() => readGenerator(save(tensors, metadata))).toThrow(message);
  });
});

import { describe, expect, test } from 'vitest';
import type { CompactOptions } from '../../../../../trainer/models/compact/shapes.ts';
import { encodeSafetensors } from '../../../../../trainer/tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../../../../../trainer/tensor-files/tensors.ts';
import { describeWeights } from '../../../../../trainer/weights/describe.ts';
import { readGenerator } from '../../../../../trainer/weights/generator-file.ts';
import { fileOf, saved } from '../../tensor-files/pickle-bytes.ts';
import { randomCompact, zeros } from '../../weights/generators.ts';

const save = (tensors: TensorMap, metadata: Metadata = {}) =>
  fileOf(Buffer.concat(encodeSafetensors(tensors, metadata)), '.safetensors');

describe('files of other programs', () => {
  test.each<[string, Partial<CompactOptions>, string, number]>([
    ['realesr-general-x4v3', { num_feat: 64, num_conv: 32 }, 'params', 1_213_296],
    ['realesr-animevideov3', { num_feat: 64, num_conv: 16 }, 'params', 621_424],
    ['ultracompact of neosr, x2', { num_feat: 64, num_conv: 8, scale_factor: 2 }, 'params_ema', 304_716],
    ['superultracompact of traiNNer', { num_feat: 24, num_conv: 8 }, 'params_ema', 52_968],
  ])('%s', (_, options, wrapper, count) => {
    const generator = randomCompact(options);
    const path = fileOf(saved({ [wrapper]: Object.fromEntries(generator.parameters) }), '.pth');
    const { options: read, parameters } = readGenerator(path);
    expect(read).toEqual(generator.options);
    expect([...parameters.keys()]).toEqual([...generator.parameters.keys()]);
    for (const [name, { data }] of generator.parameters) {
      expect(Buffer.from(parameters.get(name)!.data.buffer).equals(Buffer.from(data.buffer)), name).toBe(
        true,
      );
    }
    expect(describeWeights(path)).toMatchObject({
      architecture: 'Compact',
      layout: 'basicsr',
      wrapper: [wrapper],
      parameters: count,
    });
  });

  test('an average of the weights is preferred', () => {
    const [generator, average] = [randomCompact(), randomCompact({}, 2)];
    const both = {
      params: Object.fromEntries(generator.parameters),
      params_ema: Object.fromEntries(average.parameters),
    };
    const path = fileOf(saved(both), '.pth');
    expect(readGenerator(path).parameters).toEqual(average.parameters);
    expect(describeWeights(path).others).toEqual(['params']);
  });
});

test.each(['relu', 'leakyrelu'] as const)('the activation %s is in the metadata', (act) => {
  const { options, parameters } = randomCompact({ act });
  expect(readGenerator(save(parameters, { act })).options).toEqual(options);
});

describe('refused', () => {
  const changed = (change: (tensors: TensorMap) => void, options: Partial<CompactOptions> = {}) => {
    const { parameters } = randomCompact(options);
    change(parameters);
    return parameters;
  };
  test.each<[string, TensorMap, Metadata, RegExp]>([
    ['no activation', changed(() => {}, { act: 'relu' }), {}, /`act` in its metadata is missing; it must be/],
    [
      'an unknown one',
      changed(() => {}, { act: 'relu' }),
      { act: 'gelu' },
      /`act` in its metadata is "gelu"/,
    ],
    [
      'a missing tensor',
      changed((tensors) => tensors.delete('body.3.weight')),
      {},
      /not a complete compact generator: body\.3\.weight is missing/,
    ],
    [
      'a surplus tensor',
      changed((tensors) => tensors.set('extra', zeros(1))),
      {},
      /"extra" is not part of the network/,
    ],
    [
      'x5',
      changed((tensors) => tensors.set('body.6.weight', zeros(75, 5, 3, 3)).set('body.6.bias', zeros(75))),
      {},
      /The scale of .* is 5; 1, 2, 3, 4 and 8 are supported/,
    ],
    [
      'a residual block of EDSR',
      new Map([
        ['head.0.weight', zeros(8, 3, 3, 3)],
        ['body.0.body.0.weight', zeros(8, 8, 3, 3)],
        ['body.0.body.2.weight', zeros(8, 8, 3, 3)],
      ]),
      {},
      /an EDSR generator/,
    ],
  ])('%s', (_, tensors, metadata, message) => {
    expect(() => readGenerator(save(tensors, metadata))).toThrow(message);
  });
});

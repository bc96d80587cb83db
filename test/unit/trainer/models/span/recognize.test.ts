import { describe, expect, test } from 'vitest';
import { createOnnxEngine } from '../../../../../trainer/engine/onnx-engine.ts';
import { interpolableSpan, mergedSpan } from '../../../../../trainer/models/span/merge.ts';
import type { SpanOptions } from '../../../../../trainer/models/span/shapes.ts';
import { encodeSafetensors } from '../../../../../trainer/tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../../../../../trainer/tensor-files/tensors.ts';
import { networkUpscaler } from '../../../../../trainer/upscale/network-upscaler.ts';
import { describeWeights } from '../../../../../trainer/weights/describe.ts';
import {
  type Generator,
  generatorMetadata,
  readGenerator,
} from '../../../../../trainer/weights/generator-file.ts';
import { writeGenerator } from '../../../../../trainer/weights/write-generator.ts';
import { fileOf, saved } from '../../tensor-files/pickle-bytes.ts';
import { largestDifference, noise } from '../../upscale/test-upscalers.ts';
import { randomSpan, zeros } from '../../weights/generators.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const noNorm = ['no_norm', { shape: [1], data: new Float32Array(1) }] as const;
const save = (tensors: TensorMap, metadata: Metadata = {}) =>
  fileOf(Buffer.concat(encodeSafetensors(tensors, metadata)), '.safetensors');

async function upscaled({ options, parameters }: Generator) {
  const upscaler = networkUpscaler(engine, 'model', options, parameters);
  const result = await upscaler.upscale(noise(9, 7, options.img_channels));
  await upscaler.close();
  return result;
}

describe('files of other programs', () => {
  test.each<[string, Partial<SpanOptions>, string, number]>([
    ['SPAN of its authors, ch48', { feature_channels: 48, num_blocks: 6, norm: true }, 'params', 2_236_728],
    ['span of neosr, x2', { feature_channels: 48, num_blocks: 6, scale_factor: 2 }, 'params', 2_221_141],
    ['span of traiNNer-redux', { feature_channels: 52, num_blocks: 6 }, 'params_ema', 2_621_965],
  ])('%s: branches and their merged form', (_, options, wrapper, count) => {
    const generator = randomSpan(options);
    const tensors = new Map([
      ...(generator.options.norm ? [] : [noNorm]),
      ...generator.parameters,
      ...mergedSpan(generator.options, generator.parameters),
    ]);
    const path = fileOf(saved({ [wrapper]: Object.fromEntries(tensors) }), '.pth');
    const { options: read, parameters } = readGenerator(path);
    expect(read).toEqual(generator.options);
    expect(parameters).toEqual(generator.parameters);
    expect(describeWeights(path)).toMatchObject({
      architecture: 'SPAN',
      layout: 'basicsr',
      wrapper: [wrapper],
      parameters: count,
    });
  });

  test('the merged form alone upscales as the branches do', async () => {
    const generator = randomSpan();
    const merged = new Map([noNorm, ...mergedSpan(generator.options, generator.parameters)]);
    const read = readGenerator(save(merged));
    expect(read.options).toEqual(generator.options);
    expect(largestDifference(await upscaled(read), await upscaled(generator))).toBeLessThan(1e-5);
    // Merging its branches gives the same numbers, and writing it adds them.
    expect(mergedSpan(generator.options, read.parameters)).toEqual(
      mergedSpan(generator.options, generator.parameters),
    );
    const again = fileOf(new Uint8Array(), '.pth');
    writeGenerator(again, read);
    expect(readGenerator(again).parameters).toEqual(read.parameters);
  });
});

test.each(['.pth', '.safetensors'])('reads what it writes as %s', (extension) => {
  for (const options of [{}, { norm: true, img_range: 255 }]) {
    const generator = randomSpan(options);
    const path = fileOf(new Uint8Array(), extension);
    writeGenerator(path, generator, { metadata: { note: 'kept' } });
    const { options: read, parameters, metadata } = readGenerator(path);
    expect(read).toEqual(generator.options);
    expect(parameters).toEqual(generator.parameters);
    expect(metadata.note).toBe('kept');
  }
});

test('another range is in the metadata', () => {
  const { options, parameters } = randomSpan({ norm: true, img_range: 1 });
  expect(readGenerator(save(parameters, { img_range: '1' })).options).toEqual(options);
  expect(() => readGenerator(save(parameters, { img_range: 'x' }))).toThrow(
    /img_range in its metadata must be a number, not "x"/,
  );
});

test('a checkpoint, which has no other tensors than parameters, says whether it normalizes', () => {
  for (const norm of [true, false]) {
    const { options, parameters } = randomSpan({ norm });
    expect(readGenerator(save(parameters, generatorMetadata(options))).options).toEqual(options);
  }
  expect(() => readGenerator(save(randomSpan().parameters, { norm: 'no' }))).toThrow(
    /norm in its metadata must be true or false, not "no"/,
  );
});

test('the form that is interpolated is the same network', async () => {
  const generator = randomSpan();
  const { options, parameters } = generator;
  const same = { options, parameters: interpolableSpan(options, parameters) };
  expect(largestDifference(await upscaled(same), await upscaled(generator))).toBeLessThan(1e-5);
});

describe('refused', () => {
  const changed = (change: (tensors: TensorMap) => void) => {
    const { parameters } = randomSpan();
    change(parameters);
    return parameters;
  };
  test.each<[string, TensorMap, RegExp]>([
    [
      'a missing tensor',
      changed((tensors) => tensors.delete('block_2.c3_r.conv.1.bias')),
      /not a complete SPAN generator: block_2\.c3_r\.conv\.1\.bias is missing/,
    ],
    [
      'a surplus tensor',
      changed((tensors) => tensors.set('extra', zeros(1))),
      /"extra" is not part of the network/,
    ],
    [
      'x5',
      changed((tensors) =>
        tensors.set('upsampler.0.weight', zeros(75, 5, 3, 3)).set('upsampler.0.bias', zeros(75)),
      ),
      /The scale of .* is 5; 1, 2, 3, 4 and 8 are supported/,
    ],
  ])('%s', (_, tensors, message) => {
    expect(() => readGenerator(save(tensors))).toThrow(message);
  });
});

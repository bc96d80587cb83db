import { describe, expect, test } from 'vitest';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { architectureOf } from '../../../../trainer/models/generators.ts';
import { networkUpscaler } from '../../../../trainer/upscale/network-upscaler.ts';
import { openOnnxUpscaler } from '../../../../trainer/upscale/onnx-upscaler.ts';
import type { Generator } from '../../../../trainer/weights/generator-file.ts';
import { fileOf } from '../tensor-files/pickle-bytes.ts';
import { largestDifference, noise } from '../upscale/test-upscalers.ts';
import { randomCompact, randomGenerator, randomRealplksr, randomSpan } from '../weights/generators.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });

const generators: Record<string, Generator> = {
  'RRDB x4': randomGenerator(),
  'RRDB x2': randomGenerator({ scale_factor: 2 }),
  'RRDB x1': randomGenerator({ scale_factor: 1 }),
  'RRDB x8 with other counts': randomGenerator({
    scale_factor: 8,
    num_dense_blocks: 1,
    num_residual_blocks: 3,
  }),
  'RRDB, sub-pixel, another scaling': randomGenerator({ use_subpixel_conv: true, residual_scaling: 0.5 }),
  'RRDB, one convolution in a dense block': randomGenerator({ num_residual_blocks: 1 }),
  'RRDB x2 of Real-ESRGAN': randomGenerator({ scale_factor: 2, input_unshuffle: 2 }),
  'RRDB x1 of Real-ESRGAN': randomGenerator({ scale_factor: 1, input_unshuffle: 4 }),
  'compact x4': randomCompact(),
  'compact x2, ReLU': randomCompact({ scale_factor: 2, act: 'relu' }),
  'compact x1, leaky ReLU': randomCompact({ scale_factor: 1, act: 'leakyrelu' }),
  'compact x8 without convolutions': randomCompact({ scale_factor: 8, num_conv: 0 }),
  'compact x3': randomCompact({ scale_factor: 3 }),
  'SPAN x4': randomSpan(),
  'SPAN x2, norm': randomSpan({ scale_factor: 2, norm: true, img_range: 2 }),
  'SPAN x8 of one block': randomSpan({ scale_factor: 8, num_blocks: 1 }),
  'RealPLKSR x4': randomRealplksr(),
  'RealPLKSR x2 with layer norm': randomRealplksr({ scale_factor: 2, layer_norm: true, use_ea: false }),
  'RealPLKSR x1, all channels': randomRealplksr({ scale_factor: 1, split_ratio: 1, n_blocks: 2 }),
};

/** Largest differences of single and half precision, by architecture. */
const tolerances = {
  rrdb: { F32: 2e-6, F16: 1e-2 },
  compact: { F32: 2e-6, F16: 1e-2 },
  span: { F32: 1e-5, F16: 1e-2 },
  realplksr: { F32: 1e-5, F16: 2e-2 },
} as const;

describe('the model in ONNX Runtime equals the engine at any size', () => {
  test.each(Object.entries(generators))('%s', async (_, { options, parameters }) => {
    const ours = networkUpscaler(engine, 'ours', options, parameters);
    for (const precision of ['F32', 'F16'] as const) {
      const bytes = architectureOf(options).encodeOnnx(options, parameters, precision, {});
      const theirs = await openOnnxUpscaler(fileOf(bytes, '.onnx'), 'theirs', 'cpu');
      expect([theirs.scale, theirs.alignment]).toEqual([options.scale_factor, 1]);
      for (const [width, height] of [
        [8, 12],
        [13, 7],
      ] as const) {
        const image = noise(width, height, 3);
        const [expected, found] = [await ours.upscale(image), await theirs.upscale(image)];
        const { scale_factor } = options;
        expect([found.width, found.height]).toEqual([width * scale_factor, height * scale_factor]);
        expect(largestDifference(found, expected), precision).toBeLessThan(
          tolerances[options.type][precision],
        );
        const black = { ...expected, data: new Float32Array(expected.data.length) };
        expect(largestDifference(found, black)).toBeGreaterThan(0.05);
      }
      await theirs.close();
    }
    await ours.close();
  });
});

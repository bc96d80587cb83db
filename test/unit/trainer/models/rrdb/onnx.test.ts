import * as ort from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { createOnnxEngine } from '../../../../../trainer/engine/onnx-engine.ts';
import { encodeRrdbOnnx } from '../../../../../trainer/models/rrdb/onnx.ts';
import type { GeneratorOptions } from '../../../../../trainer/models/shapes.ts';
import { networkUpscaler } from '../../../../../trainer/upscale/network-upscaler.ts';
import { openOnnxUpscaler } from '../../../../../trainer/upscale/onnx-upscaler.ts';
import { readOnnxSummary } from '../../../../../trainer/weights/onnx-summary.ts';
import { fileOf } from '../../tensor-files/pickle-bytes.ts';
import { largestDifference, noise } from '../../upscale/test-upscalers.ts';
import { randomGenerator } from '../../weights/generators.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });

const models: [string, Partial<GeneratorOptions>][] = [
  ['x4', {}],
  ['x2', { scale_factor: 2 }],
  ['x1', { scale_factor: 1 }],
  ['x8 with other counts', { scale_factor: 8, num_dense_blocks: 1, num_residual_blocks: 3 }],
  ['sub-pixel, another scaling', { use_subpixel_conv: true, residual_scaling: 0.5 }],
  ['one convolution in a dense block', { num_residual_blocks: 1 }],
  ['x2 of Real-ESRGAN', { scale_factor: 2, input_unshuffle: 2 }],
  ['x1 of Real-ESRGAN', { scale_factor: 1, input_unshuffle: 4 }],
];

describe('the model in ONNX Runtime equals the engine at any size', () => {
  test.each(models)('%s', async (_, options) => {
    const { options: all, parameters } = randomGenerator(options);
    const ours = networkUpscaler(engine, 'ours', all, parameters);
    for (const [precision, tolerance] of [
      ['F32', 2e-6],
      ['F16', 1e-2],
    ] as const) {
      const path = fileOf(encodeRrdbOnnx(all, parameters, precision, {}), '.onnx');
      const theirs = await openOnnxUpscaler(path, 'theirs', 'cpu');
      expect([theirs.scale, theirs.alignment]).toEqual([all.scale_factor, 1]);
      for (const [width, height] of [
        [8, 12],
        [13, 7],
      ] as const) {
        const image = noise(width, height, 3);
        const [expected, found] = [await ours.upscale(image), await theirs.upscale(image)];
        expect([found.width, found.height]).toEqual([width * all.scale_factor, height * all.scale_factor]);
        expect(largestDifference(found, expected), precision).toBeLessThan(tolerance);
        expect(
          largestDifference(found, { ...expected, data: new Float32Array(expected.data.length) }),
        ).toBeGreaterThan(0.05);
      }
      await theirs.close();
    }
    await ours.close();
  });
});

test('metadata and ports of the file', () => {
  const { options, parameters } = randomGenerator();
  const sizes = (['F32', 'F16'] as const).map((precision) => {
    const bytes = encodeRrdbOnnx(options, parameters, precision, { scale: '4' });
    const summary = readOnnxSummary(fileOf(bytes, '.onnx'));
    expect(summary).toMatchObject({
      producer: 'esrgan-workbench',
      inputs: ['input [batch, 3, height, width]'],
      outputs: ['output [batch, 3, output_height, output_width]'],
      metadata: { scale: '4' },
    });
    expect(summary.tensors).toContainEqual({
      name: 'conv_first.weight',
      dtype: precision,
      shape: [4, 3, 3, 3],
    });
    return bytes.length;
  });
  expect(sizes[1]! / sizes[0]!).toBeLessThan(0.8);
});

test('several images at once', async () => {
  const { options, parameters } = randomGenerator();
  const session = await ort.InferenceSession.create(encodeRrdbOnnx(options, parameters, 'F32', {}));
  const one = noise(5, 6, 3).data;
  const run = async (count: number) => {
    const data = Float32Array.from({ length: count * one.length }, (_, index) => one[index % one.length]!);
    const { output } = await session.run({ input: new ort.Tensor('float32', data, [count, 3, 6, 5]) });
    return output!;
  };
  const [single, double] = [await run(1), await run(2)];
  expect(double.dims).toEqual([2, 3, 24, 20]);
  const half = single.size;
  expect(double.data.slice(0, half)).toEqual(single.data);
  expect(double.data.slice(half)).toEqual(single.data);
  await session.release();
});

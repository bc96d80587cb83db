import * as ort from 'onnxruntime-node';
import { expect, test } from 'vitest';
import { encodeRrdbOnnx } from '../../../../../trainer/models/rrdb/onnx.ts';
import { readOnnxSummary } from '../../../../../trainer/weights/onnx-summary.ts';
import { fileOf } from '../../tensor-files/pickle-bytes.ts';
import { noise } from '../../upscale/test-upscalers.ts';
import { randomGenerator } from '../../weights/generators.ts';

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

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../../../trainer/cli/open-model.ts';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import { type FloatImage, toFloatImage } from '../../../../trainer/data/image.ts';
import { evaluate } from '../../../../trainer/evaluate/evaluate.ts';
import { pixelMeasures } from '../../../../trainer/measures/measure.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { temporaryFolder } from '../data/images.ts';

const folder = join(testData, 'weights');
const original = join(folder, '4x-NMKD-YandereNeo-Superlite.pth');

/** Numbers of a `.npy` file of little-endian floats, `[C, H, W]`, as an image. */
function readNpy(path: string): FloatImage {
  const bytes = readFileSync(path);
  const start = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, start);
  expect(header).toMatch(/'descr': '<f4', 'fortran_order': False, 'shape': \(3, 128, 128\)/);
  const planes = new Float32Array(
    bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
  );
  const pixels = 128 * 128;
  const data = Float32Array.from(
    { length: 3 * pixels },
    (_, index) => planes[(index % 3) * pixels + Math.floor(index / 3)]!,
  );
  return { width: 128, height: 128, channels: 3, data };
}

describe.skipIf(!hasTestData)(needsTestData('a community model'), () => {
  const temporary = temporaryFolder();
  const copies: [string, number, () => string][] = [
    ['as it is', 1e-5, () => original],
    ...(['esrgan-old', 'esrgan-new', 'basicsr', 'seed'] as const).map(
      (layout): [string, number, () => string] => [
        `written as .pth with the names of ${layout}`,
        1e-5,
        () => written(`${layout}.pth`, { layout }),
      ],
    ),
    ['as ONNX', 1e-5, () => written('net.onnx', {})],
    ['as ONNX in halves', 5e-3, () => written('half.onnx', { precision: 'F16' })],
  ];

  function written(name: string, options: Parameters<typeof writeGenerator>[2]): string {
    const path = join(temporary, name);
    writeGenerator(path, readGenerator(original), options);
    return path;
  }

  test.each(copies)('%s: upscales as PyTorch does', async (_, tolerance, make) => {
    const model = await openModel(make(), { engine: 'cpu' });
    const expected = readNpy(join(folder, 'superlite_32x32.f32.npy'));
    const found = await model.upscale(toFloatImage(await decodeImage(join(folder, '32x32.png'), 3)));
    await model.close();
    expect([found.width, found.height]).toEqual([128, 128]);
    const difference = found.data.reduce(
      (most, value, i) => Math.max(most, Math.abs(value - expected.data[i]!)),
      0,
    );
    expect(difference).toBeLessThan(tolerance);
  });

  test('every tensor is the same after conversion to its own layout', () => {
    const [before, after] = [
      openTensorFile(original),
      openTensorFile(written('own.pth', { layout: 'esrgan-old' })),
    ];
    expect([...after.entries].sort()).toEqual([...before.entries].sort());
    for (const name of before.entries.keys()) {
      const [ours, theirs] = [after, before].map((file) => Buffer.from(file.read(name).data.slice().buffer));
      expect(ours!.equals(theirs!), name).toBe(true);
    }
  });

  test('its scores on Set5', async () => {
    const { superlite } = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
    const model = await openModel(original, { engine: 'cpu' });
    const [y, rgb] = await evaluate(
      model,
      { name: 'set5', dir: join(testData, 'set5') },
      pixelMeasures(['basicsr-y', 'rgb']),
    );
    await model.close();
    for (const [name, { psnr_y_f, ssim_y_f, psnr_rgb }] of Object.entries<Record<string, number>>(
      superlite.set5_x4_crop4,
    )) {
      const scores = [y, rgb].map((found) => found!.images.find((image) => image.name === name)!);
      expect(Math.abs(scores[0]!.psnr! - psnr_y_f!), name).toBeLessThan(0.01);
      expect(Math.abs(scores[0]!.ssim! - ssim_y_f!), name).toBeLessThan(0.001);
      expect(Math.abs(scores[1]!.psnr! - psnr_rgb!), name).toBeLessThan(0.01);
    }
    expect(y!.images).toHaveLength(5);
  });
});

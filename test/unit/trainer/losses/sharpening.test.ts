import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { LossSettings } from '../../../../trainer/config/index.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { lossesOf } from '../../../../trainer/losses/losses.ts';
import { sharpened } from '../../../../trainer/losses/sharpening.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';

const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });

/** An image, in levels of 255, sharpened by PyTorch: see scripts/fixtures/degradation.py. */
const { image, cases }: { image: number[][]; cases: { size: number; weight: number; rows: number[][] }[] } =
  JSON.parse(readFileSync('test/fixtures/degradation/sharpening.json', 'utf8'));
const [height, width] = [image.length, image[0]!.length];
const levels = Float32Array.from(image.flat(), (value) => value / 255);

/** Two images of three channels, of which the second one is inverted. */
const shape = [2, height, width, 3];
const data = Float32Array.from({ length: 2 * height * width * 3 }, (_, i) => {
  const value = levels[Math.floor(i / 3) % levels.length]!;
  return i % 3 === 1 ? 1 - value : value;
});

test("is BasicSR's unsharp mask of each channel of each image", async () => {
  const program = await engine.freeze(
    (inputs) => ({ outputs: { sharp: sharpened(rank4(inputs.images!)) } }),
    { images: shape },
    new Map(),
  );
  const { sharp: found = new Float32Array() } = await program.run({ images: data });
  const expected = cases.find(({ size }) => size === 51)!.rows.flat();
  expect(found.length).toBe(data.length);
  for (const [i, sample] of found.entries()) {
    const value = expected[Math.floor(i / 3) % expected.length]!;
    expect(sample).toBeCloseTo(i % 3 === 1 ? 1 - value : value, 4);
  }
});

test('a loss compares with it if it says so', async () => {
  const list: LossSettings[] = [
    { type: 'l1', weight: 1, name: 'plain' },
    { type: 'l1', weight: 1, name: 'sharp', sharpen_hr: true },
  ];
  const program = await engine.freeze(
    (inputs) => {
      const hr = rank4(inputs.hr!);
      return { outputs: lossesOf(list, () => ({}), { sr: hr, hr, ema: undefined }).byName };
    },
    { hr: shape },
    new Map(),
  );
  const { plain, sharp } = await program.run({ hr: data });
  const rows = cases.find(({ size }) => size === 51)!.rows.flat();
  const difference = rows.reduce((sum, value, i) => sum + Math.abs(value - levels[i]!), 0) / rows.length;
  expect(plain?.[0]).toBe(0);
  expect(sharp?.[0]).toBeCloseTo(difference, 4);
});

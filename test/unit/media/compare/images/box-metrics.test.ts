import { describe, expect, test } from 'vitest';
import { measureBox, type Pixels, scoreLines } from '../../../../../media/compare/images/box-metrics.ts';
import { protocols } from '../../../../../trainer/metrics/protocols.ts';

/** A gradient with noise by a seed. */
function image(width: number, height: number, seed: number): Pixels {
  let state = seed;
  const random = () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
  const data = new Uint8ClampedArray(width * height * 4);
  for (let i = 0; i < width * height; i++) {
    for (let channel = 0; channel < 3; channel++) {
      data[4 * i + channel] = (i % width) * 3 + channel * 40 + random() * 60;
    }
    data[4 * i + 3] = 255;
  }
  return { width, height, data };
}

/** The image without opacity, as in the trainer. */
function asImage({ width, height, data }: Pixels) {
  return { width, height, channels: 3 as const, data: Uint8Array.from(data.filter((_, i) => i % 4 !== 3)) };
}

describe('scores equal those of the trainer', () => {
  test.each([
    { width: 11, height: 11 },
    { width: 12, height: 31 },
    { width: 64, height: 40 },
  ])('$width x $height', ({ width, height }) => {
    const [a, b] = [image(width, height, 7), image(width, height, 11)];
    const score = measureBox(a, b);
    for (const [mine, protocol] of [
      [score.rgb, protocols.rgb],
      [score.y, protocols['paper-y']],
    ] as const) {
      const theirs = protocol.measure(asImage(a), asImage(b), 0);
      expect(mine.psnr).toBeCloseTo(theirs.psnr, 10);
      expect(mine.ssim).toBeCloseTo(theirs.ssim, 10);
    }
  });
});

test('PSNR of equal pixels is infinite', () => {
  const a = image(20, 20, 3);
  const { rgb, y } = measureBox(a, a);
  expect([rgb.psnr, y.psnr]).toEqual([Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY]);
  expect(rgb.ssim).toBeCloseTo(1, 12);
  expect(y.ssim).toBeCloseTo(1, 12);
});

test('SSIM is null below 11x11 pixels', () => {
  const { rgb, y } = measureBox(image(10, 30, 1), image(10, 30, 2));
  expect([rgb.ssim, y.ssim]).toEqual([null, null]);
  expect(rgb.psnr).toBeGreaterThan(10);
});

test.each([
  [
    { rgb: { psnr: 25.018, ssim: 0.51236 }, y: { psnr: 26.5, ssim: 0.6 } },
    ['box: PSNR rgb 25.02  Y 26.50 dB', 'SSIM rgb 0.5124  Y 0.6000'],
  ],
  [
    { rgb: { psnr: Number.POSITIVE_INFINITY, ssim: 1 }, y: { psnr: 30, ssim: null } },
    ['box: PSNR rgb ∞  Y 30.00 dB', 'SSIM rgb 1.0000  Y –'],
  ],
])('%j as text', (score, lines) => expect(scoreLines(score)).toEqual(lines));

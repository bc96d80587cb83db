import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../trainer/data/decode.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { imresize } from '../../../../trainer/data/imresize.ts';
import {
  isProtocolName,
  type ProtocolName,
  protocols,
  smallestMeasurable,
} from '../../../../trainer/metrics/protocols.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { noise, scenery } from '../data/images.ts';

function plain(...color: number[]): Image {
  const data = Uint8Array.from({ length: 400 * color.length }, (_, i) => color[i % color.length]!);
  return { width: 20, height: 20, channels: color.length, data };
}

// PSNR of one error everywhere: 20 log10(255 / error), so 48.1308 dB for an error of 1.
test.each<[ProtocolName, Image, Image, number]>([
  ['rgb', plain(10, 10, 10), plain(11, 11, 11), 48.1308],
  ['rgb', plain(10, 10, 10), plain(10, 10, 11), 52.902],
  ['rgb', plain(10), plain(11), 48.1308],
  // Y 1 higher: 16.859 and 17.718 are rounded to 17 and 18.
  ['paper-y', plain(1, 1, 1), plain(2, 2, 2), 48.1308],
  ['paper-y', plain(10), plain(11), 48.1308],
  ['basicsr-y', plain(10, 10, 10), plain(11, 11, 11), 48.1308 + 20 * Math.log10(255 / 219)],
  ['basicsr-y', plain(10), plain(11), 48.1308 + 20 * Math.log10(255 / 219)],
  ['rgb-seed', plain(10, 10, 10), plain(11, 11, 11), -10 * Math.log10(1 / 255 ** 2 + 1e-8)],
  ['rgb-seed', plain(10, 10, 10), plain(10, 10, 10), 80],
  ['seed', plain(0, 0, 0), plain(0, 10, 0), -10 * Math.log10((5.87 / 255) ** 2 + 1e-8)],
])('PSNR of %s', (name, sr, hr, expected) => {
  expect(protocols[name].measure(sr, hr, 4).psnr).toBeCloseTo(expected, 3);
});

test('the border counts only where the protocol says so', () => {
  const hr = scenery(40, 40, 3);
  const sr: Image = {
    ...hr,
    data: hr.data.map((value, i) => (Math.floor(i / 3) % 40 < 4 ? 255 - value : value)),
  };
  const exact = Object.entries(protocols).filter(([, { measure }]) => measure(sr, hr, 4).psnr > 90);
  expect(exact.map(([name]) => name)).toEqual(['paper-y', 'basicsr-y', 'rgb']);
  expect(protocols.rgb.measure(sr, hr, 3).psnr).toBeLessThan(40);
});

test('the smallest image that can be measured', () => {
  const size = smallestMeasurable(4);
  for (const { measure } of Object.values(protocols)) {
    expect(measure(noise(size, size, 3), noise(size, size, 3), 4).ssim).toBeCloseTo(1, 10);
  }
  const smaller = noise(size - 1, size, 3);
  expect(() => protocols['paper-y'].measure(smaller, smaller, 4)).toThrow('at least 11x11');
});

test('names', () => expect(['rgb', 'toString', 'Y'].map(isProtocolName)).toEqual([true, false, false]));

describe.skipIf(!hasTestData)(needsTestData('values of BasicSR'), () => {
  test.each(['baboon', 'comic'])('%s', async (name) => {
    const { basicsr } = JSON.parse(readFileSync(join(testData, 'metrics/expected_metrics.json'), 'utf8'));
    const hr = await decodeImage(join(testData, `metrics/pairs/gt/${name}.png`));
    const lr = await decodeImage(join(testData, `metrics/pairs/lq/${name}.png`));
    const sr = imresize(lr, 4, 'double-symmetric');
    const found = { rgb: protocols.rgb.measure(sr, hr, 4), y: protocols['basicsr-y'].measure(sr, hr, 4) };
    expect(Math.abs(found.rgb.psnr - basicsr[name].rgb_psnr)).toBeLessThan(1e-4);
    expect(Math.abs(found.rgb.ssim - basicsr[name].rgb_ssim)).toBeLessThan(1e-4);
    expect(Math.abs(found.y.psnr - basicsr[name].y_psnr)).toBeLessThan(1e-4);
    expect(Math.abs(found.y.ssim - basicsr[name].y_ssim)).toBeLessThan(1e-4);
  });
});

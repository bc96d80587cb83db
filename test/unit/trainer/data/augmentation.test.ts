import { describe, expect, test } from 'vitest';
import type { Augmentation } from '../../../../trainer/config/resolved.ts';
import { augment } from '../../../../trainer/data/augmentation.ts';
import type { Image } from '../../../../trainer/data/image.ts';
import { createRandom } from '../../../../trainer/data/random.ts';
import { scenery } from './images.ts';

const off: Augmentation = { spatial: false, compression: false, dropout: false };
const spatial = { p: 0.5, flip: 0.75, transpose: 0.25, rotate: 0 };

/** How often each result occurs, as shares. */
async function shares(draws: number, draw: (i: number) => Promise<string>): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < draws; i++) {
    const result = await draw(i);
    counts[result] = (counts[result] ?? 0) + 1 / draws;
  }
  return counts;
}

describe('spatial', () => {
  // Rows of 1 2 / 3 4, each pixel with a second channel that must follow it.
  const patch = (size: number): Image => {
    const data = new Uint8Array(size * size * 2);
    for (let i = 0; i < size * size; i++) {
      const x = Math.floor((i % size) / (size / 2));
      const y = Math.floor(i / size / (size / 2));
      data[2 * i] = 1 + x + 2 * y;
      data[2 * i + 1] = 11 + x + 2 * y;
    }
    return { width: size, height: size, channels: 2, data };
  };
  const corners = ({ data, width, height }: Image) =>
    [0, width - 1, width * (height - 1), width * height - 1].map((i) => `${data[2 * i]}`).join('');
  const names: Record<string, string> = {
    '1234': 'nothing',
    '2143': 'horizontal',
    '3412': 'vertical',
    '4321': 'both',
    '1324': 'transpose',
    '2413': 'left',
    '3142': 'right',
    '4231': 'transverse',
  };

  async function check(weights: typeof spatial, expected: Record<string, number>) {
    const found = await shares(8000, async (i) => {
      const pair = { lr: patch(2), hr: patch(4) };
      const result = await augment(pair, { ...off, spatial: weights }, createRandom(i, 'test'));
      expect(corners(result.hr)).toBe(corners(result.lr));
      expect(
        result.lr.data.every((value, at) => at % 2 === 0 || value === result.lr.data[at - 1]! + 10),
      ).toBe(true);
      return names[corners(result.lr)] ?? 'something else';
    });
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    // Four standard deviations of 8000 draws are at most 0.022.
    for (const [name, share] of Object.entries(expected))
      expect(Math.abs(found[name]! - share)).toBeLessThan(0.022);
  }

  test('all eight symmetries', () => {
    const names = ['nothing', 'horizontal', 'vertical', 'both', 'transpose', 'left', 'right', 'transverse'];
    const eighths = Object.fromEntries(names.map((name) => [name, 1 / 8]));
    return check({ p: 0.875, flip: 3, transpose: 1, rotate: 3 }, eighths);
  });

  test('the default weights', () =>
    check(spatial, {
      nothing: 0.5,
      horizontal: 0.125,
      vertical: 0.125,
      both: 0.125,
      transpose: 0.125,
    }));
  test('the weights are relative', () =>
    check(
      { p: 1, flip: 3, transpose: 3, rotate: 0 },
      { horizontal: 1 / 6, vertical: 1 / 6, both: 1 / 6, transpose: 1 / 2 },
    ));
  test('a weight of 0', () => check({ p: 1, flip: 0, transpose: 2, rotate: 0 }, { transpose: 1 }));

  test('patches that are not square are only flipped', async () => {
    const hr = scenery(8, 4, 3);
    const lr = scenery(4, 2, 3);
    for (let i = 0; i < 100; i++) {
      const always = { p: 1, flip: 0.1, transpose: 0.9, rotate: 0 };
      const result = await augment({ hr, lr }, { ...off, spatial: always }, createRandom(i));
      expect([result.hr.width, result.hr.height, result.lr.width, result.lr.height]).toEqual([8, 4, 4, 2]);
    }
  });
});

describe('dropout', () => {
  const white: Image = { width: 32, height: 24, channels: 3, data: new Uint8Array(32 * 24 * 3).fill(255) };

  test('blackens whole squares of the LR patch with the given probability', async () => {
    let dropped = 0;
    let largest = 0;
    for (let i = 0; i < 4000; i++) {
      const dropout = { p: 0.25, holes: 8, size: 2 };
      const result = await augment({ lr: white, hr: white }, { ...off, dropout }, createRandom(i));
      expect(result.hr).toBe(white);
      const black = result.lr.data.filter((value) => value === 0).length / 3;
      expect(Number.isInteger(black)).toBe(true);
      if (black > 0) dropped += 1;
      largest = Math.max(largest, black);
    }
    expect(Math.abs(dropped / 4000 - 0.25)).toBeLessThan(0.03);
    // Eight holes of four pixels, unless they overlap.
    expect(largest).toBe(32);
  });

  test('reaches every pixel, edges included', async () => {
    const seen = new Uint8Array(32 * 24);
    for (let i = 0; i < 2000; i++) {
      const dropout = { p: 1, holes: 8, size: 2 };
      const { lr } = await augment({ lr: white, hr: white }, { ...off, dropout }, createRandom(i));
      for (let pixel = 0; pixel < seen.length; pixel++)
        seen[pixel] = seen[pixel]! | (255 - lr.data[3 * pixel]!);
    }
    expect(seen.every((value) => value === 255)).toBe(true);
  });

  test('holes larger than the patch blacken all of it', async () => {
    const dropout = { p: 1, holes: 1, size: 99 };
    const { lr } = await augment({ lr: white, hr: white }, { ...off, dropout }, createRandom(1));
    expect(lr.data.some((value) => value > 0)).toBe(false);
  });
});

describe('compression', () => {
  const photo = scenery(32, 32, 3);

  function meanDifference(a: Image, b: Image): number {
    return a.data.reduce((sum, value, i) => sum + Math.abs(value - b.data[i]!), 0) / a.data.length;
  }

  async function compressed(quality: [number, number], seed: number, image = photo): Promise<Image> {
    const compression = { p: 1, quality };
    return (await augment({ lr: image, hr: image }, { ...off, compression }, createRandom(seed))).lr;
  }

  test('changes only LR, with the given probability', async () => {
    const found = await shares(400, async (i) => {
      const compression = { p: 0.25, quality: [65, 100] as [number, number] };
      const result = await augment({ lr: photo, hr: photo }, { ...off, compression }, createRandom(i));
      expect(result.hr).toBe(photo);
      return result.lr === photo ? 'same' : 'compressed';
    });
    // Four standard deviations of 400 draws are 0.087.
    expect(Math.abs(found.compressed! - 0.25)).toBeLessThan(0.087);
  });

  test('a lower quality loses more', async () => {
    const losses = await Promise.all(
      [100, 80, 65, 20].map(async (q) => meanDifference(await compressed([q, q], 1), photo)),
    );
    expect(losses[0]).toBeGreaterThan(0);
    expect([...losses].sort((a, b) => a - b)).toEqual(losses);
    expect(losses[3]).toBeLessThan(30);
  });

  test('the quality covers the whole range, ends included', async () => {
    const ends = await Promise.all([70, 71, 72].map((q) => compressed([q, q], 0)));
    const found = await shares(60, async (i) => {
      const result = await compressed([70, 72], i);
      return String(ends.findIndex((end) => Buffer.compare(end.data, result.data) === 0));
    });
    expect(Object.keys(found).sort()).toEqual(['0', '1', '2']);
  });

  test('grayscale patches stay grayscale', async () => {
    const result = await compressed([65, 65], 1, scenery(32, 32, 1));
    expect([result.channels, result.data.length]).toEqual([1, 1024]);
  });
});

test('changes nothing if it is off', async () => {
  const pair = { lr: scenery(4, 4, 3), hr: scenery(8, 8, 3) };
  for (let i = 0; i < 50; i++)
    expect(await augment(pair, off, createRandom(i))).toEqual({ ...pair, applied: [] });
});

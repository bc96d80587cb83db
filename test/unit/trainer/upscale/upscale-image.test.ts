import { describe, expect, test } from 'vitest';
import { upscaleLayers } from '../../../../trainer/upscale/layers.ts';
import { assertTileFits, type TileOptions, upscaleImage } from '../../../../trainer/upscale/upscale-image.ts';
import { bicubic, convolutionalUpscaler, largestDifference, noise, testUpscaler } from './test-upscalers.ts';

describe('tiles have no seams', () => {
  const image = noise(61, 47, 3);
  const model = convolutionalUpscaler(4);

  async function seam(options: TileOptions, upscaler = model): Promise<number> {
    const whole = await upscaler.upscale(image);
    const tiled = await upscaleImage(upscaler, image, options);
    expect([tiled.width, tiled.height]).toEqual([
      image.width * upscaler.scale,
      image.height * upscaler.scale,
    ]);
    return largestDifference(whole, tiled);
  }

  test.each([16, 20, 33, 64])(
    'a convolutional model with a receptive field of 4 pixels, tile %i',
    async (tile) => {
      expect(await seam({ tile })).toBeLessThan(1e-5);
    },
  );
  test('bicubic', async () => {
    expect(await seam({ tile: 16 }, bicubic(4))).toBeLessThan(1e-5);
  });
  test('scale 1 and 3', async () => {
    expect(await seam({ tile: 16 }, convolutionalUpscaler(1))).toBeLessThan(1e-5);
    expect(await seam({ tile: 16 }, convolutionalUpscaler(3))).toBeLessThan(1e-5);
  });
  test('without context there is a seam', async () => {
    expect(await seam({ tile: 16, overlap: 0 })).toBeGreaterThan(10 / 255);
    expect(await seam({ tile: 16, overlap: 3 })).toBeGreaterThan(1 / 255);
  });
});

test.each([
  [0, 1, 1],
  [4, 1, 9],
  [17, 2, 36],
  [32, 1, 65],
  [351, 4, 260],
  [Number.POSITIVE_INFINITY, 1, 65],
])(
  'a receptive field of %d with alignment %d needs tiles of %d',
  async (receptiveField, alignment, smallest) => {
    const sources: number[] = [];
    const model = {
      ...testUpscaler('model.pth', 1, receptiveField, (image) => {
        sources.push(image.width);
        return image;
      }),
      alignment,
      tile: 1,
    };
    const message = `Tiles of ${smallest - 1} pixels are too small for model.pth, which needs ${(smallest - alignment) / 2} pixels of context on each side. Use --tile ${smallest} or more.`;
    expect(() => assertTileFits(model, smallest - 1)).toThrow(message);
    await expect(upscaleImage(model, noise(200, 1, 3), { tile: smallest - 1 })).rejects.toThrow(message);
    const image = noise(2 * smallest, 1, 3);
    for (const options of [{ tile: smallest }, {}]) {
      sources.length = 0;
      expect(await upscaleImage(model, image, options)).toEqual(image);
      expect(sources.length).toBeGreaterThan(1);
      expect(Math.max(...sources)).toBeLessThan(smallest + alignment);
    }
  },
);

test('progress counts tiles; cancelling stops between tiles', async () => {
  const cancel = new AbortController();
  const seen: string[] = [];
  let calls = 0;
  const counting = testUpscaler('counting', 1, 0, (image) => {
    calls++;
    return image;
  });
  const result = upscaleImage(counting, noise(40, 20, 3), {
    tile: 10,
    signal: cancel.signal,
    onTile(done, total) {
      seen.push(`${done}/${total}`);
      if (done === 3) cancel.abort();
    },
  });
  await expect(result).rejects.toMatchObject({ code: 'interrupted' });
  expect(seen).toEqual(['1/8', '2/8', '3/8']);
  expect(calls).toBe(3);
});

test('a result that is not finite is an error that names the model', async () => {
  const broken = testUpscaler('broken model', 1, 0, (image) => {
    const data = Float32Array.from(image.data);
    data[17] = Number.NaN;
    return { ...image, data };
  });
  await expect(upscaleImage(broken, noise(8, 8, 3))).rejects.toThrow(/result of broken model is not finite/);
});

describe('grey and alpha', () => {
  test('the order of the channels is preserved', async () => {
    const red = {
      width: 6,
      height: 5,
      channels: 3,
      data: new Float32Array(90).map((_, i) => (i % 3 === 0 ? 1 : 0)),
    };
    const large = await upscaleImage(upscaleLayers(bicubic(2)), red);
    expect([...large.data.subarray(0, 3)].map((value) => Math.round(value * 255))).toEqual([255, 0, 0]);
  });

  test('grey is upscaled as three equal channels and averaged', async () => {
    const grey = noise(5, 4, 1);
    const tinting = testUpscaler('tinting', 1, 0, (image) => ({
      ...image,
      data: image.data.map((value, i) => value + [0.03, 0, -0.06][i % 3]!),
    }));
    const result = await upscaleLayers(tinting).upscale(grey);
    expect(result.channels).toBe(1);
    expect(largestDifference(result, { ...grey, data: grey.data.map((value) => value - 0.01) })).toBeLessThan(
      1e-6,
    );
  });

  test.each([2, 4])('alpha of %i channels is upscaled by bicubic, color by the model', async (channels) => {
    const image = noise(16, 7, channels);
    const black = testUpscaler('black', 4, 0, ({ width, height }) => ({
      width: width * 4,
      height: height * 4,
      channels: 3,
      data: new Float32Array(width * height * 16 * 3),
    }));
    const result = await upscaleLayers(black).upscale(image);
    const alone = (data: Float32Array, only: number) => data.filter((_, i) => i % channels === only);
    const alpha = { width: 16, height: 7, channels: 1, data: alone(image.data, channels - 1) };
    const expected = await bicubic(4).upscale(alpha);
    expect(result.channels).toBe(channels);
    expect([...alone(result.data, channels - 1)]).toEqual([...expected.data]);
    expect(alone(result.data, 0).every((value) => value === 0)).toBe(true);
    const tiled = await upscaleImage(upscaleLayers(black), image, { tile: 8 });
    expect(largestDifference(tiled, result)).toBeLessThan(1e-6);
  });
});

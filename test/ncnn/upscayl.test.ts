import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../trainer/cli/open-model.ts';
import { cropFloats } from '../../trainer/upscale/resize-canvas.ts';
import { scaledRect } from '../../trainer/upscale/tiles.ts';
import { describeWeights } from '../../trainer/weights/describe.ts';
import { type Generator, readGenerator } from '../../trainer/weights/generator-file.ts';
import { writeGenerator } from '../../trainer/weights/write-generator.ts';
import { scenery, temporaryFolder } from '../unit/trainer/data/images.ts';
import {
  randomCompact,
  randomGenerator,
  randomRealplksr,
  randomSpan,
} from '../unit/trainer/weights/generators.ts';

const { ESRGAN_UPSCAYL: program = '', ESRGAN_UPSCAYL_MODELS: published = '' } = process.env;
/** A software driver that comes with Debian's Chromium. */
const driver = '/usr/lib/chromium/vk_swiftshader_icd.json';
const unlessDriver = existsSync(driver) ? test : test.skip;
const driverNeeded = existsSync(driver) ? '' : ` (needs ${driver})`;

const folder = temporaryFolder();
// Upscayl wants this name.
const models = join(folder, 'models');
mkdirSync(models);

describe("Upscayl's own models", () => {
  test.each([
    ['realesrgan-x4fast', { type: 'compact', scale_factor: 4, num_feat: 64, num_conv: 32, act: 'prelu' }],
    ['realesrgan-x4plus', { type: 'rrdb', scale_factor: 4, rrdb_channels: 64, num_basic_blocks: 23 }],
  ])('%s is read, and written with the same bytes', (name, options) => {
    const path = join(published, `${name}.param`);
    expect(describeWeights(path)).toMatchObject({ format: 'ncnn', options });
    const copy = join(folder, `${name}.param`);
    writeGenerator(copy, readGenerator(path), { precision: 'F16' });
    // vitest would compare the numbers one by one for minutes.
    const [one, other] = [folder, published].map((from) => readFileSync(join(from, `${name}.bin`)));
    expect(one!.equals(other!)).toBe(true);
    expect(readGenerator(copy).options).toEqual(readGenerator(path).options);
  });

  unlessDriver(`realesrgan-x4fast upscales as Upscayl does${driverNeeded}`, async () => {
    await expectSameImages(published, 'realesrgan-x4fast', 4, [24, 20]);
  });
});

describe(`Upscayl upscales with our files as we do${driverNeeded}`, () => {
  unlessDriver.each<[string, 2 | 4, Generator]>([
    ['rrdb-x4', 4, randomGenerator()],
    ['rrdb-x2', 2, randomGenerator({ scale_factor: 2, residual_scaling: 0.15 })],
    ['subpixel-x2', 2, randomGenerator({ scale_factor: 2, use_subpixel_conv: true })],
    ['compact-x4', 4, randomCompact()],
    ['compact-x2', 2, randomCompact({ scale_factor: 2 })],
    ['relu-x2', 2, randomCompact({ scale_factor: 2, act: 'relu' })],
    ['leakyrelu-x4', 4, randomCompact({ act: 'leakyrelu' })],
    ['span-x4', 4, randomSpan()],
    ['span-norm-x2', 2, randomSpan({ scale_factor: 2, norm: true, img_range: 2 })],
    ['realplksr-x4', 4, randomRealplksr({ layer_norm: true })],
    [
      'realplksr-whole-x2',
      2,
      randomRealplksr({ layer_norm: true, scale_factor: 2, split_ratio: 1, use_ea: false }),
    ],
  ])('%s, in 32 and 16 bits, with odd sides', async (name, scale, generator) => {
    for (const precision of ['F32', 'F16'] as const) {
      const called = `${name}-${precision}`;
      writeGenerator(join(models, `${called}.param`), generator, { precision });
      // Not all of ncnn's networks are read.
      const ours = join(models, `${called}.safetensors`);
      writeGenerator(ours, generator, { precision });
      await expectSameImages(models, called, scale, [33, 27], ours);
    }
  });
});

/** Pixels around an image that Upscayl adds by reflection. */
const context = 10;

function reflect(index: number, length: number): number {
  return length - 1 - Math.abs(length - 1 - Math.abs(index));
}

/** Upscayl computes in 16 bits. */
const mostDifference = 3;

async function expectSameImages(
  from: string,
  name: string,
  scale: number,
  [width, height]: readonly [number, number],
  model = join(from, `${name}.param`),
): Promise<void> {
  const input = join(folder, `${name}.png`);
  const theirs = join(folder, `${name}-theirs.png`);
  const { data } = scenery(width, height, 3);
  await sharp(data, { raw: { width, height, channels: 3 } }).toFile(input);
  const size = String(scale);
  execFileSync(
    program,
    ['-i', input, '-o', theirs, '-m', from, '-n', name, '-s', size, '-z', size, '-t', '64', '-j', '1:1:1'],
    { env: { ...process.env, VK_ICD_FILENAMES: driver }, stdio: 'pipe' },
  );
  const upscaler = await openModel(model, { engine: 'cpu' });
  const padded = { width: width + 2 * context, height: height + 2 * context, channels: 3 as const };
  const around = Float32Array.from({ length: padded.width * padded.height * 3 }, (_, index) => {
    const x = reflect((Math.floor(index / 3) % padded.width) - context, width);
    const y = reflect(Math.floor(index / 3 / padded.width) - context, height);
    return data[(y * width + x) * 3 + (index % 3)]! / 255;
  });
  const whole = await upscaler.upscale({ ...padded, data: around });
  await upscaler.close();
  const part = { x: context, y: context, width, height };
  const ours = cropFloats(whole, scaledRect(part, scale));
  const pixels = await sharp(theirs).removeAlpha().raw().toBuffer();
  expect(pixels.length).toBe(ours.data.length);
  const differences = Array.from(pixels, (value, index) =>
    Math.abs(value - 255 * Math.min(Math.max(ours.data[index]!, 0), 1)),
  );
  expect(Math.max(...differences)).toBeLessThanOrEqual(mostDifference);
}

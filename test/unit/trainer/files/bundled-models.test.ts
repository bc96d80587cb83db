import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { type Image, toFloatImage, toImage } from '../../../../trainer/data/image.ts';
import { imresize } from '../../../../trainer/data/imresize.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import {
  type BundledModel,
  bundledModelFile,
  bundledModelFor,
  bundledModels,
} from '../../../../trainer/files/bundled-models.ts';
import { protocols } from '../../../../trainer/metrics/protocols.ts';
import { bicubicUpscaler } from '../../../../trainer/upscale/bicubic.ts';
import { networkUpscaler } from '../../../../trainer/upscale/network-upscaler.ts';
import type { Upscaler } from '../../../../trainer/upscale/upscaler.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';

describe('the folder of the bundled models', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bundled-models-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function check(files: string[], from: string, expected: string | undefined): void {
    for (const name of [...files, join(from, 'code.js')]) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), '');
    }
    const found = bundledModelFile('photo', join(folder, from));
    expect(found && relative(folder, found)).toBe(expected && join(...expected.split('/')));
  }
  const photo = 'media/models/photo-x4.safetensors';
  test('next to the folder of the bundle', () => check([photo], 'dist', photo));
  test('above the folder of a source file', () => check([photo], 'trainer/upscale', photo));
  test('a folder without the model', () =>
    check(['media/models/faithful-x4.safetensors'], 'dist', undefined));
  test('a missing folder', () => check([], 'dist', undefined));
});

describe('the bundled model for images is', () => {
  function check(files: string[], expected: BundledModel): void {
    expect(bundledModelFor(files)).toBe(expected);
  }
  test('photo for compressed ones', () => {
    for (const name of ['a.jpg', 'a.JPEG', 'a.jfif', 'a.webp', 'a.avif', 'a.mp4']) check([name], 'photo');
  });
  test('faithful for others', () => {
    for (const name of ['a.png', 'a.TIF', 'a.bmp', 'a.gif', 'jpg.png']) check([name], 'faithful');
  });
  test('that for most of them, and photo for half of them', () => {
    check(['a.png', 'b.png', 'c.jpg'], 'faithful');
    check(['a.png', 'b.jpg'], 'photo');
  });
  test('photo where there are none', () => check([], 'photo'));
});

describe.each(bundledModels)('the bundled model %s', (model) => {
  const path = join('media', 'models', `${model}-x4.safetensors`);
  const { options, parameters, metadata } = readGenerator(path);

  test('exists', () => expect(relative('', bundledModelFile(model) ?? '')).toBe(path));

  test('is the model of its run file, which is valid', () => {
    const file = `examples/${model}-model.esrgan.yaml`;
    const { config, problems } = readRunFile(readFileSync(file, 'utf8'), { file });
    expect(problems).toEqual([]);
    expect(options).toMatchObject({ ...config?.generator, scale_factor: config?.scale_factor });
  });

  test('has metadata on its license and training', () => {
    expect(metadata).toMatchObject({
      name: { faithful: 'Faithful x4', photo: 'Photo x4' }[model],
      scale: '4',
      license: 'CC0-1.0',
      recipe: { faithful: 'scripts/bundled-models.mjs 2', photo: 'scripts/bundled-models.mjs 1' }[model],
    });
  });

  const least = { faithful: 2, photo: 1 }[model];
  test(`restores edges better than bicubic: by at least ${least} dB`, async () => {
    const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });
    const network = networkUpscaler(engine, 'model', options, parameters);
    const gain = (await psnrOf(network)) - (await psnrOf(bicubicUpscaler(4)));
    await network.close();
    expect(gain).toBeGreaterThan(least);
  });
});

test('the bundled models have at most 5 MB', () => {
  const bytes = bundledModels.map((model) => statSync(bundledModelFile(model) ?? '').size);
  expect(bytes.reduce((sum, each) => sum + each)).toBeLessThan(5_000_000);
});

/** PSNR on Y, in dB, of a drawing that was reduced to a fourth and upscaled again. */
async function psnrOf(upscaler: Upscaler): Promise<number> {
  const original = drawing(128);
  const upscaled = await upscaler.upscale(toFloatImage(imresize(original, 1 / 4, 'uint8-replicate')));
  return protocols['paper-y'].measure(toImage(upscaled), original, 4).psnr;
}

/** A disk, a bar that stands askew and a corner, on a slope of light. */
function drawing(side: number): Image {
  const data = new Uint8Array(side * side * 3);
  /** 1 inside, 0 outside, and half-way where the edge runs through the pixel. */
  const inside = (distance: number) => Math.min(Math.max(0.5 - distance, 0), 1);
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const disk = inside(Math.hypot(x - 0.3 * side, y - 0.35 * side) - 0.2 * side);
      const bar = inside(Math.abs(0.9 * (x - 0.65 * side) - 0.44 * (y - 0.5 * side)) - 0.05 * side);
      const corner = Math.min(inside(0.7 * side - y), inside(x - 0.35 * side));
      const light = 70 + (60 * (x + y)) / side;
      const grey = light + 80 * disk - 60 * bar * (1 - disk) - 60 * corner;
      const colors = [grey + 10 * disk, grey, grey - 10 * bar];
      for (const [channel, value] of colors.entries()) data[(y * side + x) * 3 + channel] = Math.round(value);
    }
  }
  return { width: side, height: side, channels: 3, data };
}

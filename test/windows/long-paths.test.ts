import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { encodeOnnx } from '../../trainer/engine/onnx.ts';
import { temporaryFolder } from '../unit/trainer/data/images.ts';
import { esrgan } from './command.ts';

/** An ONNX file that repeats each pixel. */
const doubling = encodeOnnx({
  nodes: [
    {
      type: 'Resize',
      inputs: ['x', '', 'scales'],
      outputs: ['y'],
      attributes: { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
    },
  ],
  constants: [{ name: 'scales', shape: [4], data: Float32Array.of(1, 1, 2, 2) }],
  inputs: [{ name: 'x', shape: [1, 3, 'h', 'w'] }],
  outputs: [{ name: 'y', shape: ['n', 'c', 'h2', 'w2'] }],
});

test('images and models whose paths have more than 260 letters', async () => {
  const root = temporaryFolder();
  const folder = join(root, 'x'.repeat(120), 'y'.repeat(140));
  mkdirSync(folder, { recursive: true });
  const model = join(folder, 'doubling.onnx');
  writeFileSync(model, doubling);
  const image = sharp({ create: { width: 24, height: 16, channels: 3, background: '#369' } });
  for (const format of ['png', 'jpeg', 'webp', 'tiff'] as const)
    writeFileSync(join(folder, `${format} [1].${format}`), await image.toFormat(format).toBuffer());

  // A process cannot start in so long a folder.
  const { code, output } = await esrgan(root, 'upscale', folder, '--model', model, '--engine', 'cpu').ended;
  expect({ code, output }).toMatchObject({ code: 0 });
  const results = readdirSync(folder).filter((name) => name.includes('x2'));
  expect(results).toHaveLength(4);
  for (const name of results) {
    const { width, height } = await sharp(readFileSync(join(folder, name))).metadata();
    expect({ name, width, height }).toEqual({ name, width: 48, height: 32 });
  }
});

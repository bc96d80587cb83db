import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type WritableLayout, writableLayouts } from '../../../../trainer/models/rrdb/layouts.ts';
import type { RrdbOptions } from '../../../../trainer/models/rrdb/shapes.ts';
import { fromHalf, toHalf } from '../../../../trainer/tensor-files/dtypes.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { recognizeGenerator } from '../../../../trainer/weights/recognize.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { temporaryFolder } from '../data/images.ts';
import { randomCompact, randomGenerator } from './generators.ts';

const folder = temporaryFolder();

/** Models, and the layouts that can hold them. */
const models: [string, Partial<RrdbOptions>, WritableLayout[]][] = [
  ['x4', {}, ['basicsr', 'esrgan-old', 'esrgan-new', 'seed']],
  ['x4 of 1 block', { num_basic_blocks: 1 }, ['basicsr', 'esrgan-old', 'esrgan-new', 'seed']],
  ['grey', { img_channels: 1 }, ['basicsr', 'esrgan-old', 'esrgan-new', 'seed']],
  ['x2', { scale_factor: 2 }, ['esrgan-old', 'esrgan-new', 'seed']],
  ['x1', { scale_factor: 1 }, ['esrgan-old', 'seed']],
  ['x8', { scale_factor: 8 }, ['esrgan-old']],
  ['x2 of Real-ESRGAN', { scale_factor: 2, input_unshuffle: 2 }, ['basicsr']],
  ['x1 of Real-ESRGAN', { scale_factor: 1, input_unshuffle: 4 }, ['basicsr']],
  ['sub-pixel', { use_subpixel_conv: true }, ['seed']],
  ['sub-pixel x2', { use_subpixel_conv: true, scale_factor: 2 }, ['seed']],
  ['2 dense blocks', { num_dense_blocks: 2 }, ['seed']],
  ['4 convolutions', { num_residual_blocks: 4 }, ['seed']],
  ['another scaling', { residual_scaling: 0.1 }, ['seed']],
];

const all = models.flatMap(([name, options, possible]) =>
  writableLayouts.map((layout) => ({ name, options, layout, isPossible: possible.includes(layout) })),
);

describe('reads what it writes: options, names and every number', () => {
  test.each(all.filter(({ isPossible }) => isPossible))('$name as $layout', ({ options, layout }) => {
    const generator = randomGenerator(options);
    for (const extension of ['pth', 'safetensors']) {
      const path = join(folder, `${layout}.${extension}`);
      writeGenerator(path, generator, { layout, metadata: { note: 'kept' } });
      expect(recognizeGenerator(openTensorFile(path)).layout).toBe(layout);
      const read = readGenerator(path);
      expect(read.options).toEqual(generator.options);
      expect(read.parameters).toEqual(generator.parameters);
      const isBare = extension === 'pth' && layout.startsWith('esrgan');
      expect(read.metadata.note).toBe(isBare ? undefined : 'kept');
    }
  });

  test.each(['prelu', 'relu', 'leakyrelu'] as const)('a compact network with %s', (act) => {
    const generator = randomCompact({ act });
    for (const extension of act === 'prelu' ? ['pth', 'safetensors'] : ['safetensors']) {
      const path = join(folder, `compact.${extension}`);
      writeGenerator(path, generator, { metadata: { note: 'kept' } });
      const { options, parameters, metadata } = readGenerator(path);
      expect(options).toEqual(generator.options);
      expect(parameters).toEqual(generator.parameters);
      expect(metadata.note).toBe('kept');
    }
  });

  test.each(models)('%s without a layout, in our own names', (_, options) => {
    const generator = randomGenerator(options);
    const path = join(folder, 'own.safetensors');
    writeGenerator(path, generator);
    const read = readGenerator(path);
    expect(read.options).toEqual(generator.options);
    expect(read.parameters).toEqual(generator.parameters);
  });

  test.each(['pth', 'safetensors'])('16-bit floats in .%s', (extension) => {
    for (const layout of ['basicsr', 'seed'] as const) {
      const { options, parameters } = randomGenerator();
      const path = join(folder, `half.${extension}`);
      writeGenerator(path, { options, parameters }, { precision: 'F16', layout });
      expect(openTensorFile(path).entries.values().next().value?.dtype).toBe('F16');
      const read = readGenerator(path);
      expect(read.options).toEqual(options);
      for (const [name, { data }] of parameters) {
        expect(read.parameters.get(name)?.data, name).toEqual(data.map((value) => fromHalf(toHalf(value))));
      }
    }
  });
});

describe('a layout that cannot hold a model is refused with the reason', () => {
  test.each(all.filter(({ isPossible }) => !isPossible))('$name as $layout', ({ options, layout }) => {
    expect(() => writeGenerator(join(folder, 'a.pth'), randomGenerator(options), { layout })).toThrow(
      new RegExp(`layout ${layout} cannot hold this model, because .{20}`),
    );
  });

  test.each<[Partial<RrdbOptions>, WritableLayout, RegExp]>([
    [{ scale_factor: 1 }, 'basicsr', /BasicSR builds x1 differently/],
    [{ use_subpixel_conv: true }, 'basicsr', /does not support sub-pixel/],
    [{ num_dense_blocks: 2 }, 'esrgan-old', /3 dense blocks per block, and this model has 2/],
    [{ num_residual_blocks: 4 }, 'esrgan-new', /5 convolutions per dense block, and this model has 4/],
    [{ residual_scaling: 0.1 }, 'basicsr', /residual scaling of 0\.2, and this model has 0\.1/],
    [{ scale_factor: 8 }, 'seed', /four upsampling blocks for x8, which results in x16/],
    [{ scale_factor: 2, input_unshuffle: 2 }, 'seed', /no pixel-unshuffle at its input/],
  ])('%j as %s: %s', (options, layout, message) => {
    expect(() => writeGenerator(join(folder, 'a.pth'), randomGenerator(options), { layout })).toThrow(
      message,
    );
  });

  test.each(writableLayouts.filter((layout) => layout !== 'basicsr'))('a compact network as %s', (layout) => {
    expect(() => writeGenerator(join(folder, 'a.pth'), randomCompact(), { layout })).toThrow(
      /because its program has no compact networks/,
    );
  });

  test('a .pth is for other programs', () => {
    expect(() => writeGenerator(join(folder, 'a.pth'), randomGenerator({ residual_scaling: 0.1 }))).toThrow(
      /layout basicsr cannot hold/,
    );
  });

  test.each<[string, object, RegExp]>([
    ['a.bin', {}, /must end in \.safetensors, \.pth, \.onnx or \.param/],
    ['a.onnx', { layout: 'seed' }, /ONNX files have no layout/],
    ['none/a.pth', {}, /Cannot write .*none/],
  ])('%s %j', (name, options, message) => {
    expect(() => writeGenerator(join(folder, name), randomGenerator(), options)).toThrow(message);
  });

  test('values too large for 16-bit floats', () => {
    const { options, parameters } = randomGenerator();
    parameters.get('conv_hr.bias')!.data[1] = 70000;
    expect(() =>
      writeGenerator(join(folder, 'a.pth'), { options, parameters }, { precision: 'F16' }),
    ).toThrow(/conv_hr\.bias has the value 70000, and 16-bit floats go up to 65504/);
  });
});

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openModel } from '../../../../trainer/cli/open-model.ts';
import type { RrdbOptions } from '../../../../trainer/models/rrdb/shapes.ts';
import { fromHalf, toHalf } from '../../../../trainer/tensor-files/dtypes.ts';
import { describeWeights } from '../../../../trainer/weights/describe.ts';
import { type Generator, readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { sha256OfWeights } from '../../../../trainer/weights/weights-sha256.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { scenery, temporaryFolder } from '../data/images.ts';
import { randomCompact, randomGenerator, randomRealplksr, randomSpan } from './generators.ts';

const folder = temporaryFolder();
const param = join(folder, 'model.param');
const bin = join(folder, 'model.bin');

const rrdb = (options: Partial<RrdbOptions>): Generator => randomGenerator(options);
const generators: [string, Generator][] = [
  ['x4', rrdb({})],
  ['x4 of 1 block', rrdb({ num_basic_blocks: 1 })],
  ['x4 of 3 blocks', rrdb({ num_basic_blocks: 3 })],
  ['grey', rrdb({ img_channels: 1 })],
  ['x2', rrdb({ scale_factor: 2 })],
  ['x1', rrdb({ scale_factor: 1 })],
  ['x8', rrdb({ scale_factor: 8 })],
  ['sub-pixel', rrdb({ use_subpixel_conv: true })],
  ['2 dense blocks', rrdb({ num_dense_blocks: 2 })],
  ['1 dense block', rrdb({ num_dense_blocks: 1 })],
  ['4 convolutions', rrdb({ num_residual_blocks: 4 })],
  ['2 convolutions', rrdb({ num_residual_blocks: 2 })],
  ['as many growth channels', rrdb({ growth_channels: 4 })],
  ['another scaling', rrdb({ residual_scaling: 0.15 })],
  ['no scaling', rrdb({ residual_scaling: 1 })],
  ['compact x4', randomCompact()],
  ['compact x3', randomCompact({ scale_factor: 3 })],
  ['compact x1', randomCompact({ scale_factor: 1 })],
  ['compact with relu', randomCompact({ act: 'relu', scale_factor: 2 })],
  ['compact with leakyrelu', randomCompact({ act: 'leakyrelu' })],
  ['compact without hidden layers', randomCompact({ num_conv: 0 })],
];

describe('reads what it writes', () => {
  test.each(generators)('%s', (_, generator) => {
    writeGenerator(param, generator);
    const { options, parameters } = readGenerator(param);
    expect(options).toEqual(generator.options);
    expect(parameters).toEqual(generator.parameters);
  });

  test('in 16 bits, but biases and slopes in 32', () => {
    for (const generator of [rrdb({}), randomCompact()]) {
      writeGenerator(param, generator, { precision: 'F16' });
      const { parameters } = readGenerator(param);
      for (const [name, { shape, data }] of generator.parameters) {
        const isHalf = shape.length === 4;
        const expected = isHalf ? data.map((value) => fromHalf(toHalf(value))) : data;
        expect(parameters.get(name)?.data, name).toEqual(expected);
      }
    }
  });

  test.each<[string, Generator]>([
    ['rrdb', rrdb({})],
    ['compact', randomCompact()],
  ])('%s upscales as before', async (_, generator) => {
    writeGenerator(param, generator);
    writeGenerator(join(folder, 'model.safetensors'), generator);
    const { width, height, data } = scenery(9, 7, 3);
    const image = {
      width,
      height,
      channels: 3 as const,
      data: Float32Array.from(data, (value) => value / 255),
    };
    const [one, other] = await Promise.all(
      [param, join(folder, 'model.safetensors')].map(async (path) => {
        const upscaler = await openModel(path, { engine: 'cpu' });
        const upscaled = await upscaler.upscale(image);
        await upscaler.close();
        return upscaled;
      }),
    );
    expect(one).toEqual(other);
  });
});

test('the form of a file: magic number, counts, names of maps, tags and alignment', () => {
  writeGenerator(param, randomCompact({ num_conv: 0, num_feat: 1, scale_factor: 1 }), { precision: 'F16' });
  expect(readFileSync(param, 'utf8').replaceAll(/ +/g, ' ')).toBe(`7767517
8 9
Input input 0 1 data
Split data_copies 1 2 data data_copy0 data_copy1
Convolution body.0 1 1 data_copy0 body.0 0=1 1=3 4=1 5=1 6=27
PReLU body.1 1 1 body.0 body.1 0=1
Convolution body.2 1 1 body.1 body.2 0=3 1=3 4=1 5=1 6=27
PixelShuffle PixelShuffle_4 1 1 body.2 PixelShuffle_4 0=1
Interp Interp_5 1 1 data_copy1 Interp_5 0=1 1=1.000000e+0 2=1.000000e+0
Eltwise Eltwise_6 2 1 PixelShuffle_4 Interp_5 output 0=1 -23301=2,1.000000e+0,1.000000e+0
`);
  const bytes = readFileSync(bin);
  // Two tagged filters of 27 halves and two bytes of padding, a bias of 1 and of 3, a slope.
  expect(bytes.length).toBe(2 * (4 + 56) + 4 + 12 + 4);
  expect(bytes.readUInt32LE(0)).toBe(0x01306b47);
  expect(bytes.readUInt32LE(4 + 56 + 4 + 4)).toBe(0x01306b47);
});

/** Rewrites the graph of a file as other programs do. */
function rewritten(generator: Generator, change: (text: string) => string): void {
  writeGenerator(param, generator);
  const lines = change(readFileSync(param, 'utf8')).trim().split('\n').slice(2);
  writeFileSync(param, ['7767517', `${lines.length} 0`, ...lines].join('\n'));
}

/** ncnn's optimizer makes a convolution and its ReLU one layer. */
const fused = (text: string): string =>
  text.replaceAll(
    /^(Convolution +\S+ +1 1 \S+) (\S+) (.*)\nReLU +\S+ +1 1 \2 (\S+) 0=(\S+)$/gm,
    '$1 $4 $3 9=2 -23310=1,$5',
  );

describe('other forms of the same graph', () => {
  test.each<[string, Generator, (text: string) => string]>([
    ['activations in convolutions', rrdb({}), fused],
    ['arrays without their length', rrdb({}), (text) => fused(text).replaceAll(/-23310=1,/g, '10=')],
    ['activations in convolutions of compact', randomCompact({ act: 'leakyrelu' }), fused],
    [
      'the terms of sums in another order',
      rrdb({}),
      (text) =>
        text.replaceAll(
          /^(Eltwise +\S+ +2 1) (\S+) (\S+) (\S+) 0=1 -23301=2,(\S+),(\S+)$/gm,
          '$1 $3 $2 $4 0=1 -23301=2,$6,$5',
        ),
    ],
    [
      'products and sums of two maps',
      rrdb({ residual_scaling: 0.3 }),
      (text) =>
        text.replaceAll(
          /^Eltwise +(\S+) +2 1 (\S+) (\S+) (\S+) 0=1 -23301=2,(\S+),(\S+)$/gm,
          'BinaryOp $1m 1 1 $2 $2m 0=2 1=1 2=$5\nBinaryOp $1 2 1 $2m $3 $4 0=0',
        ),
    ],
    ['Windows line ends', randomCompact(), (text) => text.replaceAll('\n', '\r\n')],
  ])('%s', (_, generator, change) => {
    const before = readFileSync(param, 'utf8');
    rewritten(generator, change);
    expect(readFileSync(param, 'utf8')).not.toBe(before);
    const { options, parameters } = readGenerator(param);
    expect(options).toEqual(generator.options);
    expect(parameters).toEqual(generator.parameters);
  });

  test('a pixel-unshuffle is read, though not written', () => {
    const generator = randomGenerator({ num_basic_blocks: 1 });
    rewritten(generator, (text) =>
      text
        .replace('data\n', 'data\nReorg r 1 1 data r 0=2\n')
        .replace(/1 1 data (conv_first.* 6=)108/, '1 1 r $1432'),
    );
    const weights = readFileSync(bin);
    // Twelve channels instead of three.
    writeFileSync(bin, Buffer.concat([weights.subarray(0, 4), Buffer.alloc(4 * 324), weights.subarray(4)]));
    expect(readGenerator(param).options).toEqual({
      ...generator.options,
      scale_factor: 2,
      input_unshuffle: 2,
    });
  });
});

describe('what a file is refused for', () => {
  test.each<[string, (text: string) => string, RegExp]>([
    [
      'another magic number',
      (text) => text.replace('7767517', '7767518'),
      /not a valid ncnn network.*its first line is '?"?7767518/,
    ],
    ['counts', (text) => text.replace(/\n\d+ \d+/, '\n3'), /its second line is .*instead of the counts/],
    [
      'a missing line',
      (text) => text.replace(/\nPReLU.*/, ''),
      /says that it has \d+ layers, but it has \d+/,
    ],
    [
      'a line without counts',
      (text) => text.replace(/PReLU +body.1 +1 1/, 'PReLU body.1 x 1'),
      /line 6 .*has no type, name and counts/,
    ],
    [
      'too few maps',
      (text) => text.replace(/(PReLU +body.1) +1 1/, '$1 2 1'),
      /line 6 .*fewer maps than its counts 2 and 1/,
    ],
    ['a parameter', (text) => text.replace('0=5 1=3', 'zero=5 1=3'), /line 5 \(layer .*body.0.*has .*zero=5/],
    [
      'a name twice',
      (text) => text.replace(/PReLU +body.3/, 'PReLU body.1'),
      /two of its layers are named .*body.1/,
    ],
    [
      'a layer that no generator has',
      (text) => text.replace('PReLU  ', 'Deconv'),
      /its layer body.1 is a Deconv.*RRDB and Compact are read, whose layers are Convolution/,
    ],
    [
      'a negative count of slopes',
      (text) => text.replace(/(PReLU .*) 0=5/, '$1 0=-5'),
      /model\.param is not a valid ncnn network: its layer body.1 has -5 slopes; it must have a positive number/,
    ],
    [
      'a wrong count of weights',
      (text) => text.replace('6=135', '6=136'),
      /its layer body.0 has 136 weights, which 5 filters of 3x3 cannot have/,
    ],
    [
      'more weights than the .bin has',
      (text) => text.replace('6=135', '6=1350000'),
      /model.bin does not fit its .param: it ends at byte \d+, and body.0.weight/,
    ],
    [
      'a map of nowhere',
      (text) => text.replace('data_copy0 body.0', 'other body.0'),
      /its layer body.0 reads other, which no layer before it makes/,
    ],
    [
      'another network',
      (text) => text.replace('0=4\n', '0=2\n'),
      /resembles Compact, but its layer Interp_\d+ is nearest-neighbor Interp by 4x4, where the network has/,
    ],
    [
      'another interpolation',
      (text) => text.replace('0=1 1=4', '0=3 1=4'),
      /Interp_\d+ is Interp 3 by 4x4, where the network has nearest-neighbor/,
    ],
    [
      'a stride',
      (text) => text.replace('0=5 1=3', '0=5 1=3 3=2'),
      /its layer body.\d is a Convolution of \d to 5 channels, 3x3, padding 1, stride 2, where/,
    ],
    [
      'a dead end',
      (text) => text.replace('1 1 body.3', '1 1 body.1'),
      /it has 2 outputs \(body.3, output\) instead of one/,
    ],
  ])('%s', (_, change, message) => {
    writeGenerator(param, randomCompact({ num_conv: 1 }));
    const text = readFileSync(param, 'utf8');
    const changed = change(text);
    expect(changed).not.toBe(text);
    writeFileSync(param, changed);
    expect(() => readGenerator(param)).toThrow(message);
  });

  test.each<[string, (bytes: Buffer) => Uint8Array, RegExp]>([
    ['a truncated .bin', (bytes) => bytes.subarray(0, -4), /does not fit its .param: it ends at byte/],
    [
      'bytes at the end',
      (bytes) => Buffer.concat([bytes, Buffer.alloc(8)]),
      /8 bytes after the last tensor belong to no layer/,
    ],
    ['an empty .bin', () => Buffer.alloc(0), /it ends at byte 0, before body.0.weight/],
    [
      'quantized weights',
      (bytes) => Buffer.concat([Buffer.of(0x38, 0x4b, 0x0d, 0), bytes.subarray(4)]),
      /body.0.weight starts with the tag 0xd4b38 .*only weights of 32 and 16 bits are supported/,
    ],
  ])('%s', (_, change, message) => {
    writeGenerator(param, randomCompact());
    writeFileSync(bin, change(readFileSync(bin)));
    expect(() => readGenerator(param)).toThrow(message);
  });

  test('a .param without its .bin', () => {
    const alone = join(folder, 'alone.param');
    writeFileSync(alone, '7767517\n1 1\nInput input 0 1 data\n');
    expect(() => readGenerator(alone)).toThrow(/its weights .*alone.bin do not exist/);
  });

  test.each<[string, Generator, object, RegExp]>([
    [
      'a layout',
      rrdb({}),
      { layout: 'basicsr' },
      /ncnn files have no layout of names. Leave out --layout basicsr/,
    ],
    [
      'a pixel-unshuffle',
      rrdb({ scale_factor: 2, input_unshuffle: 2 }),
      {},
      /cannot be written for ncnn, because it has a pixel-unshuffle/,
    ],
    [
      'group normalization',
      randomRealplksr({ norm_groups: 2 }),
      {},
      /cannot be written for ncnn, because its blocks have group normalization \(norm_groups 2\), .*\(GroupNorm\)/,
    ],
  ])('%s is not written', (_, generator, options, message) => {
    expect(() => writeGenerator(join(folder, 'new.param'), generator, options)).toThrow(message);
  });
});

describe('written, for `npm test -- ncnn` to upscale with', () => {
  // Those that Upscayl's program is built with.
  const layers = [
    'Input',
    'Split',
    'Concat',
    'Convolution',
    'BinaryOp',
    'Eltwise',
    'Crop',
    'Interp',
    'PixelShuffle',
  ];
  test.each<[string, Generator]>([
    ['SPAN', randomSpan({ norm: true })],
    ['RealPLKSR', randomRealplksr({ layer_norm: true })],
  ])('%s of layers that Upscayl has; its file is not read', (_, generator) => {
    writeGenerator(param, generator, { precision: 'F16' });
    const lines = readFileSync(param, 'utf8').trim().split('\n').slice(2);
    expect(lines.filter((line) => !layers.includes(line.split(' ')[0]!))).toEqual([]);
    expect(describeWeights(param)).toMatchObject({
      architecture: null,
      format: 'ncnn',
      dtypes: ['F16', 'F32'],
    });
    expect(() => readGenerator(param)).toThrow(/Of ncnn's networks, RRDB and Compact are read/);
  });
});

test('a network is two files', () => {
  writeGenerator(param, randomCompact());
  const { bytes, format, layout, dtypes } = describeWeights(bin);
  expect({ format, layout, dtypes }).toEqual({ format: 'ncnn', layout: 'ncnn', dtypes: ['F32'] });
  expect(bytes).toBe(readFileSync(param).length + readFileSync(bin).length);
  const before = sha256OfWeights(param);
  expect(sha256OfWeights(bin)).toBe(before);
  writeGenerator(param, randomCompact({}, 2));
  expect(sha256OfWeights(param)).not.toBe(before);
  expect(writeGenerator(param, randomCompact(), { isNew: true })).toBe(false);
  rmSync(bin);
  expect(() => sha256OfWeights(param)).toThrow(/^Cannot read .*model\.bin: /);
});

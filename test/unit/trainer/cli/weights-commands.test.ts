import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import sharp from 'sharp';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { registerConvert } from '../../../../trainer/cli/convert.ts';
import { registerInspect } from '../../../../trainer/cli/inspect.ts';
import { registerInterpolate } from '../../../../trainer/cli/interpolate.ts';
import { openModel } from '../../../../trainer/cli/open-model.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { encodePth } from '../../../../trainer/tensor-files/pth-writer.ts';
import { writeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import type { TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { readOnnxSummary } from '../../../../trainer/weights/onnx-summary.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { temporaryFolder } from '../data/images.ts';
import { largestDifference, noise } from '../upscale/test-upscalers.ts';
import { randomCompact, randomGenerator, randomSpan } from '../weights/generators.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
const at = (name: string) => join(folder, name);

function weights(name: string, options = {}, seed = 1): string {
  writeGenerator(at(name), randomGenerator(options, seed), { metadata: { stage: 'training' } });
  return at(name);
}

/** A model whose training diverged. */
function diverged(name: string): string {
  const generator = randomGenerator();
  generator.parameters.get('conv_up1.bias')!.data.fill(Number.NaN, 1, 3);
  writeGenerator(at(name), generator);
  return at(name);
}

/** Runs a command and returns what it printed. */
async function run(...args: string[]): Promise<string> {
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  const program = new Command().exitOverride();
  registerConvert(program);
  registerInterpolate(program);
  registerInspect(program);
  for (const command of program.commands) command.exitOverride().configureOutput({ writeErr: () => {} });
  try {
    await program.parseAsync(args, { from: 'user' });
  } finally {
    spy.mockRestore();
  }
  return written.join('');
}

test.each<[string, () => string[]]>([
  ['convert', () => [weights('a.safetensors')]],
  ['interpolate', () => [weights('a.safetensors'), weights('b.safetensors')]],
])('%s replaces a file, also its own input, only with --overwrite', async (command, makeInputs) => {
  const inputs = makeInputs();
  for (const output of [inputs[0]!, weights('c.pth', {}, 2)]) {
    const before = readFileSync(output);
    await expect(run(command, ...inputs, output)).rejects.toThrow(
      `${output} exists. Choose another name, or replace it with --overwrite.`,
    );
    expect(readFileSync(output)).toEqual(before);
    await run(command, ...inputs, output, '--overwrite');
    expect(readFileSync(output)).not.toEqual(before);
  }
});

describe('convert', () => {
  test.each(['basicsr', 'esrgan-old', 'esrgan-new', 'seed'])(
    'to a .pth with the names of %s, and back',
    async (layout) => {
      const printed = await run('convert', weights('a.safetensors'), at('b.pth'), '--layout', layout);
      const { size } = openTensorFile(at('b.pth')).entries;
      expect(printed).toMatch(new RegExp(`b\\.pth: ${size} tensors, 0\\.\\d MB\\n$`));
      await run('convert', at('b.pth'), at('c.safetensors'));
      expect(readGenerator(at('c.safetensors')).parameters).toEqual(randomGenerator().parameters);
    },
  );

  test('metadata is preserved, with the name of the input', async () => {
    await run('convert', weights('a.safetensors'), at('b.pth'));
    expect(openTensorFile(at('b.pth')).metadata).toEqual({
      architecture: 'ESRGAN',
      scale: '4',
      residual_scaling: '0.2',
      stage: 'training',
      converted_from: 'a.safetensors',
    });
  });

  test('metadata of ModelSpec is written, kept and shown', async () => {
    const about = [
      '--author',
      'A. Nother',
      '--license',
      'CC-BY-4.0',
      '--tags',
      ' photo, faces,,',
      '--date',
      '2026-11-30',
    ];
    await run('convert', weights('a.safetensors'), at('4x-photo.safetensors'), ...about);
    const expected = {
      'modelspec.sai_model_spec': '1.0.1',
      'modelspec.architecture': 'esrgan',
      'modelspec.implementation': 'https://github.com/chaiNNer-org/spandrel',
      'modelspec.title': '4x-photo',
      'modelspec.author': 'A. Nother',
      'modelspec.license': 'CC-BY-4.0',
      'modelspec.tags': 'photo,faces',
      'modelspec.date': '2026-11-30',
    };
    expect(readGenerator(at('4x-photo.safetensors')).metadata).toMatchObject(expected);
    expect(await run('inspect', at('4x-photo.safetensors'))).toMatch(
      /metadata modelspec\.license +CC-BY-4\.0/,
    );
    await run('convert', at('4x-photo.safetensors'), at('b.onnx'), '--description', 'Of photos.');
    expect(readOnnxSummary(at('b.onnx')).metadata).toMatchObject({
      ...expected,
      'modelspec.description': 'Of photos.',
    });
    await run('convert', at('4x-photo.safetensors'), at('c.safetensors'));
    expect(readGenerator(at('c.safetensors')).metadata).toMatchObject(expected);
  });

  test('16-bit floats and ONNX', async () => {
    const printed = await run('convert', weights('a.safetensors'), at('b.onnx'), '--half', '--json');
    expect(JSON.parse(printed)).toEqual({
      event: 'done',
      input: at('a.safetensors'),
      output: at('b.onnx'),
      // Those of the file: two are factors of upsampling.
      tensors: 74,
      bytes: readFileSync(at('b.onnx')).length,
    });
    expect(readOnnxSummary(at('b.onnx')).metadata).toMatchObject({
      scale: '4',
      converted_from: 'a.safetensors',
    });
  });

  test('a checkpoint by its folder', async () => {
    mkdirSync(at('checkpoint'));
    writeGenerator(join(at('checkpoint'), 'generator.safetensors'), randomGenerator());
    await run('convert', at('checkpoint'), at('d.pth'));
    expect(readGenerator(at('d.pth')).parameters).toEqual(randomGenerator().parameters);
  });

  test('a model with NaN is refused, naming the tensor', async () => {
    const output = at('from-nan.pth');
    await expect(run('convert', diverged('nan.safetensors'), output)).rejects.toThrow(
      /nan\.safetensors cannot be used: 2 values of conv_up1\.bias .*earlier checkpoint/,
    );
    expect(existsSync(output)).toBe(false);
  });

  test.each([
    [['missing.pth', 'b.pth'], /The file missing\.pth does not exist/],
    [['IN', 'b.ckpt'], /must end in/],
    [['IN', 'b.pth', '--title', 'Mine'], /\.pth files have no metadata, so --title would be lost/],
    [['IN', 'b.param', '--author', 'Me'], /\.param files have no metadata, so --author would be lost/],
    [['IN', 'b.onnx', '--date', 'yesterday'], /It must be a date such as 2026-11-30/],
    [['IN', 'b.pth', '--layout', 'pix2pix'], /'--layout <program>' argument 'pix2pix' is invalid/],
  ])('%j is refused', async (args, message) => {
    const input = weights('a.safetensors');
    await expect(run('convert', ...args.map((arg) => (arg === 'IN' ? input : arg)))).rejects.toThrow(message);
  });
});

describe('interpolate', () => {
  test('alpha is 0.8 by default; metadata names the models', async () => {
    const [psnr, esrgan] = [weights('psnr.safetensors', {}, 1), weights('esrgan.pth', {}, 2)];
    const printed = await run('interpolate', psnr, esrgan, at('interpolated.safetensors'));
    expect(printed).toContain(`(1 - 0.8) * ${psnr} + 0.8 * ${esrgan}`);
    const { parameters, metadata } = readGenerator(at('interpolated.safetensors'));
    const sha256 = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
    expect(metadata).toMatchObject({
      stage: 'interpolation',
      alpha: '0.8',
      psnr_parent: 'psnr.safetensors',
      psnr_parent_sha256: sha256(psnr),
      esrgan_parent: 'esrgan.pth',
      esrgan_parent_sha256: sha256(esrgan),
    });
    const name = 'body.1.rdb2.conv3.weight';
    const [a, b] = [1, 2].map((seed) => randomGenerator({}, seed).parameters.get(name)!.data);
    expect(parameters.get(name)!.data).toEqual(
      a!.map((value, index) => (1 - 0.8) * value + 0.8 * b![index]!),
    );
  });

  test.each(['1.5', '-0.1', 'much', ''])('--alpha %j is an error', async (alpha) => {
    await expect(run('interpolate', 'a', 'b', 'c', `--alpha=${alpha}`)).rejects.toThrow(/number from 0 to 1/);
  });

  test.each([0, 0.5, 1])('a model with NaN is an error, also with --alpha %d', async (alpha) => {
    const args = [weights('a.safetensors'), diverged('nan.pth'), at('interpolated-nan.pth')];
    await expect(run('interpolate', ...args, `--alpha=${alpha}`)).rejects.toThrow(/nan\.pth cannot be used/);
    expect(existsSync(at('interpolated-nan.pth'))).toBe(false);
  });

  test('different models are an error', async () => {
    const args = [weights('a.safetensors'), weights('b.safetensors', { num_basic_blocks: 1 }), at('c.pth')];
    await expect(run('interpolate', ...args)).rejects.toThrow(/num_basic_blocks is 2 in .* and 1 in/);
  });
});

describe('inspect', () => {
  test('says how many parameters are trained, where the file has others', async () => {
    const span = randomSpan();
    const trained = [...span.parameters.values()].reduce((sum, { data }) => sum + data.length, 0);
    writeGenerator(at('span.pth'), span);
    expect(await run('inspect', at('span.pth'))).toMatch(
      new RegExp(`\\nparameters +[\\d,]+ in the file, ${trained.toLocaleString('en')} trained\\n`),
    );
    expect(await run('inspect', weights('a.pth'))).toMatch(/\nparameters +[\d,]+\n/);
  });

  test('a generator', async () => {
    const printed = await run('inspect', weights('a.pth'));
    expect(printed.replace(/[\d.]+ MB/, '# MB')).toBe(
      `file                       ${at('a.pth')}
format                     PyTorch (zip), # MB
architecture               ESRGAN
layout                     basicsr
type                       rrdb
img_channels               3
scale_factor               4
rrdb_channels              4
growth_channels            3
num_basic_blocks           2
num_dense_blocks           3
num_residual_blocks        5
residual_scaling           0.2
use_subpixel_conv          false
wrapped in                 params
tensors                    72 of F32
parameters                 9,875
metadata stage             training
metadata architecture      ESRGAN
metadata scale             4
metadata residual_scaling  0.2
`,
    );
  });

  test('as JSON', async () => {
    const description = JSON.parse(await run('inspect', weights('a.safetensors'), '--json'));
    expect(description).toMatchObject({
      architecture: 'ESRGAN',
      reason: null,
      format: 'safetensors',
      options: randomGenerator().options,
      parameters: 9875,
      dtypes: ['F32'],
    });
    expect(description.tensors).toHaveLength(72);
    expect(description.tensors).toContainEqual({
      name: 'conv_last.weight',
      dtype: 'F32',
      shape: [3, 4, 3, 3],
    });
  });

  test('several files in brief, including an unreadable one', async () => {
    writeFileSync(at('torn.pth'), 'something else');
    const files = [weights('a.safetensors'), weights('a.onnx'), at('torn.pth'), at('absent.pth')];
    const printed = await run('inspect', '--brief', '--json', ...files);
    const described = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(described).toMatchObject([
      { path: files[0], architecture: 'ESRGAN', scale: 4, blocks: 2, channels: 4, problem: null },
      { path: files[1], format: 'ONNX', scale: null, problem: null },
      { path: files[2], format: null, problem: expect.stringMatching(/not a valid PyTorch file/) },
      { path: files[3], bytes: 0, problem: expect.stringMatching(/The file .* does not exist/) },
    ]);
    expect(await run('inspect', '--brief', files[0]!)).toMatch(
      /a\.safetensors {2}x4 {2}2 blocks {2}safetensors {2}[\d.]+ MB\n$/,
    );
    writeGenerator(at('compact.safetensors'), randomCompact());
    expect(await run('inspect', '--brief', at('compact.safetensors'))).toMatch(
      /compact\.safetensors {2}x4 {2}Compact {2}safetensors {2}[\d.]+ MB\n$/,
    );
  });

  test('values that are not finite, and further generators', async () => {
    expect(await run('inspect', diverged('nan.safetensors'))).toMatch(
      /\nnot finite +2 values are infinite or NaN, in conv_up1\.bias; the model is unusable\n/,
    );
    const both: TensorMap = new Map();
    for (const [name, tensor] of randomGenerator().parameters) {
      both.set(`params.${name}`, tensor);
      both.set(`params_ema.${name}`, { ...tensor, data: tensor.data.map(() => Infinity) });
    }
    writeSafetensors(at('both.safetensors'), both);
    const printed = await run('inspect', at('both.safetensors'));
    expect(printed).toMatch(/\nwrapped in +params_ema\nalso contains +another generator: params\n/);
    expect(printed).toMatch(/\nparameters +9,875\nnot finite +9,875 values .*, in .* and 69 more;/);
    const report = JSON.parse(await run('inspect', at('both.safetensors'), '--json'));
    expect(report).toMatchObject({ wrapper: ['params_ema'], others: ['params'] });
    expect(report.notFinite).toHaveLength(72);
    expect(report.notFinite).toContainEqual({ name: 'conv_last.bias', count: 3 });
    expect(await run('inspect', at('both.safetensors'), '--values')).toMatch(/^body\.0\.rdb1\.conv1\.bias /);
  });

  test('brief: a name that no file can have, and metadata without end', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 150_000 }, (_, index) => [`key ${index}`, '']));
    writeSafetensors(at('wide.safetensors'), new Map(), { ...metadata, ['k'.repeat(1000)]: '' });
    const long = `${'x'.repeat(5000)}.pth`;
    const printed = await run('inspect', '--brief', long, at('wide.safetensors'), weights('a.pth'));
    expect(printed.match(/^.*$/gm)?.map((line) => line.slice(-60))).toMatchObject([
      expect.stringMatching(/^x+…$/),
      expect.stringMatching(/`esrgan inspect` l/),
      expect.stringMatching(/x4 {2}2 blocks/),
      '',
    ]);
    expect(await run('inspect', at('wide.safetensors'))).toMatch(/\nmetadata key 149999 +\n/);
  });

  test('the SHA-256 is that of the file', async () => {
    const path = weights('a.safetensors');
    const { sha256 } = JSON.parse(await run('inspect', path, '--json'));
    expect(sha256).toBe(createHash('sha256').update(readFileSync(path)).digest('hex'));
  });

  test('statistics of tensors', async () => {
    const data = Float32Array.of(1, Number.NaN, -2, 4, Number.POSITIVE_INFINITY);
    const nothing = Float32Array.of(Number.NaN);
    writeSafetensors(
      at('values.safetensors'),
      new Map([
        ['a', { shape: [5], data }],
        ['b', { shape: [1], data: nothing }],
      ]),
    );
    const printed = await run('inspect', at('values.safetensors'), '--values', '--json');
    const [a, b] = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { deviation, ...rest } = a;
    expect(rest).toEqual({
      name: 'a',
      count: 5,
      notFinite: 2,
      mean: 1,
      least: -2,
      largest: 4,
      norm: Math.sqrt(21),
    });
    expect(deviation).toBeCloseTo(Math.sqrt(6), 12);
    expect(b).toMatchObject({ name: 'b', notFinite: 1, mean: null, deviation: null, norm: 0 });
    expect(await run('inspect', at('values.safetensors'), '--values')).toMatch(
      /^a {2}count 5 {2}notFinite 2 {2}norm 4\.583 {2}mean 1 /,
    );
  });

  test('an unknown architecture: the reason and the tensors, without control characters', async () => {
    const tensors = new Map([['odd\u001b[31m', { shape: [2, 1], data: new Float32Array(2) }]]);
    writeFileSync(at('odd.pth'), Buffer.concat(encodePth(tensors)));
    const printed = await run('inspect', at('odd.pth'));
    expect(printed).toMatch(/architecture +unknown\n/);
    expect(printed).toContain('holds no supported generator: its first tensor is "odd');
    expect(printed).toMatch(/\n {2}odd\\u001b\[31m {2}F32 \[2, 1\]\n$/);
    expect(printed).not.toContain('\u001b');
  });

  test('an ONNX file', async () => {
    const printed = await run('inspect', weights('a.onnx'));
    expect(printed).toMatch(
      /input \[batch, 3, height, width\] to output \[batch, 3, output_height, output_width\]/,
    );
    expect(printed).toMatch(/metadata scale +4\n/);
  });

  test.each([
    ['broken.onnx', /broken\.onnx is not a valid ONNX file/],
    ['broken.pth', /broken\.pth is not a valid PyTorch file/],
    ['broken.safetensors', /broken\.safetensors is not a valid safetensors file/],
  ])('%s', async (name, message) => {
    writeFileSync(at(name), 'something else');
    await expect(run('inspect', at(name))).rejects.toThrow(message);
  });
});

describe('models of all formats', () => {
  test('upscale to the same image', async () => {
    const image = noise(11, 9, 3);
    const results = [];
    for (const name of ['m.safetensors', 'm.pth', 'm.onnx']) {
      const model = await openModel(weights(name), { engine: 'cpu' });
      expect(model.scale).toBe(4);
      results.push(await model.upscale(image));
      await model.close();
    }
    for (const result of results) expect(largestDifference(result, results[0]!)).toBeLessThan(2e-6);
  });

  test('bicubic preserves 16 bits', async () => {
    const model = await openModel('bicubic', { engine: 'cpu', scale: 2 });
    const image = { width: 4, height: 4, channels: 3, data: new Float32Array(48).fill(0.5001) };
    const { data } = await model.upscale(image);
    expect(data.every((value) => Math.abs(value - 0.5001) < 1e-6)).toBe(true);
  });

  test.each<[string, () => string, string, RegExp]>([
    [
      'ONNX on TensorFlow',
      () => weights('a.onnx'),
      'tensorflow',
      /The engine tensorflow cannot run ONNX files/,
    ],
    ['a missing file', () => at('none.onnx'), 'cpu', /The file .* does not exist/],
  ])('%s', async (_, make, engine, message) => {
    const opening = openModel(make(), { engine });
    await expect(opening).rejects.toBeInstanceOf(WorkbenchError);
    await expect(opening).rejects.toThrow(message);
  });
});

test('bicubic upscaling preserves 16 bits', async () => {
  const { planImage } = await import('../../../../trainer/upscale/plan.ts');
  const { upscaleFile } = await import('../../../../trainer/upscale/upscale-file.ts');
  const data = Uint16Array.from({ length: 16 * 16 * 3 }, (_, index) => 30000 + (index % 48));
  await sharp(data, { raw: { width: 16, height: 16, channels: 3 } })
    .toColourspace('rgb16')
    .png()
    .toFile(at('deep.png'));
  const model = await openModel('bicubic', { engine: 'cpu', scale: 2 });
  const { output } = await upscaleFile(model, await planImage(at('deep.png'), model));
  const pixels = await sharp(output).toColourspace('rgb16').raw({ depth: 'ushort' }).toBuffer();
  const values = new Set(new Uint16Array(pixels.buffer, pixels.byteOffset, pixels.length / 2));
  expect(values.size).toBeGreaterThan(40);
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { encodeSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import type { Metadata, TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import { readGenerator } from '../../../../trainer/weights/generator-file.ts';
import { recognizeGenerator } from '../../../../trainer/weights/recognize.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { temporaryFolder } from '../data/images.ts';
import { count, fileOf, global, pickle, type Saved, saved, tensor } from '../tensor-files/pickle-bytes.ts';
import { randomGenerator } from './generators.ts';

const folder = temporaryFolder();
const scalar = (value: number) => ({ shape: [], data: Float32Array.of(value) });

/** The tensors of a small net under the names of a layout. */
function tensorsOf(layout: 'basicsr' | 'esrgan-old' | 'esrgan-new' | 'seed', options = {}): TensorMap {
  const path = join(folder, 'net.safetensors');
  writeGenerator(path, randomGenerator(options), { layout });
  const file = openTensorFile(path);
  return new Map([...file.entries.keys()].map((name) => [name, file.read(name)]));
}

const save = (tensors: TensorMap, metadata: Metadata = {}) =>
  fileOf(Buffer.concat(encodeSafetensors(tensors, metadata)), '.safetensors');

const renamed = (tensors: TensorMap, rename: (name: string) => string): TensorMap =>
  new Map([...tensors].map(([name, tensor]) => [rename(name), tensor]));

describe('names', () => {
  test('of the original program before its upsampling blocks were modules', () => {
    const path = save(renamed(tensorsOf('seed'), (name) => name.replace('.block.conv', '.conv')));
    expect(recognizeGenerator(openTensorFile(path)).layout).toBe('seed-old');
    expect(readGenerator(path).parameters).toEqual(randomGenerator().parameters);
  });

  test.each(['esrgan-old', 'esrgan-new', 'seed'] as const)('of %s after a prefix', (layout) => {
    const path = save(renamed(tensorsOf(layout), (name) => `_orig_mod.module.${name}`));
    expect(readGenerator(path).parameters).toEqual(randomGenerator().parameters);
  });
});

describe('wherever programs put a generator', () => {
  const named = (prefix: string, seed: number) =>
    Object.fromEntries(renamed(randomGenerator({}, seed).parameters, (name) => prefix + name));
  const generator = named('', 1);
  const other = named('', 2);
  const discriminator = { 'conv0.weight': { shape: [2, 3, 3, 3], data: new Float32Array(54) } };
  const counter = { shape: [], data: Float32Array.of(7) };
  const whole = tensor({ type: 'LongStorage', elements: 1, shape: [], strides: [] });
  const counted = pickle(global('collections', 'Counter'), '(}(', count(100), count(1), 'utR');

  test.each<[string, Saved, string[], string[]]>([
    ['bare', generator, [], []],
    ['BasicSR', { params: generator }, ['params'], []],
    ['BasicSR with EMA', { params: other, params_ema: generator }, ['params_ema'], ['params']],
    ['KAIR, after DataParallel', named('module.', 1), ['module'], []],
    ['torch.compile', { 'params-ema': named('_orig_mod.', 1) }, ['params-ema', '_orig_mod'], []],
    ['a prefix that has no name yet', named('my.own.network.', 1), ['my', 'own', 'network'], []],
    ['Lightning', { epoch: 3, state_dict: named('model.', 1), loops: {} }, ['state_dict', 'model'], []],
    [
      'a GAN of Lightning',
      { state_dict: { ...named('net_g.', 1), ...discriminator } },
      ['state_dict', 'net_g'],
      [],
    ],
    [
      'MMEditing: with an average and a counter',
      { state_dict: { step_counter: counter, ...named('generator.', 2), ...named('generator_ema.', 1) } },
      ['state_dict', 'generator_ema'],
      ['state_dict.generator'],
    ],
    ['AveragedModel of PyTorch', { n_averaged: counter, ...named('module.', 1) }, ['module'], []],
    ['an average in camel case', { netG: other, netGEma: generator }, ['netGEma'], ['netG']],
    [
      'an average by its long name',
      { model: other, averaged_model: generator },
      ['averaged_model'],
      ['model'],
    ],
    ['no average, but a name that looks like one', { schema: generator, b: other }, ['schema'], ['b']],
    ['two generators', { netG_A: generator, netG_B: other }, ['netG_A'], ['netG_B']],
    [
      'the original program',
      { g_model_state_dict: generator, d_model_state_dict: discriminator },
      ['g_model_state_dict'],
      [],
    ],
    ['a list of networks', [discriminator, generator], ['1'], []],
    [
      'with the states of optimizers and schedulers',
      {
        model: generator,
        optimizers: [{ state: { 0: { step: counter, exp_avg: counter } }, param_groups: [{ lr: 1 }] }],
        schedulers: [{ milestones: counted }],
      },
      ['model'],
      [],
    ],
    ['with a counter next to it', { ...generator, n_averaged: whole }, [], []],
  ])('%s', (_, content, wrapper, others) => {
    const path = fileOf(saved(content));
    const found = recognizeGenerator(openTensorFile(path));
    expect(found.file.wrapper).toEqual(wrapper);
    expect(found.others).toEqual(others);
    expect(readGenerator(path).parameters).toEqual(randomGenerator().parameters);
  });

  test('flattened, in safetensors', () => {
    const all = { ...named('params.', 2), ...named('params_ema.', 1) };
    const path = save(new Map(Object.entries(all)));
    expect(recognizeGenerator(openTensorFile(path)).file.wrapper).toEqual(['params_ema']);
    expect(readGenerator(path).parameters).toEqual(randomGenerator().parameters);
  });

  test('a generator that is incomplete is no obstacle to another one', () => {
    const { 'conv_hr.weight': _, ...incomplete } = other;
    const path = fileOf(saved({ ema: incomplete, model: generator }));
    expect(readGenerator(path).parameters).toEqual(randomGenerator().parameters);
    expect(() => readGenerator(fileOf(saved({ ema: incomplete })))).toThrow(/conv_hr\.weight is missing/);
  });
});

test.each([
  ['NaN', Number.NaN, 'conv_hr.weight'],
  ['an infinite value', Number.NEGATIVE_INFINITY, 'model.8.bias'],
])('a generator with %s is refused', (_, value, name) => {
  const layout = name.startsWith('model') ? 'esrgan-old' : 'basicsr';
  const tensors = tensorsOf(layout);
  tensors.get(name)!.data[1] = value;
  expect(() => readGenerator(save(tensors))).toThrow(
    new RegExp(`cannot be used: 1 values of ${name.replaceAll('.', '\\.')} are infinite or NaN`),
  );
});

describe('residual scaling', () => {
  const scaled = (block: number, dense: number[]) => {
    const tensors = tensorsOf('seed');
    for (const name of tensors.keys()) {
      if (!name.endsWith('residual_scaling')) continue;
      const index = Number(/\.rdb_(\d)/.exec(name)?.[1] ?? -1);
      tensors.set(name, scalar(index < 0 ? block : dense[index]!));
    }
    return save(tensors);
  };

  test.each([0.2, 0.1, 1, 0.35])('%f is read from tensors of the original program', (scaling) => {
    const read = readGenerator(scaled(scaling, [scaling, scaling, scaling]));
    expect(read.options).toMatchObject({ residual_scaling: scaling });
    expect(read.parameters).toEqual(randomGenerator().parameters);
  });

  test('of dense blocks is folded into their last convolutions', () => {
    const { options, parameters } = readGenerator(scaled(0.2, [0.2, 0.1, 0.4]));
    expect(options).toMatchObject({ residual_scaling: 0.2 });
    for (const [name, { data }] of randomGenerator().parameters) {
      const factor = /rdb2\.conv5/.test(name) ? 0.5 : /rdb3\.conv5/.test(name) ? 2 : 1;
      const folded = parameters.get(name)!.data;
      expect(folded, name).toEqual(data.map((value) => value * factor));
    }
  });

  test('blocks must agree', () => {
    const tensors = tensorsOf('seed').set('rrdb_blocks.rrdb_1.residual_scaling', scalar(0.3));
    expect(() => readGenerator(save(tensors))).toThrow(
      /rrdb_0\.residual_scaling is 0\.2, but rrdb_blocks\.rrdb_1\.residual_scaling is 0\.3/,
    );
  });

  test.each<[string, (tensors: TensorMap) => void, RegExp]>([
    [
      'missing',
      (tensors) => tensors.delete('rrdb_blocks.rrdb_1.residual_scaling'),
      /rrdb_1\.residual_scaling is missing/,
    ],
    [
      'a list',
      (tensors) =>
        tensors.set('rrdb_blocks.rrdb_1.residual_scaling', { shape: [2], data: new Float32Array(2) }),
      /is \[2\] instead of a number/,
    ],
    [
      'not a number',
      (tensors) => tensors.set('rrdb_blocks.rrdb_0.residual_scaling', scalar(Number.NaN)),
      /is NaN/,
    ],
  ])('%s', (_, change, message) => {
    const tensors = tensorsOf('seed');
    change(tensors);
    expect(() => readGenerator(save(tensors))).toThrow(message);
  });

  test('in the metadata of our own files', () => {
    const read = readGenerator(save(tensorsOf('basicsr'), { residual_scaling: '0.15' }));
    expect(read.options).toMatchObject({ residual_scaling: 0.15 });
    expect(() => readGenerator(save(tensorsOf('basicsr'), { residual_scaling: 'much' }))).toThrow(
      /residual_scaling in its metadata must be a number, not "much"/,
    );
  });
});

describe('unsupported files are refused', () => {
  const named = (...names: string[]): TensorMap =>
    new Map(names.map((name) => [name, { shape: [1], data: Float32Array.of(1) }]));

  test.each<[TensorMap, RegExp]>([
    [
      named('block1.0.weight', 'block2.bn1.running_mean', 'block2.prelu.weight'),
      /an SRGAN generator .* \(it has "block2\.bn1\.running_mean" and "block2\.prelu\.weight"\)/,
    ],
    [
      named('features.block_0.conv.weight', 'head.block_0.linear.weight'),
      /the discriminator of the original/,
    ],
    [named('features.0.weight', 'classifier.2.weight'), /the discriminator of ESRGAN/],
    [named('features.0.weight', 'classifier.6.weight'), /a VGG classifier/],
    [named('conv0_0.weight', 'linear1.weight'), /the VGG discriminator of BasicSR/],
    [named('conv0.weight', 'conv1.weight_orig', 'conv9.weight'), /U-Net discriminator/],
    [named('model.0.weight_orig', 'model.2.weight_orig'), /a PatchGAN discriminator/],
    [named('conv_first.weight', 'layers.0.residual_group.blocks.0.norm1.weight'), /SwinIR/],
    [named('something.else'), /its first tensor is "something\.else"/],
  ])('another network %#', (tensors, message) => {
    expect(() => readGenerator(save(tensors))).toThrow(message);
  });

  test.each<[string, (tensors: TensorMap) => void, RegExp]>([
    [
      'ESRGAN+',
      (tensors) => tensors.set('model.1.sub.0.RDB1.conv1x1.weight', scalar(1)),
      /ESRGAN\+ generator/,
    ],
    [
      'a missing tensor',
      (tensors) => tensors.delete('model.1.sub.1.RDB2.conv3.0.bias'),
      /RDB2\.conv3\.0\.bias is missing/,
    ],
    ['a surplus tensor', (tensors) => tensors.set('extra', scalar(1)), /"extra" is not part of the network/],
    [
      'another shape',
      (tensors) => tensors.set('model.8.bias', scalar(1)),
      /model\.8\.bias is \[\] instead of \[4\]/,
    ],
    [
      'another scale',
      (tensors) => {
        // Four upsampling blocks: x16.
        const parts = ['weight', 'bias'].map((part) => {
          const [hr, last] = ['8', '10'].map((place) => tensors.get(`model.${place}.${part}`)!);
          for (const place of ['8', '10']) tensors.delete(`model.${place}.${part}`);
          return { part, hr: hr!, last: last! };
        });
        for (const { part, hr, last } of parts) {
          for (const place of [9, 12, 14]) tensors.set(`model.${place}.${part}`, hr);
          tensors.set(`model.16.${part}`, last);
        }
      },
      /The scale of .* is 16;/,
    ],
  ])('a model with %s', (_, change, message) => {
    const tensors = tensorsOf('esrgan-old');
    change(tensors);
    expect(() => readGenerator(save(tensors))).toThrow(message);
  });

  test('an ONNX file', () => {
    const path = join(folder, 'a.onnx');
    writeGenerator(path, randomGenerator());
    expect(() => readGenerator(path)).toThrow(/is an ONNX file/);
  });

  test.skipIf(!hasTestData)(needsTestData('srgan_netG_x4.pth'), () => {
    expect(() => readGenerator(join(testData, 'weights/srgan_netG_x4.pth'))).toThrow(
      /srgan_netG_x4\.pth holds no supported generator: it holds an SRGAN generator .*batch normalization.* \(it has "block2\.bn1\.running_mean/,
    );
  });
});

import { rmSync } from 'node:fs';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LossSettings } from '../../../../trainer/config/index.ts';
import type { HostTensor, HostTensors } from '../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { lossesOf, lossOf } from '../../../../trainer/losses/losses.ts';
import { linearName } from '../../../../trainer/models/lpips/network.ts';
import { smallestMsSsimPatch } from '../../../../trainer/models/ms-ssim/shapes.ts';
import { rank4 } from '../../../../trainer/models/rank4.ts';
import { readVgg } from '../../../../trainer/weights/vgg-file.ts';
import { hashed, hashedVgg } from '../evaluate/hashed-vgg.ts';
import { readFixture } from '../models/fixture.ts';

const fixture = readFixture('losses/losses');
const cases: Readonly<Record<string, Omit<LossSettings, 'name' | 'weight'>>> = JSON.parse(
  fixture.metadata.cases ?? '{}',
);
const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });
const images = { sr: fixture.get('sr'), hr: fixture.get('hr'), ema: fixture.get('ema') };

let vgg16 = '';
beforeAll(() => {
  vgg16 = hashedVgg('vgg16');
});
afterAll(() => rmSync(vgg16));

const positive = (shape: readonly number[], count: number, seed: number): HostTensor => ({
  shape,
  data: hashed(count, seed, 1).map(Math.abs),
});

/** The networks of the fixture's script, by the names in their files. */
function networkOf(type: string): HostTensors {
  switch (type) {
    case 'perceptual':
      return readVgg(vgg16, 'vgg16');
    case 'lpips': {
      const linear = [64, 128, 256, 512, 512].map(
        (channels, k) => [linearName(k), positive([1, channels, 1, 1], channels, 201 + k)] as const,
      );
      return new Map([...readVgg(vgg16, 'vgg16'), ...linear]);
    }
    case 'dists': {
      const weights = ['alpha', 'beta'].map(
        (name, k) => [name, positive([1, 1475, 1, 1], 1475, 301 + k)] as const,
      );
      return new Map([...readVgg(vgg16, 'vgg16'), ...weights]);
    }
    default:
      return new Map();
  }
}

function settingsOf(name: string): LossSettings {
  return JSON.parse(JSON.stringify({ ...cases[name], name, weight: 1 }));
}

/** Value and gradient by the generated images, compiled. */
async function compiled(settings: LossSettings, sr = images.sr.data) {
  const shape = images.sr.shape;
  const program = await engine.freeze(
    (inputs, parameters) => {
      const [hr, ema] = [rank4(inputs.hr!), rank4(inputs.ema!)];
      const { value, grad } = tf.valueAndGrad((x) => lossOf(settings, parameters, { sr: rank4(x), hr, ema }))(
        inputs.sr!,
      );
      return { outputs: { value, grad } };
    },
    { sr: shape, hr: shape, ema: shape },
    networkOf(settings.type),
  );
  const outputs = await program.run({ sr, hr: images.hr.data, ema: images.ema.data });
  await program.close();
  return { value: outputs.value![0]!, gradient: outputs.grad! };
}

describe('value and gradient equal those of PyTorch', () => {
  test.each(Object.keys(cases))('%s', async (name) => {
    const { value, gradient } = await compiled(settingsOf(name));
    expect(Math.abs(value / fixture.get(`${name}.value`).data[0]! - 1)).toBeLessThan(5e-5);
    const expected = fixture.get(`${name}.gradient`).data;
    const found = gradient.filter((_, index) => index % 7 === 0);
    expect(found).toHaveLength(expected.length);
    const norm = (data: Float32Array) => Math.hypot(...data);
    const error = norm(found.map((each, index) => each - expected[index]!));
    // A small difference of similarities near 1 is rounded more.
    expect(error / norm(expected)).toBeLessThan(name === 'dists' ? 5e-3 : 1e-3);
  });
});

describe('equal images', () => {
  test.each(Object.keys(cases))('%s is about 0, with a finite gradient', async (name) => {
    const { value, gradient } = await compiled(settingsOf(name), images.hr.data);
    expect(Math.abs(value)).toBeLessThan(name === 'charbonnier' ? 2e-3 : 2e-5);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});

test('a list gives the weighted sum and each value without its weight', async () => {
  const list: LossSettings[] = [
    { type: 'l1', name: 'first', weight: 2 },
    { type: 'l2', name: 'second', weight: 0.5 },
  ];
  const shape = images.sr.shape;
  const program = await engine.freeze(
    ({ sr, hr }) => {
      const { total, byName } = lossesOf(list, () => ({}), {
        sr: rank4(sr!),
        hr: rank4(hr!),
        ema: undefined,
      });
      return { outputs: { total, ...byName } };
    },
    { sr: shape, hr: shape },
    new Map(),
  );
  const { total, first, second } = await program.run({ sr: images.sr.data, hr: images.hr.data });
  expect(total![0]).toBeCloseTo(2 * first![0]! + 0.5 * second![0]!, 6);
  await program.close();
});

test.each(['perceptual', 'lpips', 'dists', 'gradient_variance'])(
  '%s takes gray images as RGB with equal channels',
  async (type) => {
    const name = Object.keys(cases).find((each) => cases[each]?.type === type)!;
    const settings = settingsOf(name);
    const gray = (data: Float32Array) => data.filter((_, i) => i % 3 === 0);
    const rgb = (data: Float32Array) => data.map((_, i) => data[i - (i % 3)]!);
    const [n, height, width] = images.sr.shape;
    const lossIn = async (channels: number, of: (data: Float32Array) => Float32Array) => {
      const shape = [n!, height!, width!, channels];
      const program = await engine.freeze(
        ({ sr, hr }, parameters) => ({
          outputs: {
            value: lossOf(settings, parameters, { sr: rank4(sr!), hr: rank4(hr!), ema: undefined }),
          },
        }),
        { sr: shape, hr: shape },
        networkOf(type),
      );
      const { value } = await program.run({ sr: of(images.sr.data), hr: of(images.hr.data) });
      await program.close();
      return value![0]!;
    };
    const expected = await lossIn(3, rgb);
    expect(expected).toBeGreaterThan(0);
    expect(Math.abs((await lossIn(1, gray)) / expected - 1)).toBeLessThan(1e-5);
  },
);

test.each([
  [5, 176],
  [4, 88],
  [1, 11],
])('the smallest patch of MS-SSIM with %i scales is %i', (scales, patch) => {
  expect(smallestMsSsimPatch(scales)).toBe(patch);
});

import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Image } from '../../../../trainer/data/image.ts';
import { createOnnxEngine } from '../../../../trainer/engine/onnx-engine.ts';
import { distsDistance, lpipsDistance, vggDistance } from '../../../../trainer/measures/feature-distance.ts';
import type { Measure } from '../../../../trainer/measures/measure.ts';
import { encodeSafetensors, readSafetensors } from '../../../../trainer/tensor-files/safetensors.ts';
import type { TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import { readLpips } from '../../../../trainer/weights/lpips-file.ts';
import { recognizeVgg } from '../../../../trainer/weights/vgg-file.ts';
import { noise, temporaryFolder } from '../data/images.ts';
import { hashedVgg } from '../evaluate/hashed-vgg.ts';

const fixture = 'test/fixtures/distances/pairs.safetensors';
const { tensors, metadata } = readSafetensors(fixture);
const expected: Readonly<Record<string, number>>[] = JSON.parse(metadata.expected!);
const openEngine = async () => createOnnxEngine({ name: 'cpu', device: 'CPU' });

function image(name: string): Image {
  const { shape, data } = tensors.get(name)!;
  const [height = 0, width = 0, channels = 0] = shape;
  return { width, height, channels, data: Uint8Array.from(data) };
}

let vgg16 = '';
beforeAll(() => {
  vgg16 = hashedVgg('vgg16');
});
afterAll(() => rmSync(vgg16));

describe('distances equal those of PyTorch', () => {
  test.each<[string, () => Measure]>([
    ['lpips-vgg', () => lpipsDistance(openEngine, fixture, vgg16)],
    ['dists', () => distsDistance(openEngine, fixture, vgg16)],
    ['vgg16-conv5_3', () => vggDistance(openEngine, vgg16, 'vgg16', ['conv5_3'])],
    ['vgg16-conv2_2-conv4_1', () => vggDistance(openEngine, vgg16, 'vgg16', ['conv4_1', 'conv2_2'])],
  ])('%s', async (protocol, open) => {
    const measure = open();
    expect(measure.protocol).toBe(protocol);
    const [metric] = measure.metrics;
    const valuesOf = async (sr: Image, hr: Image) => Object.entries(await measure.measure(sr, hr, 4));
    expect(measure.description).toMatch(/weights [0-9a-f]{8}; lower is better$/);
    for (const [pair, distances] of expected.entries()) {
      const hr = image(`${pair}.hr`);
      const [[name, value] = []] = await valuesOf(image(`${pair}.sr`), hr);
      expect(name).toBe(metric);
      expect(Math.abs(value! / distances[protocol]! - 1)).toBeLessThan(1e-4);
      const [[, same] = []] = await valuesOf(hr, hr);
      expect(same).toBeCloseTo(0, 6);
    }
    await measure.close();
  });
});

test('grey images are measured as RGB', async () => {
  const [sr, hr] = [noise(32, 32, 1, 1), noise(32, 32, 1, 2)];
  const rgb = (grey: Image): Image => ({
    ...grey,
    channels: 3,
    data: Uint8Array.from({ length: 3 * grey.data.length }, (_, i) => grey.data[Math.floor(i / 3)]!),
  });
  const measure = vggDistance(openEngine, vgg16, 'vgg16', ['conv1_2']);
  const { distance } = await measure.measure(sr, hr, 4);
  expect(distance).toBeGreaterThan(0);
  expect(await measure.measure(rgb(sr), rgb(hr), 4)).toEqual({ distance });
  await measure.close();
});

test('the network is identified by the tensors that it uses', () => {
  const [whole, part] = [vgg16, hashedVgg('vgg16', ['conv2_1'])];
  const netOf = (path: string, layer: string) => vggDistance(openEngine, path, 'vgg16', [layer]).net;
  expect(netOf(part, 'conv2_1')).toBe(netOf(whole, 'conv2_1'));
  expect(netOf(part, 'conv1_2')).not.toBe(netOf(part, 'conv2_1'));
});

test.each<[string, string[], number]>([
  ['one before any pooling', ['conv1_2'], 1],
  ['one after two poolings', ['conv3_1', 'conv1_1'], 4],
])('the smallest image has a pixel at the deepest layer: %s', (_, layers, smallest) => {
  expect(vggDistance(openEngine, vgg16, 'vgg16', layers).smallest(4)).toBe(smallest);
});

describe('recognizes the VGG in a file', () => {
  test.each(['vgg11', 'vgg13', 'vgg16', 'vgg19'] as const)('%s', (type) => {
    expect(recognizeVgg(hashedVgg(type, ['conv4_1']))).toBe(type);
  });

  test('none', () => {
    expect(() => recognizeVgg(fixture)).toThrow(
      /pairs\.safetensors holds none of torchvision's vgg11, vgg13, vgg16, vgg19: .* its 0 filters .* match none of them \(its first tensor is /,
    );
  });
});

test.each<[string, (tensors: TensorMap) => void, RegExp]>([
  ['a layer is missing', (all) => all.delete('lin2.model.1.weight'), /lin2\.model\.1\.weight is missing/],
  [
    'they are for AlexNet',
    (all) => all.set('lin1.model.1.weight', { shape: [1, 192, 1, 1], data: new Float32Array(192) }),
    /lin1\.model\.1\.weight is \[1,192,1,1\] instead of \[1,128,1,1\] .*alex\.pth\) .* not supported/,
  ],
])('the weights of LPIPS are invalid: %s', (_, change, message) => {
  const changed = new Map(tensors);
  change(changed);
  const path = join(temporaryFolder(), 'lpips.safetensors');
  writeFileSync(path, Buffer.concat(encodeSafetensors(changed)));
  expect(() => readLpips(path)).toThrow(message);
});

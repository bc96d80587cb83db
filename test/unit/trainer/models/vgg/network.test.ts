import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decodeImage } from '../../../../../trainer/data/decode.ts';
import { cropImage, toFloatImage } from '../../../../../trainer/data/image.ts';
import type { Step } from '../../../../../trainer/engine/engine.ts';
import { createOnnxEngine } from '../../../../../trainer/engine/onnx-engine.ts';
import { rank4 } from '../../../../../trainer/models/rank4.ts';
import { normalizeForVgg, vggFeatures } from '../../../../../trainer/models/vgg/network.ts';
import { type VggType, vggConvolutions, vggParameters } from '../../../../../trainer/models/vgg/shapes.ts';
import { readVgg } from '../../../../../trainer/weights/vgg-file.ts';
import { hasTestData, needsTestData, testData } from '../../../../test-data.ts';

describe('convolutions of VGG', () => {
  // Of torchvision: the number of convolutions, the place of the last, and all weights and biases of `features`.
  test.each<[VggType, number, string, number]>([
    ['vgg11', 8, 'conv5_2 features.18', 9_220_480],
    ['vgg13', 10, 'conv5_2 features.22', 9_404_992],
    ['vgg16', 13, 'conv5_3 features.28', 14_714_688],
    ['vgg19', 16, 'conv5_4 features.34', 20_024_384],
  ])('%s has %d, the last %s, of %d parameters', (type, count, last, size) => {
    const convolutions = vggConvolutions(type);
    expect(convolutions).toHaveLength(count);
    expect(convolutions.map(({ layer, name }) => `${layer} ${name}`).at(-1)).toBe(last);
    const sizes = [...vggParameters(convolutions).values()].map((shape) => shape.reduce((a, b) => a * b));
    expect(sizes.reduce((a, b) => a + b)).toBe(size);
  });

  test.each<[VggType, string[], string]>([
    ['vgg19', ['conv5_4'], 'features.34'],
    ['vgg19', ['conv3_4', 'conv1_2'], 'features.16'],
    ['vgg16', ['conv3_1'], 'features.10'],
    ['vgg11', ['conv1_1'], 'features.0'],
  ])('of %s up to %s end with %s', (type, layers, last) => {
    expect(vggConvolutions(type, layers).at(-1)!.name).toBe(last);
  });
});

interface Expected {
  readonly layers_before_relu: Readonly<
    Record<string, { shape: number[]; mean: number; mean_abs: number; std: number; first4: number[] }>
  >;
}

describe.skipIf(!hasTestData)(needsTestData('features of VGG19'), () => {
  test.each(['frozen', 'trained with'])('of a crop are those of PyTorch: %s', async (use) => {
    const expected: Expected = JSON.parse(readFileSync(join(testData, 'vgg', 'expected.json'), 'utf8'));
    const layers = Object.keys(expected.layers_before_relu);
    const butterfly = await decodeImage(join(testData, 'set5', 'HR', 'butterfly.png'), 3);
    const crop = toFloatImage(cropImage(butterfly, 64, 64, 64, 64));
    const weights = readVgg(join(testData, 'vgg', 'vgg19_features.safetensors'), 'vgg19', layers);
    const engine = createOnnxEngine({ name: 'cpu', device: 'CPU' });
    const convolutions = vggConvolutions('vgg19', layers);
    const step: Step = (inputs, parameters) => ({
      outputs: Object.fromEntries(
        vggFeatures(convolutions, parameters, normalizeForVgg(rank4(inputs.x!)), layers),
      ),
    });
    const inputs = { x: [1, 64, 64, 3] };
    const names = [...weights.keys()];
    const program =
      use === 'frozen'
        ? await engine.freeze(step, inputs, weights)
        : await engine.compile(step, { inputs, state: names, frozen: names }, engine.state(weights));
    const features = await program.run({ x: crop.data });
    await program.close();
    for (const [layer, { shape, mean, mean_abs, std, first4 }] of Object.entries(
      expected.layers_before_relu,
    )) {
      const found = features[layer]!;
      const [channels = 1] = shape;
      expect(found.length, layer).toBe(shape.reduce((a, b) => a * b));
      const average = (of: (value: number) => number) =>
        found.reduce((sum, value) => sum + of(value), 0) / found.length;
      const close = (value: number, wanted: number, what: string) =>
        expect(Math.abs(value - wanted) / mean_abs, `${what} of ${layer}`).toBeLessThan(1e-4);
      close(
        average((value) => value),
        mean,
        'mean',
      );
      close(average(Math.abs), mean_abs, 'mean of absolutes');
      close(Math.sqrt(average((value) => (value - mean) ** 2)), std, 'deviation');
      // Ours has the channels last, the expectation first.
      for (const [x, value] of first4.entries()) close(found[x * channels]!, value, `pixel ${x}`);
    }
  });
});

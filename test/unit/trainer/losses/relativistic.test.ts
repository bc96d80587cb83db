import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import {
  averageProbabilities,
  discriminatorLoss,
  generatorAdversarialLoss,
} from '../../../../trainer/losses/relativistic.ts';

beforeAll(() => tf.setBackend('cpu'));

const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
const log2 = Math.log(2);

/** Generator's and discriminator's loss, and the average probabilities of real and generated images. */
function check(real: number[], fake: number[], expected: [number, number, number, number]): void {
  const [r, f] = [column(real), column(fake)];
  const probabilities = averageProbabilities(r, f);
  const found = [
    generatorAdversarialLoss(r, f),
    discriminatorLoss(r, f),
    probabilities.real,
    probabilities.fake,
  ].map((scalar) => scalar.dataSync()[0]!);
  for (const [index, value] of expected.entries()) expect(found[index]).toBeCloseTo(value, 5);
}

test.each<[string, number[], number[], [number, number, number, number]]>([
  ['no difference', [0, 0], [0, 0], [log2, log2, 0.5, 0.5]],
  ['scores that are only shifted', [7, 7], [7, 7], [log2, log2, 0.5, 0.5]],
  // softplus(1) = 1.3132617, softplus(-1) = 0.3132617, sigmoid(1) = 0.7310586
  ['real images above generated ones', [1, 1], [0, 0], [1.3132617, 0.3132617, 0.7310586, 0.2689414]],
  ['generated images above real ones', [0], [1], [0.3132617, 1.3132617, 0.2689414, 0.7310586]],
  // Against the mean of the other kind: real 2 - 1 and 0 - 1, generated 1 - 1 twice.
  [
    'each against the average of the others',
    [2, 0],
    [1, 1],
    [(0.8132617 + log2) / 2, (0.8132617 + log2) / 2, 0.5, 0.5],
  ],
  ['a discriminator beyond doubt', [500, 500], [-500, -500], [1000, 0, 1, 0]],
  ['one beyond doubt and wrong', [-5e4, -5e4], [5e4, 5e4], [0, 1e5, 0, 1]],
])('%s', (_, real, fake, expected) => check(real, fake, expected));

test('gradients are finite where a sigmoid is 0 or 1', () => {
  const gradients = tf.grads((real: tf.Tensor, fake: tf.Tensor) => discriminatorLoss(real, fake))([
    column([-5e4, 3]),
    column([5e4, 2]),
  ]);
  for (const gradient of gradients)
    for (const value of gradient.dataSync()) expect(value).toSatisfy(Number.isFinite);
});

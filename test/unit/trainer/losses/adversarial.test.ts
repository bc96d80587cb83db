import '@tensorflow/tfjs-backend-cpu';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type GanType, ganLosses } from '../../../../trainer/losses/adversarial.ts';
import { largestDifference, readFixture } from '../models/fixture.ts';

beforeAll(() => tf.setBackend('cpu'));

const column = (values: number[]) => tf.tensor2d(values, [values.length, 1]);
const log2 = Math.log(2);

/** Generator's and discriminator's loss, and the ratings of real and generated images. */
type Values = [number, number, number, number];

function valuesOf(type: GanType, real: tf.Tensor, fake: tf.Tensor): Float32Array {
  const { generator, discriminator, ratings } = ganLosses[type];
  const { real: ofReal, fake: ofFake } = ratings(real, fake);
  const scalars = [generator(real, fake), discriminator(real, fake), ofReal, ofFake];
  return Float32Array.from(scalars, (scalar) => scalar.dataSync()[0]!);
}

test.each<[string, GanType, number[], number[], Values]>([
  ['no difference', 'ragan', [0, 0], [0, 0], [log2, log2, 0.5, 0.5]],
  ['scores that are only shifted', 'ragan', [7, 7], [7, 7], [log2, log2, 0.5, 0.5]],
  // softplus(1) = 1.3132617, softplus(-1) = 0.3132617, sigmoid(1) = 0.7310586
  ['real images above generated ones', 'ragan', [1, 1], [0, 0], [1.3132617, 0.3132617, 0.7310586, 0.2689414]],
  ['generated images above real ones', 'ragan', [0], [1], [0.3132617, 1.3132617, 0.2689414, 0.7310586]],
  // Against the mean of the other kind: real 2 - 1 and 0 - 1, generated 1 - 1 twice.
  [
    'each against the average of the others',
    'ragan',
    [2, 0],
    [1, 1],
    [(0.8132617 + log2) / 2, (0.8132617 + log2) / 2, 0.5, 0.5],
  ],
  ['a discriminator beyond doubt', 'ragan', [500, 500], [-500, -500], [1000, 0, 1, 0]],
  ['one beyond doubt and wrong', 'ragan', [-5e4, -5e4], [5e4, 5e4], [0, 1e5, 0, 1]],
  ['no difference', 'vanilla', [0, 0], [0, 0], [log2, 2 * log2, 0.5, 0.5]],
  ['one beyond doubt and wrong', 'vanilla', [-5e4], [5e4], [0, 1e5, 0, 1]],
  ['outputs at the labels', 'lsgan', [1, 1], [0, 0], [1, 0, 1, 0]],
  ['outputs between the labels', 'lsgan', [0.5], [0.5], [0.25, 0.5, 0.5, 0.5]],
  ['outputs beyond the margins', 'hinge', [3, 1], [-1, -5], [3, 0, 2, -3]],
  ['outputs within the margins', 'hinge', [0.5], [0.25], [-0.25, 1.75, 0.5, 0.25]],
])('%s: %s', (_, type, real, fake, expected) => {
  expect(
    largestDifference(valuesOf(type, column(real), column(fake)), Float32Array.from(expected)),
  ).toBeLessThan(1e-5);
});

const types: readonly GanType[] = ['ragan', 'vanilla', 'lsgan', 'hinge'];

describe.each(['numbers', 'maps'])('as in PyTorch, with %s as outputs', (shape) => {
  const fixture = readFixture('adversarial/losses');
  const outputs = (kind: 'real' | 'fake') => {
    const { data, shape: dimensions } = fixture.get(`${shape}.${kind}`);
    return tf.tensor(data, [...dimensions]);
  };

  test.each(types)('the values of %s', (type) => {
    const expected = fixture.get(`${shape}.${type}.values`).data;
    expect(largestDifference(valuesOf(type, outputs('real'), outputs('fake')), expected)).toBeLessThan(1e-6);
  });

  test.each(
    types.flatMap((type) => (['generator', 'discriminator'] as const).map((network) => ({ type, network }))),
  )('the gradients of the $network with $type', ({ type, network }) => {
    // The sum with zero has gradients by both, also where the loss depends on one of them only.
    const loss = (real: tf.Tensor, fake: tf.Tensor) =>
      tf.add<tf.Scalar>(ganLosses[type][network](real, fake), tf.mul(tf.sum(tf.add(real, fake)), 0));
    const gradients = tf.grads(loss)([outputs('real'), outputs('fake')]);
    for (const [index, kind] of ['real', 'fake'].entries()) {
      const found = Float32Array.from(gradients[index]!.dataSync());
      const expected = fixture.get(`${shape}.${type}.${network}.${kind}`).data;
      expect(largestDifference(found, expected), kind).toBeLessThan(1e-6);
    }
  });
});

test.each(types)('gradients of %s are finite where a sigmoid is 0 or 1', (type) => {
  const gradients = tf.grads((real: tf.Tensor, fake: tf.Tensor) => ganLosses[type].discriminator(real, fake))(
    [column([-5e4, 3]), column([5e4, 2])],
  );
  for (const gradient of gradients)
    for (const value of gradient.dataSync()) expect(value).toSatisfy(Number.isFinite);
});

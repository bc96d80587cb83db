import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { emaDecayAt, emaInputs, emaName, nextEma } from '../../../../trainer/stages/ema.ts';

describe('the decay warms up', () => {
  test.each([
    [0.999, 1, 2 / 11],
    [0.999, 90, 0.91],
    [0.999, 8990, 0.999],
    [0.999, 1_000_000, 0.999],
    [0.1, 1, 0.1],
  ])('decay %d at step %d: %d', (decay, step, expected) => {
    expect(emaDecayAt(decay, step)).toBeCloseTo(expected, 12);
  });
});

test.each([
  [0, 1, 2 / 11],
  [3, 3, 0],
  [3, 4, 2 / 11],
  [3, 5, 3 / 12],
])('with start_step %d, the decay of update %d is %d', (start_step, update, expected) => {
  const { ema_decay } = emaInputs({ decay: 0.999, start_step }, update);
  expect(ema_decay![0]).toBeCloseTo(expected, 6);
});

test('the EMA moves towards the parameter with weight 1 - decay', () => {
  const state = { [emaName('bias')]: tf.tensor1d([1, -2]) };
  const next = { bias: tf.tensor1d([3, 2]) };
  const ema = nextEma(['bias'], state, next, tf.scalar(0.75));
  expect(Array.from(ema[emaName('bias')]!.dataSync())).toEqual([1.5, -1]);
});

import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { describe, expect, test } from 'vitest';
import { averageDecay, averageName, nextAverages } from '../../../../trainer/stages/running-average.ts';

describe('less of an average stays in the first steps', () => {
  test.each([
    [0.999, 1, 2 / 11],
    [0.999, 90, 0.91],
    [0.999, 8990, 0.999],
    [0.999, 1_000_000, 0.999],
    [0.1, 1, 0.1],
  ])('decay %d at step %d: %d', (decay, step, expected) => {
    expect(averageDecay(decay, step)).toBeCloseTo(expected, 12);
  });
});

test('an average moves towards the parameter by the share that does not stay', () => {
  const state = { [averageName('bias')]: tf.tensor1d([1, -2]) };
  const next = { bias: tf.tensor1d([3, 2]) };
  const averages = nextAverages(['bias'], state, next, tf.scalar(0.75));
  expect(Array.from(averages[averageName('bias')]!.dataSync())).toEqual([1.5, -1]);
  expect(nextAverages(['bias'], state, next, undefined)).toEqual({});
});

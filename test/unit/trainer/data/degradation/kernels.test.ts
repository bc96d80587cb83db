import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  gaussianKernel,
  generalizedKernel,
  type Kernel,
  plateauKernel,
  sincKernel,
} from '../../../../../trainer/data/degradation/kernels.ts';

/** A kernel by PyTorch in double precision: see scripts/fixtures/degradation.py. */
interface Case {
  readonly kind: 'gaussian' | 'generalized' | 'plateau' | 'sinc';
  readonly size: number;
  readonly sigmaX: number;
  readonly sigmaY: number;
  readonly angle: number;
  readonly beta: number;
  readonly cutoff: number;
  readonly firstRows: readonly number[];
}

const cases: Case[] = JSON.parse(readFileSync('test/fixtures/degradation/kernels.json', 'utf8'));

function kernelOf({ kind, size, beta, cutoff, ...shape }: Case): Kernel {
  switch (kind) {
    case 'gaussian':
      return gaussianKernel(size, shape);
    case 'generalized':
      return generalizedKernel(size, shape, beta);
    case 'plateau':
      return plateauKernel(size, shape, beta);
    case 'sinc':
      return sincKernel(size, cutoff);
  }
}

describe.each(cases.map((each) => [`${each.kind} ${each.size}`, each] as const))('%s', (_, each) => {
  const { size, weights } = kernelOf(each);

  test('equals the formula in double precision', () => {
    for (const [i, expected] of each.firstRows.entries()) expect(weights[i]).toBeCloseTo(expected, 12);
  });

  test('sums to 1, and is its own mirror image', () => {
    expect(weights.length).toBe(size * size);
    expect(weights.reduce((sum, weight) => sum + weight)).toBeCloseTo(1, 12);
    for (const [i, weight] of weights.entries())
      expect(weights[weights.length - 1 - i]).toBeCloseTo(weight, 14);
  });
});

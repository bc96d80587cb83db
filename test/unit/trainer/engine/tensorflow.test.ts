import { describe, expect, test } from 'vitest';
import { loadTensorflow } from '../../../../trainer/engine/tensorflow.ts';

interface Machine {
  readonly util?: object;
  readonly modules: Readonly<Record<string, unknown>>;
}

/** Loads as from a machine that has just these modules. */
function find({ util = { isNullOrUndefined() {}, isArray() {} }, modules }: Machine) {
  return loadTensorflow((name) => {
    if (name === 'node:util') return util;
    const found = modules[name];
    if (found instanceof Error) throw found;
    if (found) return found;
    throw Object.assign(new Error(`Cannot find module '${name}'`), { code: 'MODULE_NOT_FOUND' });
  });
}

const library = (isUsingGpuDevice: boolean) => ({ backend: () => ({ isUsingGpuDevice }) });

describe('loadTensorflow', () => {
  test.each([
    {
      name: 'a GPU that works',
      modules: { '@tensorflow/tfjs-node-gpu': library(true) },
      expected: { available: true, package: '@tensorflow/tfjs-node-gpu', isUsingGpu: true },
    },
    {
      name: 'the GPU package that fell to the CPU in silence',
      modules: { '@tensorflow/tfjs-node-gpu': library(false) },
      expected: { available: true, package: '@tensorflow/tfjs-node-gpu', isUsingGpu: false },
    },
    {
      name: 'only the CPU package',
      modules: { '@tensorflow/tfjs-node': library(false) },
      expected: { available: true, package: '@tensorflow/tfjs-node', isUsingGpu: false },
    },
    {
      name: 'nothing',
      modules: {},
      expected: {
        available: false,
        reason: '@tensorflow/tfjs-node-gpu is not installed. @tensorflow/tfjs-node is not installed.',
      },
    },
    {
      name: 'a package whose native module is missing',
      modules: { '@tensorflow/tfjs-node-gpu': new Error('The native addon module can not be found\nmore') },
      expected: {
        available: false,
        reason:
          '@tensorflow/tfjs-node-gpu is installed but does not load: The native addon module can not be found ' +
          '@tensorflow/tfjs-node is not installed.',
      },
    },
  ])('$name', ({ modules, expected }) => {
    expect(find({ modules })).toEqual(expected);
  });

  test('restores what Node 23 removed from util before it loads a package', () => {
    const util: { isNullOrUndefined?: (value: unknown) => boolean; isArray?: (value: unknown) => boolean } =
      {};
    find({ util, modules: {} });
    expect([null, undefined, 0].map((value) => util.isNullOrUndefined?.(value))).toEqual([true, true, false]);
    expect([[], {}].map((value) => util.isArray?.(value))).toEqual([true, false]);
  });
});

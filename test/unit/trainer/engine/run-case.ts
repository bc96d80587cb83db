import { expect } from 'vitest';
import { createRandom } from '../../../../trainer/data/random.ts';
import type { Engine, HostTensor } from '../../../../trainer/engine/engine.ts';
import { type Shape, sizeOf } from '../../../../trainer/engine/graph.ts';
import { type KernelCase, stepOf } from './kernel-cases.ts';

/** Inputs as numbers; filters and vectors are state, as in training, so that both ways in are used. */
export async function runCase(engine: Engine, kernelCase: KernelCase): Promise<Record<string, Float32Array>> {
  const [low, high] = kernelCase.range ?? [-1, 1];
  const random = createRandom(1, kernelCase.name);
  const data: Record<string, Float32Array> = {};
  const shapes: Record<string, Shape> = {};
  const state = new Map<string, HostTensor>();
  for (const [name, shape] of Object.entries(kernelCase.inputs)) {
    const numbers = Float32Array.from({ length: sizeOf(shape) }, () => low + (high - low) * random.next());
    if (/^w/.test(name)) {
      const [height = 1, width = 1, i = 1, o = 1] = shape;
      state.set(name, { shape: [o, i, height, width], data: numbers });
    } else {
      data[name] = numbers;
      shapes[name] = shape;
    }
  }
  const held = engine.state(state);
  const program = await engine.compile(
    stepOf(kernelCase),
    { inputs: shapes, state: [...state.keys()] },
    held,
  );
  const result = await program.run(data);
  await program.close();
  await held.close();
  return result;
}

/** Largest difference of two results, relative to their size where that is above one. */
export function expectClose(
  actual: Record<string, Float32Array>,
  expected: Record<string, Float32Array>,
  tolerance: number,
): void {
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, numbers] of Object.entries(expected)) {
    const other = actual[name]!;
    expect(other.length, `length of ${name}`).toBe(numbers.length);
    numbers.forEach((value, index) => {
      const difference = Math.abs(value - other[index]!) / Math.max(1, Math.abs(value));
      if (!(difference <= tolerance)) {
        expect.fail(`${name}[${index}] is ${other[index]}, expected ${value} (tolerance ${tolerance})`);
      }
    });
  }
}

import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { topologicalOrder } from '../../../../trainer/engine/graph.ts';
import { type Step, trace } from '../../../../trainer/engine/trace.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';

function message(step: Step): string {
  try {
    trace(step, { x: [1, 4, 4, 2] }, {});
  } catch (error) {
    expect(error).toBeInstanceOf(WorkbenchError);
    return error instanceof WorkbenchError ? `${error.code}: ${error.message}` : '';
  }
  return 'nothing was wrong';
}

describe('trace', () => {
  test('names an operation that cannot be compiled and the line that uses it', () => {
    const step: Step = ({ x }) => ({ outputs: { y: tf.cumsum(x!, 1) } });
    expect(message(step)).toMatch(/^engine: The operation Cumsum cannot be compiled .*trace\.test\.ts:\d+/);
  });

  test('names the line before a gradient that cannot be compiled', () => {
    const model = (v: tf.Tensor) => tf.sum(tf.prod(v, 1));
    const step: Step = ({ x }) => ({ outputs: { y: tf.grad(model)(x!) } });
    expect(message(step)).toMatch(
      /^engine: The operation Cumprod .*A gradient near model .*trace\.test\.ts:\d+.* needs it/,
    );
  });

  test('restores the backend', () => {
    const before = tf.engine().backendName;
    trace(({ x }) => ({ outputs: { y: tf.abs(x!) } }), { x: [2] }, {});
    expect(tf.engine().backendName).toBe(before);
  });

  test('records equal operations once', () => {
    const { outputs } = trace(
      ({ x }) => ({ outputs: { y: tf.add(tf.exp(x!), tf.exp(x!)) } }),
      { x: [2] },
      {},
    );
    const kinds = topologicalOrder([outputs.y!]).map((value) => value.operation.kind);
    expect(kinds).toEqual(['input', 'unary', 'binary']);
  });
});

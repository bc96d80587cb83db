import * as tf from '@tensorflow/tfjs-core';
import type { HostTensors } from './engine.ts';
import type { Shape } from './graph.ts';
import { filterFromFile } from './layout.ts';
import type { Shapes, Tensors } from './trace.ts';

/** A shape as a step sees it: filters in TensorFlow's order. */
function stepShape(shape: Shape): Shape {
  const [o = 0, i = 0, height = 0, width = 0] = shape;
  return shape.length === 4 ? [height, width, i, o] : shape;
}

export function stepShapes(tensors: HostTensors): Shapes {
  return Object.fromEntries([...tensors].map(([name, { shape }]) => [name, stepShape(shape)]));
}

/** Numbers from outside as tensors of the current TensorFlow.js backend, filters in TensorFlow's order. */
export function toTensors(tensors: HostTensors): Tensors {
  return Object.fromEntries(
    [...tensors].map(([name, { data, shape }]) => {
      const inner = shape.length === 4 ? filterFromFile(data, shape) : { data, shape };
      return [name, tf.tensor(inner.data, [...inner.shape], 'float32')];
    }),
  );
}

import * as tf from '@tensorflow/tfjs-core';
import type { HostTensors } from './engine.ts';
import type { Shape } from './graph.ts';
import { filterFromFile } from './layout.ts';
import type { Shapes, Tensors } from './trace.ts';

/** A shape in a step: filters have TensorFlow's order. */
function stepShape(shape: Shape): Shape {
  const [o = 0, i = 0, height = 0, width = 0] = shape;
  return shape.length === 4 ? [height, width, i, o] : shape;
}

export function stepShapes(tensors: HostTensors): Shapes {
  return Object.fromEntries([...tensors].map(([name, { shape }]) => [name, stepShape(shape)]));
}

/** Host tensors as tensors of the current TensorFlow.js backend; filters get TensorFlow's order. */
export function toTensors(tensors: HostTensors): Tensors {
  return Object.fromEntries(
    [...tensors].map(([name, { data, shape }]) => {
      const inner = shape.length === 4 ? filterFromFile(data, shape) : { data, shape };
      return [name, tf.tensor(inner.data, [...inner.shape], 'float32')];
    }),
  );
}

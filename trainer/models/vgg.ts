import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, HostTensors, Tensors } from '../engine/engine.ts';
import { rank4 } from './rank4.ts';
import type { VggConvolution } from './shapes/vgg.ts';

/** Mean and standard deviation of ImageNet's colours in 0..1, by which VGG's input was normalised. */
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };

/** Name of a filter as its gradient needs it. */
function turnedName(convolution: string): string {
  return `${convolution}.weight.turned`;
}

/**
 * VGG's parameters together with each filter turned by 180 degrees and with its channels exchanged, as the gradient
 * of its convolution needs it. The net never learns, so this is done once and not at every step.
 *
 * @param parameters filters `[O, I, 3, 3]` and biases by torchvision's names
 */
export function withTurnedFilters(parameters: HostTensors): Map<string, HostTensor> {
  const all = new Map(parameters);
  for (const [name, { shape, data }] of parameters) {
    const [outputs = 0, inputs = 0, height = 0, width = 0] = shape;
    if (shape.length !== 4) continue;
    const taps = height * width;
    const turned = new Float32Array(data.length);
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < inputs; i++)
        for (let tap = 0; tap < taps; tap++)
          turned[(i * outputs + o) * taps + (taps - 1 - tap)] = data[(o * inputs + i) * taps + tap]!;
    all.set(turnedName(name.slice(0, -'.weight'.length)), {
      shape: [inputs, outputs, height, width],
      data: turned,
    });
  }
  return all;
}

/** `[N, H, W, 3]` in 0..1 as VGG saw images in its training. */
export function normalizeForVgg(x: tf.Tensor4D): tf.Tensor4D {
  return tf.div(tf.sub(x, tf.tensor1d(imageNet.mean)), tf.tensor1d(imageNet.deviation));
}

/**
 * What VGG's convolutions give, before their activation.
 *
 * @param convolutions as {@link vggConvolutions} gives them
 * @param parameters filters `[3, 3, I, O]` and biases by torchvision's names, and, where x is differentiated, what
 *   {@link withTurnedFilters} adds to them
 * @param x `[N, H, W, 3]`, normalised; the parameters cannot be differentiated
 * @param layers whose features are wanted
 * @returns by layer, in the order of depth
 */
export function vggFeatures(
  convolutions: readonly VggConvolution[],
  parameters: Tensors,
  x: tf.Tensor4D,
  layers: readonly string[],
): Map<string, tf.Tensor4D> {
  const features = new Map<string, tf.Tensor4D>();
  let map = x;
  for (const { layer, name, isPooled } of convolutions) {
    const filter = parameters[`${name}.weight`];
    const bias = parameters[`${name}.bias`];
    if (!filter || !bias) throw new Error(`VGG lacks the parameters of ${name}.`);
    if (isPooled) map = tf.maxPool(map, 2, 2, 'valid');
    const sum = tf.add<tf.Tensor4D>(convolve(map, filter, parameters[turnedName(name)]), bias);
    if (layers.includes(layer)) features.set(layer, sum);
    map = tf.relu(sum);
  }
  return features;
}

/** A convolution whose gradient by x is one with the turned filter. */
function convolve(x: tf.Tensor4D, filter: tf.Tensor, turned: tf.Tensor | undefined): tf.Tensor4D {
  const convolution = tf.customGrad(() => ({
    value: tf.conv2d(x, rank4(filter), 1, 'same'),
    gradFunc: (dy: tf.Tensor4D) => {
      if (!turned) throw new Error('VGG lacks the turned filters that its gradient needs.');
      return tf.conv2d(dy, rank4(turned), 1, 'same');
    },
  }));
  return convolution(x);
}

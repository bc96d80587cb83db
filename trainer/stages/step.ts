import * as tf from '@tensorflow/tfjs-core';
import type { Step, Tensors } from '../engine/engine.ts';
import { applyGradients, type FactorPrefix, gradientNorm } from '../optimizers/apply.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { nextEma } from './ema.ts';

/** The inputs of a step that its gradients depend on: patches `[N, h, w, C]` and `[N, H, W, C]`. */
export interface BatchTensors {
  readonly lr: tf.Tensor;
  readonly hr: tf.Tensor;
}

/** What a batch yields, all of the networks before the update. */
interface BatchResult {
  /** Scalars by name; the first is the loss to show. */
  readonly losses: Tensors;
  /** For each network of the stage, by the name of the parameter in the state. */
  readonly gradients: readonly Tensors[];
  /** The running statistics of batch normalization after the batch, by their names in the state. */
  readonly statistics: Tensors;
}

/** The losses of a stage and their gradients: pure, of a batch and the state. */
export type GradientFunction = (batch: BatchTensors, state: Tensors) => BatchResult;

/** A network that a stage updates, in the order of the gradients. */
export interface UpdatedNetwork {
  readonly prefix: FactorPrefix;
  readonly optimizer: Optimizer;
  /** Names of its parameters in the state. */
  readonly parameters: readonly string[];
  /** Whether the state has the EMA of its parameters. */
  readonly hasEma: boolean;
}

/** Name in the state of the gradient of a parameter. */
export function gradientName(parameter: string): string {
  return `gradient.${parameter}`;
}

/**
 * The first half of an update: writes the gradients of a batch into the state.
 *
 * Inputs: those of `BatchTensors` and the scalar `keep`, the factor of the gradients in the state, to which those of the
 * batch are added: 0 at the first batch of an update, 1 at the others.
 * Outputs: the losses of the batch, and of each network `gradient_norm`, the 2-norm of its sum of gradients.
 */
export function gradientsStep(compute: GradientFunction, networks: readonly UpdatedNetwork[]): Step {
  return (inputs, state) => {
    const { losses, gradients, statistics } = compute(batchOf(inputs), state);
    const sums = gradients.map((each) => accumulated(state, each, inputs.keep));
    const norms = normsOf(networks, sums);
    return {
      outputs: { ...losses, ...norms },
      state: { ...named(sums), ...finiteOnly(state, statistics, norms) },
    };
  };
}

/**
 * The second half of an update: changes a network by the gradients in the state.
 *
 * Inputs: the optimizer's factors (see `factorInputs`), `ema_decay` if the network has an EMA (see `emaInputs`), and
 * optionally the scalar `gradient_factor`, with which the gradients are multiplied.
 */
export function applyStep({ prefix, optimizer, parameters, hasEma }: UpdatedNetwork): Step {
  return (inputs, state) => {
    const factor = inputs.gradient_factor;
    const gradients = Object.fromEntries(
      parameters.map((name) => {
        const gradient = state[gradientName(name)]!;
        return [name, factor ? tf.mul(gradient, factor) : gradient];
      }),
    );
    const next = applyGradients(optimizer, state, gradients, inputs, prefix);
    const ema = hasEma ? nextEma(parameters, state, next, need(inputs, 'ema_decay')) : {};
    return { outputs: {}, state: { ...next, ...ema } };
  };
}

/**
 * Both halves as one, for an update by one batch whose gradients nobody needs in between: they are not in the state, which
 * saves memory. Inputs and outputs are those of the halves.
 */
export function wholeStep(compute: GradientFunction, networks: readonly UpdatedNetwork[]): Step {
  return (inputs, state) => {
    const { outputs, state: afterGradients = {} } = gradientsStep(compute, networks)(inputs, state);
    const between = { ...state, ...afterGradients };
    const next = networks.map((network) => applyStep(network)(inputs, between).state);
    const gradients = new Set(networks.flatMap(({ parameters }) => parameters.map(gradientName)));
    const others = Object.entries(afterGradients).filter(([name]) => !gradients.has(name));
    return { outputs, state: Object.assign(Object.fromEntries(others), ...next) };
  };
}

/** Gradients of a batch added to those in the state, times `keep`; those of the batch alone without `keep`. */
function accumulated(state: Tensors, gradients: Tensors, keep: tf.Tensor | undefined): Tensors {
  if (!keep) return gradients;
  return mapped(gradients, (gradient, name) => tf.add(tf.mul(state[gradientName(name)]!, keep), gradient));
}

function normsOf(networks: readonly UpdatedNetwork[], gradients: readonly Tensors[]): Tensors {
  return Object.fromEntries(
    networks.map(({ prefix }, index) => [`${prefix}gradient_norm`, gradientNorm(gradients[index]!)]),
  );
}

/** Statistics of a batch whose gradients are finite, else those in the state. */
function finiteOnly(state: Tensors, statistics: Tensors, norms: Tensors): Tensors {
  const areFinite = tf.lessEqual(tf.addN(Object.values(norms)), largest);
  return mapped(statistics, (value, name) => tf.where(areFinite, value, state[name]!));
}

/** About the largest 32-bit float. A comparison with NaN is false. */
const largest = 3.4e38;

function mapped(tensors: Tensors, change: (tensor: tf.Tensor, name: string) => tf.Tensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}

/** The gradients of all networks, by their names in the state. */
function named(gradients: readonly Tensors[]): Tensors {
  const all = gradients.flatMap((each) => Object.entries(each));
  return Object.fromEntries(all.map(([name, gradient]) => [gradientName(name), gradient]));
}

function batchOf(inputs: Tensors): BatchTensors {
  return { lr: need(inputs, 'lr'), hr: need(inputs, 'hr') };
}

function need(inputs: Tensors, name: string): tf.Tensor {
  const found = inputs[name];
  if (!found) throw new Error(`The step lacks the input ${name}.`);
  return found;
}

import * as tf from '@tensorflow/tfjs-core';
import type { Arrays, HostTensor, HostTensors, Shapes, Tensors } from '../engine/engine.ts';
import type { LearningRate, Optimizer } from './optimizer.ts';

/** Name in the state of a parameter's tensor, such as `adam.m.conv_first.weight`. */
function slotName({ type }: Optimizer, slot: string, parameter: string): string {
  return `${type}.${slot}.${parameter}`;
}

/** Names in the state of the tensors that an optimizer holds for a parameter. */
export function slotNames(optimizer: Optimizer, parameter: string): string[] {
  return Object.keys(optimizer.slots).map((slot) => slotName(optimizer, slot, parameter));
}

/** The tensors of an optimizer before its first update, by names in the state. */
export function initialSlots(optimizer: Optimizer, parameters: HostTensors): Map<string, HostTensor> {
  return new Map(
    [...parameters].flatMap(([name, { shape, data }]) =>
      Object.entries(optimizer.slots).map(([slot, initial]): [string, HostTensor] => [
        slotName(optimizer, slot, name),
        { shape, data: initial === 'zeros' ? new Float32Array(data.length) : data.slice() },
      ]),
    ),
  );
}

/** Before the name of each factor of a network among the inputs of a step; pretraining needs none. */
export type FactorPrefix = '' | 'g_' | 'd_';

/** The factors of an update as inputs of a compiled step, each after `prefix`. `step` is its number, from 1. */
export function factorInputs(
  optimizer: Optimizer,
  learningRate: LearningRate,
  step: number,
  prefix: FactorPrefix = '',
): Arrays {
  const values = optimizer.factorsAt(learningRate, step);
  return Object.fromEntries(optimizer.factors.map((name) => [prefix + name, Float32Array.of(values[name]!)]));
}

/** Shapes of `factorInputs`. */
export function factorShapes({ factors }: Optimizer, prefix: FactorPrefix = ''): Shapes {
  return Object.fromEntries(factors.map((name) => [prefix + name, []]));
}

/** The weights at which gradients are taken, by parameter. */
export function trainingWeights(optimizer: Optimizer, state: Tensors, names: readonly string[]): Tensors {
  return Object.fromEntries(
    names.map((name) => {
      const parameter = state[name]!;
      return [name, optimizer.trainingWeights?.(parameter, slotsOf(optimizer, state, name)) ?? parameter];
    }),
  );
}

/**
 * One update of all parameters that have gradients.
 *
 * @param state holds each parameter and its slots
 * @param gradients by parameter
 * @param inputs hold the optimizer's factors (see `factorInputs`), each after `prefix`
 * @returns the new parameters and slots
 */
export function applyGradients(
  optimizer: Optimizer,
  state: Tensors,
  gradients: Tensors,
  inputs: Tensors,
  prefix: FactorPrefix = '',
): Record<string, tf.Tensor> {
  const factors = Object.fromEntries(
    optimizer.factors.map((name) => {
      const factor = inputs[prefix + name];
      if (!factor) throw new Error(`The step lacks the input ${prefix}${name}.`);
      return [name, factor];
    }),
  );
  const next: Record<string, tf.Tensor> = {};
  for (const [name, gradient] of Object.entries(gradients)) {
    const slots = slotsOf(optimizer, state, name);
    const updated = optimizer.update({ parameter: state[name]!, gradient, slots, factors });
    next[name] = updated.parameter;
    for (const [slot, value] of Object.entries(updated.slots)) next[slotName(optimizer, slot, name)] = value;
  }
  return next;
}

function slotsOf(optimizer: Optimizer, state: Tensors, parameter: string): Tensors {
  return Object.fromEntries(
    Object.keys(optimizer.slots).map((slot) => [slot, state[slotName(optimizer, slot, parameter)]!]),
  );
}

/** The 2-norm of all gradients together. */
export function gradientNorm(gradients: Tensors): tf.Tensor {
  return tf.sqrt(tf.addN(Object.values(gradients).map((gradient) => tf.sum(tf.square(gradient)))));
}

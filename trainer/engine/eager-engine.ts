import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import type { Arrays, Engine, EngineName, HostTensor, HostTensors, Program, State } from './engine.ts';
import './gradients.ts';
import { stepShapes, toTensors } from './host-tensors.ts';
import { filterToFile } from './layout.ts';
import type { Shapes, Step, Tensors } from './trace.ts';

interface EagerEngineOptions {
  readonly name: EngineName;
  readonly device: string;
  /** Name of a registered backend of TensorFlow.js. */
  readonly backend: string;
}

/** An engine that runs steps with TensorFlow.js, operation by operation, on one of its backends. */
export function createEagerEngine({ name, device, backend }: EagerEngineOptions): Engine {
  const within = <T>(action: () => T): T => {
    if (!tf.setBackend(backend)) throw new Error(`TensorFlow.js has no backend ${backend}.`);
    return action();
  };

  class EagerState implements State {
    readonly shapes: Shapes;
    readonly tensors: Map<string, tf.Tensor>;

    constructor(private readonly host: HostTensors) {
      this.shapes = stepShapes(host);
      this.tensors = new Map(Object.entries(within(() => toTensors(host))));
    }

    /** Stores new tensors and frees those that they replace. */
    replace(changed: Tensors): void {
      for (const [key, tensor] of Object.entries(changed)) {
        this.tensors.get(key)?.dispose();
        this.tensors.set(key, tensor);
      }
    }

    async read(names: readonly string[] = [...this.tensors.keys()]): Promise<Map<string, HostTensor>> {
      const result = new Map<string, HostTensor>();
      for (const key of names) {
        const tensor = this.tensors.get(key);
        const shape = this.host.get(key)?.shape;
        if (!tensor || !shape) throw new Error(`The state has no tensor ${key}.`);
        const data = await floats(tensor);
        result.set(key, { shape, data: shape.length === 4 ? filterToFile(data, tensor.shape).data : data });
      }
      return result;
    }

    write(tensors: HostTensors): void {
      this.replace(within(() => toTensors(tensors)));
    }

    async close(): Promise<void> {
      for (const tensor of this.tensors.values()) tensor.dispose();
      this.tensors.clear();
    }
  }

  const program = (step: Step, shapes: Shapes, names: readonly string[], state: EagerState): Program => ({
    nodes: 0,
    async run(arrays: Arrays) {
      const { outputs, changed } = within(() => {
        return tf.tidy(() => {
          const inputs = Object.fromEntries(
            Object.entries(arrays).map(([key, data]) => [key, tf.tensor(data, [...(shapes[key] ?? [])])]),
          );
          const current = Object.fromEntries(names.map((key) => [key, state.tensors.get(key)!]));
          const result = step(inputs, current);
          return { outputs: cloned(result.outputs), changed: cloned(result.state ?? {}) };
        });
      });
      const read: Record<string, Float32Array> = {};
      for (const [key, tensor] of Object.entries(outputs)) {
        read[key] = await floats(tensor);
        tensor.dispose();
      }
      state.replace(changed);
      return read;
    },
    async close() {},
  });

  return {
    name,
    device,
    state: (tensors) => new EagerState(tensors),
    async compile(step, signature, state) {
      if (!(state instanceof EagerState)) throw new Error('The state belongs to another engine.');
      return program(step, signature.inputs, signature.state, state);
    },
    async freeze(step, inputs, constants) {
      const state = new EagerState(constants);
      const frozen = program(step, inputs, [...constants.keys()], state);
      return { ...frozen, close: () => state.close() };
    },
  };
}

/** Clones: disposing one does not free the memory of another. */
function cloned(tensors: Tensors): Record<string, tf.Tensor> {
  return Object.fromEntries(Object.entries(tensors).map(([key, tensor]) => [key, tf.clone(tensor)]));
}

/** The data of a tensor as floats; TensorFlow.js can hold booleans as bytes even after a cast. */
async function floats(tensor: tf.Tensor): Promise<Float32Array> {
  return Float32Array.from(await tensor.data());
}

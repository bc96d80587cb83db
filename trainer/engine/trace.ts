import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import { WorkbenchError } from '../errors/errors.ts';
import './gradients.ts';
import { type DataType, Graph, type Shape, type Value } from './graph.ts';
import { type Attributes, kernels } from './trace-kernels.ts';

const backendName = 'esrgan-trace';

/** Inputs and outputs of a traced function, by name. */
export type Tensors = Readonly<Record<string, tf.Tensor>>;
export type Shapes = Readonly<Record<string, Shape>>;

export interface Traced {
  readonly outputs: Readonly<Record<string, Value>>;
  readonly state: Readonly<Record<string, Value>>;
  readonly graph: Graph;
}

/** A function of TensorFlow.js operations from inputs and state to outputs and changed state. */
export type Step = (
  inputs: Tensors,
  state: Tensors,
) => { readonly outputs: Tensors; readonly state?: Tensors };

/** A TensorFlow.js backend whose tensors are values of a graph: running an operation records it. */
class TraceBackend extends tf.KernelBackend {
  graph = new Graph();
  /** Source line of each operation; recorded only to explain a failure. */
  origins: Map<Value, string> | undefined;
  private readonly values = new tf.DataStorage<Value>(this, tf.engine());
  private readonly references = new WeakMap<object, number>();

  /** A tensor created from data becomes a constant. */
  override write(data: tf.BackendValues, shape: number[], type: tf.DataType): object {
    if (data instanceof Float32Array || data instanceof Int32Array || data instanceof Uint8Array) {
      const constant = this.graph.constant(Float32Array.from(data), shape);
      return this.hold(this.graph.cast(constant, dataType(type)));
    }
    throw new Error(`A tensor of ${type} cannot be part of a compiled function.`);
  }

  override move(): void {
    throw new Error(
      'A compiled function cannot use tensors of another backend. Create them inside the function.',
    );
  }

  hold(value: Value): object {
    const id = {};
    this.values.set(id, value);
    this.references.set(id, 1);
    return id;
  }

  value(tensor: tf.TensorInfo): Value {
    return this.values.get(tensor.dataId);
  }

  info(value: Value): tf.TensorInfo {
    return { dataId: this.hold(value), shape: [...value.shape], dtype: value.type };
  }

  override read(): never {
    throw new Error(
      'A compiled function cannot read the data of a tensor, because it is traced before it runs.',
    );
  }
  override readSync(): never {
    return this.read();
  }
  override numDataIds(): number {
    return this.values.numDataIds();
  }
  override refCount(id: object): number {
    return this.references.get(id) ?? 0;
  }
  override incRef(id: object): void {
    this.references.set(id, this.refCount(id) + 1);
  }
  override disposeData(): boolean {
    return true;
  }
  disposeIntermediateTensorInfo(): void {}
  override floatPrecision(): 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override timerAvailable(): boolean {
    return false;
  }
  override dispose(): void {}
}

function dataType(type: tf.DataType): DataType {
  if (type === 'float32' || type === 'int32' || type === 'bool') return type;
  throw new Error(`Tensors of ${type} cannot be compiled; use float32, int32 or bool.`);
}

let shared: TraceBackend | undefined;

function traceBackend(): TraceBackend {
  if (shared) return shared;
  const backend = new TraceBackend();
  tf.registerBackend(backendName, () => backend, 0);
  for (const [kernelName, lower] of Object.entries(kernels)) {
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => {
        const values: Record<string, Value> = {};
        for (const [name, tensor] of Object.entries(inputs)) {
          if (tensor !== undefined && !Array.isArray(tensor)) values[name] = backend.value(tensor);
        }
        const list = Object.values(values);
        const attributes: Attributes = { ...attrs };
        const result = lower(backend.graph, values, attributes, list);
        const results: readonly Value[] = Array.isArray(result) ? result : [result];
        if (backend.origins) {
          const { stack } = new Error();
          const origin = isGradient(stack) ? originOf(list, backend.origins) : modelLine(stack);
          for (const value of results) if (origin) backend.origins.set(value, origin);
        }
        const infos = results.map((value) => backend.info(value));
        return Array.isArray(result) ? infos : infos[0]!;
      },
    });
  }
  shared = backend;
  return backend;
}

/**
 * Runs `step` once on symbolic tensors and returns the graph of its operations, including those of gradients.
 *
 * @throws WorkbenchError `engine` if an operation is not supported; the message names it and its source line
 */
export function trace(step: Step, inputs: Shapes, state: Shapes): Traced {
  const backend = traceBackend();
  const before = tf.engine().backendName;
  tf.setBackend(backendName);
  try {
    return record(backend, step, inputs, state);
  } catch (error) {
    const missing = error instanceof Error ? /Kernel '(\w+)' not registered/.exec(error.message) : null;
    if (!missing) throw error;
    throw new WorkbenchError(
      'engine',
      `The operation ${missing[1]} cannot be compiled for this engine. ${sourceOfFailure(backend, step, inputs, state)} Replace it by other TensorFlow.js operations, or use the engine "tensorflow".`,
      { cause: error },
    );
  } finally {
    backend.graph = new Graph();
    backend.origins = undefined;
    if (before && before !== backendName) tf.setBackend(before);
  }
}

function record(backend: TraceBackend, step: Step, inputs: Shapes, state: Shapes): Traced {
  const graph = new Graph();
  backend.graph = graph;
  const symbols = (shapes: Shapes, role: 'data' | 'state'): Tensors =>
    Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => {
        const info = backend.info(graph.input(name, shape, role));
        return [name, tf.engine().makeTensorFromTensorInfo(info, backend)];
      }),
    );
  const values = (tensors: Tensors): Record<string, Value> =>
    Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, backend.value(tensor)]));
  const result = step(symbols(inputs, 'data'), symbols(state, 'state'));
  return { graph, outputs: values(result.outputs), state: values(result.state ?? {}) };
}

/** Traces again up to the failure, with the source line of each operation. */
function sourceOfFailure(backend: TraceBackend, step: Step, inputs: Shapes, state: Shapes): string {
  const origins = new Map<Value, string>();
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 100;
  backend.origins = origins;
  try {
    record(backend, step, inputs, state);
  } catch (error) {
    const stack = error instanceof Error ? error.stack : undefined;
    const line = isGradient(stack) ? [...origins.values()].at(-1) : modelLine(stack);
    if (line) return isGradient(stack) ? `A gradient near ${line} needs it.` : `It is used at ${line}.`;
  } finally {
    Error.stackTraceLimit = limit;
  }
  return 'The line that uses it could not be found.';
}

function originOf(inputs: readonly Value[], known: Map<Value, string>): string | undefined {
  return inputs.map((input) => known.get(input)).find((origin) => origin !== undefined);
}

/** Whether TensorFlow.js was in backpropagation: the stack does not contain the model's line then. */
function isGradient(stack: string | undefined): boolean {
  return stack?.includes('backpropagateGradients') ?? false;
}

/** The innermost line of a stack that is neither TensorFlow.js's nor the engine's. */
function modelLine(stack: string | undefined): string | undefined {
  const lines = stack?.split('\n').filter((line) => line.trimStart().startsWith('at ')) ?? [];
  const line = lines.find(
    (text) =>
      /:\d+/.test(text) &&
      !/node_modules|tfjs-core|trainer[\\/]engine[\\/][\w-]+\.ts|node:internal/.test(text),
  );
  return line?.trim().replace(/^at /, '');
}

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type * as ort from 'onnxruntime-node';
import { hasAvx512 } from './blocked-layout.ts';
import type { Arrays, Engine, HostTensor, HostTensors, Program, Signature, State } from './engine.ts';
import { turnedFilter } from './frozen-filters.ts';
import { Graph, type Shape, type Value } from './graph.ts';
import { stepShapes, toTensors } from './host-tensors.ts';
import { lower, stateOutput, type TurnedInput } from './lower.ts';
import { plainTarget } from './onnx-builder.ts';
import { onnxRuntime } from './onnx-runtime.ts';
import { rewriteForCpu, rewriteForDevice, rewriteForInference } from './rewrite.ts';
import { type Shapes, type Step, trace } from './trace.ts';

/** A provider of ONNX Runtime; the engine has the same name. */
export type OnnxProvider = 'cuda' | 'webgpu' | 'cpu';

export interface OnnxEngineOptions {
  readonly name: OnnxProvider;
  readonly device: string;
  /** Threads of the CPU provider; by default one per processor. */
  readonly threads?: number;
  /**
   * Whether frozen tensors are constants of a program; by default only with CUDA, because ONNX Runtime's Node binding
   * (1.30) copies all inputs from main memory at each run.
   */
  readonly hasConstants?: boolean;
  /** Folder in which each training program leaves its profile when it is closed (`profile.ts`); none without. */
  readonly profiles?: string;
}

/** An engine that compiles steps to ONNX and runs them with ONNX Runtime. */
export function createOnnxEngine({
  name,
  device,
  threads = availableParallelism(),
  hasConstants = name === 'cuda',
  profiles,
}: OnnxEngineOptions): Engine {
  let programs = 0;
  const onDevice = name === 'webgpu';
  const compileGraph = async (
    step: Step,
    inputs: Shapes,
    stateShapes: Shapes,
    frozen: ReadonlySet<string>,
    isTraining: boolean,
  ) => {
    const traced = trace(step, inputs, stateShapes);
    const rewrite = async () => {
      if (name !== 'cpu') return isTraining ? rewriteForDevice(traced, frozen) : traced;
      return isTraining ? rewriteForCpu(traced) : rewriteForInference(traced, await hasAvx512());
    };
    const { outputs, state } = await rewrite();
    const declared = declaredInputs(traced.graph.input.bind(traced.graph), inputs, stateShapes);
    const lowered = lower(outputs, state, declared, {
      fusedMatMul: name !== 'webgpu',
      prelu: name !== 'webgpu',
      // For inference ONNX Runtime's optimizer does this, with its blocked layout.
      fusedConvolution: name === 'cpu' && isTraining,
      unknownShapes: name === 'cpu' && isTraining,
    });
    const locations = Object.fromEntries(
      Object.keys(state).map((key) => [stateOutput(key), 'gpu-buffer' as const]),
    );
    const session = await onnxRuntime().InferenceSession.create(lowered.model, {
      executionProviders: name === 'cpu' ? ['cpu'] : [name, 'cpu'],
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      // Tracing has simplified the graph. ONNX Runtime's optimizer takes half a minute for a training step of 23 blocks
      // and gains nothing. For inference it converts constant weights to its blocked layout.
      graphOptimizationLevel: isTraining ? 'disabled' : 'all',
      // It would allocate the memory of a run as one block, which the arena rounds up to a power of two: 50 % more at the
      // peak, and no faster.
      enableMemPattern: false,
      logSeverityLevel: 3,
      ...(onDevice ? { preferredOutputLocation: locations } : {}),
      ...(isTraining && profiles !== undefined
        ? { enableProfiling: true, profileFilePrefix: join(profiles, `program${programs++}`) }
        : {}),
    });
    const { nodes, turned } = lowered;
    return { session, nodes, turned, outputs: Object.keys(outputs), changed: Object.keys(state) };
  };
  const shapesOf = (inputs: Shapes, names: readonly string[], state: Shapes): Shapes => ({
    ...inputs,
    ...Object.fromEntries(names.map((key) => [key, state[key]!])),
  });

  return {
    name,
    device,
    state: (tensors) => (onDevice ? new DeviceState(tensors) : new HostState(tensors)),
    async compile(step, signature: Signature, state) {
      if (!(state instanceof HostState || state instanceof DeviceState)) {
        throw new Error('The state belongs to another engine.');
      }
      const frozen = signature.frozen ?? [];
      const constants: HostTensors = hasConstants ? await state.read(frozen) : new Map();
      const names = signature.state.filter((key) => !constants.has(key));
      const stateShapes = Object.fromEntries(names.map((key) => [key, state.shape(key)]));
      const { session, nodes, turned, outputs, changed } = await compileGraph(
        (data, tensors) => step(data, { ...toTensors(constants), ...tensors }),
        signature.inputs,
        stateShapes,
        new Set(frozen),
        true,
      );
      const shapes = shapesOf(signature.inputs, [], state.shapes);
      const filters = await state.upload(await turnedTensors(turned, state));
      return {
        nodes,
        async run(inputs) {
          // Not spread, because the state has hundreds of names.
          const feeds = Object.assign(state.feeds(names), filters, feedsOf(inputs, shapes));
          const results = await session.run(feeds, [...changed.map(stateOutput), ...outputs]);
          state.advance(changed, results);
          return hostArrays(outputs, results);
        },
        close() {
          if (profiles !== undefined) session.endProfiling();
          return state.release(session);
        },
      };
    },
    async freeze(step, inputs, constants): Promise<Program> {
      const withConstants: Step = (data) => step(data, toTensors(constants));
      const { session, nodes, outputs } = await compileGraph(withConstants, inputs, {}, new Set(), false);
      return {
        nodes,
        run: async (arrays) => hostArrays(outputs, await session.run(feedsOf(arrays, inputs), outputs)),
        close: () => session.release(),
      };
    },
  };
}

function declaredInputs(
  input: (name: string, shape: Shape, role: 'data' | 'state') => Value,
  data: Shapes,
  state: Shapes,
): Value[] {
  return [
    ...Object.entries(data).map(([name, shape]) => input(name, shape, 'data')),
    ...Object.entries(state).map(([name, shape]) => input(name, shape, 'state')),
  ];
}

/** The turned filters of a state that a program reads. */
async function turnedTensors(
  turned: readonly TurnedInput[],
  state: OnnxState,
): Promise<Record<string, ort.Tensor>> {
  if (turned.length === 0) return {};
  const filters = await state.read([...new Set(turned.map(({ filter }) => filter))]);
  return Object.fromEntries(
    turned.map(({ name, filter, shape }) => {
      const source = filters.get(filter)!;
      return [name, createTensor(turnedFilter(source.data, source.shape), shape)];
    }),
  );
}

function createTensor(data: Float32Array, shape: readonly number[]): ort.Tensor {
  const { Tensor } = onnxRuntime();
  return new Tensor('float32', data, shape);
}

function feedsOf(arrays: Arrays, shapes: Shapes): Record<string, ort.Tensor> {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, data]) => {
      const shape = shapes[name];
      if (!shape) throw new Error(`The step has no input ${name}.`);
      return [name, createTensor(data, shape)];
    }),
  );
}

function hostArrays(
  names: readonly string[],
  results: ort.InferenceSession.OnnxValueMapType,
): Record<string, Float32Array> {
  return Object.fromEntries(names.map((name) => [name, floats(results[name])]));
}

function floats(tensor: ort.OnnxValue | undefined): Float32Array {
  const data = tensor?.data;
  if (!(data instanceof Float32Array)) throw new Error('The engine did not return floats.');
  return data;
}

abstract class OnnxState implements State {
  readonly shapes: Shapes;

  constructor(
    protected readonly hostShapes: ReadonlyMap<string, Shape>,
    shapes: Shapes,
  ) {
    this.shapes = shapes;
  }

  shape(name: string): Shape {
    const shape = this.shapes[name];
    if (!shape) throw new Error(`The state has no tensor ${name}.`);
    return shape;
  }

  feeds(names: readonly string[]): Record<string, ort.Tensor> {
    return Object.fromEntries(names.map((name) => [name, this.current(name)]));
  }

  async read(names: readonly string[] = [...this.hostShapes.keys()]): Promise<Map<string, HostTensor>> {
    const arrays = await this.arrays(names);
    return new Map(
      names.map((name, index) => [name, { shape: this.hostShapes.get(name)!, data: arrays[index]! }]),
    );
  }

  /** Copies of the tensors in main memory. */
  protected abstract arrays(names: readonly string[]): Promise<Float32Array[]>;
  protected abstract current(name: string): ort.Tensor;
  /** Copies tensors to where programs read them. They are freed with the state. */
  abstract upload(tensors: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>>;
  /** Frees a session that used this state. */
  abstract release(session: ort.InferenceSession): Promise<void>;
  /** Makes the results of a run the new state. */
  abstract advance(changed: readonly string[], results: ort.InferenceSession.OnnxValueMapType): void;
  abstract write(tensors: HostTensors): void;
  abstract close(): Promise<void>;
}

/**
 * Tensors in main memory. ONNX Runtime's Node binding (1.30) copies each result into a new buffer, also if it was given one
 * to write to: the copies are the new state, and the old ones are left to the garbage collector.
 */
class HostState extends OnnxState {
  private readonly tensors = new Map<string, ort.Tensor>();

  constructor(tensors: HostTensors) {
    super(new Map([...tensors].map(([name, { shape }]) => [name, shape])), stepShapes(tensors));
    this.write(tensors);
  }

  protected current(name: string): ort.Tensor {
    return this.tensors.get(name)!;
  }

  release(session: ort.InferenceSession): Promise<void> {
    return session.release();
  }

  async upload(tensors: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
    return tensors;
  }

  protected async arrays(names: readonly string[]): Promise<Float32Array[]> {
    return names.map((name) => floats(this.current(name)).slice());
  }

  advance(changed: readonly string[], results: ort.InferenceSession.OnnxValueMapType): void {
    for (const name of changed) {
      const { dims } = this.current(name);
      this.tensors.set(name, createTensor(floats(results[stateOutput(name)]), dims));
    }
  }

  write(tensors: HostTensors): void {
    for (const [name, { data, shape }] of tensors) this.tensors.set(name, createTensor(data, shape));
  }

  async close(): Promise<void> {
    this.tensors.clear();
  }
}

function copyOutput(name: string): string {
  return `copy of ${name}`;
}

/**
 * A program that only copies, to the GPU's memory or back. ONNX Runtime's Node binding (1.30) ends the process when it
 * reads a tensor in the GPU's memory, but it can return outputs of a program to main memory.
 */
function createCopy(
  shapes: ReadonlyMap<string, Shape>,
  location: 'cpu' | 'gpu-buffer',
): Promise<ort.InferenceSession> {
  const graph = new Graph();
  const inputs = [...shapes].map(([name, shape]) => graph.input(name, shape, 'data'));
  const outputs = Object.fromEntries(
    [...shapes.keys()].map((name, index) => [copyOutput(name), inputs[index]!]),
  );
  const { model } = lower(outputs, {}, inputs, plainTarget);
  return onnxRuntime().InferenceSession.create(model, {
    executionProviders: ['webgpu', 'cpu'],
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 3,
    preferredOutputLocation: location,
  });
}

/** Tensors in the GPU's memory: the results of a run are the inputs of the next and are not copied. */
class DeviceState extends OnnxState {
  private readonly tensors = new Map<string, ort.Tensor>();
  private readonly downloads = new Map<string, Promise<ort.InferenceSession>>();
  /** Sessions to release with the state, because they own the memory of their results. */
  private readonly released: ort.InferenceSession[] = [];
  private readonly uploaded: ort.Tensor[] = [];

  constructor(tensors: HostTensors) {
    super(new Map([...tensors].map(([name, { shape }]) => [name, shape])), stepShapes(tensors));
    this.write(tensors);
  }

  protected current(name: string): ort.Tensor {
    return this.tensors.get(name)!;
  }

  async release(session: ort.InferenceSession): Promise<void> {
    this.released.push(session);
  }

  protected async arrays(names: readonly string[]): Promise<Float32Array[]> {
    const key = names.join();
    const download =
      this.downloads.get(key) ??
      createCopy(new Map(names.map((each) => [each, this.hostShapes.get(each)!])), 'cpu');
    this.downloads.set(key, download);
    const results = await (await download).run(this.feeds(names));
    return names.map((name) => floats(results[copyOutput(name)]));
  }

  async upload(tensors: Record<string, ort.Tensor>): Promise<Record<string, ort.Tensor>> {
    const names = Object.keys(tensors);
    if (names.length === 0) return {};
    const shapes = new Map(names.map((name) => [name, tensors[name]!.dims]));
    const session = await createCopy(shapes, 'gpu-buffer');
    this.released.push(session);
    const copies = await session.run(tensors);
    const uploaded = Object.fromEntries(names.map((name) => [name, copies[copyOutput(name)]!]));
    this.uploaded.push(...Object.values(uploaded));
    return uploaded;
  }

  advance(changed: readonly string[], results: ort.InferenceSession.OnnxValueMapType): void {
    for (const name of changed) this.replace(name, results[stateOutput(name)]!);
  }

  write(tensors: HostTensors): void {
    for (const [name, { data, shape }] of tensors) {
      this.replace(name, createTensor(data.slice(), shape));
    }
  }

  async close(): Promise<void> {
    for (const tensor of [...this.tensors.values(), ...this.uploaded]) tensor.dispose();
    this.tensors.clear();
    for (const download of this.downloads.values()) await (await download).release();
    for (const session of this.released) await session.release();
  }

  private replace(name: string, tensor: ort.Tensor): void {
    this.tensors.get(name)?.dispose();
    this.tensors.set(name, tensor);
  }
}

import type { RunConfig } from '../../schemas/run-config.ts';
import type { Shapes, Step } from './trace.ts';

export type { Shapes, Step, Tensors } from './trace.ts';

/** The engines that a run file can name. */
export type EngineName = Exclude<RunConfig['engine'], 'auto'>;

/**
 * A tensor outside of an engine. A tensor of rank four is a filter and has the order of files, `[O, I, kh, kw]`; in a
 * step it has TensorFlow's, `[kh, kw, I, O]`.
 */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type HostTensors = ReadonlyMap<string, HostTensor>;

/** Arrays by name, in the order of the shapes that the step was compiled for. */
export type Arrays = Readonly<Record<string, Float32Array>>;

export interface Signature {
  /** Passed to every call. */
  readonly inputs: Shapes;
  /** Names of the state's tensors that the step reads. The ones that it returns are replaced. */
  readonly state: readonly string[];
  /** Names of state tensors that never change: their filters can be transformed once before the first call. */
  readonly frozen?: readonly string[];
}

/** Parameters and moments between calls, in the engine's memory. */
export interface State {
  /** Shapes in a step, by name. */
  readonly shapes: Shapes;
  read(names?: readonly string[]): Promise<Map<string, HostTensor>>;
  /** Replaces tensors; as for {@link Engine.state}, their data must not change afterwards. */
  write(tensors: HostTensors): void;
  close(): Promise<void>;
}

/** A compiled step. */
export interface Program {
  /** Operations in the graph; 0 where the engine runs eagerly. */
  readonly nodes: number;
  /** Runs the step once, returns its outputs and replaces the state. After a failure the state is unchanged. */
  run(inputs: Arrays): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** Compiles and runs TensorFlow.js functions. */
export interface Engine {
  readonly name: EngineName;
  /** Name of the device, such as a GPU's, for messages. */
  readonly device: string;
  /** Takes tensors into the engine. Their data must not change afterwards: it may not be copied. */
  state(tensors: HostTensors): State;
  /** Compiles a step that reads and replaces tensors of `state`. */
  compile(step: Step, signature: Signature, state: State): Promise<Program>;
  /** Compiles a step whose state never changes: the tensors become constants of the program, which makes it faster. */
  freeze(step: Step, inputs: Shapes, constants: HostTensors): Promise<Program>;
}

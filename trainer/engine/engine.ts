import type { RunConfig } from '../../schemas/run-config.ts';
import type { Shapes, Step } from './trace.ts';

export type { Shapes, Step, Tensors } from './trace.ts';

/** The engines that a run file can name. */
export type EngineName = Exclude<RunConfig['engine'], 'auto'>;

/**
 * Numbers outside of an engine. Rank four is a convolution's filter and stands as files have it,
 * `[O, I, kh, kw]`; inside a step the same tensor is TensorFlow's `[kh, kw, I, O]`.
 */
export interface HostTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}
export type HostTensors = ReadonlyMap<string, HostTensor>;

/** Arrays by name, in the order of the shapes that the step was compiled for. */
export type Arrays = Readonly<Record<string, Float32Array>>;

export interface Signature {
  /** What comes anew with every call. */
  readonly inputs: Shapes;
  /** Names of the state's tensors that the step reads; the ones it returns are replaced. */
  readonly state: readonly string[];
  /** Those of them that never change: their filters may be brought into a faster form once and for all. */
  readonly frozen?: readonly string[];
}

/** Where a step's parameters and moments live between calls: in the engine's own memory. */
export interface State {
  /** Shapes by name, as the step sees them. */
  readonly shapes: Shapes;
  read(names?: readonly string[]): Promise<Map<string, HostTensor>>;
  write(tensors: HostTensors): void;
  close(): Promise<void>;
}

/** A compiled step. */
export interface Program {
  /** Operations in the graph; 0 where the engine runs eagerly. */
  readonly nodes: number;
  /** Runs once: the outputs come back, the state advances. A failed run leaves the state as it was. */
  run(inputs: Arrays): Promise<Record<string, Float32Array>>;
  close(): Promise<void>;
}

/** Something that computes: TensorFlow.js functions go in, fast calls come out. */
export interface Engine {
  readonly name: EngineName;
  /** The device for people, such as a GPU's name. */
  readonly device: string;
  /** Moves tensors into the engine. */
  state(tensors: HostTensors): State;
  /** Compiles a step that reads and advances `state`. */
  compile(step: Step, signature: Signature, state: State): Promise<Program>;
  /** Compiles a step whose state never changes again: faster, and the numbers are part of the program. */
  freeze(step: Step, inputs: Shapes, constants: HostTensors): Promise<Program>;
}

import type * as tf from '@tensorflow/tfjs-core';
import type { HostTensor, Tensors } from '../engine/engine.ts';
import type { Precision } from '../tensor-files/dtypes.ts';
import type { NcnnLayer } from '../tensor-files/ncnn-param.ts';
import type { PthOptions } from '../tensor-files/pth-writer.ts';
import type { Metadata, Tensor, TensorFile, TensorMap } from '../tensor-files/tensors.ts';
import { compact } from './compact/architecture.ts';
import type { UniformRandom } from './random.ts';
import { realplksr } from './realplksr/architecture.ts';
import { rrdb } from './rrdb/architecture.ts';
import type { GeneratorOptions } from './shapes.ts';
import { span } from './span/architecture.ts';

/**
 * A kind of generator: its forward pass in two parts, its initial weights, and its form in files. Parameters go by the
 * names of `generatorShapes`.
 */
export interface GeneratorArchitecture<Options> {
  /** Its name for people. */
  readonly title: string;
  /** Its identifier in OpenModelDB, in lower case. */
  readonly openModelDb: string;
  /**
   * The part at low resolution.
   *
   * @param parameters filters `[kh, kw, I, O]`
   * @param x `[N, h, w, img_channels]` in 0..1; h and w are multiples of `alignment`
   * @returns `[N, h / alignment, w / alignment, trunk.channels]`
   */
  trunk(options: Options, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D;
  /** @returns `[N, h * scale, w * scale, img_channels]`, not clamped */
  tail(options: Options, parameters: Tensors, features: tf.Tensor4D): tf.Tensor4D;
  /** Random initial weights, filters `[O, I, kh, kw]`. */
  initial(options: Options, random: UniformRandom): Map<string, HostTensor>;
  /** Parameters of the same network that can be interpolated; undefined if all can. */
  interpolable?(options: Options, parameters: TensorMap): TensorMap;

  /** Metadata of the files that this program writes. */
  metadata(options: Options): Record<string, string>;
  /** Names of a tensor that only this architecture has, one for each layout. A file may add a prefix to all its names. */
  readonly landmarks: readonly string[];
  /**
   * Recognizes a generator of this architecture in a file by names and shapes of its tensors, without a prefix. Undefined
   * if it is another network. Throws a `data` error if it is one of these, but incomplete.
   */
  recognize(file: TensorFile): RecognizedGenerator<Options> | undefined;
  /** Layouts (whose names the tensors have) that can be written; the first is the one of our own files. */
  readonly layouts: readonly [string, ...string[]];
  /** Why a layout cannot hold a generator, in words that follow "because"; undefined if it can. */
  obstacle(layout: string, options: Options): string | undefined;
  /** The tensors by the names of a layout, and how a `.pth` of its program wraps them. */
  arrange(
    layout: string,
    options: Options,
    parameters: TensorMap,
    metadata: Metadata,
  ): { readonly tensors: TensorMap; readonly pth: Pick<PthOptions, 'wrapper' | 'beside'> };
  /** An ONNX model for images of any size. */
  encodeOnnx(options: Options, parameters: TensorMap, precision: Precision, metadata: Metadata): Uint8Array;
  /** Its form for ncnn; undefined if it has none. */
  readonly ncnn?: {
    /** The graph, whose layers with weights have the names of the parameters. */
    layers(options: Options): NcnnLayer[];
    /** The tensors of the layers by name, where they are not the parameters. */
    tensors?(options: Options, parameters: TensorMap): TensorMap;
    /** Why programs on ncnn cannot load a generator, in words that follow "because"; undefined if they can. */
    obstacle(options: Options): string | undefined;
    /**
     * The hyperparameters that a graph has if it is one of these; undefined if it is none. They are not checked. Graphs of
     * an architecture without this are written but not read.
     */
    options?(layers: readonly NcnnLayer[]): Options | undefined;
  };
}

/** The generator in a file of weights. */
export interface RecognizedGenerator<Options = GeneratorOptions> {
  readonly layout: string;
  readonly options: Options;
  /** Where the file has each parameter, by our name. */
  readonly parameters: ReadonlyMap<string, ParameterSource>;
}

/** A tensor of a file, and how a parameter follows from it; undefined if they are equal. */
export interface ParameterSource {
  readonly name: string;
  readonly convert?: ((tensor: Tensor) => Tensor) | undefined;
}

/** The registry, in the order in which files are tried. */
const architectures: {
  readonly [Type in GeneratorOptions['type']]: GeneratorArchitecture<
    Extract<GeneratorOptions, { readonly type: Type }>
  >;
} = { rrdb, compact, span, realplksr };

export const generatorArchitectures: readonly GeneratorArchitecture<GeneratorOptions>[] =
  Object.values(architectures);

export function architectureOf({ type }: GeneratorOptions): GeneratorArchitecture<GeneratorOptions> {
  return architectures[type];
}

/** Every layout that a generator can be written in. */
export const writableLayouts: readonly string[] = [
  ...new Set(generatorArchitectures.flatMap(({ layouts }) => layouts)),
];

/** The whole generator: its trunk, then its tail. */
export function generator(options: GeneratorOptions, parameters: Tensors, x: tf.Tensor4D): tf.Tensor4D {
  const { trunk, tail } = architectureOf(options);
  return tail(options, parameters, trunk(options, parameters, x));
}

import { type CompactOptions, compactShapes } from './compact/shapes.ts';
import { type RealplksrOptions, realplksrShapes } from './realplksr/shapes.ts';
import { type RrdbOptions, rrdbShapes } from './rrdb/shapes.ts';
import { type SpanOptions, spanShapes } from './span/shapes.ts';

/** Factors by which a generator may upscale. */
export const scales = [1, 2, 3, 4, 8] as const;
export type Scale = (typeof scales)[number];

/** Hyperparameters of a generator, by the names of the run file; `type` is the architecture. */
export type GeneratorOptions = RrdbOptions | CompactOptions | SpanOptions | RealplksrOptions;

type OfRunFile<Options> = Options extends GeneratorOptions
  ? Omit<Options, 'img_channels' | 'scale_factor'>
  : never;

/** The settings of a run file that a generator has. */
interface GeneratorSettings {
  readonly img_channels: number;
  readonly scale_factor: Scale;
  readonly generator: OfRunFile<GeneratorOptions>;
}

export function generatorOptions(config: GeneratorSettings): GeneratorOptions {
  return { img_channels: config.img_channels, scale_factor: config.scale_factor, ...config.generator };
}

/** Shapes of tensors in files, by name. */
export type TensorShapes = ReadonlyMap<string, readonly number[]>;

/** A layer of a generator, for estimates of memory and time. */
export interface GeneratorLayer {
  /** Multiplications per pixel of the layer's result. */
  readonly multiplications: number;
  /** Channels of the result. */
  readonly channels: number;
  /** Width and height of the result relative to those of the low-resolution image. */
  readonly scale: number;
}

/** What follows from a generator's hyperparameters without computing anything. */
export interface GeneratorShapes {
  readonly architecture: string;
  readonly parameters: TensorShapes;
  /** Number of parameters of the network that upscales, where the trained ones are merged into fewer. */
  readonly mergedParameters?: number;
  readonly layers: readonly GeneratorLayer[];
  /** Number of its blocks, as lists of models show it; null for a row of layers. */
  readonly blocks: number | null;
  readonly channels: number;
  /** Width and height of the input are multiples of this. */
  readonly alignment: number;
  /** Radius of the receptive field, in low-resolution pixels. */
  readonly receptiveField: number;
  /** The part at low resolution. */
  readonly trunk: {
    /** Channels of its result. */
    readonly channels: number;
    /** Channels of all maps that one of its layers reads. */
    readonly widestInput: number;
  };
  /** The part that makes the image from the trunk's result. */
  readonly tail: {
    /** Channels of its widest map at full resolution. */
    readonly channels: number;
    /** Radius of the receptive field, in pixels of the trunk's result. */
    readonly receptiveField: number;
  };
  /** Why these options make no network: a key of the run file, and a sentence about it. */
  readonly problem?: { readonly path: readonly string[]; readonly message: string } | undefined;
}

/** A new architecture adds its shapes here, and its networks to `generators.ts`. */
export function generatorShapes(options: GeneratorOptions): GeneratorShapes {
  switch (options.type) {
    case 'rrdb':
      return rrdbShapes(options);
    case 'compact':
      return compactShapes(options);
    case 'span':
      return spanShapes(options);
    case 'realplksr':
      return realplksrShapes(options);
  }
}

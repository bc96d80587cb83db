import { type RrdbOptions, rrdbShapes } from './rrdb/shapes.ts';

/** Hyperparameters of a generator, by the names of the run file. */
export type GeneratorOptions = RrdbOptions;

/** The settings of a run file that a generator has. */
interface GeneratorSettings {
  readonly img_channels: number;
  readonly scale_factor: GeneratorOptions['scale_factor'];
  readonly generator: Omit<GeneratorOptions, 'img_channels' | 'scale_factor'>;
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
  readonly layers: readonly GeneratorLayer[];
  /** Number and width of its blocks, as lists of models show them. */
  readonly blocks: number;
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
    /** Radius of the receptive field, in pixels of the trunk's result. */
    readonly receptiveField: number;
  };
}

/** A new architecture adds its shapes here, and its networks to `generators.ts`. */
export function generatorShapes(options: GeneratorOptions): GeneratorShapes {
  return rrdbShapes(options);
}

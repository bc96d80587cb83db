import type { Stage } from '../../trainer/run-state/run-state.ts';

/** Something that upscales images: a line in the list to choose from. */
export interface UpscalingModel {
  /** What `esrgan upscale --model` takes: a file of weights, or the folder of a checkpoint. */
  readonly path: string;
  readonly source:
    | { readonly kind: 'bundled' }
    | { readonly kind: 'file' }
    | {
        readonly kind: 'checkpoint';
        /** The run directory. */
        readonly run: string;
        readonly stage: Stage;
        readonly step: number;
        /** Of its validation in dB; null where it was not validated. */
        readonly psnr: number | null;
        /** The best of its stage by PSNR, and the newest. */
        readonly best: boolean;
        readonly last: boolean;
      };
  readonly bytes: number;
  /** `safetensors`, `ONNX`, ...; null where it cannot be read. */
  readonly format: string | null;
  /** Upscaling factor; null where only running it shows it (ONNX), or it cannot be read. */
  readonly scale: number | null;
  /** Blocks and channels of the generator; null where not known. */
  readonly blocks: number | null;
  readonly channels: number | null;
  /** What the file says of itself. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Why it cannot upscale images; null where it can, as far as its header shows. */
  readonly problem: string | null;
}

/** A batch of images to upscale with one model. */
export interface UpscalingBatch {
  /** Chosen by whoever asks, so that the progress can be told from that of others. */
  readonly batch: string;
  /** `UpscalingModel.path`. */
  readonly model: string;
  /** Image files, and folders of which the images directly in them are taken. */
  readonly inputs: readonly string[];
  /** Absolute; null: beside each image. */
  readonly outputFolder: string | null;
  /** Name of a result without its extension, of `{name}`, `{scale}` and `{model}`. */
  readonly outputName: string;
  /** What happens where a result of that name exists. */
  readonly existing: 'keep' | 'replace' | 'rename';
  /** What `esrgan upscale --engine` takes. */
  readonly engine: string;
}

/** How far a batch is. */
export interface UpscalingProgress {
  readonly batch: string;
  /** `waiting` for an earlier batch; `opening` the model and looking at the images; `working`. */
  readonly phase: 'waiting' | 'opening' | 'working';
  /** Images whose result exists and is kept; known when it works. */
  readonly kept: readonly string[];
  /** The image in work, its place from 1 among those that are upscaled, and how many those are. */
  readonly input: string | null;
  readonly image: number;
  readonly images: number;
  /** Tiles of it done, and in all; 0 while not known. When all are done, it is being written. */
  readonly tile: number;
  readonly tiles: number;
  /** Millions of pixels of the result a second; null while not known. */
  readonly megapixelsPerSecond: number | null;
  /** Seconds until the whole batch ends; null while not known. */
  readonly etaSeconds: number | null;
}

/** What became of a batch. */
export interface UpscalingResult {
  readonly images: readonly UpscaledImage[];
  readonly failures: readonly { readonly input: string; readonly message: string }[];
  /** The person cancelled; what was done until then is there, and nothing half done. */
  readonly isCancelled: boolean;
}

export interface UpscaledImage {
  readonly input: string;
  readonly output: string;
  /** Of the result, in pixels. */
  readonly width: number;
  readonly height: number;
  /** The result existed and was left as it is. */
  readonly kept: boolean;
  /** What a person should know: frames left out, colors converted, another format. */
  readonly notes: readonly string[];
}

/** All that can be said of a file of weights. */
export interface WeightsReport {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly format: string;
  /** Null where it holds no generator that we know; `reason` says what it is then. */
  readonly architecture: string | null;
  readonly reason: string | null;
  /** Whose names the tensors have. */
  readonly layout: string | null;
  /** Hyper-parameters, by the keys of a run file. */
  readonly options: Readonly<Record<string, number | boolean>> | null;
  /** Keys and prefixes around the names in the file. */
  readonly wrapper: readonly string[];
  readonly parameters: number;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: readonly {
    readonly name: string;
    readonly dtype: string;
    readonly shape: readonly number[];
  }[];
  /** The checkpoint that it lies in; null where it lies in none. */
  readonly checkpoint: {
    readonly run: string;
    readonly path: string;
    readonly stage: Stage;
    readonly step: number;
    /** Of the validation at this step, by name; null is infinite. */
    readonly metrics: Readonly<Record<string, number | null>>;
    /** Whether the file is as the trainer wrote it; null where the checkpoint does not name it. */
    readonly isIntact: boolean | null;
  } | null;
}

/** The values of a tensor in a few numbers; null where none is finite. */
export interface TensorValues {
  readonly name: string;
  readonly count: number;
  /** How many are infinite or no numbers. */
  readonly notFinite: number;
  readonly mean: number | null;
  readonly deviation: number | null;
  readonly least: number | null;
  readonly largest: number | null;
  /** Euclidean norm. */
  readonly norm: number;
}

/** An image in a format and size that a page can show. */
export interface DisplayableImage {
  /** The image itself; a PNG copy of a format that pages cannot show (TIFF) or of an image with too many pixels. */
  readonly path: string;
  /** Pixels of the image itself, upright. */
  readonly width: number;
  readonly height: number;
  readonly bytes: number;
}

/** An image and what it became: paths. */
export interface ImagePair {
  readonly source: string;
  readonly result: string;
}

/** The requests about upscaling images and about files of weights. */
export interface UpscalingRequests {
  /** What images can be upscaled with: checkpoints of all known runs, these files, and the bundled model. */
  'esrgan/upscalingModels': {
    params: { files: readonly string[] };
    result: readonly UpscalingModel[];
  };
  /**
   * Upscales images, after the batches that were asked for before; tells its progress by
   * `esrgan/upscalingProgress`. Cancelling the request ends it within moments.
   */
  'esrgan/upscale': { params: UpscalingBatch; result: UpscalingResult };
  /** An image in a format and size that a page can show; a copy, if needed, is in `folder`. */
  'esrgan/displayableImage': { params: { path: string; folder: string }; result: DisplayableImage };
  /** What a file of weights is; nothing in it is run. */
  'esrgan/weights': { params: { file: string }; result: WeightsReport };
  /** The values of its tensors, in the order of the file; reads all of it. */
  'esrgan/tensorValues': { params: { file: string }; result: readonly TensorValues[] };
  /** Writes a generator in another format, by the extension of `output`: .safetensors, .pth or .onnx. */
  'esrgan/convertWeights': { params: { file: string; output: string }; result: { bytes: number } };
}

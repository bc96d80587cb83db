import type {
  BriefReport,
  DisplayableImage,
  WeightsReport as InspectReport,
  TensorReport,
} from '../../trainer/cli-output/reports.ts';
import type { ModelChain } from '../../trainer/guards/model-chain.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
import type { MetricValue } from '../../trainer/metrics/metric-text.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

/** A model that upscales images, as `esrgan inspect` describes it. */
export interface UpscalingModel extends BriefReport {
  /** What `esrgan upscale --model` takes: a file of weights, or the folder of a checkpoint. */
  readonly path: string;
  readonly source:
    | { readonly kind: 'bundled'; readonly model: 'faithful' | 'photo' }
    | { readonly kind: 'file' }
    | {
        readonly kind: 'checkpoint';
        /** The run directory. */
        readonly run: string;
        readonly stage: Stage;
        readonly step: number;
        /** Its validation by the metric of `checkpoints.best`; null where it was not validated. */
        readonly score: MetricValue | null;
        /** Bicubic upscaling is better by this metric. */
        readonly isBelowBicubic: boolean;
        /** The best of its stage by this metric. */
        readonly best: boolean;
        /** The newest of its stage. */
        readonly last: boolean;
      };
}

/** A factor, sides in pixels, or millions of pixels: what `esrgan upscale` takes as options of these names. */
export type UpscalingSize =
  | { readonly scale: number }
  | { readonly width: number; readonly height?: number }
  | { readonly height: number }
  | { readonly megapixels: number };

/** Size and form of results. */
export interface UpscalingOutput {
  /** null: the size that the model makes. */
  readonly size: UpscalingSize | null;
  /** `keep`: that of each image. */
  readonly format: 'keep' | 'png' | 'jpeg' | 'webp' | 'avif' | 'tiff';
  /** Of JPEG, AVIF and WebP, 1 to 100; null: the usual one. */
  readonly quality: number | null;
  /** Test-time augmentation: 8 passes. */
  readonly isBetter: boolean;
}

/** A batch of images and videos to upscale. */
export interface UpscalingBatch {
  /** Chosen by the client, to identify the progress of this batch. */
  readonly batch: string;
  /** Each named by its `UpscalingModel.path`; null: a bundled model, by the formats of the images. */
  readonly models: ModelChain | null;
  /** Image and video files, and folders of images with their subfolders. */
  readonly inputs: readonly string[];
  /** Absolute; null: the folder of each image. */
  readonly outputFolder: string | null;
  /** Name of a result without its extension, of `{name}`, `{scale}` and `{model}`. */
  readonly outputName: string;
  readonly output: UpscalingOutput;
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
  /** Images that are skipped because their result exists; empty before `working`. */
  readonly kept: readonly string[];
  /** The image in work, its place from 1 among those that are upscaled, and how many those are. */
  readonly input: string | null;
  readonly image: number;
  readonly images: number;
  /** `[width, height]` of the image in work, after the model, and of the result; empty while there is none. */
  readonly sizes: readonly (readonly number[])[];
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
  /** The file of the bundled model that was chosen; null if the batch names models, or ended before. */
  readonly bundledModel: string | null;
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

/** A file of weights, as `esrgan inspect` describes it, and its checkpoint. */
export interface WeightsReport extends InspectReport {
  /** The checkpoint that contains the file; null where there is none. */
  readonly checkpoint: {
    readonly run: string;
    readonly path: string;
    readonly stage: Stage;
    readonly step: number;
    /** Of the validation at this step, by name; null is infinite. */
    readonly metrics: Readonly<Record<string, number | null>>;
    /** Whether the file has the checksum that the trainer recorded; null where it recorded none. */
    readonly isIntact: boolean | null;
  } | null;
}

export type { DisplayableImage, ModelChain, TensorReport };

/** Largest side of a region of a preview, in pixels of the image. */
export const largestRegionSide = 512;

/** A region of an image to upscale for a preview. */
export interface RegionQuery {
  readonly image: string;
  /** In pixels of the image after its EXIF orientation, inside of it; at most `largestRegionSide` a side. */
  readonly region: Rect;
  /** Null: bicubic. */
  readonly models: ModelChain | null;
  /** Of bicubic; models have their own. */
  readonly scale: number;
  /** Test-time augmentation: 8 passes. */
  readonly isBetter: boolean;
  /** What `esrgan upscale --engine` takes. */
  readonly engine: string;
  /** Folder for the result. */
  readonly folder: string;
}

/** An upscaled region: a PNG file of 8 bits a sample. */
export interface RegionPreview {
  readonly path: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Null where the result was there. */
  readonly milliseconds: number | null;
}

/** An image and what it became: paths. */
export interface ImagePair {
  readonly source: string;
  readonly result: string;
  /** The name of the model that made it; null for a result that existed. */
  readonly model: string | null;
}

/** The requests about upscaling images and about files of weights. */
export interface UpscalingRequests {
  /** What images can be upscaled with: checkpoints of all known runs, these files, and the bundled models. */
  'esrgan/upscalingModels': {
    params: { files: readonly string[] };
    result: readonly UpscalingModel[];
  };
  /**
   * Upscales images, after the batches requested before; reports its progress by
   * `esrgan/upscalingProgress`. Cancelling the request ends it within moments.
   */
  'esrgan/upscale': { params: UpscalingBatch; result: UpscalingResult };
  /**
   * Upscales a region of an image, after the regions requested before; its pixels are those that `esrgan/upscale` gives the
   * whole image. Cancelling the request ends it at once.
   */
  'esrgan/previewRegion': { params: RegionQuery; result: RegionPreview };
  /** An image in a format and size that a page can show; a copy, if needed, is in `folder`. */
  'esrgan/displayableImage': { params: { path: string; folder: string }; result: DisplayableImage };
  /** What a file of weights is; nothing in it is run. */
  'esrgan/weights': { params: { file: string }; result: WeightsReport };
  /** The values of its tensors, in the order of the file; reads all of it. */
  'esrgan/tensorValues': { params: { file: string }; result: readonly TensorReport[] };
  /** Writes a generator in another format, by the extension of `output`: .safetensors, .pth, .onnx or .param. */
  'esrgan/convertWeights': { params: { file: string; output: string }; result: { bytes: number } };
}

import {
  type Guarded,
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isString,
} from '../guards/guards.ts';
import { isRect } from '../guards/rect.ts';

/** A line of the input of `esrgan preview`: images to upscale, models, and the PNG files to write. */
export type PreviewRequest = Guarded<typeof isPreviewRequest>;
export const isPreviewRequest = isObject({
  id: isCount,
  image: isObject({
    path: isString,
    /** `hr`: an HR image of a test set, which the model upscales from its LR image. `lr`: the image to upscale. */
    role: isOneOf(['hr', 'lr']),
    /** Part of the LR image to upscale, in its pixels; null: all of it. */
    box: isNullable(isRect),
  }),
  /** Upscaling factor; null: that of the models. */
  scale: isNullable(isCount),
  /** One path each, or two to interpolate with this `alpha`. */
  models: isList(isObject({ paths: isList(isString), alpha: isNumber })),
  /** One file for each model. */
  results: isList(isString),
  lr: isNullable(isString),
  bicubic: isNullable(isString),
  /** Not written where the HR image is not known. */
  hr: isNullable(isString),
});

/** The end of a request: the size of the results in pixels. */
export type PreviewDone = Guarded<typeof isPreviewDone>;
export const isPreviewDone = isObject({
  id: isCount,
  event: isOneOf(['done']),
  width: isCount,
  height: isCount,
  milliseconds: isNumber,
});

/** A line of its output. */
export type PreviewEvent =
  | PreviewDone
  /** Tiles of all models together. */
  | { readonly id: number; readonly event: 'progress'; readonly done: number; readonly total: number }
  | { readonly id: number; readonly event: 'failed'; readonly message: string };

import {
  type Guarded,
  isBoolean,
  isCount,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isString,
} from '../guards/guards.ts';
import { isModelChain } from '../guards/model-chain.ts';
import { isRect } from '../guards/rect.ts';

/** A line of the input of `esrgan preview-region`: a region of an image to upscale, and the PNG file to write. */
export type RegionRequest = Guarded<typeof isRegionRequest>;
export const isRegionRequest = isObject({
  id: isCount,
  image: isString,
  /** In pixels of the image after its EXIF orientation. */
  region: isRect,
  /** Null: bicubic. */
  models: isNullable(isModelChain),
  /** Of bicubic; models have their own. */
  scale: isCount,
  /** Test-time augmentation. */
  tta: isBoolean,
  result: isString,
});

/** The end of a request: the size of the result in pixels. */
export type RegionDone = Guarded<typeof isRegionDone>;
export const isRegionDone = isObject({
  id: isCount,
  event: isOneOf(['done']),
  width: isCount,
  height: isCount,
  milliseconds: isNumber,
});

/** A line of its output. */
export type RegionEvent =
  | RegionDone
  | { readonly id: number; readonly event: 'progress'; readonly done: number; readonly total: number }
  | { readonly id: number; readonly event: 'failed'; readonly message: string };

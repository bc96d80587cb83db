import type { Augmentation, Operation } from '../config/resolved.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { FilePair } from './datasets.ts';
import type { Channels } from './image.ts';

/** The `workerData` of a load worker. */
export interface LoadSettings {
  readonly pairs: readonly FilePair[];
  readonly scale: number;
  /** Height and width of the high-resolution patches. */
  readonly patch: readonly [number, number];
  readonly channels: Channels;
  readonly augmentation: Augmentation;
  /** Makes the LR patches; none if the LR images are given or downscaled. */
  readonly degradation: readonly Operation[];
  /** Probability that it makes a patch; the others are cut out of the LR image. */
  readonly degradationProbability: number;
  readonly seed: number;
  readonly stage: Stage;
  /** Bytes of decoded images that this worker may cache. */
  readonly cacheBytes: number;
}

/** Requests some samples of the batch of a step; the reply has them in this order. */
export interface LoadRequest {
  readonly step: number;
  readonly samples: readonly { readonly slot: number; readonly pair: number }[];
}

/** The reply to a request. The patches of unreadable samples are zeros. */
export interface LoadReply {
  readonly request: LoadRequest;
  /** `[samples, h, w, C]`, 0 to 255. */
  readonly lr: Uint8Array<ArrayBuffer>;
  /** `[samples, H, W, C]`, 0 to 255. */
  readonly hr: Uint8Array<ArrayBuffer>;
  readonly unreadable: readonly { readonly slot: number; readonly pair: number; readonly reason: string }[];
}

import type { Augmentation } from '../config/resolved.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { FilePair } from './datasets.ts';

/** What a load worker knows from its start (its `workerData`). */
export interface LoadSettings {
  readonly pairs: readonly FilePair[];
  readonly scale: number;
  /** Height and width of the high-resolution patches. */
  readonly patch: readonly [number, number];
  readonly channels: 1 | 3;
  readonly augmentation: Augmentation;
  readonly seed: number;
  readonly stage: Stage;
  /** Bytes of decoded images that this worker may keep. */
  readonly cacheBytes: number;
}

/** Asks a worker for some samples of the batch of a step; they come in this order. */
export interface LoadRequest {
  readonly step: number;
  readonly samples: readonly { readonly slot: number; readonly pair: number }[];
}

/** A worker's answer, one for each request. The patches of unreadable samples are zeros. */
export interface LoadReply {
  readonly request: LoadRequest;
  /** `[samples, h, w, C]`, 0 to 255. */
  readonly lr: Uint8Array<ArrayBuffer>;
  /** `[samples, H, W, C]`, 0 to 255. */
  readonly hr: Uint8Array<ArrayBuffer>;
  readonly unreadable: readonly { readonly slot: number; readonly pair: number; readonly reason: string }[];
}

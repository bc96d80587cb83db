import type { ResolvedConfig } from '../config/index.ts';

/** Shapes `[N, height, width, C]` of a batch's LR and HR patches; `patch` is the height and width in HR. */
export function batchShapes(
  { batch_size: batch, scale_factor: scale, img_channels: channels }: ResolvedConfig,
  [height, width]: readonly [number, number],
): { readonly lr: readonly number[]; readonly hr: readonly number[] } {
  return {
    lr: [batch, height / scale, width / scale, channels],
    hr: [batch, height, width, channels],
  };
}

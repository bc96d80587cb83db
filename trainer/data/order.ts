import { patchesPerEpoch, usesPerEpoch } from '../config/steps.ts';
import type { Stage } from '../run-state/run-state.ts';
import { createRandom } from './random.ts';

/** Which images the batch of a step contains. */
export interface Order {
  readonly stepsPerEpoch: number;
  /** The images of a step, counted from 0, and its epoch, counted from 1. */
  at(step: number): { readonly epoch: number; readonly drawn: Uint32Array };
}

/**
 * The order of a stage: in each epoch another permutation of the images, without the remainder of a batch. An image of weight 2
 * occurs twice in it; of the images with weight 0.5, each epoch draws another half.
 */
export function createOrder(options: {
  readonly seed: number;
  readonly stage: Stage;
  /** Of each image. */
  readonly weights: readonly number[];
  readonly batchSize: number;
}): Order {
  const { seed, stage, weights, batchSize } = options;
  const count = patchesPerEpoch(weights);
  const stepsPerEpoch = Math.floor(count / batchSize);
  const groups = [...new Set(weights)].map((weight) => ({
    weight,
    images: weights.flatMap((each, image) => (each === weight ? [image] : [])),
  }));

  /** The images of an epoch, not yet permuted. */
  function imagesOf(epoch: number): readonly number[] {
    return groups.flatMap(({ weight, images }) => {
      const uses = usesPerEpoch(weight, images.length);
      const whole = Math.floor(uses / images.length);
      const random = createRandom(seed, 'order', stage, epoch, 'part', weight);
      const part = random.permutation(images.length).subarray(0, uses - whole * images.length);
      return [...Array.from({ length: whole }, () => images).flat(), ...Array.from(part, (i) => images[i]!)];
    });
  }

  let permutation: Uint32Array = new Uint32Array();
  let ofEpoch = 0;
  return {
    stepsPerEpoch,
    at(step) {
      const epoch = Math.floor((step - 1) / stepsPerEpoch) + 1;
      if (ofEpoch !== epoch) {
        const images = imagesOf(epoch);
        permutation = createRandom(seed, 'order', stage, epoch)
          .permutation(count)
          .map((i) => images[i]!);
        ofEpoch = epoch;
      }
      const first = ((step - 1) % stepsPerEpoch) * batchSize;
      return { epoch, drawn: permutation.subarray(first, first + batchSize) };
    },
  };
}

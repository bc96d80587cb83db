import type { Operation } from '../../config/resolved.ts';
import type { FloatImage, Image } from '../image.ts';
import { toFloatImage, toImage } from '../image.ts';
import type { Random } from '../random.ts';
import { blur } from './blur.ts';
import { jpeg, webp } from './jpeg.ts';
import { noise } from './noise.ts';
import type { Applied, Context, Step } from './operation.ts';
import { operationOrder } from './order.ts';
import { downscaleToLr, resize } from './resize.ts';
import { sharpen } from './sharpen.ts';
import { sinc } from './sinc.ts';

export interface DegradeOptions {
  readonly lr: Context['lr'];
  /** Random numbers for a purpose: an operation by its index, their order, or the place of the patch. */
  readonly randomOf: (purpose: number | 'order' | 'place') => Random;
  /** Indices of operations to leave out, except `downscale`. The others do what they would do with all. */
  readonly without?: ReadonlySet<number>;
}

/**
 * Makes an LR image from an HR image by a list of operations with random parameters. The result has the size `lr`, rounded
 * to 8 bits. In between, samples are floats of 0..1; filters and resizes may go slightly beyond.
 */
export async function degrade(
  hr: Image,
  operations: readonly Operation[],
  { lr, randomOf, without = new Set() }: DegradeOptions,
): Promise<{ readonly lr: Image; readonly applied: readonly Applied[] }> {
  const applied: Applied[] = [];
  let image = toFloatImage(hr);
  for (const index of operationOrder(operations, randomOf('order'))) {
    const operation = operations[index]!;
    const random = randomOf(index);
    if (operation.op !== 'downscale' && (!random.chance(operation.p) || without.has(index))) continue;
    const step = await apply(image, operation, { random, lr });
    image = step.image;
    applied.push({ index, op: operation.op, drawn: step.drawn });
  }
  return { lr: toImage(image), applied };
}

function apply(image: FloatImage, operation: Operation, context: Context): Step | Promise<Step> {
  switch (operation.op) {
    case 'blur':
      return blur(image, operation, context);
    case 'resize':
      return resize(image, operation, context);
    case 'noise':
      return noise(image, operation, context);
    case 'jpeg':
      return jpeg(image, operation, context);
    case 'webp':
      return webp(image, operation, context);
    case 'sinc':
      return sinc(image, operation, context);
    case 'sharpen':
      return sharpen(image, operation, context);
    case 'downscale':
      return downscaleToLr(image, operation, context);
  }
}

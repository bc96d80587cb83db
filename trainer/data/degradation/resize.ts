import type { DownscaleOperation, ResizeMode, ResizeOperation } from '../../config/resolved.ts';
import type { FloatImage } from '../image.ts';
import type { Random } from '../random.ts';
import { drawKey, drawNumber } from './draw.ts';
import { resizeImage } from './interpolate.ts';
import type { Context, Step } from './operation.ts';

const modeNames: readonly ResizeMode[] = [
  'area',
  'bilinear',
  'bicubic',
  'triangle',
  'matlab',
  'lanczos',
  'nearest',
];

/** Resizes by a random factor: up, down or not at all (Wang et al. 2021; Zhang et al. 2021). */
export function resize(image: FloatImage, operation: ResizeOperation, { random, lr }: Context): Step {
  const direction = drawKey(operation, ['up', 'down', 'keep'], random);
  const factor = drawFactor(operation, direction, random);
  const mode = drawKey(operation.modes, modeNames, random);
  const { width, height } = operation.of === 'lr' ? lr : image;
  const side = (length: number) => Math.max(1, Math.floor(length * factor));
  return {
    image: resizeImage(image, side(width), side(height), mode),
    drawn: { factor, mode, width: side(width), height: side(height) },
  };
}

/** Resizes to the LR patch. */
export function downscaleToLr(
  image: FloatImage,
  operation: DownscaleOperation,
  { random, lr }: Context,
): Step {
  const mode = drawKey(operation.modes, modeNames, random);
  return {
    image: resizeImage(image, lr.width, lr.height, mode),
    drawn: { mode, width: lr.width, height: lr.height },
  };
}

function drawFactor(
  { range: [low, high], uniform }: ResizeOperation,
  direction: 'up' | 'down' | 'keep',
  random: Random,
): number {
  if (direction === 'keep') return 1;
  const range: [number, number] =
    direction === 'up' ? [Math.max(1, low), Math.max(1, high)] : [Math.min(1, low), Math.min(1, high)];
  if (uniform === 'factor') return drawNumber(range, random);
  return 1 / drawNumber([1 / range[1], 1 / range[0]], random);
}

import { WorkbenchError } from '../errors/errors.ts';
import { type Scale, scales } from './shapes.ts';

/**
 * The scale of a generator that upsamples by a pixel shuffle, from the channels of its image and before the shuffle.
 *
 * @throws WorkbenchError `data` if it is not supported
 */
export function supportedScale(path: string, shuffled: number, channels: number): Scale {
  const square = shuffled / channels;
  const scale = scales.find((each) => each ** 2 === square);
  if (scale !== undefined) return scale;
  const found = Number.isInteger(Math.sqrt(square)) ? Math.sqrt(square) : `the square root of ${square}`;
  throw new WorkbenchError('data', `The scale of ${path} is ${found}; 1, 2, 3, 4 and 8 are supported.`);
}

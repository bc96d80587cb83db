import { WorkbenchError } from '../errors/errors.ts';
import { formatCount } from '../format/format.ts';

/** A tensor with values that are infinite or NaN. */
export interface NotFiniteTensor {
  readonly name: string;
  /** How many. */
  readonly count: number;
}

/** The error for a file of weights that cannot be used because of such a tensor. */
export function notFiniteError(path: string, { name, count }: NotFiniteTensor): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${path} cannot be used: ${formatCount(count)} values of ${name} are infinite or NaN, because its training diverged or the file is damaged. Use an earlier checkpoint or another file; \`esrgan inspect\` lists all such tensors.`,
  );
}

import { WorkbenchError } from '../errors/errors.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';

const shapes = new Map([
  ['mu_pris_param', '1,36'],
  ['cov_pris_param', '36,36'],
]);

/**
 * Reads NIQE's model of natural images: `niqe_pris_params.npz` of BasicSR, or what a download saves of it.
 *
 * @returns `mu_pris_param`, `[1, 36]`, and `cov_pris_param`, `[36, 36]`
 * @throws WorkbenchError `data` if the file holds something else
 */
export function readNiqe(path: string): TensorMap {
  const file = openTensorFile(path);
  const parameters: TensorMap = new Map();
  for (const [name, shape] of shapes) {
    const found = file.entries.get(name);
    if (String(found?.shape) !== shape) {
      const is = found ? `is [${found.shape}] instead of [${shape}]` : 'is missing';
      const [first = 'nothing'] = file.entries.keys();
      throw new WorkbenchError(
        'data',
        `${path} does not hold the model of NIQE: ${name} ${is} (its first tensor is ${first}). Run \`esrgan weights download niqe\` to download it.`,
      );
    }
    parameters.set(name, file.read(name));
  }
  return parameters;
}

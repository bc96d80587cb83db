import { WorkbenchError } from '../errors/errors.ts';
import { distsChannels } from '../models/dists/network.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';

/**
 * Reads DISTS's weights of texture and structure: `weights.pt` of its Python package.
 *
 * @returns `alpha` and `beta`, `[1, C, 1, 1]`
 * @throws WorkbenchError `data` if the file holds something else
 */
export function readDists(path: string): TensorMap {
  const file = openTensorFile(path);
  const parameters: TensorMap = new Map();
  for (const name of ['alpha', 'beta']) {
    const found = file.entries.get(name);
    if (String(found?.shape) !== `1,${distsChannels},1,1`) {
      const is = found ? `is [${found.shape}] instead of [1,${distsChannels},1,1]` : 'is missing';
      const [first = 'nothing'] = file.entries.keys();
      throw new WorkbenchError(
        'data',
        `${path} does not hold the weights of DISTS: ${name} ${is} (its first tensor is ${first}). Run \`esrgan weights download dists\` to download them.`,
      );
    }
    parameters.set(name, file.read(name));
  }
  return parameters;
}

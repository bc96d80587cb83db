import { WorkbenchError } from '../errors/errors.ts';
import { linearName, lpipsLayers } from '../models/lpips/network.ts';
import { vggConvolutions } from '../models/vgg/shapes.ts';
import { networkWith, openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';

/**
 * Reads LPIPS's weights of the channels of VGG16: `vgg.pth` of the Python package lpips, version 0.1.
 *
 * @returns tensors `[1, C, 1, 1]`
 * @throws WorkbenchError `data` if the file holds something else, such as the weights for AlexNet
 */
export function readLpips(path: string): TensorMap {
  const file = networkWith(openTensorFile(path), linearName(0));
  const convolutions = vggConvolutions('vgg16');
  const parameters: TensorMap = new Map();
  for (const [k, layer] of lpipsLayers.entries()) {
    const name = linearName(k);
    const found = file.entries.get(name);
    const channels = convolutions.find((each) => each.layer === layer)?.outputs;
    if (String(found?.shape) !== `1,${channels},1,1`) {
      const is = found ? `is [${found.shape}] instead of [1,${channels},1,1]` : 'is missing';
      const [first = 'nothing'] = file.entries.keys();
      throw new WorkbenchError(
        'data',
        `${path} does not hold the weights of LPIPS 0.1 for VGG16: ${name} ${is} (its first tensor is ${first}). Use the file weights/v0.1/vgg.pth of the Python package lpips; its weights for AlexNet (alex.pth) and SqueezeNet are not supported.`,
      );
    }
    parameters.set(name, file.read(name));
  }
  return parameters;
}

import { WorkbenchError } from '../errors/errors.ts';
import { type VggType, vggConvolutions, vggParameters, vggTypes } from '../models/vgg/shapes.ts';
import { networkWith, openTensorFile } from '../tensor-files/tensor-file.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';

/** The name of the first filter in torchvision's files. */
const firstFilter = 'features.0.weight';

/**
 * The VGG network in a file, by the positions of its convolutions; the deepest ones can be missing.
 *
 * @throws WorkbenchError `data` if the file holds none
 */
export function recognizeVgg(path: string): VggType {
  const { entries } = networkWith(openTensorFile(path), firstFilter);
  const found = [...entries.keys()].filter((name) => /^features\.\d+\.weight$/.test(name)).sort();
  const type = vggTypes.find((each) => {
    const first = vggConvolutions(each).slice(0, found.length);
    return found.length > 0 && String(first.map(({ name }) => `${name}.weight`).sort()) === String(found);
  });
  if (type) return type;
  const [first = 'nothing'] = entries.keys();
  throw new WorkbenchError(
    'data',
    `${path} holds none of torchvision's ${vggTypes.join(', ')}: the positions of its ${found.length} filters \`features.N.weight\` match none of them (its first tensor is ${first}). Run \`esrgan weights download vgg19\` to download one.`,
  );
}

/**
 * Reads the weights of VGG's convolutions by torchvision's names, up to the deepest of `layers`; by default all.
 *
 * @throws WorkbenchError `data` if the file does not hold this network
 */
export function readVgg(path: string, type: VggType, layers?: readonly string[]): TensorMap {
  const file = networkWith(openTensorFile(path), firstFilter);
  const parameters: TensorMap = new Map();
  for (const [name, shape] of vggParameters(vggConvolutions(type, layers))) {
    const found = file.entries.get(name);
    if (String(found?.shape) !== String(shape)) {
      const is = found ? `is [${found.shape}] instead of [${shape}]` : 'is missing';
      const [first = 'nothing'] = file.entries.keys();
      throw new WorkbenchError(
        'data',
        `${path} does not hold torchvision's weights of ${type}: ${name} ${is} (its first tensor is ${first}). Run \`esrgan weights download ${type}\` to download them.`,
      );
    }
    parameters.set(name, file.read(name));
  }
  return parameters;
}

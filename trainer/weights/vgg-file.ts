import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { PerceptualLossSettings } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { type VggType, vggConvolutions, vggParameters, vggTypes } from '../models/vgg/shapes.ts';
import type { TensorMap } from '../tensor-files/safetensors.ts';
import { openTensorFile } from '../tensor-files/tensor-file.ts';

/** Where `esrgan weights get` puts a net's weights, and a run finds them that names no file. */
export function defaultVggFile(type: VggType): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'esrgan-workbench', `${type}.safetensors`);
}

/**
 * The file of VGG's weights that a run takes: the one it names, or the one that was downloaded.
 *
 * @throws WorkbenchError `data` where there is none, with the command that gets it
 */
export function findVggFile({ vgg_type: type, weights }: PerceptualLossSettings): string {
  const path = weights ?? defaultVggFile(type);
  if (existsSync(path)) return path;
  const found =
    weights === undefined
      ? `\`perceptual_loss.weights\` names no file and there is no ${path}`
      : `\`perceptual_loss.weights\` names ${path}, which does not exist`;
  throw new WorkbenchError(
    'data',
    `The perceptual loss needs the weights of ${type}, and there are none: ${found}. \`esrgan weights get ${type}\` downloads them; a file of torchvision (.pth or .safetensors) does as well. \`perceptual_loss: false\` trains without them.`,
  );
}

/**
 * Which VGG a file holds: the places of the convolutions tell it, also where the deeper ones were left out.
 *
 * @throws WorkbenchError `data` where the file holds none
 */
export function recognizeVgg(path: string): VggType {
  const { entries } = openTensorFile(path);
  const found = [...entries.keys()].filter((name) => /^features\.\d+\.weight$/.test(name)).sort();
  const type = vggTypes.find((each) => {
    const first = vggConvolutions(each).slice(0, found.length);
    return found.length > 0 && String(first.map(({ name }) => `${name}.weight`).sort()) === String(found);
  });
  if (type) return type;
  const [first = 'nothing'] = entries.keys();
  throw new WorkbenchError(
    'data',
    `${path} holds none of ${vggTypes.join(', ')} as torchvision names them: the places of its ${found.length} filters \`features.N.weight\` fit none (its first tensor is ${first}). \`esrgan weights get vgg19\` downloads one.`,
  );
}

/**
 * Reads the weights of VGG's convolutions, by torchvision's names, up to the deepest of `layers`, or all.
 *
 * @throws WorkbenchError `data` where the file holds no such net
 */
export function readVgg(path: string, type: VggType, layers?: readonly string[]): TensorMap {
  const file = openTensorFile(path);
  const parameters: TensorMap = new Map();
  for (const [name, shape] of vggParameters(vggConvolutions(type, layers))) {
    const found = file.entries.get(name);
    if (String(found?.shape) !== String(shape)) {
      const is = found ? `is [${found.shape}] instead of [${shape}]` : 'is missing';
      const [first = 'nothing'] = file.entries.keys();
      throw new WorkbenchError(
        'data',
        `${path} does not hold the weights of ${type} as torchvision names them: ${name} ${is} (its first tensor is ${first}). \`esrgan weights get ${type}\` downloads them.`,
      );
    }
    parameters.set(name, file.read(name));
  }
  return parameters;
}

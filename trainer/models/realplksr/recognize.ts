import { WorkbenchError } from '../../errors/errors.ts';
import { quoted } from '../../errors/quoted.ts';
import type { TensorFile } from '../../tensor-files/tensors.ts';
import type { RecognizedGenerator } from '../generators.ts';
import { mismatches } from '../mismatches.ts';
import type { TensorShapes } from '../shapes.ts';
import { supportedScale } from '../supported-scale.ts';
import { blockName, type RealplksrOptions, realplksrShapes } from './shapes.ts';

/** Metadata key of the hyperparameter that does not follow from the tensors. */
export const groupsKey = 'norm_groups';

const publishedGroups = 4;

/**
 * Recognizes a RealPLKSR generator and its hyperparameters.
 *
 * @returns undefined if the file holds another network
 * @throws WorkbenchError `data` if the generator is incomplete or not supported
 */
export function recognizeRealplksr(file: TensorFile): RecognizedGenerator<RealplksrOptions> | undefined {
  const found: TensorShapes = new Map([...file.entries].map(([name, { shape }]) => [name, shape]));
  const filter = (name: string): readonly number[] => found.get(`${name}.weight`) ?? [];
  const [dim = 0, channels = 0] = filter('feats.0');
  const [large = 0, , kernel = 0] = filter(`${blockName(0)}.lk.conv`);
  if (dim === 0 || channels === 0 || large === 0 || !found.has(`${blockName(0)}.refine.weight`))
    return undefined;
  if (found.has('to_img.init_pos')) {
    throw new WorkbenchError(
      'data',
      `${file.path} is a RealPLKSR generator that upsamples with DySample, which is not supported; only those with a pixel shuffle are.`,
    );
  }

  let blocks = 0;
  while (filter(`${blockName(blocks)}.refine`).length > 0) blocks++;
  const [shuffled] = filter(`feats.${blocks + 2}`);
  if (shuffled === undefined) {
    throw new WorkbenchError(
      'data',
      `${file.path} is not a complete RealPLKSR generator: after ${blocks} blocks, it has neither ${blockName(blocks)}.refine.weight nor the last convolution, feats.${blocks + 2}.weight.`,
    );
  }
  const scale = supportedScale(file.path, shuffled, channels);
  const layerNorm = found.has(`${blockName(0)}.layer_norm.weight`);
  const options: RealplksrOptions = {
    type: 'realplksr',
    img_channels: channels,
    scale_factor: scale,
    dim,
    n_blocks: blocks,
    kernel_size: kernel,
    split_ratio: splitRatio(large, dim),
    use_ea: found.has(`${blockName(0)}.attn.f.0.weight`),
    norm_groups: layerNorm ? publishedGroups : groupsInMetadata(file, dim),
    layer_norm: layerNorm,
  };
  const { parameters } = realplksrShapes(options);
  const [problem] = mismatches(found, parameters);
  if (problem !== undefined) {
    throw new WorkbenchError('data', `${file.path} is not a complete RealPLKSR generator: ${problem}.`);
  }
  const sources = [...parameters.keys()].map((name) => [name, { name }] as const);
  return { layout: 'basicsr', options, parameters: new Map(sources) };
}

/** The ratio whose product with all channels, rounded down, is the part. 15 / 22 * 22 is a little less than 15. */
function splitRatio(part: number, all: number): number {
  const ratio = part / all;
  return Math.trunc(all * ratio) === part ? ratio : ratio + Number.EPSILON;
}

function groupsInMetadata({ path, metadata }: TensorFile, dim: number): number {
  const text = metadata[groupsKey] ?? String(publishedGroups);
  const groups = Number(text);
  if (Number.isInteger(groups) && groups > 0 && dim % groups === 0) return groups;
  const found =
    metadata[groupsKey] === undefined
      ? `is missing, and ${publishedGroups} is not one`
      : `is ${quoted(text)}`;
  throw new WorkbenchError(
    'data',
    `${path}: ${groupsKey} in its metadata must be a divisor of its ${dim} channels, but it ${found}.`,
  );
}

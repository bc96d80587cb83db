import { WorkbenchError } from '../../errors/errors.ts';
import { quoted } from '../../errors/quoted.ts';
import type { TensorFile } from '../../tensor-files/tensors.ts';
import type { ParameterSource, RecognizedGenerator } from '../generators.ts';
import { mismatches } from '../mismatches.ts';
import type { TensorShapes } from '../shapes.ts';
import { supportedScale } from '../supported-scale.ts';
import { branchesOfMerged } from './merge.ts';
import { type SpanOptions, spanConvolutions, spanShapes } from './shapes.ts';

/** Metadata keys of the hyperparameters that do not follow from the parameters. */
export const rangeKey = 'img_range';
export const normKey = 'norm';

/** Its value in the published networks that normalize their input. */
const publishedRange = 255;

/** A tensor of one zero in other programs' files of networks that do not normalize their input. */
export const noNorm = 'no_norm';

/**
 * Recognizes a SPAN generator and its hyperparameters. Files of programs that train hold the branches of each convolution
 * and their merged form (`eval_conv`), which is ignored; other files hold the merged form only.
 *
 * @returns undefined if the file holds another network
 * @throws WorkbenchError `data` if the generator is incomplete or not supported
 */
export function recognizeSpan(file: TensorFile): RecognizedGenerator<SpanOptions> | undefined {
  const found: TensorShapes = new Map([...file.entries].map(([name, { shape }]) => [name, shape]));
  const filter = (name: string): readonly number[] => found.get(`${name}.weight`) ?? [];
  const hasBranches = found.has('conv_1.sk.weight');
  const [features = 0, channels = 0] = filter(hasBranches ? 'conv_1.sk' : 'conv_1.eval_conv');
  if (!found.has('conv_cat.weight') || features === 0 || channels === 0) return undefined;

  let blocks = 0;
  while (filter(`block_${blocks + 1}.c1_r.${hasBranches ? 'sk' : 'eval_conv'}`).length > 0) blocks++;
  const scale = supportedScale(file.path, filter('upsampler.0')[0] ?? 0, channels);
  const options: SpanOptions = {
    type: 'span',
    img_channels: channels,
    scale_factor: scale,
    feature_channels: features,
    num_blocks: blocks,
    norm: normInMetadata(file) ?? !found.has(noNorm),
    img_range: rangeInMetadata(file),
  };
  const merged = mergedShapes(options);
  const trained = spanShapes(options).parameters;
  const sources = new Map<string, ParameterSource>([...trained.keys()].map((name) => [name, { name }]));
  if (!hasBranches) {
    const convolutions = spanConvolutions(options).filter(({ kind }) => kind === 'merged');
    for (const [name, source] of convolutions.flatMap(branchesOfMerged)) sources.set(name, source);
  }
  const needed = [...sources.values()].map(({ name }) => name);
  const optional = [...merged.keys(), noNorm].filter((name) => found.has(name));
  const shapes = new Map([...trained, ...merged, [noNorm, [1]]]);
  const expected = [...needed, ...optional].map((name) => [name, shapes.get(name) ?? []] as const);
  const [problem] = mismatches(found, new Map(expected));
  if (problem !== undefined) {
    throw new WorkbenchError('data', `${file.path} is not a complete SPAN generator: ${problem}.`);
  }
  return { layout: 'basicsr', options, parameters: sources };
}

/** Shapes of the merged convolutions in files. */
function mergedShapes(options: SpanOptions): Map<string, readonly number[]> {
  return new Map(
    spanConvolutions(options)
      .filter(({ kind }) => kind === 'merged')
      .flatMap(({ name, inputs, outputs }): [string, readonly number[]][] => [
        [`${name}.eval_conv.weight`, [outputs, inputs, 3, 3]],
        [`${name}.eval_conv.bias`, [outputs]],
      ]),
  );
}

/** Undefined in files of other programs. */
function normInMetadata({ path, metadata }: TensorFile): boolean | undefined {
  const text = metadata[normKey];
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new WorkbenchError(
    'data',
    `${path}: ${normKey} in its metadata must be true or false, not ${quoted(text)}.`,
  );
}

function rangeInMetadata({ path, metadata }: TensorFile): number {
  const text = metadata[rangeKey] ?? String(publishedRange);
  const range = Number(text);
  if (text.trim() !== '' && Number.isFinite(range)) return range;
  throw new WorkbenchError(
    'data',
    `${path}: ${rangeKey} in its metadata must be a number, not ${quoted(text)}.`,
  );
}

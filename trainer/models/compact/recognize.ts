import { WorkbenchError } from '../../errors/errors.ts';
import { quoted } from '../../errors/quoted.ts';
import type { TensorFile } from '../../tensor-files/tensors.ts';
import type { RecognizedGenerator } from '../generators.ts';
import { mismatches } from '../mismatches.ts';
import type { TensorShapes } from '../shapes.ts';
import { supportedScale } from '../supported-scale.ts';
import { type CompactOptions, compactShapes } from './shapes.ts';

/** Metadata key of the hyperparameter that does not follow from the tensors. */
export const activationKey = 'act';

/** Images have at most red, green, blue and alpha; a part of another network can have the same names. */
const mostImageChannels = 4;

/**
 * Recognizes a compact generator and its hyperparameters. With PReLU the activation is in the tensors, else it is in the
 * metadata of our own files.
 *
 * @returns undefined if the file holds another network
 * @throws WorkbenchError `data` if the generator is incomplete or not supported
 */
export function recognizeCompact(file: TensorFile): RecognizedGenerator<CompactOptions> | undefined {
  const shapes: TensorShapes = new Map([...file.entries].map(([name, { shape }]) => [name, shape]));
  const weight = (index: number): readonly number[] => shapes.get(`body.${index}.weight`) ?? [];
  let last = 0;
  while (weight(last + 2).length === 4) last += 2;
  const [features = 0, channels = 0, ...kernel] = weight(0);
  const [outputs = 0] = weight(last);
  if (String(kernel) !== '3,3' || channels > mostImageChannels || last === 0) return undefined;

  const scale = supportedScale(file.path, outputs, channels);
  const options: CompactOptions = {
    type: 'compact',
    img_channels: channels,
    scale_factor: scale,
    num_feat: features,
    num_conv: last / 2 - 1,
    act: weight(1).length === 1 ? 'prelu' : activationInMetadata(file),
  };
  const { parameters } = compactShapes(options);
  const [problem] = mismatches(shapes, parameters);
  if (problem !== undefined) {
    throw new WorkbenchError('data', `${file.path} is not a complete compact generator: ${problem}.`);
  }
  const sources = [...parameters.keys()].map((name) => [name, { name }] as const);
  return { layout: 'basicsr', options, parameters: new Map(sources) };
}

function activationInMetadata({ path, metadata }: TensorFile): CompactOptions['act'] {
  const text = metadata[activationKey];
  if (text === 'relu' || text === 'leakyrelu') return text;
  const found = text === undefined ? 'is missing' : `is ${quoted(text)}`;
  throw new WorkbenchError(
    'data',
    `${path} holds a compact generator without PReLU, whose activation is unknown: \`${activationKey}\` in its metadata ${found}; it must be relu or leakyrelu.`,
  );
}

import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { convolutionNames, scalingNames, type WritableLayout, whyNot } from '../models/rrdb/layouts.ts';
import { encodeGeneratorOnnx } from '../models/rrdb/onnx.ts';
import type { GeneratorOptions } from '../models/rrdb/shapes.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { largestHalf, type Precision } from '../tensor-files/dtypes.ts';
import { encodePth } from '../tensor-files/pth-writer.ts';
import { encodeSafetensors } from '../tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../tensor-files/tensors.ts';
import { generatorMetadata } from './generator-file.ts';

export interface WriteOptions {
  /**
   * Names of the tensors. Without one they are BasicSR's: in `.safetensors` continued for nets that BasicSR does not
   * have, as in our checkpoints; a `.pth` is for other programs and must suit them.
   */
  readonly layout?: WritableLayout;
  readonly precision?: Precision;
  /** What the file says besides what its net is. */
  readonly metadata?: Metadata;
}

export interface Generator {
  readonly options: GeneratorOptions;
  /** By the names of `generatorConvolutions`. */
  readonly parameters: TensorMap;
}

/**
 * Writes a generator for other programs, or for this one: `.safetensors`, `.pth` (or `.pt`), `.onnx` by the name of
 * the file.
 *
 * @throws WorkbenchError `usage` for another extension or a layout that ONNX has no use for, `data` where the layout or
 * the precision cannot hold the net, `disk`
 */
export function writeGenerator(path: string, generator: Generator, options: WriteOptions = {}): void {
  writeFileAtomic(path, encodeGenerator(path, generator, options));
}

function encodeGenerator(
  path: string,
  { options, parameters }: Generator,
  { layout, precision = 'F32', metadata = {} }: WriteOptions,
): Uint8Array[] {
  const extension = extname(path).toLowerCase();
  if (!['.safetensors', '.pth', '.pt', '.onnx'].includes(extension)) {
    throw new WorkbenchError('usage', `${path}: the name must end in .safetensors, .pth or .onnx.`);
  }
  if (precision === 'F16') checkHalves(path, parameters);
  const texts = { ...metadata, ...generatorMetadata(options) };
  if (extension === '.onnx') {
    if (layout)
      throw new WorkbenchError(
        'usage',
        `${path}: ONNX has no layout of names; leave out --layout ${layout}.`,
      );
    return [encodeGeneratorOnnx(options, parameters, precision, texts)];
  }
  const asked = layout ?? (extension === '.safetensors' ? undefined : 'basicsr');
  const obstacle = asked && whyNot(asked, options);
  if (obstacle !== undefined) {
    throw new WorkbenchError(
      'data',
      `${path}: the layout ${asked} cannot hold this net, because ${obstacle}. Other layouts, .onnx, or .safetensors without --layout may.`,
    );
  }
  const named = rename(asked ?? 'basicsr', options, parameters);
  return extension === '.safetensors'
    ? encodeSafetensors(named, texts, precision)
    : encodePth(named, { precision, ...container(asked ?? 'basicsr', options, texts) });
}

/** How the layout's own program puts the tensors into a `.pth`. */
function container(layout: WritableLayout, options: GeneratorOptions, texts: Metadata) {
  if (layout === 'basicsr') return { wrapper: 'params', beside: texts };
  if (layout !== 'seed') return {};
  const { img_channels, scale_factor, input_unshuffle: _, ...generator } = options;
  const own = Object.entries(texts).filter(([key]) => !key.startsWith('hparams.'));
  return {
    wrapper: 'model_state_dict',
    beside: { ...Object.fromEntries(own), hparams: { img_channels, scale_factor, generator } },
  };
}

function rename(layout: WritableLayout, options: GeneratorOptions, parameters: TensorMap): TensorMap {
  const counts = {
    blocks: options.num_basic_blocks,
    denses: options.num_dense_blocks,
    convolutions: options.num_residual_blocks,
    ups: Math.log2(options.scale_factor * (options.input_unshuffle ?? 1)),
  };
  const own = convolutionNames('basicsr', counts);
  const renamed: TensorMap = new Map();
  for (const [index, name] of convolutionNames(layout, counts).entries()) {
    for (const part of ['weight', 'bias']) {
      const tensor = parameters.get(`${own[index]}.${part}`);
      if (tensor === undefined) throw new Error(`The generator lacks ${own[index]}.${part}.`);
      renamed.set(`${name}.${part}`, tensor);
    }
  }
  if (layout === 'seed') {
    const { blocks, denses } = scalingNames(counts);
    const scaling = { shape: [], data: Float32Array.of(options.residual_scaling) };
    for (const name of [...blocks, ...denses.flat()]) renamed.set(name, scaling);
  }
  return renamed;
}

function checkHalves(path: string, parameters: TensorMap): void {
  for (const [name, { data }] of parameters) {
    const large = data.find((value) => Math.abs(value) > largestHalf);
    if (large !== undefined) {
      throw new WorkbenchError(
        'data',
        `${path}: ${name} has the value ${large}, and halves go up to ${largestHalf}. Leave out --half.`,
      );
    }
  }
}

import { WorkbenchError } from '../../errors/errors.ts';
import { quoted } from '../../errors/quoted.ts';
import { bytesOf } from '../../tensor-files/dtypes.ts';
import type { Tensor, TensorFile, TensorInfo } from '../../tensor-files/tensors.ts';
import type { ParameterSource, RecognizedGenerator } from '../generators.ts';
import { mismatches } from '../mismatches.ts';
import { otherArchitecture } from '../other-architectures.ts';
import type { TensorShapes } from '../shapes.ts';
import { convolutionNames, findLayout, type PartCounts, scalingNames } from './layouts.ts';
import { type RrdbOptions, rrdbConvolutions } from './shapes.ts';

/** Metadata key of the hyperparameter that does not follow from the tensors. */
export const residualScalingKey = 'residual_scaling';

/**
 * Recognizes an RRDB generator: the layout of its names and all hyperparameters. The residual scaling is in the tensors
 * of the original program's files, in the metadata of our own, and 0.2 elsewhere, as published.
 *
 * @returns undefined if the file holds another network
 * @throws WorkbenchError `data` if the generator is incomplete or not supported
 */
export function recognizeRrdb(file: TensorFile): RecognizedGenerator<RrdbOptions> | undefined {
  const shapes: TensorShapes = new Map(
    [...file.entries].filter(([, info]) => !isCounter(info)).map(([name, { shape }]) => [name, shape]),
  );
  const found = findLayout(new Set(shapes.keys()));
  if (found === undefined) return undefined;
  const { layout, counts } = found;
  const theirNames = convolutionNames(layout, counts);
  const scalings = layout.startsWith('seed') ? readSeedScalings(file, counts) : undefined;
  const options = hyperParameters(
    file,
    shapes,
    theirNames,
    counts,
    scalings?.block ?? scalingInMetadata(file),
  );

  const parameters = new Map<string, ParameterSource>();
  const expected = new Map<string, readonly number[]>();
  for (const [index, { name, inputs, outputs }] of rrdbConvolutions(options).entries()) {
    const factor = scalings?.factors.get(name);
    const convert = factor === undefined ? undefined : scaledBy(factor);
    for (const [part, shape] of [
      ['weight', [outputs, inputs, 3, 3]],
      ['bias', [outputs]],
    ] as const) {
      const theirs = `${theirNames[index]}.${part}`;
      parameters.set(`${name}.${part}`, { name: theirs, convert });
      expected.set(theirs, shape);
    }
  }
  for (const name of scalings?.names ?? []) expected.set(name, []);
  const [problem] = mismatches(shapes, expected);
  if (problem !== undefined) {
    if (otherArchitecture(shapes.keys()) !== undefined) return undefined;
    throw new WorkbenchError('data', `${file.path} is not a complete ESRGAN generator: ${problem}.`);
  }
  return { layout, options, parameters };
}

function scaledBy(factor: number) {
  return ({ shape, data }: Tensor): Tensor => ({ shape, data: data.map((value) => value * factor) });
}

/** Whether a tensor is a number that training counts with, such as `n_averaged`. */
function isCounter({ dtype, shape }: TensorInfo): boolean {
  return !dtype.includes('F') && shape.every((extent) => extent === 1);
}

function hyperParameters(
  { path }: TensorFile,
  shapes: TensorShapes,
  convolutions: readonly string[],
  { blocks, denses, convolutions: inDense, ups }: PartCounts,
  residualScaling: number,
): RrdbOptions {
  const dimension = (name: string | undefined, axis: number) => shapes.get(`${name}.weight`)?.[axis] ?? 0;
  const [first, dense] = convolutions;
  const image = dimension(convolutions.at(-1), 0);
  const trunk = dimension(first, 0);
  // Pixel-unshuffle by 2 or 4 turns each channel into 4 or 16.
  const unshuffle = ([2, 4] as const).find((side) => dimension(first, 1) === side * side * image);
  const scale = 2 ** ups / (unshuffle ?? 1);
  if (scale !== 1 && scale !== 2 && scale !== 4 && scale !== 8) {
    throw new WorkbenchError('data', `The scale of ${path} is ${scale}; 1, 2, 4 and 8 are supported.`);
  }
  return {
    type: 'rrdb',
    img_channels: image,
    scale_factor: scale,
    rrdb_channels: trunk,
    growth_channels: dimension(dense, 0),
    num_basic_blocks: blocks,
    num_dense_blocks: denses,
    num_residual_blocks: inDense,
    residual_scaling: residualScaling,
    use_subpixel_conv: ups > 0 && dimension(convolutions.at(-2 - ups), 0) === 4 * trunk,
    ...(unshuffle && image > 0 ? { input_unshuffle: unshuffle } : {}),
  };
}

function scalingInMetadata({ path, metadata }: TensorFile): number {
  const text = metadata[residualScalingKey] ?? '0.2';
  const scaling = Number(text);
  if (text.trim() !== '' && Number.isFinite(scaling)) return scaling;
  throw new WorkbenchError(
    'data',
    `${path}: ${residualScalingKey} in its metadata must be a number, not ${quoted(text)}.`,
  );
}

/**
 * The residual scaling in files of the original program, which have one per block and per dense block. All blocks must have
 * the same. Where a dense block has another, `factors` for its last convolution make up for that.
 */
function readSeedScalings(
  file: TensorFile,
  counts: PartCounts,
): { block: number; names: string[]; factors: Map<string, number> } {
  const read = (name: string): number => {
    const info = file.entries.get(name);
    if (info === undefined || info.shape.length > 0) {
      throw new WorkbenchError(
        'data',
        `${file.path} is not a complete ESRGAN generator: ${name} is ${info ? `[${info.shape}] instead of a number` : 'missing'}.`,
      );
    }
    // 0.2 as a 32-bit float is 0.200000003, and as a half 0.199951.
    return Number(file.read(name).data[0]!.toPrecision(bytesOf(info.dtype) >= 4 ? 7 : 3));
  };
  const { blocks: blockNames, denses: denseNames } = scalingNames(counts);
  const blocks = blockNames.map(read);
  const [block = 0.2] = blocks;
  const other = blocks.findIndex((scaling) => scaling !== block);
  if (other >= 0 || !Number.isFinite(block)) {
    throw new WorkbenchError(
      'data',
      `${file.path} has blocks of different residual scaling: ${blockNames[0]} is ${block}, but ${blockNames[Math.max(other, 0)]} is ${blocks[Math.max(other, 0)]}. It must be the same for all blocks.`,
    );
  }
  const factors = new Map<string, number>();
  for (const [index, names] of denseNames.entries()) {
    for (const [dense, name] of names.entries()) {
      const scaling = read(name);
      const last = `body.${index}.rdb${dense + 1}.conv${counts.convolutions}`;
      // With a block scaling of 0, dense blocks have no effect.
      if (scaling === block || block === 0) continue;
      factors.set(last, scaling / block);
    }
  }
  return { block, names: [...blockNames, ...denseNames.flat()], factors };
}

import { WorkbenchError } from '../errors/errors.ts';
import { quoted } from '../errors/quoted.ts';
import { generatorArchitectures, type RecognizedGenerator } from '../models/generators.ts';
import { compareNcnn } from '../models/ncnn-graph.ts';
import { otherArchitecture } from '../models/other-architectures.ts';
import { generatorShapes } from '../models/shapes.ts';
import type { NcnnLayer } from '../tensor-files/ncnn-param.ts';
import { openTensorFile, prefixesOf, withoutPrefix } from '../tensor-files/tensor-file.ts';
import type { TensorFile } from '../tensor-files/tensors.ts';

/** A generator and its place in a file. */
export interface FoundGenerator extends RecognizedGenerator {
  /** The tensors of the generator alone. */
  readonly file: TensorFile;
  /** The prefixes of further generators in the file, such as `params` next to `params_ema`. */
  readonly others: readonly string[];
}

/** A file of weights: the generator in it, or all of it and the reason why it holds no known generator. */
export type OpenedNetwork =
  | { readonly file: TensorFile; readonly generator: FoundGenerator; readonly reason: null }
  | { readonly file: TensorFile; readonly generator: null; readonly reason: string };

/** Opens a file of any network. Throws a `data` error if it cannot be read. */
export function openNetwork(path: string): OpenedNetwork {
  const file = openTensorFile(path);
  try {
    const generator = recognizeGenerator(file);
    return { file: generator.file, generator, reason: null };
  } catch (error) {
    if (!(error instanceof WorkbenchError)) throw error;
    return { file, generator: null, reason: error.message };
  }
}

/** Real files have up to two generators and their averages. */
const mostGenerators = 16;

/**
 * Finds the generator in a file. Programs wrap it in dictionaries and add prefixes to its names: whatever precedes the
 * names that an architecture knows is removed. Of several generators, the average of the weights (EMA) is preferred, as
 * the programs that train it do; then the first.
 *
 * @throws WorkbenchError `data` if the file holds no generator of a known architecture; the message names the network
 *   that it holds, if it is known
 */
export function recognizeGenerator(file: TensorFile): FoundGenerator {
  if (file.layers !== undefined) return recognizeNcnn(file, file.layers);
  const candidates = generatorArchitectures
    .flatMap((architecture) =>
      architecture.landmarks
        .flatMap((name) => prefixesOf(file, name))
        .map((prefix) => ({ architecture, prefix })),
    )
    .sort((a, b) => Number(isAverage(b.prefix)) - Number(isAverage(a.prefix)))
    .slice(0, mostGenerators);
  let failure: unknown;
  for (const { architecture, prefix } of candidates) {
    const part = withoutPrefix(file, prefix);
    try {
      const found = architecture.recognize(part);
      const others = candidates.map((each) => each.prefix).filter((each) => each !== prefix);
      if (found) return { ...found, file: part, others: others.map((each) => each.slice(0, -1)) };
    } catch (error) {
      failure ??= error;
    }
  }
  throw failure ?? unknownNetwork(file);
}

/** ncnn's files have a graph and no names that mean anything: the graph must be that of a known architecture. */
function recognizeNcnn(file: TensorFile, layers: readonly NcnnLayer[]): FoundGenerator {
  let mismatch = 'its graph is that of another network';
  for (const { ncnn } of generatorArchitectures) {
    const options = ncnn?.options?.(layers);
    if (!ncnn || !options) continue;
    const comparison = compareNcnn(layers, ncnn.layers(options));
    if (comparison.mismatch !== undefined) {
      mismatch = `it resembles ${generatorShapes(options).architecture}, but ${comparison.mismatch}`;
      continue;
    }
    const parameters = new Map(
      [...generatorShapes(options).parameters.keys()].map((name) => {
        const dot = name.lastIndexOf('.');
        return [name, { name: `${comparison.names.get(name.slice(0, dot))}${name.slice(dot)}` }];
      }),
    );
    return { layout: 'ncnn', options, parameters, file, others: [] };
  }
  throw new WorkbenchError(
    'data',
    `${file.path} holds no supported generator: ${mismatch}. Of ncnn's networks, ${ncnnArchitectures} are read; \`esrgan inspect\` lists the tensors.`,
  );
}

/** In words. */
const ncnnArchitectures = 'RRDB and Compact';

/** Whether a prefix names an average of weights: `params_ema.`, `netGEma.`, `ema_model.`, `swa.`. */
function isAverage(prefix: string): boolean {
  const words = prefix.replaceAll(/([a-z])(?=[A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$2_');
  return /(^|[._-])(ema|swa|avg|averaged?)[._-]/i.test(words);
}

/** `RRDB (ESRGAN), Compact, SPAN and RealPLKSR` */
function supportedArchitectures(): string {
  const titles = generatorArchitectures.map(({ title }) => title);
  return `${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}`;
}

function unknownNetwork(file: TensorFile): WorkbenchError {
  const [first = 'nothing'] = file.entries.keys();
  const other = otherArchitecture(file.entries.keys());
  const what = other ? `it holds ${other}` : `its first tensor is ${quoted(first)}`;
  return new WorkbenchError(
    'data',
    `${file.path} holds no supported generator: ${what}. ${supportedArchitectures()} are supported, with any known names; \`esrgan inspect\` lists what a file holds.`,
  );
}

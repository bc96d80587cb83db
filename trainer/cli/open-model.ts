import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import type { Engine } from '../engine/engine.ts';
import { findOnnxProvider, openEngine, parseEngine } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { ModelOpener } from '../evaluate/subject.ts';
import { bundledModelFile, isBundledModel } from '../files/bundled-models.ts';
import { kindOf, statOf } from '../files/regular-file.ts';
import { emaFile, generatorFile, generatorOf } from '../runs/checkpoint-files.ts';
import { findWeightsDamage, resultCheckpoint } from '../runs/checkpoints.ts';
import { isRunDirectory } from '../runs/list.ts';
import { runPaths } from '../runs/run-directory.ts';
import { floatBicubicUpscaler } from '../upscale/bicubic.ts';
import { colorUpscaler } from '../upscale/color-upscaler.ts';
import { networkUpscaler } from '../upscale/network-upscaler.ts';
import { openOnnxUpscaler } from '../upscale/onnx-upscaler.ts';
import type { Upscaler } from '../upscale/upscaler.ts';
import type { Generator } from '../weights/generator-file.ts';
import { readGenerator } from '../weights/generator-file.ts';
import { interpolate } from '../weights/interpolate.ts';
import { findRun } from './find-run.ts';
import { printError } from './terminal.ts';

/**
 * Opens a model by its name on the command line: `bicubic`, a `BundledModel`, a file of weights (`.safetensors`, `.pth`, `.param`), an ONNX file, the
 * folder of a checkpoint, or a run by its folder or its name in ./runs, which means its `resultCheckpoint`. With `second`,
 * the interpolation of two files of weights.
 *
 * @throws WorkbenchError `data` if the file is not valid or its model does not upscale images
 */
export async function openModel(
  name: string,
  {
    engine,
    scale = 4,
    second,
    onProblem,
  }: {
    engine: string;
    scale?: number;
    second?: { readonly model: string; readonly alpha: number };
    onProblem?: OnProblem;
  },
): Promise<Upscaler> {
  const requested = parseEngine(engine);
  if (second !== undefined) {
    const files = [name, second.model].map((each) => interpolableFile(each, onProblem));
    const [first = '', other = ''] = files;
    return modelOpener(engine).openInterpolated(first, other, second.alpha);
  }
  if (name === 'bicubic') return floatBicubicUpscaler(scale);
  const path = wholeWeightsOf(name, onProblem);
  const shown = relative('', path);
  if (extname(path).toLowerCase() === '.onnx') {
    return openOnnxUpscaler(path, shown, await findOnnxProvider(requested));
  }
  const { options, parameters } = readGenerator(path);
  return rgbNetwork(await openEngine(requested), shown, { options, parameters });
}

function interpolableFile(name: string, onProblem?: OnProblem): string {
  const path = name === 'bicubic' ? name : wholeWeightsOf(name, onProblem);
  if (path !== 'bicubic' && extname(path).toLowerCase() !== '.onnx') return path;
  throw new WorkbenchError(
    'usage',
    `${name} has no parameters by name and cannot be interpolated. Choose files of weights (.safetensors, .pth, .param), checkpoints or runs.`,
  );
}

/** A network of images with any number of channels as an upscaler of RGB images. */
export function rgbNetwork(engine: Engine, name: string, { options, parameters }: Generator): Upscaler {
  return colorUpscaler(networkUpscaler(engine, name, options, parameters), options.img_channels);
}

/** Opens models on one engine, which is opened with the first model. */
export function modelOpener(engineName: string): ModelOpener {
  const name = parseEngine(engineName);
  let engine: Promise<Engine> | undefined;
  const open = async (title: string, model: Generator) => {
    engine ??= openEngine(name);
    return rgbNetwork(await engine, title, model);
  };
  return {
    open: (file) => open(file, readGenerator(file)),
    openInterpolated: (first, second, alpha) => {
      const names = [first, second] as const;
      const model = interpolate(readGenerator(first), readGenerator(second), alpha, names);
      return open(names.join(' and '), model);
    },
  };
}

/** Receives a sentence about a damaged checkpoint. */
export type OnProblem = (problem: string) => void;

const printProblem: OnProblem = (problem) => printError(`${problem}\n`);

/**
 * `weightsOf`, for a use that damaged weights would spoil. A damaged file that is named itself is used and reported.
 *
 * @throws WorkbenchError also `data` for the folder of a checkpoint whose weights are not as they were written
 */
export function wholeWeightsOf(name: string, onProblem: OnProblem = printProblem): string {
  const file = weightsOf(name, onProblem);
  if (![generatorFile, emaFile].includes(basename(file))) return file;
  const isNamed = file === name;
  const folder = dirname(file);
  const damage = findWeightsDamage(folder, isNamed ? basename(file) : undefined);
  if (damage === undefined) return file;
  const problem = `Checkpoint ${folder} is not whole: ${damage}.`;
  if (!isNamed)
    throw new WorkbenchError(
      'data',
      `${problem} Choose another checkpoint, restore a copy, or name the file ${file} itself to use it all the same.`,
    );
  onProblem(problem);
  return file;
}

/**
 * The file of weights of a model by its name on the command line; of a run, that of a checkpoint whose weights are as
 * they were written. Throws a `run` or `data` error if there is none.
 */
export function weightsOf(name: string, onProblem: OnProblem = printProblem): string {
  const found = statOf(name);
  if (found?.isFile()) return name;
  if (found !== undefined && !found.isDirectory())
    throw new WorkbenchError('data', `${name} is ${kindOf(found)}, not a file of weights or a run.`);
  if (found === undefined && /\.(safetensors|pth|pt|ckpt|onnx|param)$/i.test(name))
    throw new WorkbenchError('data', `The file ${name} does not exist.`);
  if (existsSync(join(name, generatorFile))) return generatorOf(name);
  if (found === undefined && isBundledModel(name) && !isRunDirectory(join('runs', name))) {
    const file = bundledModelFile(name);
    if (file === undefined) throw new WorkbenchError('usage', `This build has no bundled model ${name}.`);
    return file;
  }
  const paths = isRunDirectory(name)
    ? runPaths(name)
    : findRun('runs', name, 'Give the path of a run, a checkpoint or a file of weights.').paths;
  const { checkpoint, problems } = resultCheckpoint(paths);
  if (!checkpoint) {
    throw new WorkbenchError(
      'run',
      problems.length > 0
        ? `The run ${name} has no whole checkpoint. ${problems.join(' ')} Restore a copy of one.`
        : `The run ${name} has no checkpoint yet. Request one with \`esrgan checkpoint ${name}\`.`,
    );
  }
  if (problems.length > 0) onProblem(`${problems.join(' ')} Using ${checkpoint.name} instead.`);
  return generatorOf(checkpoint.path);
}

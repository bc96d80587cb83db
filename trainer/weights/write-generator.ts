import { existsSync } from 'node:fs';
import { dirname, extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { architectureOf } from '../models/generators.ts';
import { generatorShapes } from '../models/shapes.ts';
import { removeTemporaries, writeFileAtomic, writeNewFileAtomic } from '../runs/atomic-file.ts';
import { largestHalf, type Precision } from '../tensor-files/dtypes.ts';
import { binOf, encodeNcnn } from '../tensor-files/ncnn-file.ts';
import { encodePth } from '../tensor-files/pth-writer.ts';
import { encodeSafetensors } from '../tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../tensor-files/tensors.ts';
import type { Generator } from './generator-file.ts';

const extensions = ['.safetensors', '.pth', '.pt', '.onnx', '.param'];

interface WriteOptions {
  /**
   * Names of the tensors, by default those of our checkpoints. A `.pth` is for other programs: its layout must support
   * the network. A `.safetensors` without a layout may hold networks that no other program supports.
   */
  readonly layout?: string;
  readonly precision?: Precision;
  /** Never replaces a file. */
  readonly isNew?: boolean;
  /** In addition to what describes the network. */
  readonly metadata?: Metadata;
}

/**
 * Writes a generator as `.safetensors`, `.pth` (or `.pt`), `.onnx` or `.param` (and `.bin`, for ncnn), by the extension of
 * the file.
 *
 * @returns false if `isNew` and the file exists, which is unchanged then
 * @throws WorkbenchError `usage` for another extension or an ONNX or ncnn file with a layout, `data` if the layout or the
 *   precision cannot hold the network, `disk`
 */
export function writeGenerator(path: string, generator: Generator, options: WriteOptions = {}): boolean {
  const extension = extname(path).toLowerCase();
  if (!extensions.includes(extension)) {
    throw new WorkbenchError('usage', `${path}: the name must end in .safetensors, .pth, .onnx or .param.`);
  }
  if (options.precision === 'F16') checkHalves(path, generator.parameters);
  if (extension === '.param') return writeNcnn(path, generator, options);
  const content = encodeGenerator(path, extension, generator, options);
  removeTemporaries(dirname(path));
  return publish(path, content, options);
}

function publish(path: string, content: string | Uint8Array[], { isNew }: WriteOptions): boolean {
  if (isNew) return writeNewFileAtomic(path, content);
  writeFileAtomic(path, content);
  return true;
}

/** Writes the weights, then the graph, without which no program uses them. */
function writeNcnn(path: string, { options, parameters }: Generator, write: WriteOptions): boolean {
  refuseLayout(path, 'ncnn', write);
  const { ncnn } = architectureOf(options);
  const obstacle = ncnn
    ? ncnn.obstacle(options)
    : `its architecture is ${generatorShapes(options).architecture}`;
  if (!ncnn || obstacle !== undefined) {
    throw new WorkbenchError(
      'data',
      `${path}: this model cannot be written for ncnn, because ${obstacle}. Choose .onnx instead.`,
    );
  }
  const tensors = ncnn.tensors?.(options, parameters) ?? parameters;
  const { param, bin } = encodeNcnn(ncnn.layers(options), tensors, write.precision ?? 'F32');
  if (write.isNew && existsSync(path)) return false;
  removeTemporaries(dirname(path));
  return publish(binOf(path), bin, write) && publish(path, param, write);
}

function refuseLayout(path: string, format: string, { layout }: WriteOptions): void {
  if (layout === undefined) return;
  throw new WorkbenchError(
    'usage',
    `${path}: ${format} files have no layout of names. Leave out --layout ${layout}.`,
  );
}

function encodeGenerator(
  path: string,
  extension: string,
  { options, parameters }: Generator,
  write: WriteOptions,
): Uint8Array[] {
  const { layout, precision = 'F32', metadata = {} } = write;
  const architecture = architectureOf(options);
  const texts = { ...metadata, ...architecture.metadata(options) };
  if (extension === '.onnx') {
    refuseLayout(path, 'ONNX', write);
    return [architecture.encodeOnnx(options, parameters, precision, texts)];
  }
  const [ownLayout] = architecture.layouts;
  const chosen = layout ?? ownLayout;
  if (layout !== undefined || extension !== '.safetensors') {
    const obstacle = architecture.obstacle(chosen, options);
    if (obstacle !== undefined) {
      throw new WorkbenchError(
        'data',
        `${path}: the layout ${chosen} cannot hold this model, because ${obstacle}. Try another layout, .onnx, or .safetensors without --layout.`,
      );
    }
  }
  const { tensors, pth } = architecture.arrange(chosen, options, parameters, texts);
  return extension === '.safetensors'
    ? encodeSafetensors(tensors, texts, precision)
    : encodePth(tensors, { precision, ...pth });
}

function checkHalves(path: string, parameters: TensorMap): void {
  for (const [name, { data }] of parameters) {
    const large = data.find((value) => Math.abs(value) > largestHalf);
    if (large !== undefined) {
      throw new WorkbenchError(
        'data',
        `${path}: ${name} has the value ${large}, and 16-bit floats go up to ${largestHalf}. Leave out --half.`,
      );
    }
  }
}

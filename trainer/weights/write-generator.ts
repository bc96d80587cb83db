import { dirname, extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { architectureOf } from '../models/generators.ts';
import { removeTemporaries, writeFileAtomic, writeNewFileAtomic } from '../runs/atomic-file.ts';
import { largestHalf, type Precision } from '../tensor-files/dtypes.ts';
import { encodePth } from '../tensor-files/pth-writer.ts';
import { encodeSafetensors } from '../tensor-files/safetensors.ts';
import type { Metadata, TensorMap } from '../tensor-files/tensors.ts';
import type { Generator } from './generator-file.ts';

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
 * Writes a generator as `.safetensors`, `.pth` (or `.pt`) or `.onnx`, by the extension of the file.
 *
 * @returns false if `isNew` and the file exists, which is unchanged then
 * @throws WorkbenchError `usage` for another extension or an ONNX file with a layout, `data` if the layout or the
 *   precision cannot hold the network, `disk`
 */
export function writeGenerator(path: string, generator: Generator, options: WriteOptions = {}): boolean {
  const content = encodeGenerator(path, generator, options);
  removeTemporaries(dirname(path));
  if (options.isNew) return writeNewFileAtomic(path, content);
  writeFileAtomic(path, content);
  return true;
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
  const architecture = architectureOf(options);
  const texts = { ...metadata, ...architecture.metadata(options) };
  if (extension === '.onnx') {
    if (layout) {
      throw new WorkbenchError(
        'usage',
        `${path}: ONNX files have no layout of names. Leave out --layout ${layout}.`,
      );
    }
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

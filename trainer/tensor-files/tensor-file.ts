import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { readBytes, withFile } from './file-bytes.ts';
import { openPth } from './pth-reader.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorFile } from './tensors.ts';

/** Prefixes of all names: of data-parallel training, compilation, and a network inside of a larger model. */
const prefixes = ['module.', '_orig_mod.', 'netG.', 'net_g.', 'generator.', 'model.module.'];

/**
 * Opens a file of tensors, `.safetensors` or PyTorch's, by its content rather than its extension. A known prefix that all
 * names share, such as `module.`, is removed from them. Nothing in the file is executed.
 *
 * @throws WorkbenchError `data`
 */
export function openTensorFile(path: string): TensorFile {
  return withoutPrefixes(isPyTorch(path) ? openPth(path) : openSafetensors(path));
}

function isPyTorch(path: string): boolean {
  const extension = extname(path).toLowerCase();
  if (extension === '.onnx') {
    throw new WorkbenchError(
      'data',
      `${path} is an ONNX file. It can upscale images, but weights are read only from .safetensors and .pth files.`,
    );
  }
  const start = withFile(path, (file, size) =>
    readBytes(
      file,
      0,
      Math.min(size, 9),
      (what) => new WorkbenchError('data', `Cannot read ${path}: ${what}.`),
    ),
  );
  // The header of a safetensors file starts with a brace, after the eight bytes of its length.
  if (start[8] === 0x7b && start[7] === 0) return false;
  return extension !== '.safetensors' || start[0] === 0x80 || (start[0] === 0x50 && start[1] === 0x4b);
}

function withoutPrefixes(file: TensorFile): TensorFile {
  const names = [...file.entries.keys()];
  const prefix = prefixes.find((each) => names.length > 0 && names.every((name) => name.startsWith(each)));
  if (prefix === undefined) return file;
  return withoutPrefixes({
    ...file,
    wrapper: [...file.wrapper, prefix],
    entries: new Map([...file.entries].map(([name, entry]) => [name.slice(prefix.length), entry])),
    read: (name) => file.read(prefix + name),
  });
}

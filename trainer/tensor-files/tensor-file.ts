import { extname } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { readBytes, withFile } from './file-bytes.ts';
import { openNcnn, paramOf } from './ncnn-file.ts';
import { isNcnnParam } from './ncnn-param.ts';
import { openNpz } from './npz-reader.ts';
import { openPth } from './pth-reader.ts';
import { openSafetensors } from './safetensors.ts';
import type { TensorFile } from './tensors.ts';

/**
 * Opens a file of tensors, `.safetensors`, PyTorch's, NumPy's or ncnn's, by its content rather than its extension; a `.bin` next to
 * a `.param` is ncnn's. Nothing in the file is executed.
 *
 * @throws WorkbenchError `data`
 */
export function openTensorFile(path: string): TensorFile {
  const param = paramOf(path);
  if (param !== undefined) return openNcnn(param);
  switch (formatOf(path)) {
    case 'ncnn':
      return openNcnn(path);
    case 'NumPy':
      return openNpz(path);
    case 'PyTorch':
      return openPth(path);
    case 'safetensors':
      return openSafetensors(path);
  }
}

function formatOf(path: string): 'safetensors' | 'PyTorch' | 'NumPy' | 'ncnn' {
  const extension = extname(path).toLowerCase();
  if (extension === '.onnx') {
    throw new WorkbenchError(
      'data',
      `${path} is an ONNX file. It can upscale images, but weights are read only from .safetensors, .pth and .param files.`,
    );
  }
  const start = withFile(path, (file, size) =>
    readBytes(
      file,
      0,
      Math.min(size, 128),
      (what) => new WorkbenchError('data', `Cannot read ${path}: ${what}.`),
    ),
  );
  // The header of a safetensors file starts with a brace, after the eight bytes of its length.
  if (start[8] === 0x7b && start[7] === 0) return 'safetensors';
  if (extension === '.param' || isNcnnParam(start)) return 'ncnn';
  if (isNpz(start)) return 'NumPy';
  const isPyTorch =
    extension !== '.safetensors' || start[0] === 0x80 || (start[0] === 0x50 && start[1] === 0x4b);
  return isPyTorch ? 'PyTorch' : 'safetensors';
}

/** Whether the first file of a zip archive is an array of NumPy: 26 bytes after its start is the length of its name. */
function isNpz(start: Uint8Array): boolean {
  const text = Buffer.from(start).toString('latin1');
  return text.startsWith('PK\x03\x04') && text.slice(30, 30 + (start[26] ?? 0)).endsWith('.npy');
}

/**
 * The prefixes after which a file has a tensor of this name: `''` for the name itself, `params_ema.`,
 * `state_dict.generator.`. In the order of the file.
 */
export function prefixesOf(file: TensorFile, name: string): string[] {
  return [...file.entries.keys()]
    .filter((each) => each === name || each.endsWith(`.${name}`))
    .map((each) => each.slice(0, -name.length));
}

/** The tensors after a prefix, by their names without it. */
export function withoutPrefix(file: TensorFile, prefix: string): TensorFile {
  if (prefix === '') return file;
  const inside = [...file.entries].filter(([name]) => name.startsWith(prefix));
  return {
    ...file,
    wrapper: [...file.wrapper, ...prefix.split('.').slice(0, -1)],
    entries: new Map(inside.map(([name, entry]) => [name.slice(prefix.length), entry])),
    read: (name) => file.read(prefix + name),
  };
}

/** The network that has a tensor of this name, whatever prefix the file adds to its names; else the whole file. */
export function networkWith(file: TensorFile, name: string): TensorFile {
  return withoutPrefix(file, prefixesOf(file, name)[0] ?? '');
}

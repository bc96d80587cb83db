import { type Precision, toBytes } from './dtypes.ts';
import { createPickleWriter, type PlainValue } from './pickle-writer.ts';
import type { TensorMap } from './tensors.ts';
import { encodeZip, type ZipContent } from './zip-writer.ts';

export interface PthOptions {
  readonly precision?: Precision;
  /** Key of the dictionary of tensors; by default the file's root is that dictionary. */
  readonly wrapper?: string;
  /** Further entries of the root, next to the wrapper. */
  readonly beside?: Readonly<Record<string, PlainValue>>;
}

/**
 * Encodes a PyTorch file of the zip format (since 1.6) as pieces to write one after the other. PyTorch loads it with
 * `weights_only=True`. Pieces in F32 are views of the tensors' data. Equal tensors in equal order give equal bytes.
 */
export function encodePth(
  tensors: TensorMap,
  { precision = 'F32', wrapper, beside = {} }: PthOptions = {},
): Uint8Array[] {
  const pickle = createPickleWriter();
  const storages: ZipContent[] = [];
  const writeTensors = () => {
    for (const [name, { shape, data }] of tensors) {
      const key = String(storages.length);
      storages.push({ name: `weights/data/${key}`, pieces: [toBytes(data, precision)] });
      pickle.plain(name);
      pickle.tensor({ key, storage: precision === 'F32' ? 'FloatStorage' : 'HalfStorage', shape });
    }
  };
  pickle.dict(() => {
    if (wrapper === undefined) return writeTensors();
    pickle.plain(wrapper);
    pickle.dict(writeTensors);
    for (const [key, value] of Object.entries(beside)) {
      pickle.plain(key);
      pickle.plain(value);
    }
  });
  const text = (name: string, content: string): ZipContent => ({
    name: `weights/${name}`,
    pieces: [Buffer.from(content)],
  });
  return encodeZip([
    { name: 'weights/data.pkl', pieces: [pickle.finish()] },
    text('byteorder', 'little'),
    ...storages,
    text('version', '3\n'),
  ]);
}

/** A value for a pickle. */
export type PlainValue =
  | string
  | number
  | boolean
  | { readonly [key: string]: PlainValue }
  | readonly PlainValue[];

interface PickledTensor {
  /** Key of its storage, which has exactly its elements. */
  readonly key: string;
  readonly storage: 'FloatStorage' | 'HalfStorage';
  readonly shape: readonly number[];
}

/** Writes a pickle of protocol 2 as PyTorch does. */
interface PickleWriter {
  plain(value: PlainValue): void;
  tensor(tensor: PickledTensor): void;
  /** A dictionary; `items` writes keys and values alternately. */
  dict(items: () => void): void;
  finish(): Uint8Array;
}

export function createPickleWriter(): PickleWriter {
  const parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];
  const operation = (...bytes: number[]) => void parts.push(Uint8Array.from(bytes));
  const global = (module: string, name: string) => void parts.push(Buffer.from(`c${module}\n${name}\n`));

  function text(value: string): void {
    const bytes = Buffer.from(value);
    const head = Buffer.from([0x58, 0, 0, 0, 0]); // BINUNICODE
    head.writeUInt32LE(bytes.length, 1);
    parts.push(head, bytes);
  }

  function number(value: number): void {
    if (Number.isInteger(value) && Math.abs(value) < 2 ** 31 && !Object.is(value, -0)) {
      const bytes = Buffer.from([0x4a, 0, 0, 0, 0]); // BININT
      bytes.writeInt32LE(value, 1);
      parts.push(bytes);
    } else {
      const bytes = Buffer.alloc(9, 0x47); // BINFLOAT
      bytes.writeDoubleBE(value, 1);
      parts.push(bytes);
    }
  }

  function tuple(values: readonly number[]): void {
    operation(0x28); // MARK
    for (const value of values) number(value);
    operation(0x74); // TUPLE
  }

  function plain(value: PlainValue): void {
    if (typeof value === 'string') text(value);
    else if (typeof value === 'number') number(value);
    else if (typeof value === 'boolean') operation(value ? 0x88 : 0x89);
    else if (isList(value)) {
      operation(0x5d, 0x28); // EMPTY_LIST, MARK
      for (const item of value) plain(item);
      operation(0x65); // APPENDS
    } else {
      dict(() => {
        for (const [key, item] of Object.entries(value)) {
          text(key);
          plain(item);
        }
      });
    }
  }

  function dict(items: () => void): void {
    operation(0x7d, 0x28); // EMPTY_DICT, MARK
    items();
    operation(0x75); // SETITEMS
  }

  return {
    plain,
    dict,
    tensor({ key, storage, shape }) {
      const elements = shape.reduce((product, extent) => product * extent, 1);
      global('torch._utils', '_rebuild_tensor_v2');
      operation(0x28, 0x28); // MARK of the arguments, MARK of the storage id
      text('storage');
      global('torch', storage);
      text(key);
      text('cpu');
      number(elements);
      operation(0x74, 0x51); // TUPLE, BINPERSID
      number(0);
      tuple(shape);
      tuple(shape.map((_, axis) => shape.slice(axis + 1).reduce((product, extent) => product * extent, 1)));
      operation(0x89); // requires_grad is false
      global('collections', 'OrderedDict');
      operation(0x29, 0x52, 0x74, 0x52); // EMPTY_TUPLE, REDUCE: no hooks; TUPLE, REDUCE
    },
    finish() {
      operation(0x2e); // STOP
      return Buffer.concat(parts);
    },
  };
}

function isList(value: PlainValue): value is readonly PlainValue[] {
  return Array.isArray(value);
}

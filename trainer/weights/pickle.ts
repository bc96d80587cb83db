import { quoted } from '../errors/quoted.ts';
import type { DType } from './dtypes.ts';
import type { Fail } from './file-bytes.ts';

/** What a pickle describes: Python's plain values, and the few of PyTorch's that files of weights are made of. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleTuple
  | PickleDict
  | PickleStorage
  | PickleTensor
  | PickleFunction
  | PickleUnused;

export interface PickleTuple {
  readonly kind: 'tuple';
  readonly items: readonly PickleValue[];
}

export interface PickleDict {
  readonly kind: 'dict';
  readonly entries: Map<PickleValue, PickleValue>;
}

/** The numbers that tensors are views of. */
export interface PickleStorage {
  readonly kind: 'storage';
  readonly dtype: DType;
  /** Name in the file. */
  readonly key: string;
  /** Elements to skip in the storage of that name, and how many follow. */
  readonly begin: number;
  readonly length: number;
}

/** A view of a storage: element `i, j, …` lies at `offset + i * strides[0] + j * strides[1] + …`. */
export interface PickleTensor {
  readonly kind: 'tensor';
  readonly storage: PickleStorage;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];
}

/** An allowed name of Python's, which stands for a function of ours. */
export interface PickleFunction {
  readonly kind: 'function';
  readonly name: string;
  call(args: readonly PickleValue[]): PickleValue;
}

/** A value that no reader of weights needs, such as the last score; nothing of it is kept. */
export interface PickleUnused {
  readonly kind: 'unused';
}

export interface PickleRules {
  /** What a global name stands for. Throws for all that are not allowed. */
  global(module: string, name: string): PickleFunction;
  /** What an id of the container stands for. */
  persistent(id: PickleValue): PickleValue;
  readonly fail: Fail;
}

/**
 * Operations that one pickle may have; each takes at most some 200 bytes of memory, so that no pickle takes more
 * than 100 MB. A GAN checkpoint with its optimisers has about 150,000.
 */
const maximumOperations = 500_000;

/** Operations that make objects of any class or belong to formats that PyTorch never wrote. */
const refused: Readonly<Record<number, string>> = {
  105: 'INST',
  111: 'OBJ',
  129: 'NEWOBJ',
  146: 'NEWOBJ_EX',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  80: 'PERSID',
  151: 'NEXT_BUFFER',
  152: 'READONLY_BUFFER',
};

/**
 * Reads one pickle (protocols 2 to 5), the first byte of which is `bytes[start]`. Nothing is ever executed: the
 * only functions are those of `rules.global`. `end` is the index after the pickle. Throws what `rules` throw, and
 * `rules.fail` for operations that are refused, unknown or do not fit, and where the bytes end too early.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  const { fail } = rules;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  let stack: PickleValue[] = [];
  const below: PickleValue[][] = [];
  const memo = new Map<number, PickleValue>();

  const take = (length: number): number => {
    if (length > bytes.length - at) throw fail(`its pickle ends in the middle, at byte ${bytes.length}`);
    at += length;
    return at - length;
  };
  const byte = () => bytes[take(1)]!;
  const uint16 = () => view.getUint16(take(2), true);
  const uint32 = () => view.getUint32(take(4), true);
  const uint64 = () => Number(view.getBigUint64(take(8), true));
  const raw = (length: number) => bytes.slice(take(length), at);
  const text = (length: number) => new TextDecoder().decode(bytes.subarray(take(length), at));
  const line = (): string => {
    const end = bytes.indexOf(0x0a, at);
    if (end < 0 || end - at > 1000) throw fail('a name in its pickle has no end');
    return text(end + 1 - at).slice(0, -1);
  };
  const pop = (): PickleValue => {
    const value = stack.pop();
    if (value === undefined) throw fail(`its pickle takes more values than there are, at byte ${at - 1}`);
    return value;
  };
  const top = (): PickleValue => {
    const value = stack.at(-1);
    if (value === undefined) throw fail(`its pickle takes more values than there are, at byte ${at - 1}`);
    return value;
  };
  const popMark = (): PickleValue[] => {
    const items = stack;
    const outer = below.pop();
    if (outer === undefined) throw fail(`its pickle has no mark where it needs one, at byte ${at - 1}`);
    stack = outer;
    return items;
  };
  const tuple = (items: readonly PickleValue[]): PickleTuple => ({ kind: 'tuple', items });
  const recall = (index: number): PickleValue => {
    const value = memo.get(index);
    if (value === undefined) throw fail(`its pickle recalls value ${index}, which it never stored`);
    return value;
  };
  const append = (items: readonly PickleValue[]) => {
    const list = top();
    if (!Array.isArray(list)) throw fail(`its pickle appends to ${describe(list)}`);
    for (const item of items) list.push(item);
  };
  const setItems = (items: readonly PickleValue[]) => {
    const dict = top();
    if (!isKind(dict, 'dict')) throw fail(`its pickle sets items of ${describe(dict)}`);
    if (items.length % 2 !== 0) throw fail('its pickle sets a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i]!, items[i + 1]!);
  };
  const global = (module: PickleValue, name: PickleValue) => {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw fail(`its pickle takes ${describe(name)} for a name`);
    return rules.global(module, name);
  };
  const call = () => {
    const args = pop();
    const called = pop();
    if (!isKind(called, 'function')) throw fail(`its pickle calls ${describe(called)}`);
    if (!isKind(args, 'tuple')) throw fail(`its pickle calls ${called.name} with ${describe(args)}`);
    stack.push(called.call(args.items));
  };
  // Attributes of a dictionary (PyTorch adds versions of modules) and of values that are not kept.
  const build = () => {
    pop();
    const built = top();
    if (!isKind(built, 'dict') && !isKind(built, 'unused')) {
      throw fail(`its pickle changes attributes of ${describe(built)} (BUILD)`);
    }
  };

  for (let operations = 0; operations < maximumOperations; operations++) {
    const operation = byte();
    switch (operation) {
      case 0x80: {
        const protocol = byte();
        if (protocol < 2 || protocol > 5)
          throw fail(`its pickle has protocol ${protocol}; 2 to 5 can be read`);
        break;
      }
      case 0x95: // FRAME
        take(8);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: at };
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4b: // BININT1
        stack.push(byte());
        break;
      case 0x4d: // BININT2
        stack.push(uint16());
        break;
      case 0x4a: // BININT
        stack.push(view.getInt32(take(4), true));
        break;
      case 0x8a: // LONG1
        stack.push(wholeNumber(raw(byte())));
        break;
      case 0x47: // BINFLOAT
        stack.push(view.getFloat64(take(8)));
        break;
      case 0x58: // BINUNICODE
      case 0x54: // BINSTRING, of Python 2
        stack.push(text(uint32()));
        break;
      case 0x8c: // SHORT_BINUNICODE
      case 0x55: // SHORT_BINSTRING, of Python 2
        stack.push(text(byte()));
        break;
      case 0x8d: // BINUNICODE8
        stack.push(text(uint64()));
        break;
      case 0x43: // SHORT_BINBYTES
        stack.push(raw(byte()));
        break;
      case 0x42: // BINBYTES
        stack.push(raw(uint32()));
        break;
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push({ kind: 'dict', entries: new Map() });
        break;
      case 0x29: // EMPTY_TUPLE
        stack.push(tuple([]));
        break;
      case 0x85: // TUPLE1
        stack.push(tuple([pop()]));
        break;
      case 0x86: // TUPLE2
        stack.push(tuple([pop(), pop()].reverse()));
        break;
      case 0x87: // TUPLE3
        stack.push(tuple([pop(), pop(), pop()].reverse()));
        break;
      case 0x28: // MARK
        below.push(stack);
        stack = [];
        break;
      case 0x74: {
        // TUPLE
        const items = popMark();
        stack.push(tuple(items));
        break;
      }
      case 0x61: // APPEND
        append([pop()]);
        break;
      case 0x65: // APPENDS
        append(popMark());
        break;
      case 0x73: // SETITEM
        setItems([pop(), pop()].reverse());
        break;
      case 0x75: // SETITEMS
        setItems(popMark());
        break;
      case 0x71: // BINPUT
        memo.set(byte(), top());
        break;
      case 0x72: // LONG_BINPUT
        memo.set(uint32(), top());
        break;
      case 0x94: // MEMOIZE
        memo.set(memo.size, top());
        break;
      case 0x68: // BINGET
        stack.push(recall(byte()));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(uint32()));
        break;
      case 0x63: {
        // GLOBAL
        const module = line();
        stack.push(global(module, line()));
        break;
      }
      case 0x93: {
        // STACK_GLOBAL
        const name = pop();
        stack.push(global(pop(), name));
        break;
      }
      case 0x52: // REDUCE
        call();
        break;
      case 0x62: // BUILD
        build();
        break;
      case 0x51: // BINPERSID
        stack.push(rules.persistent(pop()));
        break;
      default: {
        const name = refused[operation] ?? `0x${operation.toString(16).padStart(2, '0')}`;
        const wanted = name === 'INST' ? ` of ${quoted(`${line()}.${line()}`)}` : '';
        throw fail(`its pickle has the operation ${name}${wanted}, which files of weights do not need`);
      }
    }
  }
  throw fail(`its pickle has more than ${maximumOperations} operations, which no file of weights needs`);
}

/** Whether a value is an object of that kind. */
export function isKind<K extends (PickleValue & { kind: string })['kind']>(
  value: PickleValue | undefined,
  kind: K,
): value is Extract<PickleValue, { kind: K }> {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

/** A value in a few words, for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'None';
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value.kind === 'function') return value.name;
  return value.kind === 'tensor' ? `a tensor of shape [${value.shape.join(', ')}]` : `a ${value.kind}`;
}

/** A little-endian number in two's complement, of up to 255 bytes. */
function wholeNumber(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(bytes.length * 8, value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

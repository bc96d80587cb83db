import { quoted } from '../errors/quoted.ts';
import type { Fail } from './file-bytes.ts';
import {
  describe,
  isKind,
  type PickleFunction,
  type PickleTuple,
  type PickleValue,
} from './pickle-values.ts';

export interface PickleRules {
  /** The function for a global name. Throws for names that are not allowed. */
  global(module: string, name: string): PickleFunction;
  /** The value for a persistent id of the container. */
  persistent(id: PickleValue): PickleValue;
  readonly fail: Fail;
}

/**
 * Operations that one pickle may have. Each takes up to about 200 bytes of memory, so that no pickle takes more than
 * 100 MB. A GAN checkpoint with its optimisers has about 150,000.
 */
const maximumOperations = 500_000;

/**
 * Reads one pickle (protocols 2 to 5) whose first byte is `bytes[start]`. Nothing is executed: the only functions are
 * those of `rules.global`. `end` is the index after the pickle. Throws `rules.fail` for operations that are not allowed
 * or invalid and for truncated bytes, and errors of `rules`.
 */
export function readPickle(
  bytes: Uint8Array,
  start: number,
  rules: PickleRules,
): { value: PickleValue; end: number } {
  const machine = new PickleMachine(bytes, start, rules);
  for (let count = 0; count < maximumOperations; count++) {
    const code = machine.byte();
    if (code === stop) return { value: machine.pop(), end: machine.at };
    const run = byCode[code] ?? unknown(code);
    run(machine);
  }
  throw rules.fail(
    `its pickle has more than ${maximumOperations} operations, which no file of weights needs`,
  );
}

/** The stack, the memo and the position of a pickle that is being read. */
class PickleMachine {
  private readonly view: DataView;
  private stack: PickleValue[] = [];
  /** Stacks below the marks. */
  private readonly below: PickleValue[][] = [];
  private readonly memo = new Map<number, PickleValue>();

  constructor(
    private readonly bytes: Uint8Array,
    public at: number,
    readonly rules: PickleRules,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(): number {
    return this.bytes[this.take(1)]!;
  }
  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }
  /** Big-endian, unlike all else in a pickle. */
  float64(): number {
    return this.view.getFloat64(this.take(8));
  }
  raw(length: number): Uint8Array {
    return this.bytes.slice(this.take(length), this.at);
  }
  text(length: number): string {
    return new TextDecoder().decode(this.bytes.subarray(this.take(length), this.at));
  }
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.at);
    if (end < 0 || end - this.at > 1000) throw this.rules.fail('a name in its pickle is not terminated');
    return this.text(end + 1 - this.at).slice(0, -1);
  }

  push(value: PickleValue): void {
    this.stack.push(value);
  }
  pop(): PickleValue {
    const value = this.top();
    this.stack.pop();
    return value;
  }
  top(): PickleValue {
    const value = this.stack.at(-1);
    if (value === undefined) throw this.tooFewValues();
    return value;
  }
  /** The last `count` values, in the order in which they were pushed. */
  popMany(count: number): PickleValue[] {
    if (this.stack.length < count) throw this.tooFewValues();
    return this.stack.splice(-count);
  }
  mark(): void {
    this.below.push(this.stack);
    this.stack = [];
  }
  popMark(): PickleValue[] {
    const items = this.stack;
    const outer = this.below.pop();
    if (outer === undefined) {
      throw this.rules.fail(`its pickle lacks a mark, at byte ${this.at - 1}`);
    }
    this.stack = outer;
    return items;
  }

  store(index: number = this.memo.size): void {
    this.memo.set(index, this.top());
  }
  recall(index: number): void {
    const value = this.memo.get(index);
    if (value === undefined)
      throw this.rules.fail(`its pickle reads the memo at ${index}, which it never wrote`);
    this.push(value);
  }

  append(items: readonly PickleValue[]): void {
    const list = this.top();
    if (!Array.isArray(list)) throw this.rules.fail(`its pickle appends to ${describe(list)}`);
    for (const item of items) list.push(item);
  }
  setItems(items: readonly PickleValue[]): void {
    const dict = this.top();
    if (!isKind(dict, 'dict')) throw this.rules.fail(`its pickle sets items of ${describe(dict)}`);
    if (items.length % 2 !== 0) throw this.rules.fail('its pickle sets a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i]!, items[i + 1]!);
  }
  /** Of a set, whose items are dropped. */
  addItems(items: readonly PickleValue[]): void {
    const set = this.top();
    if (!isKind(set, 'unused'))
      throw this.rules.fail(`its pickle adds ${items.length} items to ${describe(set)}`);
  }
  pushGlobal(module: PickleValue, name: PickleValue): void {
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.rules.fail(`its pickle uses ${describe(name)} as a name`);
    }
    this.push(this.rules.global(module, name));
  }
  call(): void {
    const args = this.pop();
    const called = this.pop();
    if (!isKind(called, 'function')) throw this.rules.fail(`its pickle calls ${describe(called)}`);
    if (!isKind(args, 'tuple')) {
      throw this.rules.fail(`its pickle calls ${called.name} with ${describe(args)}`);
    }
    this.push(called.call(args.items));
  }
  /** Attributes of a dictionary (PyTorch adds versions of modules) and of unused values, which are dropped. */
  build(): void {
    this.pop();
    const built = this.top();
    if (!isKind(built, 'dict') && !isKind(built, 'unused')) {
      throw this.rules.fail(`its pickle changes attributes of ${describe(built)} (BUILD)`);
    }
  }

  refuse(operation: string): never {
    throw this.rules.fail(`its pickle has the operation ${operation}, which files of weights do not need`);
  }
  private tooFewValues(): Error {
    return this.rules.fail(`its pickle pops more values than the stack has, at byte ${this.at - 1}`);
  }
  private take(length: number): number {
    if (length > this.bytes.length - this.at) {
      throw this.rules.fail(`its pickle is truncated at byte ${this.bytes.length}`);
    }
    this.at += length;
    return this.at - length;
  }
}

type Operation = (machine: PickleMachine) => void;

const stop = 0x2e;

/** The operations but STOP, by Python's names (`Lib/pickletools.py`), with their codes. */
const operations: Readonly<Record<string, readonly [code: number, run: Operation]>> = {
  PROTO: [0x80, checkProtocol],
  FRAME: [0x95, (m) => void m.uint64()],

  NONE: [0x4e, (m) => m.push(null)],
  NEWTRUE: [0x88, (m) => m.push(true)],
  NEWFALSE: [0x89, (m) => m.push(false)],
  BININT1: [0x4b, (m) => m.push(m.byte())],
  BININT2: [0x4d, (m) => m.push(m.uint16())],
  BININT: [0x4a, (m) => m.push(m.int32())],
  LONG1: [0x8a, (m) => m.push(wholeNumber(m.raw(m.byte())))],
  BINFLOAT: [0x47, (m) => m.push(m.float64())],
  BINUNICODE: [0x58, (m) => m.push(m.text(m.uint32()))],
  SHORT_BINUNICODE: [0x8c, (m) => m.push(m.text(m.byte()))],
  BINUNICODE8: [0x8d, (m) => m.push(m.text(m.uint64()))],
  BINBYTES: [0x42, (m) => m.push(m.raw(m.uint32()))],
  SHORT_BINBYTES: [0x43, (m) => m.push(m.raw(m.byte()))],
  // Of Python 2.
  BINSTRING: [0x54, (m) => m.push(m.text(m.uint32()))],
  SHORT_BINSTRING: [0x55, (m) => m.push(m.text(m.byte()))],

  MARK: [0x28, (m) => m.mark()],
  EMPTY_TUPLE: [0x29, (m) => m.push(tuple([]))],
  TUPLE1: [0x85, (m) => m.push(tuple(m.popMany(1)))],
  TUPLE2: [0x86, (m) => m.push(tuple(m.popMany(2)))],
  TUPLE3: [0x87, (m) => m.push(tuple(m.popMany(3)))],
  TUPLE: [0x74, (m) => m.push(tuple(m.popMark()))],
  EMPTY_LIST: [0x5d, (m) => m.push([])],
  APPEND: [0x61, (m) => m.append(m.popMany(1))],
  APPENDS: [0x65, (m) => m.append(m.popMark())],
  EMPTY_DICT: [0x7d, (m) => m.push({ kind: 'dict', entries: new Map() })],
  SETITEM: [0x73, (m) => m.setItems(m.popMany(2))],
  SETITEMS: [0x75, (m) => m.setItems(m.popMark())],
  EMPTY_SET: [0x8f, (m) => m.push({ kind: 'unused' })],
  ADDITEMS: [0x90, (m) => m.addItems(m.popMark())],

  BINPUT: [0x71, (m) => m.store(m.byte())],
  LONG_BINPUT: [0x72, (m) => m.store(m.uint32())],
  MEMOIZE: [0x94, (m) => m.store()],
  BINGET: [0x68, (m) => m.recall(m.byte())],
  LONG_BINGET: [0x6a, (m) => m.recall(m.uint32())],

  GLOBAL: [0x63, (m) => m.pushGlobal(m.line(), m.line())],
  STACK_GLOBAL: [0x93, pushStackGlobal],
  REDUCE: [0x52, (m) => m.call()],
  BUILD: [0x62, (m) => m.build()],
  BINPERSID: [0x51, (m) => m.push(m.rules.persistent(m.pop()))],

  // Not allowed: they create objects of any class, or belong to formats that PyTorch never wrote.
  INST: [0x69, (m) => m.refuse(`INST of ${quoted(`${m.line()}.${m.line()}`)}`)],
  OBJ: [0x6f, (m) => m.refuse('OBJ')],
  NEWOBJ: [0x81, (m) => m.refuse('NEWOBJ')],
  NEWOBJ_EX: [0x92, (m) => m.refuse('NEWOBJ_EX')],
  EXT1: [0x82, (m) => m.refuse('EXT1')],
  EXT2: [0x83, (m) => m.refuse('EXT2')],
  EXT4: [0x84, (m) => m.refuse('EXT4')],
  PERSID: [0x50, (m) => m.refuse('PERSID')],
  NEXT_BUFFER: [0x97, (m) => m.refuse('NEXT_BUFFER')],
  READONLY_BUFFER: [0x98, (m) => m.refuse('READONLY_BUFFER')],
};

const byCode: (Operation | undefined)[] = [];
for (const [code, run] of Object.values(operations)) byCode[code] = run;

function unknown(code: number): Operation {
  return (machine) => machine.refuse(`0x${code.toString(16).padStart(2, '0')}`);
}

function checkProtocol(machine: PickleMachine): void {
  const protocol = machine.byte();
  if (protocol < 2 || protocol > 5) {
    throw machine.rules.fail(`its pickle has protocol ${protocol}; 2 to 5 are supported`);
  }
}

function pushStackGlobal(machine: PickleMachine): void {
  const name = machine.pop();
  machine.pushGlobal(machine.pop(), name);
}

function tuple(items: readonly PickleValue[]): PickleTuple {
  return { kind: 'tuple', items };
}

/** A little-endian number in two's complement, of up to 255 bytes. */
function wholeNumber(bytes: Uint8Array): number | bigint {
  let value = 0n;
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte);
  value = BigInt.asIntN(bytes.length * 8, value);
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

import type { Random } from '../../../trainer/data/random.ts';
import { count, global, pickle, text } from '../trainer/tensor-files/pickle-bytes.ts';
import { oneOf, shuffled } from './damage.ts';

/** Length in bytes of the argument, for operations with a fixed one. */
const fixedArguments: Readonly<Record<number, number>> = {
  128: 1,
  149: 8,
  75: 1,
  77: 2,
  74: 4,
  71: 8,
  113: 1,
  114: 4,
  104: 1,
  106: 4,
};

/** Size in bytes of the length prefix, for operations with an argument of any length. */
const lengthBytes: Readonly<Record<number, number>> = {
  138: 1,
  88: 4,
  84: 4,
  140: 1,
  85: 1,
  141: 8,
  67: 1,
  66: 4,
};

/** The operations of a valid pickle of protocol 2 or later, each with its argument. */
export function pickleOperations(bytes: Buffer): Buffer[] {
  const operations: Buffer[] = [];
  for (let at = 0; at < bytes.length; ) {
    const operation = bytes[at]!;
    const prefix = lengthBytes[operation];
    let end = at + 1 + (fixedArguments[operation] ?? 0);
    if (prefix !== undefined) end = at + 1 + prefix + bytes.readUIntLE(at + 1, Math.min(prefix, 6));
    if (operation === 0x63) end = bytes.indexOf('\n', bytes.indexOf('\n', at) + 1) + 1;
    operations.push(bytes.subarray(at, end));
    at = end;
  }
  return operations;
}

/** Every operation, including those of protocol 0, with arguments of all kinds. */
const others: readonly Buffer[] = [
  ...Array.from({ length: 256 }, (_, operation) => Buffer.of(operation)),
  ...[0, 1, 2, 65535].map((value) => pickle('M', value & 255, value >> 8)),
  ...['ffffffff', 'ffffff7f', '00000080'].map((hex) => pickle('J', Buffer.from(hex, 'hex'))),
  ...['', 'ff', 'ffffffffffffff7f', 'ff'.repeat(40)].map((hex) =>
    pickle(0x8a, hex.length / 2, Buffer.from(hex, 'hex')),
  ),
  ...['', 'a', '__proto__', 'state_dict', 'storage', '../0', '\0', 'n'.repeat(200)].map(text),
  ...[0, 1, 5, 255].flatMap((index) => [pickle('h', index), pickle('q', index)]),
  pickle('X', Buffer.from('ffffffff', 'hex')),
  pickle(0x8d, Buffer.from('ffffffffffffffff', 'hex')),
  pickle('B', Buffer.from('ffffff7f', 'hex')),
  pickle('G', Buffer.from('7ff8000000000000', 'hex')),
  ...[
    ['os', 'system'],
    ['builtins', 'eval'],
    ['collections', 'OrderedDict'],
    ['torch', 'Size'],
    ['torch', 'FloatStorage'],
    ['torch', 'LongStorage'],
    ['torch._utils', '_rebuild_tensor_v2'],
    ['torch._utils', '_rebuild_parameter'],
    ['__proto__', 'constructor'],
  ].map(([module = '', name = '']) => Buffer.from(global(module, name))),
  pickle(text('storage'), global('torch', 'FloatStorage'), text('0'), text('cpu'), count(2), '('),
  pickle('})]'),
  pickle(')R'),
  pickle('}(', text('a'), 'h', 0, 'u'),
];

/** A pickle with operations repeated, dropped, moved and inserted. */
export function damagePickle(operations: readonly Buffer[], random: Random): Buffer {
  const changed = shuffled(operations, random);
  for (let more = random.integer(3); more > 0; more--) {
    changed.splice(random.integer(changed.length + 1), random.integer(2), oneOf(others, random));
  }
  return Buffer.concat([...changed, Buffer.from('.')]);
}

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import {
  count,
  dict,
  fileOf,
  global,
  pickle,
  type RawEntry,
  saved,
  start,
  streamed,
  tensor,
  text,
  zip,
  zip64,
  zipped,
} from './pickle-bytes.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../fixtures/pth/${name}.pth`, import.meta.url));

const upTo23 = Array.from({ length: 24 }, (_, index) => index);

/** What scripts/fixtures/pth.py put in: type in the file, shape, values. */
const bare: Record<string, [string, number[], number[]]> = {
  plain: ['F32', [2, 2], [1, 2, 3, 4]],
  whole: ['F32', [24], upTo23],
  offset: ['F32', [4], [5, 6, 7, 8]],
  transposed: ['F32', [6, 4], [0, 1, 2, 3, 4, 5].flatMap((row) => [row, row + 6, row + 12, row + 18])],
  columns: ['F32', [4, 3], [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23]],
  permuted: [
    'F32',
    [4, 2, 3],
    [0, 1, 2, 3].flatMap((last) =>
      [0, 12].flatMap((first) => [0, 4, 8].map((middle) => first + middle + last)),
    ),
  ],
  scalar: ['F32', [], [0.25]],
  empty: ['F32', [0, 3], []],
  parameter: ['F32', [2], [7, 8]],
  double: ['F64', [2], [1.5, -2.5]],
  half: ['F16', [2], [0.5, -65504]],
  // 3e38 rounded to eight significant bits.
  bfloat: ['BF16', [2], [0.5, 226 * 2 ** 120]],
  int64: ['I64', [2], [-3, 100]],
  int32: ['I32', [2], [-3, 100]],
  int16: ['I16', [2], [-3, 100]],
  int8: ['I8', [2], [-3, 100]],
  uint8: ['U8', [2], [0, 255]],
  bool: ['BOOL', [2], [1, 0]],
};

function contents(path: string): Record<string, [string, readonly number[], number[]]> {
  const file = openTensorFile(path);
  return Object.fromEntries(
    [...file.entries].map(([name, { dtype, shape }]) => {
      const read = file.read(name);
      expect(read.shape).toEqual(shape);
      return [name, [dtype, shape, [...read.data]]];
    }),
  );
}

describe('files of PyTorch', () => {
  test.each(['bare-zip', 'bare-stream', 'protocol-3', 'protocol-4', 'protocol-5'])(
    '%s: types, views, offsets, strides',
    (name) => {
      expect(contents(fixture(name))).toEqual(bare);
    },
  );

  test.each(['zip', 'stream'])('a checkpoint (%s): names with dots, and metadata', (format) => {
    const file = openTensorFile(fixture(`checkpoint-${format}`));
    expect(file.format).toBe(format === 'zip' ? 'PyTorch (zip)' : 'PyTorch (before 1.6)');
    expect(file.metadata).toEqual({
      epoch: '12',
      stage: 'training',
      'hparams.scale_factor': '4',
      'hparams.generator.rrdb_channels': '64',
    });
    const inside = Object.entries(bare).map(([name, value]) => [`g_model_state_dict.module.${name}`, value]);
    expect(contents(fixture(`checkpoint-${format}`))).toEqual({
      ...Object.fromEntries(inside),
      'optimizer.state.0.exp_avg': ['F32', [2], [0, 0]],
    });
  });

  test.each(['zip', 'stream'])('two dictionaries of tensors (%s)', (format) => {
    expect(contents(fixture(`ema-${format}`))).toEqual({
      'params.a': ['F32', [2], [0, 0]],
      'params_ema.a': ['F32', [2], [1, 1]],
    });
  });

  test.each(['zip', 'stream'])('the state of a module, with attributes of its dictionary (%s)', (format) => {
    expect(contents(fixture(`module-${format}`))).toEqual({
      weight: ['F32', [1, 2], [1, 2]],
      bias: ['F32', [1], [3]],
    });
  });

  test.each(['zip', 'stream'])('a pickled module is refused, naming its class (%s)', (format) => {
    check(fixture(`whole-module-${format}`), /"torch\.nn\.modules\.linear\.Linear"|no storage/);
  });

  test('a deflated archive', () => {
    const content = pickle(start, dict('a', tensor()), '.');
    const path = fileOf(
      zip([
        { name: 'data.pkl', content, deflate: true },
        { name: 'data/0', content: Buffer.from(Float32Array.of(1, 2).buffer), deflate: true },
      ]),
    );
    expect(contents(path)).toEqual({ a: ['F32', [2], [1, 2]] });
  });

  test('an archive with 64-bit numbers', () => {
    const content = zipped(pickle(start, dict('a', tensor()), '.'));
    expect(contents(fileOf(zip64(content)))).toEqual({ a: ['F32', [2], [1, 2]] });
  });

  test('a compressed storage is decompressed once', () => {
    const half = { elements: 2, shape: [1] };
    const both = pickle('}(', text('a'), tensor(half), text('b'), tensor({ ...half, offset: 1 }), 'u');
    const content = Buffer.from(Float32Array.of(1, 2).buffer);
    const path = fileOf(
      zip([
        { name: 'data.pkl', content: pickle(start, both, '.') },
        { name: 'data/0', content, deflate: true },
      ]),
    );
    const file = openTensorFile(path);
    expect([...file.read('a').data]).toEqual([1]);
    // The first tensor was read with the whole storage.
    writeFileSync(path, '');
    expect([...file.read('b').data]).toEqual([2]);
  });

  test('lists, and names of nested dictionaries', () => {
    const ones = (length: number) => ({ shape: [length], data: new Float32Array(length).fill(1) });
    const path = fileOf(saved({ a: [ones(1), { b: ones(2) }], c: { 'd.e': { f: ones(3) } }, epoch: 3 }));
    expect([...openTensorFile(path).entries].map(([name, { shape }]) => [name, ...shape])).toEqual([
      ['a.0', 1],
      ['a.1.b', 2],
      ['c.d.e.f', 3],
    ]);
  });

  const call = (module: string, name: string, ...args: Buffer[]) =>
    pickle(global(module, name), '(', ...args, 'tR');
  const type = (name: string) => Buffer.from(global('torch', name));
  const bytes = pickle(
    '(',
    text('storage'),
    global('torch.storage', 'UntypedStorage'),
    text('0'),
    text('cpu'),
    count(8),
    'tQ',
  );
  const typed = (dtype: string) =>
    call(
      'torch._utils',
      '_rebuild_tensor_v3',
      ...[bytes, count(0), pickle('(', count(4), 't'), pickle('(', count(1), 't')],
      ...[pickle(0x89), call('collections', 'OrderedDict'), type(dtype)],
    );

  test('elements of a type that has no storage', () => {
    const path = fileOf(zipped(pickle(start, dict('a', typed('uint16')), '.')));
    // Halves of the floats 1 and 2.
    expect(contents(path)).toEqual({ a: ['U16', [4], [0, 0x3f80, 0, 0x4000]] });
    check(fileOf(zipped(pickle(start, dict('a', typed('float8_e5m2')), '.'))), /of type torch\.float8_e5m2/);
  });

  const attributes = dict('is_norm', pickle(0x88));
  const withAttributes = (rebuild: string, made: Buffer) => {
    const [, args = ''] = made.toString('latin1').split(global('torch._utils', rebuild));
    const tuple = Buffer.from(args.slice(0, -1), 'latin1');
    const function_ = Buffer.from(global('torch._utils', rebuild));
    return call('torch._tensor', '_rebuild_from_type_v2', function_, type('Tensor'), tuple, attributes);
  };

  // Everything that PyTorch's own `weights_only` loads.
  test.each<[string, Buffer]>([
    ['a tensor with attributes', withAttributes('_rebuild_tensor_v2', tensor())],
    ['a parameter', call('torch._utils', '_rebuild_parameter', tensor(), pickle(0x88), pickle('}'))],
    [
      'a parameter with attributes',
      call('torch._utils', '_rebuild_parameter_with_state', tensor(), pickle(0x88), pickle('}'), attributes),
    ],
    [
      'a tensor of a device',
      call(
        'torch._utils',
        '_rebuild_device_tensor_from_cpu_tensor',
        tensor(),
        type('float32'),
        text('mps'),
        pickle(0x89),
      ),
    ],
  ])('%s', (_, value) => {
    expect(contents(fileOf(zipped(pickle(start, dict('a', value), '.'))))).toEqual({
      a: ['F32', [2], [1, 2]],
    });
  });

  test.each<[string, Buffer]>([
    [
      'the milestones of a scheduler',
      call('collections', 'Counter', pickle('}(', count(100), count(1), 'u')),
    ],
    ['an empty counter', call('collections', 'Counter')],
    ['a set', call('__builtin__', 'set', pickle('](', text('a'), 'e'))],
    ['a set of protocol 4', pickle(0x8f, '(', text('a'), count(2), 0x90)],
    ['a bytearray', call('__builtin__', 'bytearray', text('a'), text('latin-1'))],
    ['a complex number', call('builtins', 'complex', count(1), count(2))],
    ['bytes', call('_codecs', 'encode', text('a'), text('latin1'))],
    ['a shape', call('torch', 'Size', pickle('(', count(2), 't'))],
    ['a device', call('torch', 'device', text('cuda'), count(0))],
    ['a layout', call('torch.serialization', '_get_layout', text('torch.strided'))],
    ['a tensor without data', call('torch._utils', '_rebuild_meta_tensor_no_storage', type('float32'))],
    ['a sparse tensor', call('torch._utils', '_rebuild_sparse_tensor', pickle('N'), pickle('N'))],
    ['a quantized tensor', call('torch._utils', '_rebuild_qtensor', tensor({ type: 'QUInt8Storage' }))],
    ...[
      ...['float32', 'bfloat16', 'int64', 'uint8', 'bool', 'complex64', 'float8_e4m3fn', 'quint8', 'bits8'],
      ...['Tensor', 'FloatTensor', 'per_tensor_affine'],
    ].map((name): [string, Buffer] => [`torch.${name}`, type(name)]),
    ['torch.cuda.HalfTensor', Buffer.from(global('torch.cuda', 'HalfTensor'))],
    ['the class of parameters', Buffer.from(global('torch.nn.parameter', 'Parameter'))],
  ])('%s next to weights', (_, value) => {
    const content = pickle('}(', text('optimizer'), value, text('model'), dict('a', tensor()), 'u');
    expect(contents(fileOf(zipped(pickle(start, content, '.'))))).toEqual({
      'model.a': ['F32', [2], [1, 2]],
    });
  });

  test('views of storages and dictionaries of pairs, as in very old files', () => {
    const part = pickle(
      global('torch._utils', '_rebuild_tensor'),
      '((',
      text('storage'),
      global('torch', 'FloatStorage'),
      text('0'),
      text('cpu'),
      count(2),
      text('view'),
      count(1),
      count(1),
      't',
      'tQ',
      count(0),
      '(',
      count(1),
      't(',
      count(1),
      'ttR',
    );
    const withMark = Buffer.from(
      part.toString('latin1').replace('X\x04\x00\x00\x00view', '(X\x04\x00\x00\x00view'),
      'latin1',
    );
    const pairs = pickle(global('collections', 'OrderedDict'), '(](](', text('a'), withMark, 'eetR');
    expect(contents(fileOf(streamed(pickle(start, pairs, '.'))))).toEqual({ a: ['F32', [1], [2]] });
  });
});

/** The file is refused with one clear line, whatever it asks for. */
function check(path: string, message: RegExp): void {
  let thrown: unknown;
  try {
    openTensorFile(path).read('a');
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(WorkbenchError);
  expect(thrown).toMatchObject({ code: 'data', message: expect.stringMatching(message) });
  const { message: line } = thrown as WorkbenchError;
  expect(line).toContain(path);
  expect(line.length).toBeLessThan(600);
  expect(line).not.toContain('\n');
}

const command = text('touch /tmp/pwned');

describe('malicious pickles are refused', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['GLOBAL', pickle(start, global('os', 'system'), '.'), /uses "os\.system"/],
    ['GLOBAL of a builtin', pickle(start, global('builtins', 'eval'), '.'), /"builtins\.eval"/],
    [
      'GLOBAL of a nested load',
      pickle(start, global('torch.storage', '_load_from_bytes'), '.'),
      /_load_from_bytes/,
    ],
    ['GLOBAL that is close', pickle(start, global('collections', 'OrderedDict.fromkeys'), '.'), /fromkeys/],
    ['GLOBAL of the prototype', pickle(start, global('__proto__', 'toString'), '.'), /"__proto__\.toString"/],
    ['GLOBAL of a constructor', pickle(start, 'cconstructor\n\n.'), /"constructor\."/],
    ['STACK_GLOBAL', pickle(0x80, 4, text('posix'), text('system'), 0x93, '.'), /"posix\.system"/],
    ['STACK_GLOBAL of no texts', pickle(0x80, 4, text('posix'), count(1), 0x93, '.'), /uses 1 as a name/],
    ['REDUCE of os.system', pickle(start, global('os', 'system'), '(', command, 'tR.'), /"os\.system"/],
    ['REDUCE of a text', pickle(start, command, ')R.'), /calls "touch/],
    [
      'REDUCE of a storage',
      pickle(start, global('torch', 'FloatStorage'), '(', count(9), 'tR.'),
      /calls torch\.FloatStorage/,
    ],
    ['REDUCE without a tuple', pickle(start, global('collections', 'OrderedDict'), '}R.'), /with a dict/],
    [
      'REDUCE of a tensor from texts',
      pickle(start, global('torch._utils', '_rebuild_tensor_v2'), '(', command, 'tR.'),
      /instead of a storage/,
    ],
    [
      'REDUCE of a dictionary from a text',
      pickle(start, global('collections', 'OrderedDict'), '(', command, 'tR.'),
      /creates a dictionary from "touch/,
    ],
    [
      'REDUCE of a type',
      pickle(start, global('torch', 'FloatTensor'), '(', count(9), 'tR.'),
      /calls torch\.FloatTensor/,
    ],
    [
      'a counter of a text',
      pickle(start, global('collections', 'Counter'), '(', command, 'tR.'),
      /counts "touch/,
    ],
    ['items of a list as of a set', pickle(start, '](', command, 0x90, '.'), /adds 1 items to a list/],
    [
      'a tensor by itself',
      pickle(
        start,
        global('torch._tensor', '_rebuild_from_type_v2'),
        ...['(', global('torch._tensor', '_rebuild_from_type_v2'), global('torch', 'Tensor'), ')NtR.'],
      ),
      /creates a tensor with torch\._tensor\._rebuild_from_type_v2/,
    ],
    ['a name that is close to a type', pickle(start, global('torch', 'FloatTensorr'), '.'), /FloatTensorr/],
    ['a type of another module', pickle(start, global('torch.os', 'Tensor'), '.'), /"torch\.os\.Tensor"/],
    ['BUILD of a tensor', pickle(start, tensor(), '}b.'), /attributes of a tensor of shape \[2\] \(BUILD\)/],
    [
      'BUILD of a class',
      pickle(start, global('collections', 'OrderedDict'), '}b.'),
      /attributes of collections\.OrderedDict/,
    ],
    ['INST', pickle(start, '(', command, 'ios\nsystem\n.'), /INST of "os\.system"/],
    ['OBJ', pickle(start, '(', global('collections', 'OrderedDict'), 'o.'), /operation OBJ/],
    ['NEWOBJ', pickle(start, global('collections', 'OrderedDict'), ')', 0x81, '.'), /operation NEWOBJ/],
    [
      'NEWOBJ_EX',
      pickle(0x80, 4, global('collections', 'OrderedDict'), ')}', 0x92, '.'),
      /operation NEWOBJ_EX/,
    ],
    ['EXT1', pickle(start, 0x82, 1, '.'), /operation EXT1/],
    ['EXT2', pickle(start, 0x83, 1, 0, '.'), /operation EXT2/],
    ['EXT4', pickle(start, 0x84, 1, 0, 0, 0, '.'), /operation EXT4/],
    ['PERSID', pickle(start, 'Pmodule\n.'), /operation PERSID/],
    [
      'an id of a module',
      pickle(start, '(', text('module'), text('os'), text('a.py'), text('import os'), 'tQ.'),
      /refers to "module"/,
    ],
    ['an operation that is none', pickle(start, 0xff, '.'), /operation 0xff/],
    ['protocol 0', pickle("cos\nsystem\n(S'id'\ntR."), /"os\.system"|starts with/],
    ['an unknown protocol', pickle(0x80, 9, '.'), /protocol 9/],
  ];
  test.each(cases)('%s, zipped', (_, data, message) => check(fileOf(zipped(data)), message));
  test.each(cases)('%s, streamed', (_, data, message) => check(fileOf(streamed(data)), message));
  test.each(cases)('%s, instead of the first pickle', (_, data, message) => {
    check(fileOf(data), new RegExp(`${message.source}|starts with`));
  });
});

describe('broken pickles', () => {
  const long = pickle('X', 0xff, 0xff, 0xff, 0x7f, 'abc');
  test.each<[string, Buffer, RegExp]>([
    ['nothing', pickle(), /truncated at byte/],
    ['cut short', pickle(start, '}'), /truncated at byte/],
    ['a text of 2 GB', pickle(start, long), /truncated at byte/],
    ['a name without an end', pickle(start, 'c', 'x'.repeat(2000)), /is not terminated/],
    ['an empty stack', pickle(start, '.'), /pops more values/],
    ['a missing mark', pickle(start, 't.'), /lacks a mark/],
    ['an unknown memo entry', pickle(start, 'h', 7, '.'), /reads the memo at 7/],
    ['appending to a number', pickle(start, count(1), count(2), 'a.'), /appends to 1/],
    ['items of a list', pickle(start, ']', text('a'), count(2), 's.'), /sets items of a list/],
    ['a key without a value', pickle(start, '}(', text('a'), 'u.'), /key without a value/],
    ['no dictionary', pickle(start, count(3), '.'), /holds 3 instead of a dictionary of tensors/],
    ['no tensors', pickle(start, dict('epoch', count(3)), '.'), /no tensors \(its keys are "epoch"\)/],
    [
      'an unknown type',
      pickle(start, dict('a', tensor({ type: 'ComplexFloatStorage' })), '.'),
      /ComplexFloatStorage/,
    ],
    ['a storage outside', pickle(start, dict('a', tensor({ key: '../../b' })), '.'), /key "\.\.\/\.\.\/b"/],
    [
      'a missing storage',
      pickle(start, dict('a', tensor({ key: '7' })), '.'),
      /storage 7 of tensor "a" is missing/,
    ],
    [
      'a shape that is too large',
      pickle(start, dict('a', tensor({ shape: [3] })), '.'),
      /does not fit into storage 0/,
    ],
    ['strides that go too far', pickle(start, dict('a', tensor({ strides: [2] })), '.'), /does not fit/],
    [
      'strides that repeat',
      pickle(start, dict('a', tensor({ shape: [50000, 50000], strides: [0, 0] })), '.'),
      /does not fit/,
    ],
    ['an offset that is too large', pickle(start, dict('a', tensor({ offset: 1 })), '.'), /does not fit/],
    ['ranks that differ', pickle(start, dict('a', tensor({ strides: [1, 1] })), '.'), /not whole numbers/],
    [
      'a storage that is too small',
      pickle(start, dict('a', tensor({ elements: 3 })), '.'),
      /should have 12 bytes and has 8/,
    ],
    [
      'a name of 300 characters',
      pickle(start, dict('a', dict('b'.repeat(200), dict('c'.repeat(100), tensor()))), '.'),
      /name of 303/,
    ],
    ['a dictionary in itself', pickle(start, '}q', 1, text('a'), 'h', 1, 's.'), /no tensors/],
    [
      'more operations than any file needs',
      pickle(start, '0'.repeat(0), Buffer.alloc(600_000, 'N'), '.'),
      /more than 500000 operations/,
    ],
  ])('%s', (_, data, message) => check(fileOf(zipped(data)), message));
});

/** Without the field of 64-bit numbers in the first entry. */
function cutExtra(archive: Buffer): Buffer {
  archive.writeUInt16LE(2, archive.indexOf(Buffer.of(2, 0, 0, 0, 1, 0, 24, 0)) + 4);
  return archive;
}

function hugeDirectory(archive: Buffer): Buffer {
  archive.writeBigUInt64LE(2n ** 60n, archive.lastIndexOf('PK\x06\x06', undefined, 'latin1') + 40);
  return archive;
}

describe('broken archives', () => {
  const good = pickle(start, dict('a', tensor()), '.');
  const entry: RawEntry = { name: 'a/data/1', content: Buffer.from('hello') };
  const zeros = Buffer.alloc(4_000_000);
  test.each<[string, Buffer, RegExp]>([
    ['cut short', zipped(good).subarray(0, -30), /directory is missing/],
    ['less than an end record', Buffer.from('PK\x05\x06PK\x05\x06PK\x05\x06'), /directory is missing/],
    ['no index', zip([entry]), /without data\.pkl; it holds "a\/data\/1"/],
    ['two indexes', zipped(good, { name: 'b/data.pkl', content: good }), /2 indexes/],
    ['a nested archive', zipped(zipped(good)), /operation/],
    ['a name twice', zipped(good, { name: 'a/data/0', content: good }), /"a\/data\/0" is repeated/],
    ['a path that goes up', zipped(good, { ...entry, name: 'a/../../etc/passwd' }), /points out/],
    ['an absolute path', zipped(good, { ...entry, name: '/etc/passwd' }), /points out/],
    ['a path of Windows', zipped(good, { ...entry, name: 'C:\\a' }), /points out/],
    ['a zip bomb', zipped(good, { ...entry, content: zeros, deflate: true }), /more than 4 times/],
    [
      'a zip bomb with a wrong size',
      zip([{ name: 'a/data.pkl', content: zeros, deflate: true, size: 100 }]),
      /cannot be decompressed|bytes instead of 100/,
    ],
    [
      'a bomb of entries that lie upon each other',
      zipped(
        good,
        ...Array.from({ length: 3000 }, (_, index) => ({
          ...entry,
          name: `${index}`,
          content: Buffer.alloc(0),
          offset: 0,
          packedSize: 50_000,
          size: 50_000,
        })),
      ),
      /beyond the end|more than 4 times/,
    ],
    ['a stored entry with a wrong size', zipped(good, { ...entry, size: 6 }), /has 5 bytes instead of 6/],
    [
      'an entry beyond the end',
      zipped(good, { ...entry, size: 10_000, packedSize: 10_000 }),
      /beyond the end/,
    ],
    ['an encrypted entry', zipped(good, { ...entry, flags: 1 }), /encrypted/],
    ['another method', zipped(good, { ...entry, method: 14 }), /method 14/],
    ['a damaged index', zip([{ name: 'a/data.pkl', content: good, crc: 1 }]), /checksum/],
    [
      'damaged numbers',
      zip([
        { name: 'a/data.pkl', content: good },
        { name: 'a/data/0', content: Buffer.alloc(8), crc: 1 },
      ]),
      /"a\/data\/0" is damaged/,
    ],
    ['an entry without a header', zip([{ name: 'a/data.pkl', content: good, offset: 3 }]), /no header/],
    ['big-endian numbers', zipped(good, { name: 'a/byteorder', content: Buffer.from('big') }), /big-endian/],
    [
      'more than 4 GiB without 64-bit numbers',
      zip([entry], (end) => void end.writeUInt32LE(0xffffffff, 16)),
      /more than 4 GiB .* whose end record is missing/,
    ],
    ['64-bit numbers cut short', zip64(zipped(good)).subarray(-42), /whose end record is missing/],
    ['64-bit numbers beyond the end', cutExtra(zip64(zipped(good))), /beyond the end|more than 4 times/],
    ['a huge directory', hugeDirectory(zip64(zipped(good))), /directory of 3 entries should end/],
    [
      'a directory beyond the end',
      zip([entry], (end) => void end.writeUInt32LE(9999, 12)),
      /directory of 1 entries/,
    ],
    [
      'more entries than there are',
      zip([entry], (end) => void end.writeUInt16LE(2, 10)),
      /directory of 2 entries/,
    ],
    [
      'a directory of rubbish',
      zip([entry], (end) => void end.writeUInt32LE(0, 16)),
      /entry 1 of its directory/,
    ],
  ])('%s', (_, bytes, message) => check(fileOf(bytes), message));
});

describe('broken streams', () => {
  const good = pickle(start, dict('a', tensor()), '.');
  const numbers = (elements: number[]) => pickle(...elements, Buffer.from(Float32Array.of(1, 2).buffer));
  test.each<[string, Buffer, RegExp]>([
    ['empty', Buffer.alloc(0), /it is empty/],
    ['a text', Buffer.from('<!DOCTYPE html>'), /starts with "<!DOCTYP"/],
    ['a pickle of something else', pickle(start, count(3), '.'), /a pickle of 3, not of PyTorch/],
    ['another version', streamed(good, { version: 1002 }), /version 1002/],
    ['a storage of nobody', streamed(good, { keys: ['0', '1'] }), /lists the storage "1"/],
    ['a storage twice', streamed(good, { keys: ['0', '0'] }), /lists the storage "0"/],
    ['no storages', streamed(good, { keys: [], storages: [] }), /storage 0 of tensor "a" is missing/],
    ['cut short', streamed(good).subarray(0, -3), /should|ends at byte/],
    ['cut before a storage', streamed(good).subarray(0, -12), /ends before storage 0/],
    [
      'a storage of 2^64 elements',
      streamed(good, { storages: [numbers(Array(8).fill(255))] }),
      /ends at byte/,
    ],
    [
      'a storage that is too small',
      streamed(good, { storages: [numbers([1, 0, 0, 0, 0, 0, 0, 0])] }),
      /should have 8 bytes and has 4/,
    ],
  ])('%s', (_, bytes, message) => check(fileOf(bytes), message));
});

test('tensors that share storages and exceed the size of the file are refused', () => {
  const first = pickle(start, '}(', text('a'), tensor({ elements: 400, shape: [400] }), 'q', 1);
  const again = Array.from({ length: 200 }, (_, index) => pickle(text(`t${index}`), 'h', 1));
  const file = (repeats: Buffer[]) =>
    fileOf(
      zip([
        { name: 'a/data.pkl', content: pickle(first, ...repeats, 'u.') },
        { name: 'a/data/0', content: Buffer.alloc(1600) },
      ]),
    );
  check(file(again), /80400 elements, and the file has/);
  expect(contents(file(again.slice(0, 3)))).toHaveProperty('t2');
});

describe.skipIf(!hasTestData)(needsTestData('files of other programs'), () => {
  const folder = join(testData, 'pth');
  /** First values, as PyTorch 1.13 prints them. */
  const expected: Record<string, Record<string, [string, string, number[]]>> = {
    'bfloat16.pt': { tensor: ['BF16', '3', [1.5, -2.5, 3.5]] },
    'checkpoint.pt': {
      'model_state_dict.fc1.weight': [
        'F32',
        '10,5',
        [1.0414010286331177, -0.3997306227684021, -2.293334484100342],
      ],
      'model_state_dict.fc1.bias': ['F32', '10', [-0.09089037775993347, -0.5790547728538513]],
      'model_state_dict.fc2.weight': ['F32', '3,10', [0.17869195342063904, -0.12930896878242493]],
      'model_state_dict.fc2.bias': [
        'F32',
        '3',
        [1.4371334314346313, -0.4400617480278015, 0.4995947778224945],
      ],
    },
    'float16.pt': { tensor: ['F16', '3', [1.5, -2.25, 3.125]] },
    'legacy_shared_storage.pt': {
      view1: ['F32', '10', [1.0439505577087402, -0.30740976333618164, 1.5986543893814087]],
      view2: ['F32', '20', [0.5303624272346497, 1.2033722400665283, 0.5696936845779419]],
      view3: ['F32', '10', [0.153853639960289, 1.8221241235733032, 0.6222657561302185]],
    },
    'legacy_with_offsets.pt': {
      tensor1: ['F32', '10', [1, 1.0099999904632568, 1.0199999809265137]],
      tensor2: ['F32', '5', [2, 2.0999999046325684, 2.200000047683716]],
      tensor3: ['F32', '5', [3, 3.0999999046325684, 3.200000047683716]],
    },
    'mixed_types.pt': {
      float32: ['F32', '2', [1, 2]],
      int64: ['I64', '2', [100, 200]],
      bool: ['BOOL', '2', [1, 0]],
      float64: ['F64', '2', [Math.fround(1.1), Math.fround(2.2)]],
    },
    'nested_dict.pt': {
      'layer1.weight': ['F32', '2,3', [0.019150810316205025, 0.1051730141043663, 0.960340142250061]],
      'layer1.bias': ['F32', '2', [0.11148621141910553, -0.03919669985771179]],
      'layer2.weight': ['F32', '4,2', [1.4111539125442505, -0.655610978603363]],
      'layer2.bias': ['F32', '4', [-0.931602954864502, -0.13348686695098877]],
    },
    'simple_legacy.pt': {
      weight: ['F32', '2,3', [-1.8129550218582153, 1.1972813606262207, -1.259395956993103]],
      bias: ['F32', '2', [1, 1]],
      running_mean: ['F32', '2', [0, 0]],
    },
    'state_dict.pt': {
      weight: ['F32', '3,4', [0.4679030478000641, -0.20493191480636597, -0.7409071326255798]],
      bias: ['F32', '3', [1.1351022720336914, 0.7592452168464661, -3.594468832015991]],
      running_mean: ['F32', '3', [0, 0, 0]],
      running_var: ['F32', '3', [1, 1, 1]],
    },
  };

  test.each(Object.entries(expected))('%s', (name, tensors) => {
    const read = Object.entries(contents(join(folder, name))).filter(([key]) => !key.startsWith('optimizer'));
    const starts = read.map(([key, [dtype, shape, values]]) => [
      key,
      [dtype, String(shape), values.slice(0, tensors[key]?.[2].length)],
    ]);
    expect(Object.fromEntries(starts)).toEqual(tensors);
  });

  test('unsupported files are reported clearly', () => {
    const others = readdirSync(folder).filter((name) => !(name in expected));
    expect(others).toEqual(['broken.pt']);
    check(join(folder, 'broken.pt'), /starts with "abc"/);
  });
});

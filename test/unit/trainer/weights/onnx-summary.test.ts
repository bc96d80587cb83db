import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { readOnnxSummary } from '../../../../trainer/weights/onnx-summary.ts';
import { temporaryFolder } from '../data/images.ts';
import { type Field, message } from './protobuf-message.ts';

const { read } = vi.hoisted(() => ({ read: { bytes: 0 } }));
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const readSync = (
    file: number,
    buffer: NodeJS.ArrayBufferView,
    offset: number,
    length: number,
    position: number,
  ) => {
    const bytes = fs.readSync(file, buffer, offset, length, position);
    read.bytes += bytes;
    return bytes;
  };
  return { ...fs, readSync };
});

const path = join(temporaryFolder(), 'a.onnx');
beforeEach(() => {
  read.bytes = 0;
});

const port = (name: string, ...sizes: (number | string)[]) => {
  const dimensions = sizes.map((size): Field => [1, message([typeof size === 'number' ? 1 : 2, size])]);
  return message([1, name], [2, message([1, message([1, 1], [2, message(...dimensions)])])]);
};
const model = (...graph: Field[]) => message([1, 8], [2, 'pytorch'], [7, message(...graph)]);

function summary(bytes: Uint8Array) {
  writeFileSync(path, bytes);
  return readOnnxSummary(path);
}

test('the values of tensors are not read', () => {
  const values = Buffer.alloc(10_000_000, 1);
  const bytes = message(
    [2, 'pytorch'],
    [
      7,
      message(
        [1, message([4, 'Conv'])],
        [5, message([1, 100], [1, 25_000], [2, 1], [8, 'a'], [9, values])],
        [5, message([1, [2, 3]], [2, 10], [4, values], [8, 'b'])],
        [1, message([4, 'Relu'])],
        [11, port('input', 1, 3, 'height', 'width')],
        [11, port('a', 100, 25_000)],
        [12, port('output')],
      ),
    ],
    [14, message([1, 'scale'], [2, '4'])],
  );
  expect(summary(bytes)).toEqual({
    producer: 'pytorch',
    operations: 2,
    inputs: ['input [1, 3, height, width]'],
    outputs: ['output []'],
    tensors: [
      { name: 'a', dtype: 'F32', shape: [100, 25_000] },
      { name: 'b', dtype: 'F16', shape: [2, 3] },
    ],
    metadata: { scale: '4' },
  });
  expect(bytes.length).toBeGreaterThan(20_000_000);
  expect(read.bytes).toBeLessThan(200_000);
});

test.each<[string, Uint8Array, RegExp]>([
  ['no graph', message([2, 'pytorch']), /it has no graph/],
  ['two graphs', message([7, message()], [7, message()]), /it has 2 graphs/],
  ['a negative extent', model([5, message([1, -1], [8, 'a'])]), /tensor "a" has the shape \[-1\]/],
  ['a length beyond the end', Uint8Array.of(0x3a, 100, 1), /its field at byte 0 has 100 bytes/],
  ['a negative length', Uint8Array.of(0x3a, ...Array(9).fill(0xff), 1), /its field at byte 0 has -1 bytes/],
  ['a type that does not exist', Uint8Array.of(0x3f), /has the type 7, which does not exist/],
  ['a number that is cut short', Uint8Array.of(0x08, 0x80), /ends at byte 2, within a value/],
  ['a float that is cut short', Uint8Array.of(0x0d, 0, 0), /ends at byte 3, within a value/],
  ['a number without end', Buffer.alloc(100, 0xff), /has more than 10 bytes/],
  ['very long texts', model([5, message([8, 'n'.repeat(2 ** 24 + 1)])]), /texts have more than/],
  ['millions of fields', Buffer.alloc(10_000_002, Buffer.of(0x08, 0)), /more than 5000000 fields/],
  ['millions of extents', model([5, message([1, Array(5_000_001).fill(1)])]), /more than 5000000 fields/],
])('%s is reported', (_, bytes, expected) => {
  expect(() => summary(bytes)).toThrow(expected);
  expect(() => summary(bytes)).toThrow(
    /a\.onnx is not a valid ONNX file: .*\. Download or export it again\.$/,
  );
});

import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import { encodePth } from '../../../../trainer/tensor-files/pth-writer.ts';
import { openTensorFile } from '../../../../trainer/tensor-files/tensor-file.ts';
import type { TensorMap } from '../../../../trainer/tensor-files/tensors.ts';
import { openZip } from '../../../../trainer/tensor-files/zip-reader.ts';
import { fileOf, pickle, start, tensor, text } from './pickle-bytes.ts';

const tensors: TensorMap = new Map([
  ['a', { shape: [2], data: Float32Array.of(1, 2) }],
  ['größe', { shape: [1, 2, 3], data: Float32Array.of(1, -2, 0.5, 3, 4, 5) }],
  ['none', { shape: [0], data: new Float32Array() }],
  ['scalar', { shape: [], data: Float32Array.of(0.2) }],
]);

const encode = (...args: Parameters<typeof encodePth>) => Buffer.concat(encodePth(...args));

test('reads what it writes', () => {
  const beside = {
    stage: 'training',
    epoch: 3,
    huge: 2 ** 40,
    loss: 0.25,
    done: true,
    hparams: { list: [1, 'x'], scale_factor: 4 },
  };
  const file = openTensorFile(fileOf(encode(tensors, { wrapper: 'model_state_dict', beside })));
  expect(file.metadata).toEqual({
    stage: 'training',
    epoch: '3',
    huge: String(2 ** 40),
    loss: '0.25',
    done: 'true',
    'hparams.scale_factor': '4',
  });
  expect([...file.entries.keys()]).toEqual([...tensors.keys()].map((name) => `model_state_dict.${name}`));
  for (const [name, expected] of tensors) expect(file.read(`model_state_dict.${name}`)).toEqual(expected);
});

test('the operations of the pickle', () => {
  const bytes = encode(new Map([['a', tensors.get('a')!]]));
  const written = bytes.subarray(64, 64 + bytes.readUInt32LE(22));
  // As tensor() writes it, with BININT for numbers.
  const wide = (value: number) => pickle('J', value, 0, 0, 0);
  const byHand = tensor()
    .toString('latin1')
    .replaceAll(/M([\s\S])\0/g, (_, digit) => wide(digit.charCodeAt(0)).toString('latin1'));
  expect(written.toString('latin1')).toBe(
    pickle(start, '}(', text('a'), Buffer.from(byHand, 'latin1'), 'u.').toString('latin1'),
  );
});

test('names are in order, data is aligned to 64 bytes, equal tensors give equal bytes', () => {
  const bytes = encode(tensors);
  const names = [...openZip(fileOf(bytes), (what) => new WorkbenchError('data', what)).entries.keys()];
  expect(names).toEqual([
    'weights/data.pkl',
    'weights/byteorder',
    'weights/data/0',
    'weights/data/1',
    'weights/data/2',
    'weights/data/3',
    'weights/version',
  ]);
  for (const { data } of tensors.values()) {
    if (data.length < 2) continue;
    expect(bytes.indexOf(Buffer.from(data.buffer, data.byteOffset, data.byteLength)) % 64).toBe(0);
  }
  expect(encode(tensors)).toEqual(bytes);
  // PyTorch 1.13 reads these tensors from the file with this hash, also with weights_only=True.
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(
    '873ad16715a7d51720a79f5f2292def4bc561030f96d5b926a8dddf480d96fe4',
  );
});

test('the pieces are views of the data', () => {
  const { data } = tensors.get('a')!;
  expect(encodePth(tensors).some((piece) => piece.buffer === data.buffer)).toBe(true);
});

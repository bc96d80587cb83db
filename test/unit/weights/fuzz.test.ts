import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { createRandom, type Random } from '../../../trainer/data/random.ts';
import { WorkbenchError } from '../../../trainer/errors/errors.ts';
import { describeWeights } from '../../../trainer/weights/describe.ts';
import { encodeSafetensors } from '../../../trainer/weights/safetensors.ts';
import { openTensorFile } from '../../../trainer/weights/tensor-file.ts';
import { writeGenerator } from '../../../trainer/weights/write-generator.ts';
import { randomGenerator } from './generators.ts';
import { dict, fileOf, pickle, start, streamed, tensor, twoFloats, zip, zipped } from './pickle-bytes.ts';

/** More for a night: `FUZZ_ROUNDS=100000 npx vitest run test/unit/weights/fuzz.test.ts`. */
const rounds = Number(process.env.FUZZ_ROUNDS ?? 200);

const fixture = (name: string) =>
  readFileSync(fileURLToPath(new URL(`../../fixtures/pth/${name}.pth`, import.meta.url)));
const data = pickle(start, dict('a', tensor()), '.');
const deflated = zip([
  { name: 'a/data.pkl', content: data, deflate: true },
  { name: 'a/data/0', content: twoFloats, deflate: true },
]);
const small = {
  num_basic_blocks: 1,
  num_residual_blocks: 1,
  num_dense_blocks: 1,
  rrdb_channels: 1,
  scale_factor: 1,
} as const;

function net(extension: string): Buffer {
  const path = fileOf(Buffer.alloc(0), extension);
  writeGenerator(path, randomGenerator(small), extension === '.pth' ? { layout: 'seed' } : {});
  return readFileSync(path);
}

const seeds: [string, string, Buffer][] = [
  ['a small archive', '.pth', zipped(data)],
  ['a deflated archive', '.pth', deflated],
  ['a small stream', '.pth', streamed(data)],
  ['a checkpoint, zipped', '.pth', fixture('checkpoint-zip')],
  ['a checkpoint, streamed', '.pth', fixture('checkpoint-stream')],
  ['protocol 4', '.pth', fixture('protocol-4')],
  ['a net of the seed', '.pth', net('.pth')],
  ['a net of ours', '.safetensors', net('.safetensors')],
  [
    'some tensors',
    '.safetensors',
    Buffer.concat(
      encodeSafetensors(new Map([['a', { shape: [2], data: Float32Array.of(1, 2) }]]), { k: 'v' }),
    ),
  ],
  ['an ONNX file', '.onnx', net('.onnx')],
];

/** Operations of pickles, marks of zip, and numbers that are awkward as sizes. */
const scraps = [
  ...'(.0NQRabehjrtuq}])oiPc'.split('').map((character) => Buffer.from(character)),
  ...[0x80, 0x81, 0x82, 0x85, 0x86, 0x87, 0x88, 0x8a, 0x8c, 0x8d, 0x92, 0x93, 0x94, 0x95].map((byte) =>
    Buffer.of(byte),
  ),
  ...[
    'PK\x01\x02',
    'PK\x03\x04',
    'PK\x05\x06',
    'cos\nsystem\n',
    '../',
    '{',
    '}',
    '"',
    ':[',
    '-1',
    '1e99',
  ].map((scrap) => Buffer.from(scrap, 'latin1')),
  ...['00000000', 'ffffffff', 'ffffff7f', '00000080', 'ffffffffffffffff', '0100000000000000'].map((hex) =>
    Buffer.from(hex, 'hex'),
  ),
];

/** A few changes: bits, scraps over or between what was there, pieces cut, repeated or moved. */
function damage(bytes: Buffer, random: Random): Buffer {
  let damaged: Buffer = Buffer.from(bytes);
  for (let changes = 1 + random.integer(4); changes > 0 && damaged.length > 0; changes--) {
    const at = random.integer(damaged.length);
    const scrap = scraps[random.integer(scraps.length)]!;
    const [before, after] = [damaged.subarray(0, at), damaged.subarray(at)];
    const skipped = after.subarray(random.integer(Math.min(after.length, 40)));
    const changed = [
      () => Buffer.concat([before, Buffer.of(after[0]! ^ (1 << random.integer(8))), after.subarray(1)]),
      () => Buffer.concat([before, scrap, after.subarray(scrap.length)]),
      () => Buffer.concat([before, scrap, after]),
      () => Buffer.concat([before, skipped]),
      () => Buffer.concat([before, after.subarray(0, 40), after]),
      () => Buffer.concat([before, damaged.subarray(random.integer(damaged.length)).subarray(0, 40), after]),
      () => before,
    ];
    damaged = changed[random.integer(changed.length)]!();
  }
  return damaged;
}

test.each(seeds)('%s with random damage is read or refused in one line', (name, extension, seed) => {
  const path = fileOf(seed, extension);
  read(path);
  const random = createRandom(1, name);
  let refused = 0;
  for (let round = 0; round < rounds; round++) {
    const bytes = damage(seed, random);
    writeFileSync(path, bytes);
    try {
      read(path);
    } catch (error) {
      refused++;
      if (error instanceof WorkbenchError && error.code === 'data' && /^.{1,2000}$/.test(error.message))
        continue;
      throw new Error(`round ${round} of ${name}: ${bytes.toString('base64')}`, { cause: error });
    }
  }
  expect(refused).toBeGreaterThan(rounds / 10);
});

function read(path: string): void {
  describeWeights(path);
  if (path.endsWith('.onnx')) return;
  const file = openTensorFile(path);
  for (const [entry, { shape }] of file.entries) expect(file.read(entry).shape).toEqual(shape);
}

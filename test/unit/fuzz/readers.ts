import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { readRunFile } from '../../../trainer/config/index.ts';
import { decodeBmp, isBmp } from '../../../trainer/data/bmp.ts';
import { extractArchive } from '../../../trainer/data/download/extract.ts';
import { createRandom, type Random } from '../../../trainer/data/random.ts';
import { imageSize } from '../../../trainer/image-files/image-size.ts';
import { encodeEvent, sessionStart } from '../../../trainer/runs/event-protocol.ts';
import { encodeRecord } from '../../../trainer/runs/event-records.ts';
import { encodeSafetensors } from '../../../trainer/tensor-files/safetensors.ts';
import { openTensorFile } from '../../../trainer/tensor-files/tensor-file.ts';
import { describeWeights } from '../../../trainer/weights/describe.ts';
import { writeGenerator } from '../../../trainer/weights/write-generator.ts';
import { checkText } from '../trainer/config/check-text.ts';
import { largestExample } from '../trainer/config/examples.ts';
import { type Item, tgzOf, zipOf } from '../trainer/data/download/archives.ts';
import { readRunScalars } from '../trainer/runs/read-run-scalars.ts';
import {
  dict,
  fileOf,
  pickle,
  type RawEntry,
  start,
  streamed,
  tensor,
  twoFloats,
  zip,
  zip64,
  zipped,
} from '../trainer/tensor-files/pickle-bytes.ts';
import { randomGenerator } from '../trainer/weights/generators.ts';
import { awkwardNumbers, damageBytes, oneOf, shuffled } from './damage.ts';
import { damageJson } from './damage-json.ts';
import { damagePickle, pickleOperations } from './damage-pickle.ts';
import { damageProtobuf } from './damage-protobuf.ts';
import { damageText } from './damage-text.ts';
import { imageSeeds } from './seeds-of-images.ts';

/** A reader under test. */
export interface Reader {
  /** Name of the file, which is alone in its folder. */
  readonly file: string;
  /** Number of files, such that all readers together take about a minute on two cores. */
  readonly rounds: number;
  /** Each makes a damaged file. */
  readonly inputs: readonly ((random: Random) => Uint8Array)[];
  /**
   * Reads a file. True if it is valid; false, or a `WorkbenchError`, if the reader reports a problem. Any other
   * exception is a defect.
   */
  read(path: string): boolean | Promise<boolean>;
}

/** Damages any of these files anywhere. */
function damaged(seeds: readonly Uint8Array[], words: readonly string[]): (random: Random) => Buffer {
  const known = words.map((word) => Buffer.from(word, 'latin1'));
  return (random) => damageBytes(oneOf(seeds, random), random, seeds, known);
}

const fixture = (name: string) => readFileSync(`test/fixtures/pth/${name}.pth`);

function model(extension: string): Buffer {
  const path = fileOf(Buffer.alloc(0), extension);
  const small = { num_basic_blocks: 1, num_residual_blocks: 1, num_dense_blocks: 1, rrdb_channels: 1 };
  const layout = extension === '.pth' ? { layout: 'seed' as const } : {};
  writeGenerator(path, randomGenerator({ ...small, scale_factor: 1 }), layout);
  return readFileSync(path);
}

function readTensors(path: string): boolean {
  const { architecture } = describeWeights(path);
  const file = openTensorFile(path);
  for (const [name, { shape }] of file.entries) assert.deepEqual(file.read(name).shape, shape);
  return architecture !== null || file.entries.size > 0;
}

const data = pickle(start, dict('a', tensor()), '.');
const checkpoint = pickle(
  start,
  dict(
    'state_dict',
    pickle('}(', ...['a', 'b'].flatMap((name) => [pickle('X', 1, 0, 0, 0, name), tensor()]), 'u'),
  ),
  '.',
);
const pickles = [data, checkpoint].map(pickleOperations);
const entries: RawEntry[] = [
  { name: 'a/data.pkl', content: data },
  { name: 'a/data/0', content: twoFloats, deflate: true },
  { name: 'a/byteorder', content: Buffer.from('little') },
  { name: 'a/version', content: Buffer.from('3\n') },
];

const pth: Reader = {
  file: 'a.pth',
  rounds: 30_000,
  inputs: [
    damaged(
      [
        zipped(data),
        zip(entries),
        zip64(zip(entries)),
        streamed(data),
        model('.pth'),
        ...['checkpoint-zip', 'checkpoint-stream', 'protocol-4', 'whole-module-zip'].map(fixture),
      ],
      [
        ...'(.0NQRabehjrtuq}])oiPc',
        'PK\x01\x02',
        'PK\x03\x04',
        'PK\x05\x06',
        'PK\x06\x06',
        'PK\x06\x07',
        'cos\nsystem\n',
        '../',
        '\n',
        'data.pkl',
      ],
    ),
    (random) => zipped(damagePickle(oneOf(pickles, random), random)),
    (random) => streamed(damagePickle(oneOf(pickles, random), random)),
    (random) =>
      streamed(data, {
        keys: shuffled(['0', '0', '1', '__proto__'], random),
        storages: shuffled(
          [pickle(awkwardSize(random), twoFloats), pickle(2, 0, 0, 0, 0, 0, 0, 0, twoFloats)],
          random,
        ),
      }),
    (random) => zip(shuffled(entries, random).map((entry) => damageEntry(entry, random))),
  ],
  read: readTensors,
};

function awkwardSize(random: Random): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, oneOf(awkwardNumbers, random)));
  return bytes;
}

function damageEntry(entry: RawEntry, random: Random): RawEntry {
  if (random.chance(0.6)) return entry;
  const number = (bits: number) => Number(BigInt.asUintN(bits, oneOf(awkwardNumbers, random)));
  const changes: (() => Partial<RawEntry>)[] = [
    () => ({ name: oneOf(awkwardPaths, random) }),
    () => ({ size: number(32) }),
    () => ({ packedSize: number(32) }),
    () => ({ crc: number(32) }),
    () => ({ flags: number(16) }),
    () => ({ method: number(16) }),
    () => ({ offset: number(32) }),
    () => ({ deflate: entry.deflate !== true }),
    () => ({ content: damageBytes(entry.content, random, [data], [twoFloats]) }),
    () => ({ content: Buffer.alloc(300_000), deflate: true }),
  ];
  return { ...entry, ...oneOf(changes, random)() };
}

const awkwardPaths = [
  ...[
    '',
    '/',
    '.',
    '..',
    '../a.png',
    '/etc/a.png',
    'a/../../b',
    'C:\\a',
    'a\\..\\b',
    'a\0b',
    'a'.repeat(300),
    'é/ü',
  ],
  ...[
    'a/data.pkl',
    'b/data.pkl',
    'a/data/0',
    'data/0',
    'Set5/GTmod12',
    'Set5/GTmod12/a.png',
    'Set5/GTmod12/a.png/b',
  ],
  ...[
    'GTmod12/a.png',
    './Set5/GTmod12/a.png',
    'Set5/GTmod12//a.png',
    'Set5/GTmod12/./a.png',
    'Set5/GTmod12/',
    'Set5',
  ],
  ...[
    `Set5/GTmod12/${'b'.repeat(300)}.png`,
    'Set5/GTmod12/a.png/',
    'Set5/GTmod12/\u0001',
    'Set5/GTmod12/con',
  ],
];

const someTensors = Buffer.concat(
  encodeSafetensors(
    new Map([
      ['a', { shape: [2], data: Float32Array.of(1, 2) }],
      ['b', { shape: [1, 2, 2], data: Float32Array.of(1, 2, 3, 4) }],
    ]),
    { key: 'value' },
  ),
);

const safetensors: Reader = {
  file: 'a.safetensors',
  rounds: 40_000,
  inputs: [
    damaged(
      [someTensors, model('.safetensors')],
      ['{', '}', '"', ':[', '-1', '1e99', ',', '\\u0000', '__metadata__'],
    ),
    (random) => withHeader(damageJson(headerOf(someTensors), random), random),
    (random) => withHeader(damageText(headerOf(someTensors), random), random),
  ],
  read: readTensors,
};

const headerOf = (file: Buffer) => file.toString('utf8', 8, 8 + Number(file.readBigUInt64LE()));

function withHeader(header: string, random: Random): Buffer {
  const bytes = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  return Buffer.concat([
    random.chance(0.9) ? length : awkwardSize(random),
    bytes,
    Buffer.alloc(random.chance(0.9) ? 24 : random.integer(50)),
  ]);
}

const onnxFile = model('.onnx');
const onnx: Reader = {
  file: 'a.onnx',
  rounds: 20_000,
  inputs: [
    damaged([onnxFile], ['\x0a', '\x12', 'input', '\xff\xff\xff\xff\x0f']),
    (random) => damageProtobuf(onnxFile, random),
  ],
  read: (path) => describeWeights(path).tensors.length > 0,
};

const events = [
  encodeEvent({ wallTime: 1.5, fileVersion: 'brain.Event:2' }),
  encodeEvent({ step: 7, sessionLog: { status: sessionStart } }),
  ...[0, 8, 9].map((step) =>
    encodeEvent({
      wallTime: 2,
      step,
      summary: {
        value: [
          { tag: 'a', simpleValue: 0.5 },
          { tag: 'b', tensor: { dtype: 1, tensorContent: Buffer.alloc(4) } },
          {
            tag: 'c',
            tensor: { dtype: 2, doubleVal: [0.25] },
            metadata: { pluginData: { pluginName: 'scalars' } },
          },
        ],
      },
    }),
  ),
].map((event) => Buffer.from(event));
const eventFile = Buffer.concat(events.map(encodeRecord));

const eventFiles: Reader = {
  file: 'events.out.tfevents.1.host.1.0',
  rounds: 60_000,
  inputs: [
    damaged(
      [eventFile, Buffer.concat([encodeRecord(Buffer.alloc(0)), eventFile])],
      ['\x0a', '\x2a', '\x08', 'scalars'],
    ),
    (random) =>
      Buffer.concat(
        shuffled(events, random).map((event) =>
          encodeRecord(random.chance(0.5) ? damageProtobuf(event, random) : event),
        ),
      ),
    (random) =>
      Buffer.concat(
        events.map((event) => encodeRecord(damageBytes(event, random, events, [Buffer.of(0x80)]))),
      ),
  ],
  read(path) {
    const { series, problems } = readRunScalars(dirname(path));
    for (const { steps, values, wallTimes } of series.values()) {
      assert(steps.length > 0 && steps.length === values.length && steps.length === wallTimes.length);
    }
    for (const problem of problems) assert.match(problem, /^.{1,1000}$/);
    return problems.length === 0;
  },
};

const { yaml, json } = largestExample();
const runFile: Reader = {
  file: 'a.esrgan.yaml',
  rounds: 3000,
  inputs: [
    (random) => Buffer.from(damageText(yaml, random)),
    (random) => Buffer.from(damageText(json, random)),
    (random) => Buffer.from(damageJson(json, random)),
    damaged([Buffer.from(yaml)], ['\xff', '\xc3', '\0', ': ', '\xef\xbb\xbf']),
  ],
  read(path) {
    const text = readFileSync(path, 'utf8');
    checkText(text);
    return readRunFile(text, { file: path }).config !== undefined;
  },
};

const images: Reader = {
  file: 'a.image',
  rounds: 60_000,
  inputs: [
    damaged(imageSeeds, [
      '\xff',
      '\xff\xe1',
      '\xff\xc0',
      'IDAT',
      'eXIf',
      'EXIF',
      'VP8X',
      'II*\0',
      'MM\0*',
      'Exif\0\0',
    ]),
  ],
  read(path) {
    const size = imageSize(path);
    if (size) assert([size.width, size.height].every((side) => Number.isSafeInteger(side) && side > 0));
    return size !== undefined;
  },
};

const bitmaps: Reader = {
  file: 'a.bmp',
  rounds: 40_000,
  inputs: [damaged(imageSeeds.filter(isBmp), ['BM'])],
  read(path) {
    const { width, height, channels, data: samples } = decodeBmp(readFileSync(path), path);
    assert.equal(samples.length, width * height * channels);
    return true;
  },
};

const items: Item[] = [
  { name: 'Set5/', type: 'Directory' },
  { name: 'Set5/GTmod12/a.png', content: 'a'.repeat(2000) },
  { name: 'Set5/GTmod12/deep/b.png', content: 'b', isStored: true },
  { name: 'readme.txt', content: 'nothing' },
];

function damagedItems(random: Random): Item[] {
  const types = ['File', 'Directory', 'SymbolicLink', 'Link', 'CharacterDevice'] as const;
  return shuffled(items, random).map((item) => {
    const changes: (() => Partial<Item>)[] = [
      () => ({}),
      () => ({ name: oneOf(awkwardPaths, random) }),
      () => ({ bytes: Number(BigInt.asUintN(32, oneOf(awkwardNumbers, random))) }),
      () => ({ type: oneOf(types, random) }),
      () => ({ mode: oneOf([0o120777, 0o020666, 0o040755, 0o100644, 0], random) }),
    ];
    return { ...item, ...oneOf(changes, random)() };
  });
}

/** Extracts an archive into its own folder; nothing may be written outside. */
async function extract(path: string): Promise<boolean> {
  const to = join(dirname(path), 'data');
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to);
  try {
    await extractArchive(path, to, { folders: ['Set5/GTmod12'] });
    return true;
  } finally {
    assert.deepEqual(
      readdirSync(dirname(path)).sort(),
      [path.slice(dirname(path).length + 1), 'data'].sort(),
    );
    assert.deepEqual(
      readdirSync(to).filter((name) => name !== 'Set5'),
      [],
    );
  }
}

const zipArchives: Reader = {
  file: 'a.zip',
  rounds: 4000,
  inputs: [
    damaged(
      [zipOf(...items), zip(entries)],
      ['PK\x01\x02', 'PK\x03\x04', 'PK\x05\x06', 'PK\x06\x06', '../', '/'],
    ),
    (random) => zipOf(...damagedItems(random)),
    (random) =>
      zip(
        shuffled(items, random).map(({ name, content = '' }) =>
          damageEntry({ name, content: Buffer.from(content), deflate: true }, random),
        ),
      ),
  ],
  read: extract,
};

const tarFile = tgzOf(...items);
const tarArchives: Reader = {
  file: 'a.tar.gz',
  rounds: 4000,
  inputs: [
    damaged([tarFile], ['\x1f\x8b', '\0']),
    (random) =>
      gzipSync(
        damageBytes(gunzipSync(tarFile), random, [tarFile], [Buffer.from('../'), Buffer.from('ustar')]),
      ),
    (random) => gzipSync(damageTarHeader(gunzipSync(tarFile), random)),
    (random) => tgzOf(...damagedItems(random)),
  ],
  read: extract,
};

/** Changes one byte or field of a header, and corrects its checksum. */
function damageTarHeader(archive: Buffer, random: Random): Buffer {
  const header = archive.subarray(512 * random.integer(2)).subarray(0, 512);
  const [at, length] = oneOf(
    [
      [0, 100],
      [100, 8],
      [124, 12],
      [156, 1],
      [157, 100],
      [257, 8],
      [345, 155],
    ] as const,
    random,
  );
  const field = oneOf(['', '7777777', '-1', '../x', '\x80\0\0\xff', 'x', 'L', 'g', '\0', '5', '2'], random);
  header.fill(0, at, at + length);
  header.write(field, at, length, 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return archive;
}

/** Every reader of untrusted files. */
export const readers: Readonly<Record<string, Reader>> = {
  pth,
  safetensors,
  onnx,
  'event file': eventFiles,
  'run file': runFile,
  'image header': images,
  bitmap: bitmaps,
  'zip archive': zipArchives,
  'tar archive': tarArchives,
};

/** The damaged file of a round, deterministic. */
export function inputOf(name: string, { inputs }: Reader, round: number): Uint8Array {
  const random = createRandom(1, name, round);
  return oneOf(inputs, random)(random);
}

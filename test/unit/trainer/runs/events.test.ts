import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encodeEvent } from '../../../../trainer/runs/event-protocol.ts';
import {
  createEventReader,
  createRunReader,
  type EventReader,
} from '../../../../trainer/runs/event-reader.ts';
import { encodeRecord } from '../../../../trainer/runs/event-records.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { hasTestData, needsTestData, testData } from '../../../test-data.ts';
import { isWindows, unlessWindows } from '../../../unix.ts';
import { readRunScalars } from './read-run-scalars.ts';
import { temporaryFolder } from './temporary-run.ts';

/** All items that a reader has now, each as `tag@step=value` or `start@step`. */
function readAll(reader: EventReader): string[] {
  return [...reader.read()]
    .flat()
    .map((item) =>
      item.kind === 'scalar' ? `${item.tag}@${item.step}=${item.value}` : `start@${item.step}`,
    );
}

/** The series of a folder as `{tag: 'step=value …'}`. */
function seriesOf(folder: string): Record<string, string> {
  const entries = [...readRunScalars(folder).series].map(([tag, { steps, values }]) => [
    tag,
    [...steps].map((step, i) => `${step}=${values[i]}`).join(' '),
  ]);
  return Object.fromEntries(entries);
}

/** Logs `loss` at steps `from` to `to`, each with that value, in a session of its own. */
function session(folder: string, from: number, to: number, value: number, resumeStep?: number): string {
  const writer = createEventWriter(folder, resumeStep);
  for (let step = from; step <= to; step++) writer.scalars(step, { loss: value });
  writer.close();
  return writer.path;
}

test('reads logged scalars as 32-bit floats, with tags, steps and times', () => {
  const folder = temporaryFolder();
  const writer = createEventWriter(folder);
  writer.scalars(1, { 'train/loss': 0.1, 'train/learning_rate': 2e-4 }, 1000.25);
  writer.scalars(2 ** 33, { 'train/loss': Number.NaN, zero: 0, höhe: -Infinity }, 2000.5);
  writer.close();
  const { series, problems } = readRunScalars(folder);
  expect(problems).toEqual([]);
  expect(Object.fromEntries(series)).toEqual({
    'train/loss': {
      steps: Float64Array.of(1, 2 ** 33),
      values: Float64Array.of(Math.fround(0.1), Number.NaN),
      wallTimes: Float64Array.of(1000.25, 2000.5),
    },
    'train/learning_rate': {
      steps: Float64Array.of(1),
      values: Float64Array.of(Math.fround(2e-4)),
      wallTimes: Float64Array.of(1000.25),
    },
    zero: { steps: Float64Array.of(2 ** 33), values: Float64Array.of(0), wallTimes: Float64Array.of(2000.5) },
    höhe: {
      steps: Float64Array.of(2 ** 33),
      values: Float64Array.of(-Infinity),
      wallTimes: Float64Array.of(2000.5),
    },
  });
});

test('follows a growing file: flushed items come once', () => {
  const writer = createEventWriter(temporaryFolder(), 5);
  const reader = createEventReader(writer.path);
  expect(readAll(reader)).toEqual(['start@5']);
  writer.scalars(5, { a: 1 });
  expect(readAll(reader)).toEqual([]);
  writer.flush();
  expect(readAll(reader)).toEqual(['a@5=1']);
  writer.scalars(6, { a: 2 });
  writer.scalars(7, { a: 3, b: 4 });
  writer.close();
  expect(readAll(reader)).toEqual(['a@6=2', 'a@7=3', 'b@7=4']);
  expect(readAll(reader)).toEqual([]);
});

test('reads a file of many chunks in order', () => {
  const writer = createEventWriter(temporaryFolder());
  const count = 60_000;
  for (let step = 0; step < count; step++) writer.scalars(step, { 'some/long/tag/name': step });
  writer.close();
  const reader = createEventReader(writer.path);
  const parts = [...reader.read()];
  expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(count / 2);
  const steps = parts.flat().map(({ step }) => step);
  expect(steps).toEqual(Array.from({ length: count }, (_, step) => step));
});

test('reads a record larger than a chunk', () => {
  const folder = temporaryFolder();
  const big = 'x'.repeat(3 * 2 ** 20);
  const summary = { value: [{ tag: big, simpleValue: 1 }] };
  const small = { value: [{ tag: 'small', simpleValue: 2 }] };
  const records = [summary, small].map((each) => encodeRecord(encodeEvent({ step: 1, summary: each })));
  writeFileSync(join(folder, 'events.out.tfevents.1.host'), Buffer.concat(records));
  expect([...readRunScalars(folder).series.keys()].map((tag) => tag.length)).toEqual([big.length, 5]);
});

const pointAt = (step: number) =>
  encodeRecord(encodeEvent({ step, summary: { value: [{ tag: 'a', simpleValue: step }] } }));

test('a file without scalars is read in parts, so that others can work in between', () => {
  const path = join(temporaryFolder(), 'events.out.tfevents.1.host');
  const text = encodeRecord(encodeEvent({ fileVersion: 'x'.repeat(2 ** 16) }));
  writeFileSync(path, Buffer.concat([...Array<Uint8Array>(50).fill(text), pointAt(1)]));
  const parts = [...createEventReader(path).read()].map(({ length }) => length);
  expect(parts).toEqual([0, 0, 0, 1]);
});

test('a record of more than 16 MiB is skipped unread, once it is there', () => {
  const path = join(temporaryFolder(), 'events.out.tfevents.1.host');
  const bytes = 2 ** 24 + 1;
  writeFileSync(path, Buffer.concat([pointAt(1), encodeRecord(new Uint8Array(bytes)).subarray(0, 12)]));
  const reader = createEventReader(path);
  expect(readAll(reader)).toEqual(['a@1=1']);
  expect(reader.problems()).toEqual([]);
  // Of zeros, without a valid checksum.
  truncateSync(path, statSync(path).size + bytes + 4);
  appendFileSync(path, pointAt(2));
  expect(readAll(reader)).toEqual(['a@2=2']);
  expect(reader.problems()).toEqual([`${path}: 1 too large record was skipped`]);
});

test('each file is read once, however many there are', () => {
  const folder = temporaryFolder();
  const count = 300;
  for (let step = 1; step <= count; step++)
    writeFileSync(join(folder, `events.out.tfevents.${step}.host`), pointAt(step));
  const reader = createRunReader(folder);
  expect([...reader.read()]).toHaveLength(count);
  expect([...reader.read()]).toEqual([]);
});

test.skipIf(isWindows)(
  unlessWindows('a pipe, a device and a folder are no event files', 'Windows has no such files'),
  () => {
    const folder = temporaryFolder();
    const path = (name: string) => join(folder, `events.out.tfevents.1.${name}`);
    execFileSync('mkfifo', [path('pipe')]);
    symlinkSync('/dev/zero', path('zero'));
    mkdirSync(path('folder'));
    writeFileSync(path('real'), pointAt(1));
    expect(seriesOf(folder)).toEqual({ a: '1=1' });
    expect(readRunScalars(folder).problems).toEqual(
      ['folder', 'pipe', 'zero'].map((name) => expect.stringContaining(`${name}: this is no file`)),
    );
  },
);

test.each([Number.NaN, Number.POSITIVE_INFINITY, -1e300, 8.65e12])(
  'the time %d of an event is 0',
  (wallTime) => {
    const path = join(temporaryFolder(), 'events.out.tfevents.1.host');
    const event = { step: 1, wallTime, summary: { value: [{ tag: 'a', simpleValue: 1 }] } };
    writeFileSync(path, encodeRecord(encodeEvent(event)));
    expect([...createEventReader(path).read()].flat()).toMatchObject([{ wallTime: 0 }]);
  },
);

test('reads the complete records of a file truncated anywhere, and the rest later', () => {
  const path = session(temporaryFolder(), 1, 4, 0.5);
  const whole = readFileSync(path);
  const expected = readAll(createEventReader(path));
  expect(expected).toHaveLength(4);
  for (let length = 0; length < whole.length; length++) {
    writeFileSync(path, whole.subarray(0, length));
    const reader = createEventReader(path);
    const before = readAll(reader);
    expect(expected.slice(0, before.length)).toEqual(before);
    expect(reader.problems()).toEqual([]);
    appendFileSync(path, whole.subarray(length));
    expect([...before, ...readAll(reader)], `torn at ${length}`).toEqual(expected);
  }
});

test('reports a flipped byte anywhere, and never returns a wrong number', () => {
  const path = session(temporaryFolder(), 1, 4, 0.5);
  const whole = readFileSync(path);
  const expected = readAll(createEventReader(path));
  for (let at = 0; at < whole.length; at++) {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 0x10;
    writeFileSync(path, damaged);
    const reader = createEventReader(path);
    const read = readAll(reader);
    expect(reader.problems(), `byte ${at}`).toHaveLength(1);
    expect(reader.problems()[0]).toMatch(/1 damaged record was skipped|record at byte \d+ is damaged/);
    expect(
      read.every((item) => expected.includes(item)),
      `byte ${at}`,
    ).toBe(true);
  }
});

test('continues after a damaged record; stops after a damaged length', () => {
  const path = session(temporaryFolder(), 1, 3, 0.5);
  const whole = readFileSync(path);
  const recordBytes = (whole.length - 40) / 3;
  const damagedAt = (at: number) => {
    const damaged = Buffer.from(whole);
    damaged[at]! ^= 1;
    writeFileSync(path, damaged);
    return readAll(createEventReader(path)).map((item) => item[5]);
  };
  const second = whole.length - 2 * recordBytes;
  expect(damagedAt(second + 12)).toEqual(['1', '3']);
  expect(damagedAt(second)).toEqual(['1']);
});

test('skips and reports a record that is not an event; also a file that is not an event file', () => {
  const folder = temporaryFolder();
  const path = join(folder, 'events.out.tfevents.1.host');
  const good = encodeRecord(encodeEvent({ step: 1, summary: { value: [{ tag: 'a', simpleValue: 1 }] } }));
  writeFileSync(path, Buffer.concat([encodeRecord(Buffer.from('ffffff', 'hex')), good]));
  expect(seriesOf(folder)).toEqual({ a: '1=1' });
  writeFileSync(join(folder, 'events.out.tfevents.2.host'), 'this is a text, not an event file');
  expect(seriesOf(folder)).toEqual({ a: '1=1' });
  expect(readRunScalars(folder).problems).toEqual([
    expect.stringContaining('1 damaged record was skipped'),
    expect.stringContaining('record at byte 0 is damaged'),
  ]);
});

test('reports a file that shrinks or disappears, and does not read it again', () => {
  const path = session(temporaryFolder(), 1, 3, 0.5);
  const reader = createEventReader(path);
  readAll(reader);
  truncateSync(path, 10);
  expect(readAll(reader)).toEqual([]);
  expect(reader.problems()).toEqual([expect.stringContaining('became shorter')]);
  const gone = createEventReader(`${path}.gone`);
  expect(readAll(gone)).toEqual([]);
  expect(gone.problems()).toEqual([expect.stringContaining('ENOENT')]);
});

test.each<[string, [from: number, to: number, resumeStep?: number][], string]>([
  ['one session', [[1, 3]], '1=0 2=0 3=0'],
  [
    'a resume repeats steps',
    [
      [1, 4],
      [3, 5, 3],
    ],
    '1=0 2=0 3=1 4=1 5=1',
  ],
  [
    'a resume continues',
    [
      [1, 2],
      [3, 4, 3],
    ],
    '1=0 2=0 3=1 4=1',
  ],
  [
    'a resume that logged nothing still voids',
    [
      [1, 4],
      [9, 8, 3],
    ],
    '1=0 2=0',
  ],
  [
    'two resumes',
    [
      [1, 4],
      [3, 4, 3],
      [2, 3, 2],
    ],
    '1=0 2=2 3=2',
  ],
  [
    'a session that does not resume voids nothing',
    [
      [1, 2],
      [1, 2],
    ],
    '1=0 2=0 1=1 2=1',
  ],
])('%s', (_, sessions, expected) => {
  const folder = temporaryFolder();
  sessions.forEach(([from, to, resumeStep], index) => {
    session(folder, from, to, index, resumeStep);
  });
  expect(seriesOf(folder)).toEqual({ loss: expected });
  expect(readdirSync(folder)).toHaveLength(sessions.length);
});

test('an incomplete record does not affect the next session', () => {
  const folder = temporaryFolder();
  const path = session(folder, 1, 3, 0);
  truncateSync(path, readFileSync(path).length - 5);
  session(folder, 2, 4, 1, 2);
  expect(seriesOf(folder)).toEqual({ loss: '1=0 2=1 3=1 4=1' });
});

test('files are ordered by the seconds in their names; a new one is always last', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'events.out.tfevents.10000000000.host.2'), pointAt(2));
  writeFileSync(join(folder, 'events.out.tfevents.999.host.1'), pointAt(1));
  const writer = createEventWriter(folder);
  writer.scalars(3, { a: 3 });
  writer.close();
  expect(seriesOf(folder)).toEqual({ a: '1=1 2=2 3=3' });
});

test('follows files that are created later', () => {
  const folder = join(temporaryFolder(), 'later');
  const reader = createRunReader(folder);
  expect(readAll(reader)).toEqual([]);
  mkdirSync(folder);
  session(folder, 1, 2, 0);
  expect(readAll(reader)).toEqual(['loss@1=0', 'loss@2=0']);
  session(folder, 2, 2, 1, 2);
  expect(readAll(reader)).toEqual(['start@2', 'loss@2=1']);
});

const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
const doubles = (...values: number[]) => new Uint8Array(Float64Array.from(values).buffer);
const scalars = { metadata: { pluginData: { pluginName: 'scalars' } } };

test.each([
  ['raw float', { tensor: { dtype: 1, tensorContent: floats(0.5) }, ...scalars }, 0.5],
  ['raw double', { tensor: { dtype: 2, tensorContent: doubles(0.1) }, ...scalars }, 0.1],
  ['listed float', { tensor: { dtype: 1, floatVal: [0.5] }, ...scalars }, 0.5],
  ['listed double', { tensor: { dtype: 2, doubleVal: [0.1] }, ...scalars }, 0.1],
  ['without metadata', { tensor: { dtype: 1, floatVal: [0.5] } }, 0.5],
  ['several elements', { tensor: { dtype: 1, tensorContent: floats(1, 2) }, ...scalars }, undefined],
  ['several doubles', { tensor: { dtype: 2, doubleVal: [1, 2] }, ...scalars }, undefined],
  ['a text', { tensor: { dtype: 7 }, metadata: { pluginData: { pluginName: 'text' } } }, undefined],
  [
    'a number of another plugin',
    { tensor: { dtype: 1, floatVal: [1] }, metadata: { pluginData: { pluginName: 'hparams' } } },
    undefined,
  ],
  ['nothing', {}, undefined],
])('a tensor as a scalar: %s', (_, value, expected) => {
  const folder = temporaryFolder();
  const event = encodeEvent({ step: 1, summary: { value: [{ tag: 'a', ...value }] } });
  writeFileSync(join(folder, 'events.out.tfevents.1.host.v2'), encodeRecord(event));
  expect(readRunScalars(folder).series.get('a')?.values[0]).toBe(expected);
  expect(readRunScalars(folder).problems).toEqual([]);
});

const external = (name: string) => join(testData, 'tfevents', name);

test.skipIf(!hasTestData)(needsTestData("tensorboardX's file has exactly the scalars that it should"), () => {
  const expected: { scalars: Record<string, [number, number][]> } = JSON.parse(
    readFileSync(external('tensorboardX_esrgan_run/expected.json'), 'utf8'),
  );
  const { series, problems } = readRunScalars(external('tensorboardX_esrgan_run'));
  const read = [...series].map(([tag, { steps, values }]) => [
    tag,
    [...steps].map((step, i) => [step, values[i]]),
  ]);
  expect(Object.fromEntries(read)).toEqual(expected.scalars);
  expect(problems).toEqual([]);
});

test.skipIf(!hasTestData).each([
  ['truncated.tfevents', 122, [], 'losses/l_g_pix@100=0.018533747643232346'],
  ['badcrc.tfevents', 3, ['record at byte 199 is damaged'], 'losses/l_g_pix@100=0.018533747643232346'],
  ['events.out.tfevents.1585769947.cvp', 102, [], 'batch_loss@0=3.9135773181915283'],
  [
    'go-tensorboard/events.out.tfevents.1585499054.Jaakkos-Mac-mini.local.11684.5.v2',
    100,
    [],
    'my_metric@0=0',
  ],
])(needsTestData('%s: %i scalars'), (name, count, problems, first) => {
  const reader = createEventReader(external(name));
  const items = readAll(reader);
  expect(items).toHaveLength(count);
  expect(items[0]).toBe(first);
  expect(reader.problems()).toEqual(problems.map((problem) => expect.stringContaining(problem)));
});

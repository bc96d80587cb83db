import { expect, test } from 'vitest';
import { encodeEvent, type SummaryValue } from '../../../../trainer/runs/event-protocol.ts';
import {
  hyperParameterSummaries,
  imageSummary,
  maximumImageBytes,
  sessionEndSummary,
  textSummary,
} from '../../../../trainer/runs/event-summaries.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { readRunScalars } from './read-run-scalars.ts';
import { temporaryFolder } from './temporary-run.ts';

const size = { width: 5, height: 4, channels: 3 };
const config = { rate: 0, a: { flag: false, list: [1, 2], none: null }, text: 'x' };
const [experiment, start] = hyperParameterSummaries(
  { a: config.a, rate: config.rate, text: config.text },
  ['psnr'],
  12.5,
);

// The events that TensorBoard 2.21 writes for the same values, in base64.
test.each<[string, SummaryValue | undefined, string]>([
  ['an image', imageSummary('a/b', size, Uint8Array.of(1, 2, 255)), 'EAMqFAoSCgNhL2IiCwgEEAUYAyIDAQL/'],
  ['a text', textSummary('t', 'hö'), 'EAMqGgoYCgF0QgkIBxIAQgNow7ZKCAoGCgR0ZXh0'],
  [
    'an experiment',
    experiment,
    'EAMqbwptChRfaHBhcmFtc18vZXhwZXJpbWVudEIOCAESBBICCAEqBAAAAABKRQpDCgdocGFyYW1zEjgSNiIKCgZhLmZsYWcgAiIKCgZhLmxpc3QgASIICgRyYXRlIAMiCAoEdGV4dCABKggKBhIEcHNucg==',
  ],
  [
    'the start of a session',
    start,
    'EAMqjAEKiQEKHF9ocGFyYW1zXy9zZXNzaW9uX3N0YXJ0X2luZm9CDggBEgQSAggBKgQAAAAASlkKVwoHaHBhcmFtcxJMGkoKDAoGYS5mbGFnEgIgAAoRCgZhLmxpc3QSBxoFWzEsMl0KEQoEcmF0ZRIJEQAAAAAAAAAACgsKBHRleHQSAxoBeCkAAAAAAAApQA==',
  ],
  [
    'the end of a session',
    sessionEndSummary('success', 99),
    'EAMqSgpIChpfaHBhcmFtc18vc2Vzc2lvbl9lbmRfaW5mb0IOCAESBBICCAEqBAAAAABKGgoYCgdocGFyYW1zEg0iCwgBEQAAAAAAwFhA',
  ],
])('%s is encoded as TensorBoard does', (_, value, expected) => {
  expect(value).toBeDefined();
  expect(
    Buffer.from(encodeEvent({ step: 3, summary: { value: value ? [value] : [] } })).toString('base64'),
  ).toBe(expected);
});

test('an image that is too large is left out', () => {
  expect(imageSummary('a', size, new Uint8Array(maximumImageBytes))).toBeDefined();
  expect(imageSummary('a', size, new Uint8Array(maximumImageBytes + 1))).toBeUndefined();
});

test('curves are read past images, texts and hyper-parameters', () => {
  const folder = temporaryFolder();
  const writer = createEventWriter(folder);
  const values = [imageSummary('a', size, new Uint8Array(1000)), textSummary('t', 'x'), experiment, start];
  writer.summaries(
    1,
    values.flatMap((value) => value ?? []),
  );
  writer.scalars(1, { loss: 0.5 });
  writer.close();
  const { series, problems } = readRunScalars(folder);
  expect(problems).toEqual([]);
  expect([...series.keys()]).toEqual(['loss']);
});

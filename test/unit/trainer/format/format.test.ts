import { describe, expect, test } from 'vitest';
import {
  currentEpoch,
  formatBytes,
  formatClock,
  formatCount,
  formatDuration,
  formatPercentage,
  formatRate,
  formatRoughBytes,
  formatRoughDuration,
  formatRoughly,
  formatShortCount,
  formatValue,
} from '../../../../trainer/format/format.ts';

function check(format: (value: number) => string, examples: readonly (readonly [number, string])[]) {
  describe(format.name, () => {
    test.each(examples)('%d is %s', (value, text) => expect(format(value)).toBe(text));
  });
}

check(formatCount, [
  [0, '0'],
  [999, '999'],
  [1000, '1,000'],
  [182_200, '182,200'],
  [1_234_567.4, '1,234,567'],
]);
test.each<[done: number, all: number | null, expected: number]>([
  [0, 10, 1],
  [9, 10, 10],
  [10, 10, 10],
  [3, null, 4],
])('when %i epochs of %s are done, epoch %i is at work', (done, all, expected) =>
  expect(currentEpoch(done, all)).toBe(expected),
);
check(formatShortCount, [
  [950, '950'],
  [1000, '1k'],
  [14_120, '14.1k'],
  [141_000, '141k'],
  [99_960, '100k'],
  [999_600, '1M'],
  [16_697_987, '16.7M'],
]);
check(formatDuration, [
  [-3, '0 s'],
  [0.4, '0 s'],
  [22, '22 s'],
  [59.6, '1 min'],
  [303, '5 min 3 s'],
  [3600, '1 h'],
  [3605, '1 h'],
  [4320, '1 h 12 min'],
  [86_399.7, '1 d'],
  [187_200, '2 d 4 h'],
  [Number.POSITIVE_INFINITY, '?'],
  [Number.NaN, '?'],
]);
check(formatRate, [
  [4.12, '4.1 it/s'],
  [9.96, '10 it/s'],
  [1234, '1,234 it/s'],
  [1, '1.0 it/s'],
  [0.5, '2.0 s/it'],
  [0.08, '13 s/it'],
  [0, '0 it/s'],
]);
check(formatBytes, [
  [0, '0 B'],
  [512, '512 B'],
  [999.6, '1.0 kB'],
  [63_750_000, '63.8 MB'],
  [100_000_000, '100 MB'],
  [3_910_000_000, '3.9 GB'],
  [5e15, '5.0 PB'],
]);
check(formatValue, [
  [0.012345, '0.01235'],
  [25.49, '25.49'],
  [1234.6, '1,235'],
  [2e-4, '2.000e-4'],
  [-3, '−3.000'],
  [0, '0'],
  [Number.NaN, 'NaN'],
  [Number.NEGATIVE_INFINITY, '−∞'],
  [1.5e9, '1.500e9'],
]);

check(formatPercentage, [
  [0, '0.00'],
  [0.008234, '<0.01'],
  [0.01, '0.01'],
  [3.24, '3.2'],
  [100, '100.0'],
]);

describe('estimates', () => {
  test.each([
    [formatRoughly, 0.7123, 1, '0.7'],
    [formatRoughly, 1234, 2, '1200'],
    [formatRoughBytes, 643e6, 2, '640 MB'],
    [formatRoughBytes, 999.9e6, 2, '1 GB'],
    [formatRoughBytes, 7.42e9, 2, '7.4 GB'],
    [formatRoughDuration, 41.2, 2, '41 s'],
    [formatRoughDuration, 743, 2, '12 min'],
    [formatRoughDuration, 7300, 1, '2 h'],
    [formatRoughDuration, 433_000, 1, '5 days'],
  ])('%o: %d with %d digits is %s', (format, value, digits, text) => {
    expect(format(value, digits)).toBe(text);
  });
});

test('a time of the day is local', () => {
  expect(formatClock(new Date(2030, 0, 31, 13, 5, 9).getTime() / 1000)).toBe('2030-01-31 13:05:09');
});

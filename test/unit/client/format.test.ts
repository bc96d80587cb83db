import { describe, expect, test } from 'vitest';
import { formatBytes, formatCount, formatDuration, formatRate, formatSteps } from '../../../client/format.ts';

function check(format: (value: number) => string, examples: readonly (readonly [number, string])[]) {
  describe(format.name, () => {
    test.each(examples)('%d is %s', (value, text) => expect(format(value)).toBe(text));
  });
}

check(formatCount, [
  [0, '0'],
  [88210, '88,210'],
]);
check(formatSteps, [
  [950, '950'],
  [1000, '1k'],
  [14_120, '14.1k'],
  [141_000, '141k'],
  [99_960, '100k'],
  [999_600, '1M'],
  [1_230_000, '1.2M'],
]);
check(formatDuration, [
  [-3, '0 s'],
  [0.4, '0 s'],
  [59.6, '1 m'],
  [303, '5 m 3 s'],
  [3600, '1 h'],
  [4320, '1 h 12 m'],
  [86_399.7, '1 d'],
  [187_200, '2 d 4 h'],
]);
check(formatRate, [
  [4.12, '4.1 it/s'],
  [9.96, '10 it/s'],
  [120, '120 it/s'],
  [0.5, '2.0 s/it'],
  [0.08, '13 s/it'],
]);
check(formatBytes, [
  [512, '512 B'],
  [1023.6, '1.0 kB'],
  [66_846_720, '63.8 MB'],
  [4_187_593_113, '3.9 GB'],
  [104_857_600, '100 MB'],
]);

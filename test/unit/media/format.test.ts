import { describe, expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatValue,
} from '../../../media/components/format.ts';

describe.each([
  {
    format: formatCount,
    examples: [
      [0, '0'],
      [999, '999'],
      [1000, '1,000'],
      [182200, '182,200'],
      [1234567.4, '1,234,567'],
    ],
  },
  {
    format: formatDuration,
    examples: [
      [0, '0 s'],
      [59.4, '59 s'],
      [60, '1 min'],
      [200, '3 min 20 s'],
      [1800, '30 min'],
      [4320, '1 h 12 min'],
      [7199, '2 h'],
      [86400 * 2.5, '2 d 12 h'],
    ],
  },
  {
    format: formatRate,
    examples: [
      [4.13, '4.1 steps/s'],
      [38.4, '38 steps/s'],
      [1, '1.0 steps/s'],
      [0.31, '3.2 s/step'],
      [0, '0 steps/s'],
      [1234, '1,234 steps/s'],
    ],
  },
  {
    format: formatBytes,
    examples: [
      [0, '0 B'],
      [980, '980 B'],
      [1024, '1.0 KiB'],
      [3.4 * 2 ** 20, '3.4 MiB'],
      [12 * 2 ** 30, '12 GiB'],
      [5 * 2 ** 40, '5.0 TiB'],
    ],
  },
  {
    format: formatValue,
    examples: [
      [0.012345, '0.01235'],
      [25.49, '25.49'],
      [1234.6, '1,235'],
      [2e-4, '2.000e-4'],
      [-3, '−3.000'],
      [0, '0'],
      [Number.NaN, 'NaN'],
      [Number.NEGATIVE_INFINITY, '−∞'],
      [1.5e9, '1.500e9'],
    ],
  },
] satisfies { format: (value: number) => string; examples: [number, string][] }[])(
  '$format.name',
  ({ format, examples }) => {
    test.each(examples)('%d', (value, text) => {
      expect(format(value)).toBe(text);
    });
  },
);

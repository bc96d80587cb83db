import { describe, expect, test } from 'vitest';
import { type AxisKind, ticks } from '../../../../media/plot/ticks.ts';

const hour = 3600;
const day = 24 * hour;

test.each([
  ['number', 0, 1, false, 5, ['0', '0.2', '0.4', '0.6', '0.8', '1.0']],
  ['number', -0.3, 0.31, false, 3, ['−0.2', '0', '0.2']],
  ['number', 0, 1.1e-3, false, 3, ['0', '5e-4', '1e-3']],
  ['number', 25.41, 25.49, false, 4, ['25.42', '25.44', '25.46', '25.48']],
  ['count', 0, 3, false, 10, ['0', '1', '2', '3']],
  ['count', 0, 1500, false, 3, ['0', '500', '1000', '1500']],
  ['count', 0, 182_200, false, 4, ['0', '50k', '100k', '150k']],
  ['count', 0, 2_500_000, false, 5, ['0', '0.5M', '1.0M', '1.5M', '2.0M', '2.5M']],
  [
    'number',
    1e-4,
    1,
    true,
    20,
    ['1e-4', '2e-4', '5e-4', '0.001', '0.002', '0.005', '0.01', '0.02', '0.05', '0.1', '0.2', '0.5', '1'],
  ],
  ['number', 1e-4, 1, true, 5, ['1e-4', '0.001', '0.01', '0.1', '1']],
  // Less than a decade: as on a linear axis.
  ['number', 3, 4, true, 4, ['3.0', '3.5', '4.0']],
  ['duration', 0, 100, false, 4, ['0', '30s', '1m', '1m 30s']],
  ['duration', 0, 5 * hour, false, 5, ['0', '1h', '2h', '3h', '4h', '5h']],
  ['duration', 0, 4 * day, false, 4, ['0', '24h', '2d', '3d', '4d']],
  ['clock', 0, 6 * hour, false, 6, ['01-01', '01:00', '02:00', '03:00', '04:00', '05:00', '06:00']],
] satisfies [AxisKind, number, number, boolean, number, string[]][])(
  '%s from %d to %d (logarithmic: %s)',
  (kind, min, max, isLog, most, labels) => {
    const { values, labels: found } = ticks(kind, min, max, isLog, most);
    expect(found).toEqual(labels);
    expect(values).toHaveLength(labels.length);
    expect(values.every((value) => value >= min - 1e-12 && value <= max * (1 + 1e-12))).toBe(true);
  },
);

describe('clocks', () => {
  test('ticks are at round local times', () => {
    // Two hours ahead of UTC: local midnight is 22:00 of the day before.
    const { values, labels } = ticks('clock', -3 * hour, hour, false, 4, 2 * hour);
    expect(labels).toEqual(['23:00', '01-01', '01:00', '02:00', '03:00']);
    expect(values[1]).toBe(-2 * hour);
  });
});

import { describe, expect, test } from 'vitest';
import { runColorTable } from '../../../server/protocol/run-colors.ts';

type Rgb = readonly [number, number, number];

function linear(hex: string): Rgb {
  const channel = (at: number) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [channel(1), channel(3), channel(5)];
}

/** WCAG's contrast ratio. */
function contrast(a: string, b: string): number {
  const luminance = ([r, g, blue]: Rgb) => 0.2126 * r + 0.7152 * g + 0.0722 * blue;
  const [low, high] = [luminance(linear(a)), luminance(linear(b))].sort((x, y) => x - y);
  return (high! + 0.05) / (low! + 0.05);
}

/** Linear RGB as an eye without one kind of cones sees it: Machado, Oliveira and Fernandes 2009, severity 1. */
const eyes: Readonly<Record<string, readonly Rgb[]>> = {
  normal: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const times = (matrix: readonly Rgb[], [x, y, z]: Rgb): Rgb => {
  const row = (i: number) => matrix[i]![0] * x + matrix[i]![1] * y + matrix[i]![2] * z;
  return [row(0), row(1), row(2)];
};

/** Oklab, in which equal distances look about equally large. */
function oklab(rgb: Rgb): Rgb {
  const clipped: Rgb = [Math.max(0, rgb[0]), Math.max(0, rgb[1]), Math.max(0, rgb[2])];
  const [l, m, s] = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    clipped,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    [Math.cbrt(l), Math.cbrt(m), Math.cbrt(s)],
  );
}

const backgrounds = {
  light: '#ffffff',
  dark: '#1f1f1f',
  highContrast: '#000000',
  highContrastLight: '#ffffff',
} as const;
const kinds = ['light', 'dark', 'highContrast', 'highContrastLight'] as const;

test('the palette has as many colors as declared', () => {
  expect(runColorTable).toHaveLength(8);
});

describe.each(kinds)('%s', (kind) => {
  const colors = runColorTable.map((color) => color[kind]);

  test('every color has a contrast of 3:1 to the background', () => {
    for (const color of colors) expect(contrast(color, backgrounds[kind])).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(eyes))('any two colors differ for %s', (eye) => {
    const seen = colors.map((color) => oklab(times(eyes[eye]!, linear(color))));
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(i + 1)) {
        // 0.02 is about what can just be told apart side by side.
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])).toBeGreaterThan(0.08);
      }
    }
  });
});

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

/** CIELAB, with the white of D65. */
function lab(rgb: Rgb): Rgb {
  const clipped: Rgb = [unit(rgb[0]), unit(rgb[1]), unit(rgb[2])];
  const [x, y, z] = times(
    [
      [0.4124564, 0.3575761, 0.1804375],
      [0.2126729, 0.7151522, 0.072175],
      [0.0193339, 0.119192, 0.9503041],
    ],
    clipped,
  );
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : ((24389 / 27) * t + 16) / 116);
  const [fx, fy, fz] = [f(x / 0.95047), f(y), f(z / 1.08883)];
  return [116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)];
}

function unit(value: number): number {
  return Math.min(1, Math.max(0, value));
}

/** The distance CIEDE2000, as in Sharma, Wu and Dalal 2005: 1 is about what can just be told apart. */
function ciede2000([l1, a1, b1]: Rgb, [l2, a2, b2]: Rgb): number {
  const radians = Math.PI / 180;
  const seventh = (c: number) => Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7));
  const g = 0.5 * (1 - seventh((Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2));
  const [x1, x2] = [(1 + g) * a1, (1 + g) * a2];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const hue = (x: number, y: number) => (x === 0 && y === 0 ? 0 : (Math.atan2(y, x) / radians + 360) % 360);
  const [h1, h2] = [hue(x1, b1), hue(x2, b2)];
  const isGray = c1 * c2 === 0;
  const turn = h2 - h1 > 180 ? -360 : h2 - h1 < -180 ? 360 : 0;
  const dh = 2 * Math.sqrt(c1 * c2) * Math.sin(((isGray ? 0 : h2 - h1 + turn) * radians) / 2);
  const sum = h1 + h2;
  const h = isGray ? sum : turn === 0 ? sum / 2 : sum < 360 ? (sum + 360) / 2 : (sum - 360) / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const cos = (degrees: number) => Math.cos(degrees * radians);
  const t = 1 - 0.17 * cos(h - 30) + 0.24 * cos(2 * h) + 0.32 * cos(3 * h + 6) - 0.2 * cos(4 * h - 63);
  const dl = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const dc = (c2 - c1) / (1 + 0.045 * c);
  const dH = dh / (1 + 0.015 * c * t);
  const rotation = -Math.sin(60 * Math.exp(-(((h - 275) / 25) ** 2)) * radians) * 2 * seventh(c);
  return Math.sqrt(dl ** 2 + dc ** 2 + dH ** 2 + rotation * dc * dH);
}

/** Of editor and side bar, in all themes of VS Code. */
const light = ['#ffffff', '#f8f8f8', '#f3f3f3', '#f5f5f5', '#f2f2f2', '#fdf6e3', '#eee8d5'];
const dark = [
  ...['#000c18', '#060621', '#1e1e1e', '#252526', '#1f1f1f', '#181818', '#221a0f', '#362712', '#272822'],
  ...['#1e1f1c', '#272727', '#390000', '#330000', '#002b36', '#00212b', '#002451', '#001c40'],
];
const backgrounds = { light, dark, highContrast: ['#000000'], highContrastLight: ['#ffffff'] } as const;
const kinds = ['light', 'dark', 'highContrast', 'highContrastLight'] as const;

// Pairs of Sharma, Wu and Dalal 2005, table 1.
test.each([
  [[50, 2.6772, -79.7751], [50, 0, -82.7485], 2.0425],
  [[50, 2.49, -0.001], [50, -2.49, 0.0011], 7.2195],
  [[50, 2.5, 0], [61, -5, 29], 22.8977],
  [[22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373],
  [[90.8027, -2.0831, 1.441], [91.1528, -1.6435, 0.0447], 1.4441],
] as const)('the distance of %j and %j is %d', (a, b, distance) => {
  expect(ciede2000(a, b)).toBeCloseTo(distance, 4);
});

describe.each(kinds)('%s', (kind) => {
  const colors = runColorTable.map((color) => color[kind]);

  test('every color has a contrast of 3:1 to the backgrounds', () => {
    for (const background of backgrounds[kind])
      for (const color of colors) expect(contrast(color, background)).toBeGreaterThanOrEqual(3);
  });

  test.each(Object.keys(eyes))('any two colors differ for %s', (eye) => {
    const seen = colors.map((color) => lab(times(eyes[eye]!, linear(color))));
    for (const [i, a] of seen.entries()) {
      for (const b of seen.slice(i + 1)) {
        expect(ciede2000(a, b)).toBeGreaterThan(eye === 'normal' ? 20 : 14);
      }
    }
  });
});

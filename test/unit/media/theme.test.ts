import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../../media/theme.css', import.meta.url), 'utf8');

/** WCAG 2.2, relative luminance of `#rrggbb`. */
function luminance(color: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(one: string, two: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(two)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

test('the contrast of black and white is 21', () =>
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21, 5));

/** The backgrounds of the light themes that VS Code has. */
test.each([
  ['Light Modern', '#ffffff'],
  ['Quiet Light', '#f5f5f5'],
  ['Solarized Light', '#fdf6e3'],
])('numbers in color can be read in %s', (_, background) => {
  const [, light = ''] = /\.vscode-light \{([^}]*--wb-good[^}]*)\}/.exec(css) ?? [];
  const colors = [...light.matchAll(/--wb-(\w+): (#[0-9a-f]{6});/g)].map(
    ([, name, color = '']) => [name, color] as const,
  );
  expect(colors.map(([name]) => name)).toEqual(['good', 'warn']);
  for (const [, color] of colors) expect(contrast(color, background)).toBeGreaterThanOrEqual(4.5);
});

/** A color in the four kinds of themes. */
export interface RunColor {
  readonly light: string;
  readonly dark: string;
  readonly highContrast: string;
  readonly highContrastLight: string;
}

/**
 * The colors of runs, by `RunSummary.color`: the same run has the same color in every view. Each has a contrast of 3:1 at
 * least to the editor and side bar of every theme that VS Code has, and any two differ by a CIEDE2000 distance of 14 at
 * least, also for eyes without one kind of cones.
 */
export const runColorTable: readonly RunColor[] = [
  both('#1a3ff9', '#a7b9fe'),
  both('#ae7b2c', '#976a25'),
  both('#017457', '#43f4cd'),
  both('#ef007b', '#eb0080'),
  both('#535900', '#f7dd23'),
  both('#1390b5', '#1c9ba1'),
  both('#5a1420', '#eb957a'),
  both('#5d077a', '#824ffd'),
];

function both(light: string, dark: string): RunColor {
  return { light, dark, highContrast: dark, highContrastLight: light };
}

/** A color in the four kinds of themes. */
export interface RunColor {
  readonly light: string;
  readonly dark: string;
  readonly highContrast: string;
  readonly highContrastLight: string;
}

/**
 * The colors of runs, by `RunSummary.color`: the same run has the same color in every view. Each stands out from
 * the background of its theme by 3:1 at least, and any two are distinguishable with any kind of color
 * blindness: hues differ, and where they do not for such eyes, lightness does.
 */
export const runColorTable: readonly RunColor[] = [
  both('#3f5ddd', '#48b0fe'),
  both('#c98020', '#fec995'),
  both('#00594a', '#22916c'),
  both('#cd337c', '#f572bb'),
  both('#805d05', '#adb616'),
  both('#1f9ed0', '#8ce1fd'),
  both('#8c1410', '#de4e15'),
  both('#641098', '#9763e2'),
];

function both(light: string, dark: string): RunColor {
  return { light, dark, highContrast: dark, highContrastLight: light };
}

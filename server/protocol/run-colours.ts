/** A colour in the four kinds of themes. */
export interface RunColour {
  readonly light: string;
  readonly dark: string;
  readonly highContrast: string;
  readonly highContrastLight: string;
}

/**
 * The colours of runs, by `RunSummary.colour`: the same run has the same colour in every view. Each stands out from
 * the background of its theme by 3:1 at least, and any two are told apart by people with any kind of colour
 * blindness: hues differ, and where they do not for such eyes, lightness does.
 */
export const runColourTable: readonly RunColour[] = [
  both('#3f63d8', '#48b0fe'),
  both('#c4692b', '#fec995'),
  both('#006045', '#22916c'),
  both('#c84586', '#f572bb'),
  both('#8d7309', '#adb616'),
  both('#1195c1', '#8ce1fd'),
  both('#a12109', '#de4e15'),
  both('#6a2c92', '#9763e2'),
];

function both(light: string, dark: string): RunColour {
  return { light, dark, highContrast: dark, highContrastLight: light };
}

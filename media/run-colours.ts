import { runColourTable } from '../server/protocol/run-colours.ts';

/**
 * The colour of a run, by its place in the palette, as a CSS value: the colour that the editor's theme has for it
 * or, in a page without the editor's variables, the table's.
 */
export function runColour(colour: number): string {
  const place = colour % runColourTable.length;
  const kind = document.body.classList.contains('vscode-high-contrast-light')
    ? 'highContrastLight'
    : document.body.classList.contains('vscode-high-contrast')
      ? 'highContrast'
      : document.body.classList.contains('vscode-light')
        ? 'light'
        : 'dark';
  return `var(--vscode-esrgan-run${place}, ${runColourTable[place]![kind]})`;
}

import { runColorTable } from '../server/protocol/run-colors.ts';

/**
 * The color of a run, by its place in the palette, as a CSS value: the color that the editor's theme has for it
 * or, in a page without the editor's variables, the table's.
 */
export function runColor(color: number): string {
  const place = color % runColorTable.length;
  const kind = document.body.classList.contains('vscode-high-contrast-light')
    ? 'highContrastLight'
    : document.body.classList.contains('vscode-high-contrast')
      ? 'highContrast'
      : document.body.classList.contains('vscode-light')
        ? 'light'
        : 'dark';
  return `var(--vscode-esrgan-run${place}, ${runColorTable[place]![kind]})`;
}

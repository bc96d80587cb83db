import { runColorTable } from '../server/protocol/run-colors.ts';

/**
 * The CSS color of a run by its index in the palette: that of the editor's theme or, in a page without the editor's
 * variables, that of the palette.
 */
export function runColor(color: number): string {
  const index = color % runColorTable.length;
  const kind = document.body.classList.contains('vscode-high-contrast-light')
    ? 'highContrastLight'
    : document.body.classList.contains('vscode-high-contrast')
      ? 'highContrast'
      : document.body.classList.contains('vscode-light')
        ? 'light'
        : 'dark';
  return `var(--vscode-esrgan-run${index}, ${runColorTable[index]![kind]})`;
}

import { css } from 'lit';

/** Styles of tool bars: labels, selects, inputs and buttons. */
export const controlStyles = css`
  .row { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 16px; }
  .row > .end { margin-left: auto; }
  label { display: inline-flex; align-items: center; gap: 6px; color: var(--wb-quiet); }
  select, input[type='text'], input[type='search'], input[type='number'] { min-width: 0; max-width: 100%; color: var(--vscode-settings-dropdownForeground, var(--wb-text)); background: var(--vscode-settings-dropdownBackground, var(--wb-background)); border: 1px solid var(--vscode-settings-dropdownBorder, var(--wb-line)); border-radius: 3px; padding: 2px 4px; font: inherit; font-variant-numeric: inherit; box-sizing: border-box; }
  input::placeholder { color: var(--vscode-input-placeholderForeground, var(--wb-quiet)); opacity: 1; }
  input[type='checkbox'] { margin: 0; accent-color: var(--vscode-progressBar-background, var(--wb-focus)); }
  .link { padding: 1px 6px; border-radius: 3px; color: var(--vscode-textLink-foreground, inherit); }
  .push { padding: 1px 8px; border-radius: 3px; color: var(--vscode-button-secondaryForeground, inherit); background: var(--vscode-button-secondaryBackground, transparent); border: 1px solid var(--vscode-button-border, transparent); white-space: nowrap; }
  .push:hover:not(:disabled) { background: var(--vscode-button-secondaryHoverBackground, var(--wb-hover)); }
  .push .icon-image { margin-right: 5px; vertical-align: -3px; }
  .swatch { display: inline-block; flex: none; width: 10px; height: 10px; border-radius: 2px; background: var(--run-color, transparent); forced-color-adjust: none; }
  .quiet { color: var(--wb-quiet); }
  .problem { margin: 8px 0; padding: 6px 10px; border-left: 3px solid var(--wb-warn); overflow-wrap: anywhere; }
  .empty { padding: 32px 0; text-align: center; color: var(--wb-quiet); }
  kbd { font: inherit; font-size: 0.9em; padding: 0 4px; border: 1px solid var(--wb-line); border-radius: 3px; }
  progress { appearance: none; display: inline-block; width: 90px; height: 3px; border: 0; border-radius: 2px; background: var(--wb-grid); }
  progress::-webkit-progress-bar { background: color-mix(in srgb, var(--wb-text) 18%, transparent); border-radius: 2px; }
  progress::-webkit-progress-value { background: var(--vscode-progressBar-background, var(--wb-focus)); border-radius: 2px; }
  @media (forced-colors: active) { progress::-webkit-progress-bar { background: GrayText; } progress::-webkit-progress-value { background: Highlight; } }
  [popover] { min-width: 180px; max-width: min(420px, 90vw); max-height: 70vh; overflow: auto; padding: 8px; box-sizing: border-box; border: 1px solid var(--vscode-menu-border, var(--wb-line)); border-radius: 5px; color: var(--vscode-menu-foreground, var(--wb-text)); background: var(--vscode-menu-background, var(--wb-surface)); box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent); }
  [popover] h3 { margin: 4px 0; font-size: 0.9em; font-weight: 600; color: var(--wb-quiet); }
  @supports (anchor-name: --a) { [popover] { position-area: bottom span-right; position-try-fallbacks: flip-inline, flip-block; margin: 2px 0; inset: auto; } }
`;

import { css } from 'lit';

/** Styles of all elements: frameless buttons, visible focus, text for screen readers only. */
export const sharedStyles = css`
  :host { font-variant-numeric: tabular-nums; }
  :host([hidden]) { display: none; }
  button { appearance: none; border: 0; background: none; color: inherit; font: inherit; font-variant-numeric: inherit; cursor: pointer; }
  button.icon { display: grid; place-items: center; width: 22px; height: 22px; padding: 0; border-radius: 4px; }
  /* Weaker than any class or state, so that a chosen or colored button never gets half of the colors of another. */
  button:where(:hover:not(:disabled)) { background: var(--wb-hover); }
  button:disabled { opacity: 0.45; cursor: default; }
  button:focus-visible, input:focus-visible, select:focus-visible, [tabindex]:focus-visible { outline: 1px solid var(--wb-focus); outline-offset: -1px; }
  button[aria-pressed='true'].icon { background: var(--vscode-toolbar-activeBackground, var(--wb-hover)); outline: 1px dotted var(--vscode-contrastActiveBorder, transparent); outline-offset: -1px; }
  /* Chromium draws a white track on dark pages, whatever the color scheme. */
  input[type='range'] { appearance: none; height: 18px; margin: 0; background: none; }
  input[type='range']::-webkit-slider-runnable-track { height: 3px; border-radius: 2px; background: color-mix(in srgb, var(--wb-text) 25%, transparent); }
  input[type='range']::-webkit-slider-thumb { appearance: none; width: 12px; height: 12px; margin-top: -4.5px; border: 1px solid transparent; border-radius: 50%; background: var(--vscode-progressBar-background, var(--wb-focus)); }
  @media (forced-colors: active) {
    input[type='range']::-webkit-slider-runnable-track { background: CanvasText; }
    input[type='range']::-webkit-slider-thumb { background: Highlight; }
  }
  .icon-image { display: inline-flex; }
  .icon-image svg { width: 16px; height: 16px; }
  .visually-hidden { position: absolute; width: 1px; height: 1px; margin: -1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

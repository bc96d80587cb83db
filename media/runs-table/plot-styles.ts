import { css } from 'lit';

/** Styles of the plots of the table of runs. */
export const plotStyles = css`
  :host { display: flex; flex-direction: column; gap: 8px; min-height: 0; }
  .plot { position: relative; flex: 1; min-height: 0; border: 1px solid var(--wb-line); border-radius: 4px; overflow: hidden; }
  svg { display: block; width: 100%; height: 100%; }
  text { fill: var(--wb-text); font-size: 11px; }
  .quiet-text { fill: var(--wb-quiet); }
  .axis { stroke: var(--wb-text); stroke-width: 1; }
  .grid { stroke: var(--wb-grid); stroke-width: 1; }
  select { max-width: 22em; }
`;

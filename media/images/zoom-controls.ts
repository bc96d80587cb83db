import { css, html, nothing, type TemplateResult } from 'lit';
import { icon } from '../components/icons.ts';
import { formatZoom, type ImageView } from './image-view.ts';

export const zoomStyles = css`
  .zoom { display: inline-flex; align-items: center; color: var(--wb-quiet); }
  .zoom output { min-width: 5ch; text-align: center; }
`;

/** Buttons that zoom a pane, around its current zoom. `fit` shows the whole image; without it, its button is omitted. */
export function zoomControls(
  view: ImageView | null,
  zoomBy: (factor: number) => void,
  fit?: () => void,
): TemplateResult {
  return html`<span class="zoom">
    <button class="icon" aria-label="Zoom out" title="Zoom out (-)" @click=${() => zoomBy(0.5)}>${icon('remove')}</button>
    <output aria-label="Zoom">${view ? formatZoom(view.zoom) : 'fit'}</output>
    <button class="icon" aria-label="Zoom in" title="Zoom in (+)" @click=${() => zoomBy(2)}>${icon('add')}</button>
    ${fit ? html`<button class="icon" aria-label="Fit image" title="Fit image (0)" @click=${fit}>${icon('fit')}</button>` : nothing}
  </span>`;
}

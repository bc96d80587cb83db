import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Rect } from '../../../trainer/guards/rect.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { cssColor, setVariable } from '../../components/css-variable.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { GridTile } from '../../images/grid-png.ts';
import '../../images/image-pane.ts';
import type { DecodedImage } from '../../images/image.ts';
import type { ImageLayer } from '../../images/image-pane.ts';
import type { ImageView } from '../../images/image-view.ts';
import { scoreLines } from './box-metrics.ts';
import './box-score-table.ts';
import { rankedScores, type ShownTile } from './tile-images.ts';
import { balancedColumns } from './tiles.ts';

declare global {
  interface HTMLElementTagNameMap {
    'tile-grid': TileGrid;
  }
}

/** In CSS pixels. */
const minimumTileWidth = 210;

/** Tiles side by side that show the same part of their images. */
@customElement('tile-grid')
export class TileGrid extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .tiles { display: grid; grid-template-columns: repeat(var(--columns, 1), minmax(0, 1fr)); gap: 10px 8px; }
      figure { margin: 0; min-width: 0; }
      figcaption { display: grid; grid-template-columns: minmax(0, 1fr) auto; padding: 3px 0 4px; border-top: 3px solid var(--run-color, var(--wb-line)); line-height: 1.3; }
      .name { grid-column: 1 / -1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-weight: 600; }
      .detail { min-height: 1.3em; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--wb-quiet); }
      .shown { white-space: nowrap; color: var(--wb-warn); }
      image-pane { --pane-ratio: var(--image-ratio, 1); }
      @media (forced-colors: active) { figcaption { forced-color-adjust: none; color: CanvasText; } figcaption * { color: CanvasText; } }
    `,
  ];

  @property({ attribute: false }) tiles: readonly ShownTile[] = [];
  /** The image that views and boxes refer to. */
  @property({ attribute: false }) base: DecodedImage | null = null;
  @property({ attribute: false }) view: ImageView | null = null;
  @property({ attribute: false }) box: Rect | null = null;
  /** Whether dragging draws a box. */
  @property({ attribute: false }) isBoxing = false;

  @state() private width = 0;

  #resize = new ResizeObserver(() => this.#measure());

  override connectedCallback(): void {
    super.connectedCallback();
    this.#measure();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  /** A hidden tab has no width and keeps its columns. */
  #measure(): void {
    if (this.clientWidth > 0) this.width = this.clientWidth;
  }

  get columns(): number {
    return balancedColumns(this.tiles.length, this.width, minimumTileWidth);
  }

  /** The first pane; all show the same part. */
  get pane() {
    return this.renderRoot.querySelector('image-pane');
  }

  /** The tiles for a PNG file. */
  drawn(): GridTile[] {
    const panes = this.renderRoot.querySelectorAll('image-pane');
    return this.tiles.flatMap(({ tile, score }, i) => {
      const canvas = panes[i]?.drawing;
      if (!canvas) return [];
      const color = tile.color === null ? null : cssColor(this, tile.color);
      return [
        { label: `${tile.label} ${tile.detail}`, lines: score ? scoreLines(score) : [], color, canvas },
      ];
    });
  }

  override render() {
    const { base } = this;
    const ratio = base ? base.width / base.height : 1;
    return html`<div
      class="tiles"
      ${setVariable('--image-ratio', String(Math.min(2, Math.max(0.5, ratio))))}
      ${setVariable('--columns', String(this.columns))}
    >
      ${this.tiles.map((tile) => this.#renderTile(tile))}
    </div>`;
  }

  #renderTile(shown: ShownTile) {
    const { tile, image, note, problem, score } = shown;
    const { id, label, detail, color } = tile;
    const layers: readonly ImageLayer[] = [{ label: `${label} ${detail}`, image }];
    return html`<figure data-tile=${id}>
      <figcaption ${setVariable('--run-color', color ?? 'var(--wb-line)')}>
        <span class="name" title=${label}>${label}</span><span class="detail" title=${detail}>${detail}</span><span class="shown">${note}</span>
      </figcaption>
      <image-pane
        bare
        .name=${'Image'}
        .layers=${layers}
        .base=${this.base}
        .view=${this.view}
        .box=${this.box}
        .isBoxing=${this.isBoxing}
      ></image-pane>
      ${problem ? html`<div class="problem" role="alert">${problem}</div>` : nothing}
      ${score ? html`<box-score .label=${label} .score=${score} .ranked=${rankedScores(shown, this.tiles)}></box-score>` : nothing}
    </figure>`;
  }
}

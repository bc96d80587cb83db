import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { controlStyles } from '../../components/control-styles.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { GridTile } from '../../images/grid-png.ts';
import { changeState } from '../compare-events.ts';
import type { ImagesState } from './images-state.ts';
import '../../images/image-pane.ts';
import type { DecodedImage } from '../../images/image.ts';
import type { ImageLayer } from '../../images/image-pane.ts';
import './box-score-table.ts';
import { rankedScores, type ShownTile } from './tile-images.ts';
import type { Tile } from './tiles.ts';

declare global {
  interface HTMLElementTagNameMap {
    'wipe-view': WipeView;
  }
}

/** Two tiles in one pane with a wipe, and the choice of both. */
@customElement('wipe-view')
export class WipeView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .wipe { max-width: min(100%, 900px); }
      .row { margin-bottom: 8px; }
      image-pane { --pane-height: min(68vh, 760px); --pane-ratio: auto; }
      .wipe-scores { display: flex; flex-wrap: wrap; gap: 4px 40px; margin-top: 6px; }
    `,
  ];

  /** All tiles to choose from. */
  @property({ attribute: false }) tiles: readonly Tile[] = [];
  /** The left and the right tile. */
  @property({ attribute: false }) pair: readonly (ShownTile | undefined)[] = [];
  /** The image that views and boxes refer to. */
  @property({ attribute: false }) base: DecodedImage | null = null;
  @property({ attribute: false }) ui!: ImagesState;
  /** Whether dragging draws a box. */
  @property({ attribute: false }) isBoxing = false;

  readonly columns = 1;

  get pane() {
    return this.renderRoot.querySelector('image-pane');
  }

  /** The pane for a PNG file. */
  drawn(): GridTile[] {
    const canvas = this.pane?.drawing;
    const label = this.#shown.map(({ tile }) => tile.label).join(' | ');
    return canvas ? [{ label, lines: [], color: null, canvas }] : [];
  }

  get #shown(): ShownTile[] {
    return this.pair.flatMap((each) => each ?? []);
  }

  override render() {
    const { view, wipe, box } = this.ui;
    const shown = this.#shown;
    const layers = shown.map(
      ({ tile, image }): ImageLayer => ({
        label: tileName(tile),
        image,
        ...(tile.color !== null && { color: tile.color }),
      }),
    );
    return html`<div class="wipe">
      <div class="row">${this.#renderChoice('Left', 0)} ${this.#renderChoice('Right', 1)}</div>
      <image-pane .name=${'Wipe'} .layers=${layers} .base=${this.base} .view=${view} .wipe=${wipe} .box=${box} .isBoxing=${this.isBoxing}></image-pane>
      <div class="wipe-scores">
        ${shown.map((each) => {
          const { tile, score } = each;
          return score
            ? html`<div><b>${tile.label}</b><box-score .label=${tile.label} .score=${score} .ranked=${rankedScores(each, shown)}></box-score></div>`
            : nothing;
        })}
      </div>
    </div>`;
  }

  #renderChoice(label: string, side: 0 | 1) {
    const chosen = this.pair[side]?.tile.id;
    return html`<label>
      ${label}
      <select
        @change=${(event: Event) => {
          if (!(event.target instanceof HTMLSelectElement)) return;
          const [left, right] = this.pair.map((each) => each?.tile.id);
          const { value } = event.target;
          this.#set({ wipeTiles: side === 0 ? [value, right ?? null] : [left ?? null, value] });
        }}
      >
        ${this.tiles.map((tile) => html`<option value=${tile.id} ?selected=${tile.id === chosen}>${tileName(tile)}</option>`)}
      </select>
    </label>`;
  }

  #set(change: Partial<ImagesState>): void {
    changeState(this, { images: { ...this.ui, ...change } });
  }
}

function tileName({ label, detail }: Tile): string {
  return detail ? `${label} · ${detail}` : label;
}

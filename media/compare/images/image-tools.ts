import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { changeState } from '../compare-events.ts';
import type { ImagesState } from './images-state.ts';
import '../../components/choice-group.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { gains } from '../../images/difference.ts';
import { zoomControls, zoomStyles } from '../../images/zoom-controls.ts';

declare global {
  interface HTMLElementEventMap {
    /** Shows the reference in place of each image, or each image again. */
    flicker: CustomEvent<boolean>;
    /** Starts or ends drawing a box. */
    'toggle-boxing': CustomEvent<null>;
    /** Zooms by a factor. */
    'zoom-by': CustomEvent<number>;
    /** Saves what is shown as a PNG file. */
    'save-image': CustomEvent<null>;
  }
  interface HTMLElementTagNameMap {
    'image-tools': ImageTools;
  }
}

/** The tool bar of the images: arrangement, reference, difference, box, zoom, tiles and export. */
@customElement('image-tools')
export class ImageTools extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    zoomStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      #tiles-button { anchor-name: --tiles; }
      #tiles { position-anchor: --tiles; }
      #tiles label { display: flex; color: inherit; }
    `,
  ];

  @property({ attribute: false }) ui!: ImagesState;
  /** Tiles that can be shown or hidden. */
  @property({ attribute: false }) choices: readonly { readonly id: string; readonly label: string }[] = [];
  @property({ attribute: false }) hasBaseline = false;
  /** Whether no image is shown. */
  @property({ attribute: false }) isEmpty = false;
  @property({ attribute: false }) isFlickering = false;
  @property({ attribute: false }) isBoxing = false;

  override render() {
    const { ui } = this;
    return html`<div class="row" role="group" aria-label="Image tools">
      <choice-group
        .label=${'Layout'}
        .choices=${[
          { value: 'tiles', label: 'Side by side', title: 'W' },
          { value: 'wipe', label: 'Wipe', title: 'W' },
        ]}
        .value=${ui.mode}
        @choose=${(event: CustomEvent<string>) => this.#set({ mode: event.detail === 'wipe' ? 'wipe' : 'tiles' })}
      ></choice-group>
      ${this.#renderReference()} ${this.#renderDifference()}
      <label>
        <input type="checkbox" .checked=${this.isBoxing} @change=${() => this.#emit('toggle-boxing', null)} />
        Box
      </label>
      ${ui.box ? html`<button class="link" @click=${() => this.#set({ box: null })}>Remove box</button>` : nothing}
      ${zoomControls(
        ui.view,
        (factor) => this.#emit('zoom-by', factor),
        () => this.#set({ view: null }),
      )}
      <button class="push" id="tiles-button" popovertarget="tiles">Tiles…</button>
      <button class="push end" ?disabled=${this.isEmpty} @click=${() => this.#emit('save-image', null)}>${icon('export')}PNG</button>
      <div popover id="tiles">${this.#renderTileChoice()}</div>
    </div>`;
  }

  #renderReference() {
    const { reference } = this.ui;
    const flicker = (isOn: boolean) => () => this.#emit('flicker', isOn);
    return html`<label>
        Reference
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement)
              this.#set({ reference: event.target.value === 'baseline' ? 'baseline' : 'hr' });
          }}
        >
          <option value="hr" ?selected=${reference === 'hr'}>HR</option>
          <option value="baseline" ?selected=${reference === 'baseline'} ?disabled=${!this.hasBaseline}>Baseline</option>
        </select>
      </label>
      <button
        class="push"
        aria-pressed=${this.isFlickering}
        title="Hold to show the reference (Space)"
        @pointerdown=${flicker(true)}
        @pointerup=${flicker(false)}
        @pointerleave=${flicker(false)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === ' ' || event.key === 'Enter') this.#emit('flicker', true);
        }}
        @keyup=${flicker(false)}
      >Flicker</button>`;
  }

  #renderDifference() {
    const { isDifference, gain } = this.ui;
    return html`<label>
        <input type="checkbox" .checked=${isDifference} @change=${() => this.#set({ isDifference: !isDifference })} />
        Difference
      </label>
      <label>
        <span class="visually-hidden">Gain</span>
        <select
          title="Gain of the difference"
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement) this.#set({ gain: Number(event.target.value) });
          }}
        >
          ${gains.map((each) => html`<option value=${each} ?selected=${each === gain}>×${each}</option>`)}
        </select>
      </label>`;
  }

  #renderTileChoice() {
    const { hiddenTiles } = this.ui;
    const toggled = (id: string) =>
      hiddenTiles.includes(id) ? hiddenTiles.filter((each) => each !== id) : [...hiddenTiles, id];
    return this.choices.map(
      ({ id, label }) => html`<label>
        <input
          type="checkbox"
          .checked=${!hiddenTiles.includes(id)}
          @change=${() => this.#set({ hiddenTiles: toggled(id) })}
        />
        ${label}
      </label>`,
    );
  }

  #set(change: Partial<ImagesState>): void {
    changeState(this, { images: { ...this.ui, ...change } });
  }

  #emit<Name extends 'flicker' | 'toggle-boxing' | 'zoom-by' | 'save-image'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

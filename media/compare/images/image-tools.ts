import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import '../../components/choice-group.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { gains } from '../../images/difference.ts';
import { formatZoom } from '../../images/image-view.ts';
import { type ImagesUi, tellState } from '../compare-state.ts';

declare global {
  interface HTMLElementEventMap {
    /** The person wants to see what images are compared with in place of them, or themselves again. */
    flicker: CustomEvent<boolean>;
    /** The person wants to draw a box, or no longer. */
    'toggle-boxing': CustomEvent<null>;
    /** The person wants images so many times as large. */
    'zoom-by': CustomEvent<number>;
    /** The person wants what is shown as an image file. */
    'save-image': CustomEvent<null>;
  }
  interface HTMLElementTagNameMap {
    'image-tools': ImageTools;
  }
}

/** How images are shown: side by side or with a wipe, against what, as a difference, with a box, how large, and which. */
@customElement('image-tools')
export class ImageTools extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      .zoom { display: inline-flex; align-items: center; color: var(--wb-quiet); }
      .zoom output { min-width: 5ch; text-align: center; }
      #tiles-button { anchor-name: --tiles; }
      #tiles { position-anchor: --tiles; }
      #tiles label { display: flex; color: inherit; }
    `,
  ];

  @property({ attribute: false }) ui!: ImagesUi;
  /** The tiles that can be shown or hidden. */
  @property({ attribute: false }) choices: readonly { readonly id: string; readonly label: string }[] = [];
  /** Whether there is a baseline to compare with. */
  @property({ attribute: false }) hasBaseline = false;
  /** Whether no image is shown. */
  @property({ attribute: false }) isEmpty = false;
  @property({ attribute: false }) isFlickering = false;
  @property({ attribute: false }) isBoxing = false;

  override render() {
    const { ui } = this;
    return html`<div class="row" role="group" aria-label="How images are shown">
      <choice-group
        .label=${'Arrangement'}
        .choices=${[
          { value: 'tiles', label: 'Side by side', title: 'W' },
          { value: 'wipe', label: 'Wipe', title: 'W' },
        ]}
        .value=${ui.mode}
        @choose=${(event: CustomEvent<string>) => this.#set({ mode: event.detail === 'wipe' ? 'wipe' : 'tiles' })}
      ></choice-group>
      ${this.#renderReference()} ${this.#renderDifference()}
      <label>
        <input type="checkbox" .checked=${this.isBoxing} @change=${() => this.#tell('toggle-boxing', null)} />
        box
      </label>
      ${ui.box ? html`<button class="link" @click=${() => this.#set({ box: null })}>Remove box</button>` : nothing}
      <span class="zoom">
        <button class="icon" aria-label="Zoom out" title="Zoom out (-)" @click=${() => this.#tell('zoom-by', 0.5)}>${icon('remove')}</button>
        <output aria-label="Zoom">${ui.view ? formatZoom(ui.view.zoom) : 'fit'}</output>
        <button class="icon" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.#tell('zoom-by', 2)}>${icon('add')}</button>
        <button class="icon" aria-label="Show all of the image" title="Show all of the image (0)" @click=${() => this.#set({ view: null })}>${icon('fit')}</button>
      </span>
      <button class="push" id="tiles-button" popovertarget="tiles">Tiles…</button>
      <button class="push end" ?disabled=${this.isEmpty} @click=${() => this.#tell('save-image', null)}>${icon('export')}PNG</button>
      <div popover id="tiles">${this.#renderTileChoice()}</div>
    </div>`;
  }

  #renderReference() {
    const { reference } = this.ui;
    const flicker = (isOn: boolean) => () => this.#tell('flicker', isOn);
    return html`<label>
        against
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement)
              this.#set({ reference: event.target.value === 'baseline' ? 'baseline' : 'hr' });
          }}
        >
          <option value="hr" ?selected=${reference === 'hr'}>HR</option>
          <option value="baseline" ?selected=${reference === 'baseline'} ?disabled=${!this.hasBaseline}>the baseline</option>
        </select>
      </label>
      <button
        class="push"
        aria-pressed=${this.isFlickering}
        title="Hold to see what it is compared with (Space)"
        @pointerdown=${flicker(true)}
        @pointerup=${flicker(false)}
        @pointerleave=${flicker(false)}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === ' ' || event.key === 'Enter') this.#tell('flicker', true);
        }}
        @keyup=${flicker(false)}
      >Flicker</button>`;
  }

  #renderDifference() {
    const { isDifference, gain } = this.ui;
    return html`<label>
        <input type="checkbox" .checked=${isDifference} @change=${() => this.#set({ isDifference: !isDifference })} />
        difference
      </label>
      <label>
        <span class="visually-hidden">Amplified</span>
        <select
          title="How strongly differences are amplified"
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

  #set(change: Partial<ImagesUi>): void {
    tellState(this, { images: { ...this.ui, ...change } });
  }

  #tell<Name extends 'flicker' | 'toggle-boxing' | 'zoom-by' | 'save-image'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

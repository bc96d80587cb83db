import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { DisplayableImage, ImagePair } from '../../server/protocol/upscaling.ts';
import '../components/choice-group.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import '../images/image-pane.ts';
import { type DecodedImage, decodeImage } from '../images/image.ts';
import type { ImagePane } from '../images/image-pane.ts';
import type { ImageView } from '../images/image-view.ts';
import { zoomControls, zoomStyles } from '../images/zoom-controls.ts';
import { StateSaver } from '../page-state.ts';
import { type BeforeAfterState, restoreBeforeAfterState } from './before-after-state.ts';

declare global {
  interface HTMLElementTagNameMap {
    'before-after-view': BeforeAfterView;
  }
}

/** A decoded image of a pair, with the size of its file. */
interface ShownImage {
  readonly file: DisplayableImage;
  readonly image: DecodedImage;
}

/**
 * Images before and after upscaling, one pair at a time, with a wipe. Page Up and Page Down change the pair; holding Space
 * shows the image before alone. The other keys are those of `image-pane`.
 */
@customElement('before-after-view')
export class BeforeAfterView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    zoomStyles,
    css`
      :host { display: flex; flex-direction: column; gap: 8px; height: 100vh; box-sizing: border-box; padding: 10px 12px 6px; }
      image-pane { flex: 1; min-height: 0; --pane-height: 100%; }
      .facts { color: var(--wb-quiet); }
      .facts b { color: var(--wb-text); font-weight: normal; }
      .pair { display: flex; align-items: center; gap: 4px; min-width: 0; }
      .pair select { max-width: 40ch; }
      .wait { flex: 1; display: grid; place-items: center; color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) images: readonly ImagePair[] = [];

  @state() private ui!: BeforeAfterState;
  @state() private source: ShownImage | null = null;
  @state() private result: ShownImage | null = null;
  @state() private problem = '';
  @state() private isFlickering = false;
  @query('image-pane') private pane?: ImagePane;

  #shownIndex = -1;
  readonly #saver = new StateSaver(
    this,
    () => this.host,
    () => ({ images: this.images, ...this.ui }),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restoreBeforeAfterState(this.host.getState(), this.images.length);
    this.#saver.saveNow();
    void this.#load();
    addEventListener('keydown', this.#onKeyDown);
    addEventListener('keyup', this.#onKeyUp);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKeyDown);
    removeEventListener('keyup', this.#onKeyUp);
  }

  override render() {
    const { source, result, ui } = this;
    const pair = this.images[ui.index];
    if (!pair) return html`<div class="empty">No images to show.</div>`;
    return html`
      <h1 class="visually-hidden">${fileName(pair.source)}, before and after</h1>
      <div class="row">
        ${this.images.length > 1 ? this.#renderPairs() : nothing}
        <choice-group
          .label=${'Scaling of the image before'}
          .choices=${[
            { value: 'smooth', label: 'Smooth', title: 'Interpolate between pixels' },
            { value: 'squares', label: 'Pixels', title: 'Show each pixel as a square' },
          ]}
          .value=${ui.scaling}
          @choose=${(event: CustomEvent<string>) => this.#set({ scaling: event.detail === 'squares' ? 'squares' : 'smooth' })}
        ></choice-group>
        ${zoomControls(
          ui.view,
          (factor) => this.pane?.zoomBy(factor),
          () => this.#set({ view: null }),
        )}
        ${source && result ? this.#renderFacts(source.file, result, pair.model) : nothing}
        <button class="push end" @click=${() => this.#open(pair.result)}>${icon('go')}Open Result</button>
      </div>
      ${this.problem ? html`<div class="problem" role="alert">${this.problem}</div>` : nothing}
      ${source && result ? this.#renderPane(source, result) : html`<div class="wait" role="status">${this.problem ? '' : 'Loading…'}</div>`}
    `;
  }

  #renderPairs() {
    const { index } = this.ui;
    return html`<span class="pair">
      <button class="icon" aria-label="Previous image" title="Previous image (Page Up)" ?disabled=${index === 0} @click=${() => this.#show(index - 1)}>${icon('chevronLeft')}</button>
      <select aria-label="Image" @change=${(event: Event) => {
        if (event.target instanceof HTMLSelectElement) this.#show(Number(event.target.value));
      }}>
        ${this.images.map(
          ({ source }, i) => html`<option value=${i} ?selected=${i === index}>${fileName(source)}</option>`,
        )}
      </select>
      <button class="icon" aria-label="Next image" title="Next image (Page Down)" ?disabled=${index === this.images.length - 1} @click=${() => this.#show(index + 1)}>${icon('chevronRight')}</button>
      <span class="quiet">${index + 1} of ${this.images.length}</span>
    </span>`;
  }

  #renderFacts(before: DisplayableImage, { file, image }: ShownImage, model: string | null) {
    const sizeOf = ({ width, height, bytes }: DisplayableImage) =>
      `${formatCount(width)} × ${formatCount(height)} · ${formatBytes(bytes)}`;
    const fraction = image.width / file.width;
    return html`<span class="facts">
      Before <b>${sizeOf(before)}</b>, after <b>${sizeOf(file)}</b>${
        fraction < 1 ? html`, shown at ${Math.round(100 * fraction)} % of its resolution` : nothing
      }${model === null ? nothing : html`, upscaled by <b>${model}</b>`}
    </span>`;
  }

  #renderPane(source: ShownImage, result: ShownImage) {
    const { ui } = this;
    const name = fileName(this.images[ui.index]?.result ?? '');
    return html`<image-pane
      .name=${name}
      .layers=${[
        { label: 'before', image: source.image, isSmooth: ui.scaling === 'smooth' },
        { label: 'after', image: result.image },
      ]}
      .base=${result.file}
      .view=${ui.view}
      .wipe=${this.isFlickering ? 1 : ui.wipe}
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#set({ wipe: event.detail })}
    ></image-pane>`;
  }

  /** Loads the chosen pair, unless the user chooses another one meanwhile. */
  async #load(): Promise<void> {
    const { index } = this.ui;
    const pair = this.images[index];
    if (!pair || index === this.#shownIndex) return;
    this.#shownIndex = index;
    this.problem = '';
    const loading = Promise.all([this.#decode(pair.source), this.#decode(pair.result)]);
    this.#free();
    try {
      const [source, result] = await loading;
      if (this.#shownIndex !== index) {
        source.image.bitmap.close();
        result.image.bitmap.close();
        return;
      }
      this.source = source;
      this.result = result;
    } catch (error) {
      if (this.#shownIndex === index) this.problem = messageOf(error);
    }
  }

  async #decode(path: string): Promise<ShownImage> {
    const file = await this.host.request('host/displayableImage', { path });
    return { file, image: await decodeImage(file.uri) };
  }

  /** Frees bitmaps at once: garbage collection is too slow for large images. */
  #free(): void {
    this.source?.image.bitmap.close();
    this.result?.image.bitmap.close();
    this.source = null;
    this.result = null;
  }

  #show(index: number): void {
    if (index < 0 || index >= this.images.length || index === this.ui.index) return;
    this.#set({ index, view: null });
    void this.#load();
  }

  #open(path: string): void {
    this.host.request('host/open', { path }).catch((error: unknown) => {
      this.problem = messageOf(error);
    });
  }

  #set(change: Partial<BeforeAfterState>): void {
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (event.key === 'PageUp') this.#show(this.ui.index - 1);
    else if (event.key === 'PageDown') this.#show(this.ui.index + 1);
    // Buttons and lists handle Space themselves.
    else if (
      event.key === ' ' &&
      !(target instanceof HTMLButtonElement || target instanceof HTMLSelectElement)
    )
      this.isFlickering = true;
    else return;
    event.preventDefault();
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.isFlickering = false;
  };
}

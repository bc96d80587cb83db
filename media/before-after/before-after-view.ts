import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { DisplayableImage, ImagePair } from '../../server/protocol/upscaling.ts';
import '../components/choice-group.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import type { Host } from '../host.ts';
import '../images/image-pane.ts';
import { type DecodedImage, decodeImage } from '../images/image.ts';
import type { ImagePane } from '../images/image-pane.ts';
import { formatZoom, type ImageView } from '../images/image-view.ts';
import { type BeforeAfterState, parseBeforeAfterState, type Scaling } from './before-after-state.ts';

declare global {
  interface HTMLElementTagNameMap {
    'before-after-view': BeforeAfterView;
  }
}

/** An image of a pair: what is known of it, and what can be drawn. */
interface Shown {
  readonly about: DisplayableImage;
  readonly image: DecodedImage;
}

/**
 * Images before and after, one pair at a time, with a wipe between them. Keys: those of the pane; Page Up and Page
 * Down change the pair, Space held shows the image before alone.
 */
@customElement('before-after-view')
export class BeforeAfterView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: flex; flex-direction: column; gap: 8px; height: 100vh; box-sizing: border-box; padding: 10px 12px 6px; }
      image-pane { flex: 1; min-height: 0; --pane-height: 100%; }
      .zoom { display: flex; align-items: center; color: var(--wb-quiet); }
      .zoom output { min-width: 5ch; text-align: center; }
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
  @state() private source: Shown | null = null;
  @state() private result: Shown | null = null;
  @state() private problem = '';
  @state() private isFlickering = false;
  @query('image-pane') private pane?: ImagePane;

  #shownIndex = -1;
  #keeping: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = parseBeforeAfterState(this.host.getState(), this.images.length);
    this.#keepNow();
    void this.#load();
    addEventListener('keydown', this.#onKeyDown);
    addEventListener('keyup', this.#onKeyUp);
    addEventListener('pagehide', this.#keepNow);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKeyDown);
    removeEventListener('keyup', this.#onKeyUp);
    removeEventListener('pagehide', this.#keepNow);
  }

  override render() {
    const { source, result, ui } = this;
    const pair = this.images[ui.index];
    if (!pair) return html`<div class="empty">There is no image to show.</div>`;
    return html`
      <h1 class="visually-hidden">${nameOf(pair.source)} before and after</h1>
      <div class="row">
        ${this.images.length > 1 ? this.#renderPairs() : nothing}
        <choice-group
          .label=${'Image before, upscaled'}
          .choices=${[
            { value: 'smooth', label: 'Smooth', title: 'Interpolated' },
            { value: 'squares', label: 'Pixels', title: 'Each pixel as a square' },
          ]}
          .value=${ui.scaling}
          @choose=${(event: CustomEvent<string>) => this.#set({ scaling: scalingOf(event.detail) })}
        ></choice-group>
        <span class="zoom">
          <button class="icon" aria-label="Zoom out" title="Zoom out (−)" @click=${() => this.pane?.zoomBy(0.5)}>${icon('remove')}</button>
          <output aria-label="Zoom">${ui.view ? formatZoom(ui.view.zoom) : 'fit'}</output>
          <button class="icon" aria-label="Zoom in" title="Zoom in (+)" @click=${() => this.pane?.zoomBy(2)}>${icon('add')}</button>
          <button class="icon" aria-label="Show all of the image" title="Show all of the image (0)" @click=${() => this.#set({ view: null })}>${icon('fit')}</button>
        </span>
        ${source && result ? this.#renderFacts(source.about, result) : nothing}
        <button class="push end" @click=${() => this.#open(pair.result)}>${icon('go')}Open Result</button>
      </div>
      ${this.problem ? html`<div class="problem" role="alert">${this.problem}</div>` : nothing}
      ${source && result ? this.#renderPane(source, result) : html`<div class="wait" role="status">${this.problem ? '' : 'loading…'}</div>`}
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
          ({ source }, i) => html`<option value=${i} ?selected=${i === index}>${nameOf(source)}</option>`,
        )}
      </select>
      <button class="icon" aria-label="Next image" title="Next image (Page Down)" ?disabled=${index === this.images.length - 1} @click=${() => this.#show(index + 1)}>${icon('chevronRight')}</button>
      <span class="quiet">${index + 1} of ${this.images.length}</span>
    </span>`;
  }

  #renderFacts(before: DisplayableImage, { about, image }: Shown) {
    const sizeOf = ({ width, height, bytes }: DisplayableImage) =>
      `${formatCount(width)} × ${formatCount(height)} · ${formatBytes(bytes)}`;
    const share = image.width / about.width;
    return html`<span class="facts">
      before <b>${sizeOf(before)}</b>, after <b>${sizeOf(about)}</b>${
        share < 1 ? html`, shown at ${Math.round(100 * share)} % of its pixels` : nothing
      }
    </span>`;
  }

  #renderPane(source: Shown, result: Shown) {
    const { ui } = this;
    const name = nameOf(this.images[ui.index]?.result ?? '');
    return html`<image-pane
      .name=${name}
      .layers=${[
        { label: 'before', image: source.image, isSmooth: ui.scaling === 'smooth' },
        { label: 'after', image: result.image },
      ]}
      .base=${result.about}
      .view=${ui.view}
      .wipe=${this.isFlickering ? 1 : ui.wipe}
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#set({ wipe: event.detail })}
    ></image-pane>`;
  }

  /** Loads the pair that is chosen; one that was chosen meanwhile takes its place. */
  async #load(): Promise<void> {
    const { index } = this.ui;
    const pair = this.images[index];
    if (!pair || index === this.#shownIndex) return;
    this.#shownIndex = index;
    this.problem = '';
    const loading = Promise.all([this.#displayable(pair.source), this.#displayable(pair.result)]);
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
      if (this.#shownIndex === index) this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  async #displayable(path: string): Promise<Shown> {
    const about = await this.host.request('host/displayableImage', { path });
    return { about, image: await decodeImage(about.uri) };
  }

  /** Large images are not left to the collector of garbage. */
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
      this.problem = error instanceof Error ? error.message : String(error);
    });
  }

  #set(change: Partial<BeforeAfterState>): void {
    this.ui = { ...this.ui, ...change };
    // Dragging changes it with every frame.
    this.#keeping ??= setTimeout(this.#keepNow, 100);
  }

  readonly #keepNow = (): void => {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    this.host.setState({ images: this.images, ...this.ui });
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const [target] = event.composedPath();
    if (event.key === 'PageUp') this.#show(this.ui.index - 1);
    else if (event.key === 'PageDown') this.#show(this.ui.index + 1);
    // On a button or a list, Space is theirs.
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

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

function scalingOf(value: string): Scaling {
  return value === 'squares' ? 'squares' : 'smooth';
}

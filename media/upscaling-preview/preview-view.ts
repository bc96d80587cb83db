import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { PreviewedModel } from '../../server/protocol/webview.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { formatCount } from '../../trainer/format/format.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
import { controlStyles } from '../components/control-styles.ts';
import { setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import '../images/image-pane.ts';
import { type DecodedImage, decodeImage } from '../images/image.ts';
import type { ImageLayer, ImagePane } from '../images/image-pane.ts';
import type { ImageView, Size } from '../images/image-view.ts';
import { zoomControls, zoomStyles } from '../images/zoom-controls.ts';
import { StateSaver } from '../page-state.ts';
import { type PreviewState, restorePreviewState } from './preview-state.ts';
import { centralRegion, regionOf } from './region.ts';

declare global {
  interface HTMLElementTagNameMap {
    'preview-view': PreviewView;
  }
}

/** An upscaled region, or why there is none. */
interface Result {
  readonly image: DecodedImage | null;
  readonly problem: string;
  /** Null where it was computed before. */
  readonly milliseconds: number | null;
  /** What was computed: see `#wanted`. */
  readonly key: string;
}

/** Milliseconds without a change of the region after which it is upscaled. */
const pause = 250;

/** Factor of bicubic upscaling where that of no model is known. */
const usualScale = 4;

/**
 * A region of an image upscaled by bicubic interpolation and by models, each with a wipe. The region is drawn with the mouse, or
 * moved with the arrow keys and resized with Shift. Holding Space shows what is left of the wipe alone. The other keys are those
 * of `image-pane`.
 */
@customElement('preview-view')
export class PreviewView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    zoomStyles,
    css`
      :host { display: block; padding: 10px 12px; container-type: inline-size; }
      .row { margin-bottom: 8px; }
      .row select { max-width: 40ch; }
      .status { display: inline-flex; align-items: center; gap: 8px; min-height: 24px; color: var(--wb-quiet); }
      .parts { display: grid; grid-template-columns: minmax(180px, 1fr) minmax(0, 3fr); gap: 16px; align-items: start; }
      .whole { position: sticky; top: 10px; }
      .whole image-pane { --pane-ratio: var(--ratio); max-width: calc(70vh * var(--ratio)); }
      .whole p { margin: 6px 0 0; color: var(--wb-quiet); }
      h2 { margin: 0; font-size: 1em; font-weight: 600; overflow-wrap: anywhere; }
      ul { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 16px; margin: 0; padding: 0; list-style: none; }
      li { min-width: 0; max-width: 640px; }
      li image-pane { --pane-ratio: var(--ratio); }
      li.old image-pane { opacity: 0.45; }
      .head { display: flex; align-items: baseline; gap: 8px; margin-bottom: 4px; }
      .head .quiet { white-space: nowrap; }
      .head button { flex: none; align-self: center; margin-left: auto; }
      .wait { display: grid; place-items: center; aspect-ratio: var(--ratio); color: var(--wb-quiet); background: color-mix(in srgb, var(--wb-text) 6%, transparent); border-radius: 3px; }
      .use { margin-top: 4px; }
      @container (max-width: 620px) { .parts { grid-template-columns: 1fr; } .whole { position: static; } .whole image-pane { max-width: min(260px, 50vh * var(--ratio)); } }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) image = '';

  @state() private ui!: PreviewState;
  @state() private models: readonly PreviewedModel[] = [];
  @state() private source: { readonly size: Size; readonly image: DecodedImage } | null = null;
  /** By the id of the model; that of bicubic is null. */
  @state() private results: ReadonlyMap<string | null, Result> = new Map();
  /** The model at work and its place; null: nothing is computed. */
  @state() private working: { readonly name: string; readonly index: number } | null = null;
  @state() private isCancelled = false;
  @state() private isFlickering = false;
  @state() private problem = '';
  @query('li image-pane') private pane?: ImagePane;

  /** Counts what was requested: results of older requests are ignored. */
  #requests = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #saver = new StateSaver(
    this,
    () => this.host,
    () => ({ image: this.image, ...this.ui }),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restorePreviewState(this.host.getState());
    this.#saver.saveNow();
    addEventListener('keydown', this.#onKeyDown);
    addEventListener('keyup', this.#onKeyUp);
    void this.#open();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    removeEventListener('keydown', this.#onKeyDown);
    removeEventListener('keyup', this.#onKeyUp);
  }

  override render() {
    const { source, problem } = this;
    return html`
      <h1 class="visually-hidden">Preview of upscaling ${fileName(this.image)}</h1>
      ${source ? this.#renderControls() : nothing}
      ${problem ? html`<div class="problem" role="alert">${problem}</div>` : nothing}
      ${source ? this.#renderParts(source) : html`<div class="empty" role="status">${problem ? '' : 'Loading…'}</div>`}
    `;
  }

  #renderControls() {
    const { ui } = this;
    return html`<div class="row">
      <button class="push" @click=${() => this.#change(this.host.request('host/addPreviewedModel', null))}>${icon('add')}Add Model…</button>
      <label>Left of the wipe <select @change=${(event: Event) => {
        if (event.target instanceof HTMLSelectElement) this.#set({ left: event.target.value || null });
      }}>
        <option value="" ?selected=${ui.left === null}>Bicubic</option>
        ${this.models.map(({ id, name }) => html`<option value=${id} ?selected=${id === ui.left}>${name}</option>`)}
      </select></label>
      <label title="Test-time augmentation: mean of the 8 mirrored and rotated images"><input
        type="checkbox" .checked=${ui.isBetter}
        @change=${() => {
          this.#set({ isBetter: !this.ui.isBetter });
          this.#requestSoon();
        }}
      />Better (TTA, 8 passes)</label>
      ${zoomControls(
        ui.view,
        (factor) => this.pane?.zoomBy(factor),
        () => this.#set({ view: null }),
      )}
      ${this.#renderStatus()}
    </div>`;
  }

  #renderStatus() {
    const { working, models } = this;
    const all = models.length + 1;
    return html`<span class="status">
      <span role="status">${working ? `Upscaling ${working.index + 1} of ${all}: ${working.name}` : this.isCancelled ? 'Cancelled' : ''}</span>
      ${
        working
          ? html`<progress aria-label="Models that are done" max=${all} value=${working.index}></progress>
            <button class="push" @click=${() => this.#cancel()}>Cancel</button>`
          : this.isCancelled
            ? html`<button class="push" @click=${() => void this.#request()}>Continue</button>`
            : nothing
      }
    </span>`;
  }

  #renderParts({ size, image }: { readonly size: Size; readonly image: DecodedImage }) {
    const region = this.#region(size);
    const { x, y, width, height } = region;
    return html`<div class="parts">
      <div class="whole">
        <image-pane
          bare
          .name=${'Region of the image'}
          .layers=${[{ label: fileName(this.image), image }]}
          .base=${size}
          .box=${region}
          .isBoxing=${true}
          ${setVariable('--ratio', String(size.width / size.height))}
          @box-change=${(event: CustomEvent<Rect | null>) => {
            const box = event.detail;
            const next = box && regionOf(box, size);
            const isSameSize = next?.width === width && next.height === height;
            this.#set({ region: next, ...(!isSameSize && { view: null }) });
            this.#requestSoon();
          }}
        ></image-pane>
        <p>${formatCount(width)} × ${formatCount(height)} pixels at ${formatCount(x)}, ${formatCount(y)} of ${formatCount(size.width)} × ${formatCount(size.height)}. Draw a region with the mouse; the arrow keys move it, with <kbd>Shift</kbd> they resize it, and <kbd>Esc</kbd> centers it. Hold <kbd>Space</kbd> to see the left of the wipe alone.</p>
      </div>
      ${
        this.models.length === 0
          ? html`<div class="empty">Add models to see the region upscaled by them.</div>`
          : html`<ul aria-label="Results" ${setVariable('--ratio', String(width / height))}>
            ${this.models.map((model) => this.#renderResult(model, region))}
          </ul>`
      }
    </div>`;
  }

  #renderResult(model: PreviewedModel, region: Rect) {
    const { ui } = this;
    const { id, name } = model;
    const result = this.results.get(id);
    const other = ui.left === id ? undefined : this.results.get(ui.left);
    // One of another region has no place beside it.
    const left = other?.key === result?.key ? other : undefined;
    const layers: ImageLayer[] = [
      ...(left?.image ? [{ label: this.#nameOf(ui.left), image: left.image }] : []),
      ...(result?.image ? [{ label: name, image: result.image }] : []),
    ];
    const isOld = result !== undefined && result.key !== this.#wanted(region);
    const scale = result?.image ? result.image.width / region.width : model.scale;
    const facts = [
      ...(scale === null || isOld ? [] : [`×${scale}`]),
      ...(result?.milliseconds && !isOld ? [`${(result.milliseconds / 1000).toFixed(1)} s`] : []),
    ].join(' · ');
    return html`<li class=${isOld ? 'old' : ''} aria-busy=${isOld || !result}>
      <div class="head">
        <h2>${name}</h2><span class="quiet">${facts}</span>
        <button class="icon" aria-label=${`Remove ${name}`} title="Remove" @click=${() => this.#change(this.host.request('host/removePreviewedModel', { id }))}>${icon('close')}</button>
      </div>
      ${
        result?.problem
          ? html`<div class="problem" role="alert">${result.problem}</div>`
          : result?.image
            ? html`<image-pane
              .name=${`Region by ${name}`}
              .layers=${layers}
              .base=${this.#base(region)}
              .view=${ui.view}
              .wipe=${this.isFlickering ? 1 : ui.wipe}
              @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
              @wipe-change=${(event: CustomEvent<number>) => this.#set({ wipe: event.detail })}
            ></image-pane>`
            : html`<div class="wait">${this.working ? 'Waiting…' : 'Not upscaled'}</div>`
      }
      <button class="push use" aria-label=${`Upscale Image With This: ${name}`} @click=${() => this.#use(id)}>Upscale Image With This</button>
    </li>`;
  }

  #nameOf(id: string | null): string {
    return id === null ? 'bicubic' : (this.models.find((model) => model.id === id)?.name ?? '');
  }

  /** The size that views refer to: that of bicubic. */
  #base({ width, height }: Rect): Size {
    const scale = this.#scale();
    return { width: width * scale, height: height * scale };
  }

  /** The largest known factor. */
  #scale(): number {
    const known = this.models.flatMap(({ scale }) => scale ?? []);
    return known.length === 0 ? usualScale : Math.max(...known);
  }

  #region(size: Size): Rect {
    return regionOf(this.ui.region ?? centralRegion(size), size);
  }

  /** Identifies what the results should be of. */
  #wanted(region: Rect): string {
    return JSON.stringify([region, this.ui.isBetter]);
  }

  async #open(): Promise<void> {
    try {
      const [{ models }, file] = await Promise.all([
        this.host.request('host/previewedModels', null),
        this.host.request('host/displayableImage', { path: this.image }),
      ]);
      this.models = models;
      const { width, height } = file;
      this.source = { size: { width, height }, image: await decodeImage(file.uri) };
      await this.#request();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  #requestSoon(): void {
    this.#stop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#request(), pause);
  }

  /** Upscales the region by all models, one after another, unless something else is requested meanwhile. */
  async #request(): Promise<void> {
    clearTimeout(this.#timer);
    this.#stop();
    const { source } = this;
    if (!source) return;
    const request = ++this.#requests;
    const region = this.#region(source.size);
    const key = this.#wanted(region);
    const { isBetter } = this.ui;
    this.isCancelled = false;
    const parts = [{ id: null, name: 'bicubic' }, ...this.models];
    for (const [index, { id, name }] of parts.entries()) {
      this.working = { name, index };
      const query = { id, region, scale: this.#scale(), isBetter: isBetter && id !== null };
      const result = await this.host.request('host/previewRegion', query).then(
        async ({ uri, milliseconds }): Promise<Result> => ({
          image: await decodeImage(uri),
          problem: '',
          milliseconds,
          key,
        }),
        (error: unknown): Result => ({ image: null, problem: messageOf(error), milliseconds: null, key }),
      );
      if (request !== this.#requests) {
        result.image?.bitmap.close();
        return;
      }
      // Garbage collection is too slow for images.
      this.results.get(id)?.image?.bitmap.close();
      this.results = new Map(this.results).set(id, result);
    }
    this.working = null;
  }

  /** Ends what is computed; its results are ignored. */
  #stop(): void {
    this.#requests++;
    if (!this.working) return;
    this.working = null;
    void this.host.request('host/cancelPreview', null);
  }

  #cancel(): void {
    this.#stop();
    this.isCancelled = true;
  }

  /** Changes the models of the preview. */
  async #change(change: Promise<{ readonly models: readonly PreviewedModel[] }>): Promise<void> {
    try {
      const { models } = await change;
      this.models = models;
      this.problem = '';
      const ids = new Set<string | null>([null, ...models.map(({ id }) => id)]);
      for (const [id, { image }] of this.results) if (!ids.has(id)) image?.bitmap.close();
      this.results = new Map([...this.results].filter(([id]) => ids.has(id)));
      if (!models.some(({ id }) => id === this.ui.left)) this.#set({ left: null });
      await this.#request();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  #use(id: string): void {
    this.host.request('host/upscalePreviewed', { id }).catch((error: unknown) => {
      this.problem = messageOf(error);
    });
  }

  #set(change: Partial<PreviewState>): void {
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key !== ' ') return;
    const [target] = event.composedPath();
    // Controls handle Space themselves.
    if (
      target instanceof HTMLButtonElement ||
      target instanceof HTMLSelectElement ||
      target instanceof HTMLInputElement
    )
      return;
    this.isFlickering = true;
    event.preventDefault();
  };

  readonly #onKeyUp = (event: KeyboardEvent): void => {
    if (event.key === ' ') this.isFlickering = false;
  };
}

import { css, html, LitElement } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type {
  ImageResults,
  InterpolationQuery,
  InterpolationResult,
  TestSetSummary,
} from '../../../server/protocol/comparison.ts';
import type { Rect } from '../../../trainer/guards/rect.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { fileName } from '../../file-name.ts';
import type { Host } from '../../host.ts';
import { attempt, changeState } from '../compare-events.ts';
import type { CheckpointsState } from './checkpoints-state.ts';
import '../../images/image-pane.ts';
import type { DecodedImage } from '../../images/image.ts';
import type { ImageView } from '../../images/image-view.ts';
import { LoadedImages } from '../../images/loaded-images.ts';
import { pixelsOf } from '../../images/pixels.ts';
import { zoomControls, zoomStyles } from '../../images/zoom-controls.ts';
import { measureBox } from '../images/box-metrics.ts';
import { LatestRequest } from '../latest-request.ts';

/** Side in LR pixels of the crop that is upscaled while the slider moves. */
const cropSide = 48;

/** A slider for the alpha of a network interpolation of two checkpoints, and its result on a crop of an image. */
@customElement('interpolation-view')
export class InterpolationView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    zoomStyles,
    css`
      :host { display: block; container-type: inline-size; }
      h2 { margin: 0 0 6px; font-size: 0.9em; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--wb-quiet); }
      .row { margin-bottom: 8px; }
      .alpha { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; align-items: center; gap: 2px 10px; margin-bottom: 8px; }
      .alpha input { width: 100%; min-width: 0; }
      .alpha output { min-width: 4ch; font-weight: 600; }
      .ends { grid-column: 2; display: flex; justify-content: space-between; gap: 12px; color: var(--wb-quiet); font-size: 0.9em; }
      .ends span { min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .status { color: var(--wb-quiet); min-height: 1.4em; margin-bottom: 4px; }
      image-pane { --pane-ratio: 1; }
      .whole { max-width: 150px; }
      .panes { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 150px); gap: 12px; align-items: start; }
      .whole p { margin: 4px 0 0; color: var(--wb-quiet); font-size: 0.9em; }
      @container (max-width: 420px) { .panes { grid-template-columns: 1fr; } }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** Folders of two checkpoints, and the run of the first. */
  @property({ attribute: false }) a!: {
    readonly path: string;
    readonly label: string;
    readonly run: string;
  };
  @property({ attribute: false }) b!: { readonly path: string; readonly label: string };
  @property({ attribute: false }) testSets: readonly TestSetSummary[] = [];
  @property({ attribute: false }) ui!: CheckpointsState;
  /** Nothing is computed unless it is visible. */
  @property({ attribute: false }) isShown = false;

  /** LR and size of the whole image. */
  @state() private whole: ImageResults | null = null;
  /** LR, bicubic and HR of the crop. */
  @state() private crop: ImageResults | null = null;
  @state() private shown: { readonly result: InterpolationResult; readonly alpha: number } | null = null;
  /** The newest result that is loaded. */
  @state() private image: DecodedImage | null = null;
  @state() private wipe = 0.75;

  #loaded!: LoadedImages;
  #requested = '';
  #requestedCrop = '';
  #requestedInterpolation = '';
  #wasShown = false;

  readonly #interpolation = new LatestRequest(
    (query: InterpolationQuery) => this.host.request('esrgan/interpolate', query),
    (result, { alpha }) => {
      this.shown = { result, alpha };
      void attempt(this, async () => {});
    },
    (error) => void attempt(this, () => Promise.reject(error)),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.#loaded ??= new LoadedImages(this.host, () => this.requestUpdate());
  }

  override willUpdate(): void {
    if (this.#wasShown && !this.isShown)
      void attempt(this, () => this.host.request('esrgan/closeInterpolation', null));
    this.#wasShown = this.isShown;
    if (!this.isShown) return;
    const path = this.ui.image;
    if (path !== null && this.#requested !== path) {
      this.#requested = path;
      this.whole = null;
      void attempt(this, async () => {
        const whole = await this.host.request('esrgan/imageResults', {
          image: { path, role: 'hr', box: null },
          models: [],
          run: this.a.run,
        });
        if (this.#requested === path) this.whole = whole;
      });
    }
    this.#loaded.setPaths(
      [this.whole?.lr, this.crop?.hr, this.crop?.bicubic, this.shown?.result.path].flatMap(
        (each) => each ?? [],
      ),
    );
    const newest = this.#loaded.image(this.shown?.result.path ?? null);
    if (newest) this.image = newest;
    this.#requestCrop();
  }

  /** Requests the interpolation at the slider's alpha, and LR, bicubic and HR of the crop. */
  #requestCrop(): void {
    const path = this.ui.image;
    const box = this.#box();
    if (path === null || !box) return;
    const image = { path, role: 'hr' as const, box };
    const crop = JSON.stringify(image);
    if (crop !== this.#requestedCrop) {
      this.#requestedCrop = crop;
      void attempt(this, async () => {
        const results = await this.host.request('esrgan/imageResults', {
          image,
          models: [],
          run: this.a.run,
        });
        if (crop === this.#requestedCrop) this.crop = results;
      });
    }
    const query: InterpolationQuery = { a: this.a.path, b: this.b.path, alpha: this.ui.alpha, image };
    const requested = JSON.stringify(query);
    if (requested === this.#requestedInterpolation) return;
    this.#requestedInterpolation = requested;
    void this.#interpolation.request(query);
  }

  /** The crop in LR pixels: the chosen one, else the center; null until LR is loaded. */
  #box(): Rect | null {
    const lr = this.#loaded.image(this.whole?.lr ?? null);
    if (!lr) return null;
    const { box } = this.ui;
    const side = { width: Math.min(cropSide, lr.width), height: Math.min(cropSide, lr.height) };
    const at = box ?? { x: (lr.width - side.width) / 2, y: (lr.height - side.height) / 2 };
    return {
      x: Math.min(lr.width - side.width, Math.max(0, Math.round(at.x))),
      y: Math.min(lr.height - side.height, Math.max(0, Math.round(at.y))),
      ...side,
    };
  }

  override render() {
    const { ui, shown } = this;
    return html`
      <h2>Network interpolation</h2>
      <div class="row">
        <label>
          Image
          <select
            @change=${(event: Event) => {
              if (event.target instanceof HTMLSelectElement)
                this.#set({ image: event.target.value || null, box: null, view: null });
            }}
          >
            <option value="" ?selected=${ui.image === null}>Choose…</option>
            ${this.testSets.map(
              ({ name, images }) => html`<optgroup label=${name}>
                ${images.map((path) => html`<option value=${path} ?selected=${path === ui.image}>${fileName(path)}</option>`)}
              </optgroup>`,
            )}
          </select>
        </label>
        ${zoomControls(ui.view, (factor) => this.#pane()?.zoomBy(factor))}
      </div>
      <div class="alpha">
        <label for="alpha">α</label>
        <input
          id="alpha"
          type="range"
          min="0"
          max="1"
          step="0.01"
          .value=${String(ui.alpha)}
          aria-valuetext=${`α ${ui.alpha.toFixed(2)}`}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLInputElement) this.#set({ alpha: Number(event.target.value) });
          }}
        />
        <output for="alpha">${ui.alpha.toFixed(2)}</output>
        <div class="ends"><span>0: ${this.a.label}</span><span>1: ${this.b.label}</span></div>
      </div>
      <div class="status" role="status">${shown && ui.image !== null ? this.#statusText(shown) : ''}</div>
      ${
        ui.image === null
          ? html`<div class="empty">${this.testSets.length === 0 ? 'No test sets found. Download one in the Data & Weights view, or name one in a run file.' : 'Choose an image to preview the interpolated model.'}</div>`
          : this.#renderPanes()
      }
    `;
  }

  #renderPanes() {
    const { ui, image } = this;
    const lr = this.#loaded.image(this.whole?.lr ?? null);
    const hr = this.#loaded.image(this.crop?.hr ?? null) ?? this.#loaded.image(this.crop?.bicubic ?? null);
    const alpha = this.shown?.alpha ?? ui.alpha;
    return html`<div class="panes">
      <image-pane
        .name=${'Interpolated model'}
        .layers=${[{ label: `α ${alpha.toFixed(2)}`, image }, ...(hr ? [{ label: this.crop?.hr ? 'HR' : 'bicubic', image: hr }] : [])]}
        .base=${image ?? hr}
        .view=${ui.view}
        .wipe=${this.wipe}
        @view-change=${(event: CustomEvent<ImageView | null>) => this.#set({ view: event.detail })}
        @wipe-change=${(event: CustomEvent<number>) => {
          this.wipe = event.detail;
        }}
      ></image-pane>
      <div class="whole">
        <image-pane
          bare
          .name=${'Whole LR image'}
          .layers=${[{ label: 'LR', image: lr }]}
          .base=${lr}
          .box=${this.#box()}
          .isBoxing=${true}
          @box-change=${(event: CustomEvent<Rect | null>) => this.#moveCrop(event.detail)}
        ></image-pane>
        <p>Drag or use the arrow keys to choose the crop.</p>
      </div>
    </div>`;
  }

  /** The size of the crop is fixed: only the corner of the drawn box counts. */
  #moveCrop(box: Rect | null): void {
    this.#set({ box, view: this.ui.view });
  }

  #statusText({ result, alpha }: { readonly result: InterpolationResult; readonly alpha: number }): string {
    const time = `${(result.milliseconds / 1000).toFixed(2)} s`;
    const hr = this.#loaded.image(this.crop?.hr ?? null);
    const own = this.#loaded.image(result.path);
    if (!hr || !own || hr.width !== own.width || hr.height !== own.height)
      return `α ${alpha.toFixed(2)} in ${time}`;
    const all = { x: 0, y: 0, width: hr.width, height: hr.height };
    const { y } = measureBox(pixelsOf(own, all), pixelsOf(hr, all));
    const ssim = y.ssim === null ? '' : `, SSIM ${y.ssim.toFixed(4)}`;
    return `α ${alpha.toFixed(2)} in ${time}; crop on Y: PSNR ${y.psnr.toFixed(2)} dB${ssim}`;
  }

  #pane() {
    return this.renderRoot.querySelector('image-pane');
  }

  #set(change: Partial<CheckpointsState>): void {
    changeState(this, { checkpoints: { ...this.ui, ...change } });
  }
}

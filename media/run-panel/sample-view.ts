import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SampleImage } from '../../server/protocol/runs.ts';
import { formatCount } from '../../trainer/format/format.ts';
import '../components/choice-group.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import '../images/image-pane.ts';
import { type DecodedImage, loadImage } from '../images/image.ts';
import type { ImageLayer, ImagePane } from '../images/image-pane.ts';
import type { ImageView } from '../images/image-view.ts';
import { zoomControls, zoomStyles } from '../images/zoom-controls.ts';
import { type ImageKind, imageKinds, type RunPanelState } from './run-panel-state.ts';
import type { SampleStep } from './sample-steps.ts';

export type SampleChange = Partial<
  Pick<RunPanelState, 'image' | 'sampleStep' | 'sampleMode' | 'wipeKinds' | 'wipe' | 'imageView'>
>;

declare global {
  interface HTMLElementEventMap {
    /** The user changed how the samples are shown. */
    'sample-change': CustomEvent<SampleChange>;
  }
  interface HTMLElementTagNameMap {
    'sample-view': SampleView;
  }
}

const kindNames: Readonly<Record<ImageKind, string>> = { lr: 'LR', bicubic: 'bicubic', sr: 'SR', hr: 'HR' };

/** A sample image of a run at one step: two of LR, bicubic, SR and HR with a wipe, or all four. */
@customElement('sample-view')
export class SampleView extends LitElement {
  static override styles = [
    sharedStyles,
    zoomStyles,
    css`
      :host { display: flex; flex-direction: column; gap: 6px; min-width: 0; }
      .row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
      .kinds { justify-content: space-between; }
      .step { flex: 1; min-width: 120px; display: flex; align-items: center; gap: 6px; }
      .step input { flex: 1; min-width: 60px; }
      .zoom { margin-left: auto; }
      .tiles { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
      .images { flex-wrap: wrap; }
      .empty { color: var(--wb-quiet); padding: 24px 0; text-align: center; }
      .problem { color: var(--wb-bad); }
      label { color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) steps: readonly SampleStep[] = [];
  /** Index of the step that is shown. */
  @property({ attribute: false }) index = -1;
  @property({ attribute: false }) ui!: RunPanelState;
  /** URIs of images by their paths. */
  @property({ attribute: false }) urisOf!: (
    paths: readonly string[],
  ) => Promise<Readonly<Record<string, string>>>;

  /** The images of the previous step while the next ones load, to avoid flicker. */
  @state() private images: Readonly<Partial<Record<ImageKind, DecodedImage>>> = {};
  @state() private problem = '';
  #requestedPaths = '';

  get #sample(): SampleStep | undefined {
    return this.steps[this.index];
  }

  get #image(): SampleImage | undefined {
    const images = this.#sample?.images ?? [];
    return images.find(({ key }) => key === this.ui.image) ?? images[0];
  }

  /** LR images without an original have no HR image. */
  get #kinds(): readonly ImageKind[] {
    return imageKinds.filter((kind) => kind !== 'hr' || this.#image?.hr !== null);
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('steps') || changed.has('index') || changed.has('ui')) void this.#load();
  }

  async #load(): Promise<void> {
    const sample = this.#sample;
    const image = this.#image;
    if (!sample || !image) return;
    const paths: Partial<Record<ImageKind, string>> = {
      lr: image.lr,
      bicubic: image.bicubic,
      ...(image.hr === null ? {} : { hr: image.hr }),
      ...(sample.sr[image.key] === undefined ? {} : { sr: sample.sr[image.key] }),
    };
    const requested = JSON.stringify(paths);
    if (requested === this.#requestedPaths) return;
    this.#requestedPaths = requested;
    try {
      const uris = await this.urisOf(Object.values(paths));
      const loaded: Partial<Record<ImageKind, DecodedImage>> = {};
      await Promise.all(
        imageKinds.map(async (kind) => {
          const uri = uris[paths[kind] ?? ''];
          if (uri !== undefined) loaded[kind] = await loadImage(uri);
        }),
      );
      if (this.#requestedPaths !== requested) return;
      this.images = loaded;
      this.problem = '';
    } catch (error) {
      if (this.#requestedPaths !== requested) return;
      this.#requestedPaths = '';
      this.problem = messageOf(error);
    }
  }

  override render() {
    const sample = this.#sample;
    if (!sample)
      return html`<div class="empty">No samples yet. The run file says how often they are saved: samples.every_steps.</div>`;
    const { sampleMode } = this.ui;
    return html`
      <div class="row">
        <label class="step">
          <span>Step ${formatCount(sample.step)}<span class="visually-hidden"> of ${sample.stage}</span></span>
          <button class="icon" aria-label="Previous samples" title="Previous samples (Shift+S)" ?disabled=${this.index === 0} @click=${() => this.step(-1)}>${icon('chevronLeft')}</button>
          <input
            type="range"
            min="0"
            max=${this.steps.length - 1}
            .value=${String(this.index)}
            aria-label="Sample step"
            aria-valuetext=${`${sample.stage}, step ${formatCount(sample.step)}`}
            @input=${(event: Event) => {
              if (event.target instanceof HTMLInputElement) this.#choose(Number(event.target.value));
            }}
          />
          <button class="icon" aria-label="Next samples" title="Next samples (S)" ?disabled=${this.index === this.steps.length - 1} @click=${() => this.step(1)}>${icon('chevronRight')}</button>
        </label>
      </div>
      <div class="row">
        ${this.#renderChoice('Layout', ['wipe', 'tiles'], sampleMode, { wipe: 'Wipe', tiles: 'Side by side' }, (mode) => this.#change({ sampleMode: mode }))}
        ${zoomControls(
          this.ui.imageView,
          (factor) => this.#pane()?.zoomBy(factor),
          () => this.#change({ imageView: null }),
        )}
      </div>
      ${
        sampleMode === 'wipe'
          ? html`<div class="row kinds">
              ${this.#renderChoice('Left', this.#kinds, this.ui.wipeKinds[0], kindNames, (kind) => this.#change({ wipeKinds: [kind, this.ui.wipeKinds[1]] }))}
              ${this.#renderChoice('Right', this.#kinds, this.ui.wipeKinds[1], kindNames, (kind) => this.#change({ wipeKinds: [this.ui.wipeKinds[0], kind] }))}
            </div>`
          : nothing
      }
      ${this.#renderPanes()} ${this.problem ? html`<div class="problem" role="alert">${this.problem}</div>` : nothing}
      ${
        sample.images.length > 1
          ? html`<div class="row images">
              ${this.#renderChoice(
                'Image',
                sample.images.map(({ key }) => key),
                this.#image?.key ?? '',
                Object.fromEntries(sample.images.map(({ key }) => [key, key.replace(/^\d+-/, '')])),
                (image) => this.#change({ image }),
              )}
            </div>`
          : nothing
      }
    `;
  }

  /** What the editor's context menu of the sample is for. */
  #context(): string | undefined {
    const sample = this.#sample?.sr[this.#image?.key ?? ''];
    if (sample === undefined) return undefined;
    return JSON.stringify({ webviewSection: 'sample', sample, preventDefaultContextMenuItems: true });
  }

  #renderPanes() {
    const { hr, sr, bicubic } = this.images;
    const base = hr ?? sr ?? bicubic ?? null;
    const name = this.#image?.key.replace(/^\d+-/, '') ?? '';
    const layer = (kind: ImageKind): ImageLayer => ({
      label: kindNames[kind],
      image: this.images[kind] ?? null,
    });
    const pane = (layers: readonly ImageLayer[]) => html`<image-pane
      data-vscode-context=${this.#context() ?? nothing}
      .name=${name}
      .layers=${layers}
      .base=${base}
      .view=${this.ui.imageView}
      .wipe=${this.ui.wipe}
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#change({ imageView: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#change({ wipe: event.detail })}
    ></image-pane>`;
    if (this.ui.sampleMode === 'wipe') return pane(this.ui.wipeKinds.map(layer));
    return html`<div class="tiles">${this.#kinds.map((kind) => pane([layer(kind)]))}</div>`;
  }

  #renderChoice<Value extends string>(
    label: string,
    values: readonly Value[],
    chosen: Value,
    names: Readonly<Record<string, string>>,
    choose: (value: Value) => void,
  ) {
    return html`<choice-group
      .label=${label}
      .choices=${values.map((value) => ({ value, label: names[value] ?? value }))}
      .value=${chosen}
      @choose=${(event: CustomEvent<string>) => {
        const value = values.find((each) => each === event.detail);
        if (value !== undefined) choose(value);
      }}
    ></choice-group>`;
  }

  #pane(): ImagePane | null {
    return this.renderRoot.querySelector('image-pane');
  }

  /** Moves by a number of samples; negative: backward. */
  step(by: number): void {
    this.#choose(Math.min(this.steps.length - 1, Math.max(0, this.index + by)));
  }

  #choose(index: number): void {
    // At the latest samples, the view follows the run.
    const isLatest = index === this.steps.length - 1;
    this.#change({ sampleStep: isLatest ? null : (this.steps[index]?.at ?? null) });
  }

  #change(detail: SampleChange): void {
    this.dispatchEvent(new CustomEvent('sample-change', { detail, bubbles: true, composed: true }));
  }
}

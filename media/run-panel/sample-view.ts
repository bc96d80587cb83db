import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { SampleImage } from '../../server/protocol/runs.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import '../images/image-pane.ts';
import { type DecodedImage, loadImage } from '../images/image.ts';
import type { ImageLayer, ImagePane } from '../images/image-pane.ts';
import { formatZoom, type ImageView } from '../images/image-view.ts';
import type { SampleStep } from './sample-steps.ts';
import { type ImageKind, imageKinds, type UiState } from './ui-state.ts';

/** What a person changed of the samples. */
export type SampleChange = Partial<
  Pick<UiState, 'image' | 'sampleStep' | 'sampleMode' | 'wipeKinds' | 'wipe' | 'imageView'>
>;

declare global {
  interface HTMLElementEventMap {
    'sample-change': CustomEvent<SampleChange>;
  }
  interface HTMLElementTagNameMap {
    'sample-view': SampleView;
  }
}

const kindNames: Readonly<Record<ImageKind, string>> = { lr: 'LR', bicubic: 'bicubic', sr: 'SR', hr: 'HR' };

/** The sample images of a run at one step: two of LR, bicubic, SR and HR with a wipe between them, or all four. */
@customElement('sample-view')
export class SampleView extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: flex; flex-direction: column; gap: 6px; min-width: 0; }
      .row { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; }
      .choice { display: inline-flex; flex-wrap: wrap; max-width: 100%; border: 1px solid var(--wb-line); border-radius: 4px; overflow: hidden; }
      .choice button { padding: 1px 8px; }
      .choice button[aria-checked='true'] { background: var(--vscode-button-secondaryBackground, var(--wb-hover)); color: var(--vscode-button-secondaryForeground, inherit); box-shadow: inset 0 -2px var(--wb-focus); }
      .kinds { justify-content: space-between; }
      .step { flex: 1; min-width: 120px; display: flex; align-items: center; gap: 6px; }
      .step input { flex: 1; min-width: 60px; }
      .zoom { margin-left: auto; display: flex; align-items: center; color: var(--wb-quiet); }
      .zoom output { min-width: 5ch; text-align: center; }
      .tiles { display: grid; grid-template-columns: 1fr 1fr; gap: 4px; }
      image-pane { --pane-ratio: 1; }
      .images { flex-wrap: wrap; }
      .empty { color: var(--wb-quiet); padding: 24px 0; text-align: center; }
      .problem { color: var(--wb-bad); }
      label { color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) steps: readonly SampleStep[] = [];
  /** Index of the step that is shown. */
  @property({ attribute: false }) index = -1;
  @property({ attribute: false }) ui!: UiState;
  /** Addresses of images by their path. */
  @property({ attribute: false }) addressOf!: (
    paths: readonly string[],
  ) => Promise<Readonly<Record<string, string>>>;

  /** What is shown now; of the step before while the next is being loaded, so that nothing flickers. */
  @state() private images: Readonly<Partial<Record<ImageKind, DecodedImage>>> = {};
  @state() private problem = '';
  #wanted = '';

  get #sample(): SampleStep | undefined {
    return this.steps[this.index];
  }

  get #image(): SampleImage | undefined {
    const images = this.#sample?.images ?? [];
    return images.find(({ key }) => key === this.ui.image) ?? images[0];
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
      hr: image.hr,
      ...(sample.sr[image.key] === undefined ? {} : { sr: sample.sr[image.key] }),
    };
    const wanted = JSON.stringify(paths);
    if (wanted === this.#wanted) return;
    this.#wanted = wanted;
    try {
      const addresses = await this.addressOf(Object.values(paths));
      const loaded: Partial<Record<ImageKind, DecodedImage>> = {};
      await Promise.all(
        imageKinds.map(async (kind) => {
          const address = addresses[paths[kind] ?? ''];
          if (address !== undefined) loaded[kind] = await loadImage(address);
        }),
      );
      if (this.#wanted !== wanted) return;
      this.images = loaded;
      this.problem = '';
    } catch (error) {
      if (this.#wanted !== wanted) return;
      this.#wanted = '';
      this.problem = error instanceof Error ? error.message : String(error);
    }
  }

  override render() {
    const sample = this.#sample;
    if (!sample) return html`<div class="empty">No samples yet. They are drawn at each validation.</div>`;
    const { sampleMode } = this.ui;
    return html`
      <div class="row">
        <label class="step">
          <span>step ${formatCount(sample.step)}<span class="visually-hidden"> of ${sample.stage}</span></span>
          <button class="icon" aria-label="Earlier sample" title="Earlier sample (Shift+S)" ?disabled=${this.index === 0} @click=${() => this.step(-1)}>${icon('chevronLeft')}</button>
          <input
            type="range"
            min="0"
            max=${this.steps.length - 1}
            .value=${String(this.index)}
            aria-label="Step of the samples"
            aria-valuetext=${`${sample.stage}, step ${formatCount(sample.step)}`}
            @input=${(event: Event) => {
              if (event.target instanceof HTMLInputElement) this.#choose(Number(event.target.value));
            }}
          />
          <button class="icon" aria-label="Later sample" title="Later sample (S)" ?disabled=${this.index === this.steps.length - 1} @click=${() => this.step(1)}>${icon('chevronRight')}</button>
        </label>
      </div>
      <div class="row">
        ${this.#renderChoice('Arrangement', ['wipe', 'tiles'], sampleMode, { wipe: 'Wipe', tiles: 'All four' }, (mode) => this.#change({ sampleMode: mode }))}
        <span class="zoom">
          <button class="icon" aria-label="Zoom out" title="Zoom out" @click=${() => this.#pane()?.zoomBy(0.5)}>${icon('remove')}</button>
          <output aria-label="Zoom">${this.ui.imageView ? formatZoom(this.ui.imageView.zoom) : 'fit'}</output>
          <button class="icon" aria-label="Zoom in" title="Zoom in" @click=${() => this.#pane()?.zoomBy(2)}>${icon('add')}</button>
          <button class="icon" aria-label="Show all of the image" title="Show all of the image" @click=${() => this.#change({ imageView: null })}>${icon('fit')}</button>
        </span>
      </div>
      ${
        sampleMode === 'wipe'
          ? html`<div class="row kinds">
              ${this.#renderChoice('Left', imageKinds, this.ui.wipeKinds[0], kindNames, (kind) => this.#change({ wipeKinds: [kind, this.ui.wipeKinds[1]] }))}
              ${this.#renderChoice('Right', imageKinds, this.ui.wipeKinds[1], kindNames, (kind) => this.#change({ wipeKinds: [this.ui.wipeKinds[0], kind] }))}
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

  #renderPanes() {
    const { hr, sr } = this.images;
    const base = hr ?? sr ?? null;
    const name = this.#image?.key.replace(/^\d+-/, '') ?? '';
    const layer = (kind: ImageKind): ImageLayer => ({
      label: kindNames[kind],
      image: this.images[kind] ?? null,
    });
    const pane = (layers: readonly ImageLayer[]) => html`<image-pane
      .name=${name}
      .layers=${layers}
      .base=${base}
      .view=${this.ui.imageView}
      .wipe=${this.ui.wipe}
      @view-change=${(event: CustomEvent<ImageView | null>) => this.#change({ imageView: event.detail })}
      @wipe-change=${(event: CustomEvent<number>) => this.#change({ wipe: event.detail })}
    ></image-pane>`;
    if (this.ui.sampleMode === 'wipe') return pane(this.ui.wipeKinds.map(layer));
    return html`<div class="tiles">${imageKinds.map((kind) => pane([layer(kind)]))}</div>`;
  }

  /** A group of which one is chosen: one stop of the Tab key, arrows move within. */
  #renderChoice<Value extends string>(
    label: string,
    values: readonly Value[],
    chosen: Value,
    names: Readonly<Record<string, string>>,
    choose: (value: Value) => void,
  ) {
    const move = (event: KeyboardEvent) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (by === undefined) return;
      event.preventDefault();
      const next = (values.indexOf(chosen) + by + values.length) % values.length;
      choose(values[next]!);
      const group = event.currentTarget;
      this.updateComplete.then(() => {
        if (group instanceof HTMLElement) group.querySelectorAll<HTMLElement>('button')[next]?.focus();
      });
    };
    return html`<span class="choice" role="radiogroup" aria-label=${label} @keydown=${move}>
      ${values.map(
        (value) => html`<button
          role="radio"
          aria-checked=${value === chosen}
          tabindex=${value === chosen ? 0 : -1}
          @click=${() => choose(value)}
        >${names[value]}</button>`,
      )}
    </span>`;
  }

  #pane(): ImagePane | null {
    return this.renderRoot.querySelector('image-pane');
  }

  /** Goes so many samples on, or back. */
  step(by: number): void {
    this.#choose(Math.min(this.steps.length - 1, Math.max(0, this.index + by)));
  }

  #choose(index: number): void {
    // At the latest it goes on with the run.
    const isLatest = index === this.steps.length - 1;
    this.#change({ sampleStep: isLatest ? null : (this.steps[index]?.at ?? null) });
  }

  #change(detail: SampleChange): void {
    this.dispatchEvent(new CustomEvent('sample-change', { detail, bubbles: true, composed: true }));
  }
}

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { TestSetSummary } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import { fileName } from '../../file-name.ts';
import { changeState } from '../compare-events.ts';
import type { ImagesState } from './images-state.ts';
import '../../components/choice-group.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { SampleStep } from '../../run-panel/sample-steps.ts';
import { isActiveJob } from '../jobs/jobs.ts';
import '../jobs/job-line.ts';
import { allSampleSteps, sampleKeys, stepAt, stepIndex } from './run-samples.ts';

declare global {
  interface HTMLElementEventMap {
    /** The user wants the missing results after their job failed or was canceled. */
    'create-missing': CustomEvent<null>;
  }
  interface HTMLElementTagNameMap {
    'image-source': ImageSource;
  }
}

/** Chooses the image to compare: a training sample at a step, or an image of a test set that models upscale. */
@customElement('image-source')
export class ImageSource extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      .step { flex: 1; min-width: 200px; max-width: 520px; }
      .step input { flex: 1; min-width: 60px; }
      .step output { min-width: 12ch; color: var(--wb-text); }
    `,
  ];

  @property({ attribute: false }) ui!: ImagesState;
  /** By run directories. */
  @property({ attribute: false }) samples: ReadonlyMap<string, readonly SampleStep[]> = new Map();
  @property({ attribute: false }) testSets: readonly TestSetSummary[] = [];
  /** The chosen test set. */
  @property({ attribute: false }) testSet: TestSetSummary | undefined;
  /** The job that creates the missing results of the image. */
  @property({ attribute: false }) job: Job | undefined;

  override render() {
    const { source } = this.ui;
    return html`<div class="row">
      <choice-group
        .label=${'Images'}
        .choices=${[
          { value: 'samples', label: 'Training samples' },
          { value: 'results', label: 'Test images' },
        ]}
        .value=${source}
        @choose=${(event: CustomEvent<string>) => this.#set({ source: event.detail === 'results' ? 'results' : 'samples', view: null, box: null })}
      ></choice-group>
      ${source === 'samples' ? this.#renderSamples() : [this.#renderTestSets(), this.#renderJob()]}
    </div>`;
  }

  #renderSamples() {
    const keys = sampleKeys(this.samples);
    if (keys.length === 0) return nothing;
    const { sample } = this.ui;
    return html`
      ${
        keys.length > 1
          ? html`<choice-group .label=${'Image'} .choices=${keys.map((key) => ({ value: key, label: key.replace(/^\d+-/, '') }))} .value=${keys.find((key) => key === sample) ?? keys[0]!} @choose=${(event: CustomEvent<string>) => this.#set({ sample: event.detail })}></choice-group>`
          : nothing
      }
      ${this.#renderSteps()}
    `;
  }

  #renderSteps() {
    const { step } = this.ui;
    const steps = allSampleSteps(this.samples);
    const index = stepIndex(steps, step);
    const shown = Math.max(0, index);
    const text = step === null ? 'Latest' : `Step ${formatCount(steps[shown] ?? 0)}`;
    const choose = (to: number) => this.#set({ step: stepAt(steps, to) });
    return html`<label class="step">
      <button class="icon" aria-label="Previous samples" title="Previous samples (Shift+S)" ?disabled=${shown <= 0} @click=${() => choose(index - 1)}>${icon('chevronLeft')}</button>
      <input
        type="range"
        min="0"
        max=${Math.max(0, steps.length - 1)}
        .value=${String(shown)}
        aria-label="Sample step of all runs"
        aria-valuetext=${text}
        @input=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) choose(Number(event.target.value));
        }}
      />
      <button class="icon" aria-label="Next samples" title="Next samples (S)" ?disabled=${shown >= steps.length - 1} @click=${() => choose(index + 1)}>${icon('chevronRight')}</button>
      <output>${text}</output>
    </label>`;
  }

  #renderTestSets() {
    const { testSet } = this;
    if (!testSet) return nothing;
    const { image } = this.ui;
    return html`
      <label>
        Test set
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement) this.#chooseImage(event.target.value, null);
          }}
        >
          ${this.testSets.map(({ name, folder }) => html`<option value=${folder} ?selected=${folder === testSet.folder}>${name}</option>`)}
        </select>
      </label>
      <label>
        Image
        <select
          @change=${(event: Event) => {
            if (event.target instanceof HTMLSelectElement)
              this.#chooseImage(testSet.folder, event.target.value || null);
          }}
        >
          <option value="" ?selected=${image === null}>Choose…</option>
          ${testSet.images.map((path) => html`<option value=${path} ?selected=${path === image}>${fileName(path)}</option>`)}
        </select>
      </label>
    `;
  }

  #renderJob() {
    const { job } = this;
    if (!job || job.state === 'finished') return nothing;
    const createMissing = () => this.dispatchEvent(new CustomEvent('create-missing', { detail: null }));
    return html`<job-line .job=${job}></job-line>
      ${isActiveJob(job) ? nothing : html`<button class="push" @click=${createMissing}>Create missing results</button>`}`;
  }

  #chooseImage(testSet: string, image: string | null): void {
    this.#set({ testSet, image, view: null, box: null });
  }

  #set(change: Partial<ImagesState>): void {
    changeState(this, { images: { ...this.ui, ...change } });
  }
}

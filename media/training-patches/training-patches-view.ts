import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TrainingPatches } from '../../server/protocol/training-patches.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { describeApplied } from '../../trainer/format/applied.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import '../components/choice-group.ts';
import { controlStyles } from '../components/control-styles.ts';
import { setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import { formatZoom } from '../images/image-view.ts';
import { zoomStyles } from '../images/zoom-controls.ts';
import { StateSaver } from '../page-state.ts';
import './patch-image.ts';
import {
  firstZoom,
  restoreTrainingPatchesState,
  type TrainingPatchesState,
  type Zoom,
  zooms,
} from './training-patches-state.ts';

declare global {
  interface HTMLElementTagNameMap {
    'training-patches-view': TrainingPatchesView;
  }
}

/** Patches that are shown at first: more take longer than a second after an edit. */
const firstPatches = 12;

/** Milliseconds without an edit after which the patches are requested again. */
const pause = 150;

/**
 * The patches that a stage of a run file trains on at a step: LR, its pixels as squares, next to HR, with what was done to
 * each. Page Up and Page Down change the step, + and - the zoom.
 */
@customElement('training-patches-view')
export class TrainingPatchesView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    zoomStyles,
    css`
      :host { display: block; }
      header { position: sticky; top: 0; z-index: 1; display: flex; flex-direction: column; gap: 8px; padding: 10px 12px 8px; background: var(--wb-background); border-bottom: 1px solid var(--wb-line); }
      .step { display: inline-flex; align-items: center; gap: 4px; }
      .step input { width: 9ch; }
      fieldset { display: flex; flex-wrap: wrap; gap: 4px 14px; margin: 0; padding: 0; border: 0; min-width: 0; }
      legend { float: left; margin-right: 14px; padding: 0; color: var(--wb-quiet); }
      fieldset label { color: inherit; gap: 4px; }
      .problem { margin: 0; white-space: pre-line; }
      ul { display: flex; flex-wrap: wrap; gap: 16px; margin: 0; padding: 12px; list-style: none; }
      .old patch-image { opacity: 0.45; }
      ul > li { width: max(var(--patches), 260px); }
      .images { display: flex; gap: 2px; }
      .name { margin: 4px 0 2px; overflow-wrap: anywhere; }
      ol { margin: 0; padding-left: 0; list-style: none; color: var(--wb-quiet); }
      .all { padding: 0 12px 12px; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** The run file. */
  @property({ attribute: false }) file = '';
  /** The stage that the page was opened for. */
  @property({ attribute: false }) stage: Stage = 'pretraining';

  @state() private ui!: TrainingPatchesState;
  @state() private shown: TrainingPatches | null = null;
  @state() private problem = '';
  @state() private isWaiting = false;

  /** Counts requests: an answer to an older one is ignored. */
  #requests = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #saver = new StateSaver(
    this,
    () => this.host,
    () => ({ file: this.file, ...this.ui }),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restoreTrainingPatchesState(this.host.getState(), this.stage);
    this.#saver.saveNow();
    this.host.onNotification('esrgan/trainingPatchesChanged', () => this.#requestSoon());
    addEventListener('keydown', this.#onKeyDown);
    void this.#request();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
    removeEventListener('keydown', this.#onKeyDown);
  }

  override render() {
    const { shown, problem } = this;
    return html`
      <header>
        <h1 class="visually-hidden">Training patches of ${fileName(this.file)}</h1>
        <div class="row">
          <choice-group
            .label=${'Stage'}
            .choices=${stages.map((stage) => ({ value: stage, label: stage === 'pretraining' ? 'Pretraining' : 'Training' }))}
            .value=${this.ui.stage}
            @choose=${(event: CustomEvent<string>) => this.#chooseStage(event.detail)}
          ></choice-group>
          ${this.#renderStep()} ${this.#renderZoom()}
          <span class="quiet" role="status">${this.#status()}</span>
        </div>
        ${shown && shown.operations.length > 0 ? this.#renderOperations(shown) : nothing}
        ${problem ? html`<div class="problem" role="alert">${problem}</div>` : nothing}
      </header>
      ${shown ? this.#renderPatches(shown) : nothing}
    `;
  }

  #renderStep() {
    const { step } = this.ui;
    const last = this.shown?.steps;
    return html`<span class="step">
      <button class="icon" aria-label="Previous step" title="Previous step (Page Up)" ?disabled=${step <= 1} @click=${() => this.#goTo(step - 1)}>${icon('chevronLeft')}</button>
      <label>Step <input
        type="number" min="1" max=${last ?? nothing} .value=${String(step)}
        @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) this.#goTo(event.target.valueAsNumber, event.target);
        }}
      /></label>
      <button class="icon" aria-label="Next step" title="Next step (Page Down)" ?disabled=${last !== undefined && step >= last} @click=${() => this.#goTo(step + 1)}>${icon('chevronRight')}</button>
      ${last === undefined ? nothing : html`<span class="quiet">of ${formatCount(last)}</span>`}
    </span>`;
  }

  get #zoom(): Zoom {
    const { shown } = this;
    return this.ui.zoom ?? (shown ? firstZoom(Math.max(shown.width, shown.height) * shown.scale) : 1);
  }

  #renderZoom() {
    const zoom = this.#zoom;
    return html`<span class="zoom">
      <button class="icon" aria-label="Zoom out" title="Zoom out (-)" ?disabled=${zoom === zooms[0]} @click=${() => this.#zoomBy(-1)}>${icon('remove')}</button>
      <output aria-label="Zoom">${formatZoom(zoom)}</output>
      <button class="icon" aria-label="Zoom in" title="Zoom in (+)" ?disabled=${zoom === zooms.at(-1)} @click=${() => this.#zoomBy(1)}>${icon('add')}</button>
    </span>`;
  }

  #renderOperations({ operations }: TrainingPatches) {
    const { without } = this.ui;
    return html`<fieldset>
      <legend>Operations</legend>
      ${operations.map(
        (
          { op },
          index,
        ) => html`<label title=${op === 'downscale' ? 'Makes the size of the LR patch' : nothing}><input
          type="checkbox"
          .checked=${!without.includes(index)}
          ?disabled=${op === 'downscale'}
          @change=${() => this.#toggle(index)}
        />${index + 1} ${op}</label>`,
      )}
    </fieldset>`;
  }

  #renderPatches({ patches, scale, width, height, batchSize }: TrainingPatches) {
    const size = { width: width * scale * this.#zoom, height: height * scale * this.#zoom };
    return html`
      <ul class=${this.problem ? 'old' : ''} aria-label="Patches" ${setVariable('--patches', `${2 * size.width + 2}px`)}>
        ${patches.map(({ image, lr, hr, applied }, i) => {
          const name = fileName(image);
          return html`<li>
            <div class="images">
              <div><patch-image .png=${lr ?? ''} .label=${`LR patch ${i + 1} of ${name}`} .width=${size.width} .height=${size.height}></patch-image><span class="quiet" aria-hidden="true">LR</span></div>
              <div><patch-image .png=${hr ?? ''} .label=${`HR patch ${i + 1} of ${name}`} .width=${size.width} .height=${size.height}></patch-image><span class="quiet" aria-hidden="true">HR</span></div>
            </div>
            <div class="name">${i + 1} <span title=${image}>${name}</span></div>
            <ol aria-label=${`What was done to patch ${i + 1}`}>
              ${applied.map((each) => html`<li>${describeApplied(each, { width, height })}</li>`)}
              ${applied.length === 0 ? html`<li>unchanged</li>` : nothing}
            </ol>
          </li>`;
        })}
      </ul>
      ${
        patches.length < batchSize
          ? html`<div class="all"><button class="push" @click=${() => this.#set({ isComplete: true })}>Show All ${batchSize} Patches</button></div>`
          : nothing
      }
    `;
  }

  #status(): string {
    const { shown, problem } = this;
    if (this.isWaiting) return 'Making patches…';
    if (!shown) return '';
    const { patches, batchSize, width, height, scale, epoch } = shown;
    const count =
      patches.length < batchSize ? `${patches.length} of ${batchSize} patches` : `${batchSize} patches`;
    const what = `${count} · epoch ${formatCount(epoch)} · LR ${width} × ${height}, HR ${width * scale} × ${height * scale}`;
    return problem ? `Before the problem: ${what}` : what;
  }

  #requestSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#request(), pause);
  }

  async #request(): Promise<void> {
    clearTimeout(this.#timer);
    const request = ++this.#requests;
    this.isWaiting = true;
    const { stage, step, without, isComplete } = this.ui;
    const count = isComplete ? Number.MAX_SAFE_INTEGER : firstPatches;
    try {
      const shown = await this.host.request('host/trainingPatches', { stage, step, count, without });
      if (request !== this.#requests) return;
      this.shown = shown;
      this.problem = '';
    } catch (error) {
      if (request !== this.#requests) return;
      this.problem = messageOf(error);
    }
    this.isWaiting = false;
  }

  #chooseStage(value: string): void {
    const stage = stages.find((each) => each === value);
    if (stage && stage !== this.ui.stage) this.#set({ stage, step: 1 });
  }

  /** @param input the field that has the step, which shows the current one again if there is no such step */
  #goTo(step: number, input?: HTMLInputElement): void {
    const last = this.shown?.steps ?? Number.POSITIVE_INFINITY;
    if (Number.isInteger(step) && step >= 1 && step <= last && step !== this.ui.step) this.#set({ step });
    else if (input) input.value = String(this.ui.step);
  }

  #toggle(index: number): void {
    const { without } = this.ui;
    this.#set({
      without: without.includes(index) ? without.filter((each) => each !== index) : [...without, index],
    });
  }

  #zoomBy(by: number): void {
    const zoom = zooms[zooms.indexOf(this.#zoom) + by];
    if (zoom === undefined) return;
    this.ui = { ...this.ui, zoom };
    this.#saver.saveSoon();
  }

  #set(change: Partial<TrainingPatchesState>): void {
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
    void this.#request();
  }

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.composedPath()[0] instanceof HTMLInputElement && !event.key.startsWith('Page')) return;
    const { step } = this.ui;
    if (event.key === 'PageUp') this.#goTo(step - 1);
    else if (event.key === 'PageDown') this.#goTo(step + 1);
    else if (event.key === '+' || event.key === '=') this.#zoomBy(1);
    else if (event.key === '-') this.#zoomBy(-1);
    else return;
    event.preventDefault();
  };
}

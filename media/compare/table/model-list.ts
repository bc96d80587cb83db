import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { defaultModels, type ModelChoice } from '../../../server/protocol/comparison.ts';
import type { RunDetail } from '../../../server/protocol/runs.ts';
import type { Stage } from '../../../trainer/run-state/run-state.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { changeState } from '../compare-events.ts';
import { checkpointSteps, describeModel, withModel } from './model-choices.ts';

const kinds = ['best', 'last', 'step', 'interpolated'] as const;

const kindNames = {
  best: 'Best of',
  last: 'Last of',
  step: 'Step of',
  interpolated: 'Interpolated, α',
} as const;

/** The models of each run that are compared. */
@customElement('model-list')
export class ModelList extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      ul { margin: 0 0 8px; padding: 0; list-style: none; }
      li { display: flex; align-items: center; justify-content: space-between; gap: 8px; }
      h3 { display: flex; align-items: center; justify-content: space-between; margin: 4px 0; font-size: 0.9em; font-weight: 600; color: var(--wb-quiet); }
      form { display: flex; flex-wrap: wrap; gap: 4px; padding-top: 8px; border-top: 1px solid var(--wb-line); }
      input { width: 9ch; }
    `,
  ];

  @property({ attribute: false }) models: readonly ModelChoice[] = [];
  @property({ attribute: false }) details: readonly RunDetail[] = [];

  @state() private kind: (typeof kinds)[number] = 'best';
  @state() private stage: Stage = 'pretraining';

  override render() {
    const steps = checkpointSteps(this.details, this.stage);
    return html`
      <h3>Models of each run <button class="link" @click=${() => changeState(this, { models: defaultModels })}>Reset</button></h3>
      <ul aria-label="Models of each run">
        ${this.models.map((model, i) => {
          const label = describeModel(model);
          return html`<li>
            ${label}
            <button class="icon" aria-label=${`Remove ${label}`} title="Remove" @click=${() => changeState(this, { models: this.models.toSpliced(i, 1) })}>${icon('close')}</button>
          </li>`;
        })}
      </ul>
      <form @submit=${this.#add}>
        <select
          aria-label="Kind of model"
          @change=${(event: Event) => {
            if (!(event.target instanceof HTMLSelectElement)) return;
            const { value } = event.target;
            this.kind = kinds.find((kind) => kind === value) ?? 'best';
          }}
        >
          ${kinds.map((kind) => html`<option value=${kind} ?selected=${kind === this.kind}>${kindNames[kind]}</option>`)}
        </select>
        ${
          this.kind === 'interpolated'
            ? html`<input name="alpha" type="number" min="0" max="1" step="any" value="0.5" required aria-label="Alpha: weight of the training stage, 0 to 1" />`
            : html`<select
                aria-label="Stage"
                @change=${(event: Event) => {
                  if (event.target instanceof HTMLSelectElement)
                    this.stage = event.target.value === 'training' ? 'training' : 'pretraining';
                }}
              >
                ${(['pretraining', 'training'] as const).map((stage) => html`<option ?selected=${stage === this.stage}>${stage}</option>`)}
              </select>`
        }
        ${
          this.kind === 'step'
            ? html`<input name="step" type="number" min="0" step="1" required list="steps" aria-label="Step" />
                <datalist id="steps">${steps.map((step) => html`<option value=${step}></option>`)}</datalist>`
            : nothing
        }
        <button class="push">${icon('add')}Add</button>
      </form>
    `;
  }

  #add(event: SubmitEvent): void {
    event.preventDefault();
    if (!(event.target instanceof HTMLFormElement)) return;
    const values = new FormData(event.target);
    const { kind, stage } = this;
    const model: ModelChoice =
      kind === 'interpolated'
        ? { kind, alpha: Number(values.get('alpha')), pretraining: 'best', training: 'last' }
        : { kind: 'checkpoint', stage, checkpoint: kind === 'step' ? Number(values.get('step')) : kind };
    changeState(this, { models: withModel(this.models, model) });
  }
}

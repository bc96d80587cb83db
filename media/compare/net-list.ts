import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type NetChoice, usualNets } from '../../server/protocol/comparison.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { tellState } from './compare-state.ts';
import { checkpointSteps, describeNet, withNet } from './net-choices.ts';

const kinds = ['best', 'last', 'step', 'interpolated'] as const;

const kindNames = {
  best: 'the best of',
  last: 'the last of',
  step: 'a step of',
  interpolated: 'interpolated, α',
} as const;

/** Which nets of each run are compared, and a way to add more. */
@customElement('net-list')
export class NetList extends LitElement {
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

  @property({ attribute: false }) nets: readonly NetChoice[] = [];
  @property({ attribute: false }) details: readonly RunDetail[] = [];

  @state() private kind: (typeof kinds)[number] = 'best';
  @state() private stage: Stage = 'pretraining';

  override render() {
    const steps = checkpointSteps(this.details, this.stage);
    return html`
      <h3>Of each run <button class="link" @click=${() => tellState(this, { nets: usualNets })}>Reset</button></h3>
      <ul aria-label="Nets of each run">
        ${this.nets.map((net, i) => {
          const label = describeNet(net);
          return html`<li>
            ${label}
            <button class="icon" aria-label=${`Leave out ${label}`} title="Leave out" @click=${() => tellState(this, { nets: this.nets.toSpliced(i, 1) })}>${icon('close')}</button>
          </li>`;
        })}
      </ul>
      <form @submit=${this.#add}>
        <select
          aria-label="Kind of net"
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
            ? html`<input name="alpha" type="number" min="0" max="1" step="any" value="0.5" required aria-label="Share of the training stage, 0 to 1" />`
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
    const net: NetChoice =
      kind === 'interpolated'
        ? { kind, alpha: Number(values.get('alpha')), pretraining: 'best', training: 'last' }
        : { kind: 'checkpoint', stage, checkpoint: kind === 'step' ? Number(values.get('step')) : kind };
    tellState(this, { nets: withNet(this.nets, net) });
  }
}

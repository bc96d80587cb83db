import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type {
  TensorDifference,
  TestSetSummary,
  WeightsDifference,
} from '../../../server/protocol/comparison.ts';
import type { CheckpointSummary } from '../../../server/protocol/runs.ts';
import { formatCount, formatValue } from '../../../trainer/format/format.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { setVariable } from '../../components/css-variable.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { Host } from '../../host.ts';
import { attempt, changeState } from '../compare-events.ts';
import type { CheckpointsState } from './checkpoints-state.ts';
import './interpolation-view.ts';
import type { ShownRun } from '../shown-runs.ts';
import { type TensorSort, tensorDifferenceRows } from './tensor-difference-rows.ts';

/** A checkpoint with its run. */
interface RunCheckpoint {
  readonly run: ShownRun;
  readonly checkpoint: CheckpointSummary;
}

/** The weight changes between two checkpoints, and their network interpolation. */
@customElement('checkpoints-tab')
export class CheckpointsTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 10px; }
      .parts { display: flex; flex-wrap: wrap; align-items: flex-start; gap: 16px 40px; }
      .weights { flex: 1 1 580px; min-width: 0; }
      interpolation-view { flex: 1 1 380px; min-width: min(100%, 320px); max-width: 640px; }
      h2 { margin: 0 0 6px; font-size: 0.9em; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--wb-quiet); }
      .search { width: 20ch; }
      .table { max-height: 72vh; overflow: auto; }
      table { border-collapse: collapse; width: 100%; }
      th, td { padding: 1px 10px 1px 0; text-align: right; white-space: nowrap; font-weight: normal; }
      th:first-child { text-align: left; }
      thead th { position: sticky; top: 0; z-index: 1; background: var(--wb-background); color: var(--wb-quiet); box-shadow: inset 0 -1px var(--wb-line); }
      thead button { padding: 0; border-radius: 3px; }
      tbody th { font-family: var(--vscode-editor-font-family, monospace); font-size: 0.95em; }
      .shape { color: var(--wb-quiet); font-size: 0.9em; }
      .total th, .total td { border-bottom: 1px solid var(--wb-line); font-weight: 600; font-family: inherit; font-size: inherit; }
      .bar { position: relative; min-width: 11ch; }
      .bar::before { content: ''; position: absolute; inset: 2px auto 2px 0; width: var(--fraction, 0); background: var(--vscode-progressBar-background, var(--wb-focus)); opacity: 0.35; border-radius: 2px; }
      .bar span { position: relative; }
      .bad { color: var(--wb-bad); }
      @media (forced-colors: active) { .bar::before { background: Highlight; opacity: 1; height: 2px; top: auto; } }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) ui!: CheckpointsState;
  /** Whether this tab is open. */
  @property({ attribute: false }) isShown = false;

  @state() private difference: WeightsDifference | null = null;
  @state() private testSets: readonly TestSetSummary[] = [];
  #requested = '';
  #requestedTestSets = '';

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('runs')) this.#loadTestSets();
    const pair = this.#pair();
    if (!pair) return;
    const [a, b] = pair.map(({ checkpoint }) => checkpoint.path);
    const requested = JSON.stringify([a, b]);
    if (requested === this.#requested || a === undefined || b === undefined) return;
    this.#requested = requested;
    this.difference = null;
    void attempt(this, async () => {
      const difference = await this.host.request('esrgan/weightsDifference', { a, b });
      if (requested === this.#requested) this.difference = difference;
    });
  }

  #loadTestSets(): void {
    const runs = this.runs.map(({ run }) => run);
    if (runs.length === 0 || runs.join('\n') === this.#requestedTestSets) return;
    this.#requestedTestSets = runs.join('\n');
    void attempt(this, async () => {
      this.testSets = await this.host.request('esrgan/testSets', { runs });
    });
  }

  #all(): RunCheckpoint[] {
    return this.runs.flatMap((run) =>
      (run.detail?.checkpoints ?? []).map((checkpoint) => ({ run, checkpoint })),
    );
  }

  /**
   * The chosen checkpoints, two different ones; by default the best of pretraining and the last of training of the first
   * run with several.
   */
  #pair(): readonly [RunCheckpoint, RunCheckpoint] | null {
    const all = this.#all();
    const find = (path: string | null) => all.find(({ checkpoint }) => checkpoint.path === path);
    const first = all.find(({ run }) => (run.detail?.checkpoints.length ?? 0) > 1)?.run;
    const own = first === undefined ? all : all.filter(({ run }) => run === first);
    const a =
      find(this.ui.a) ??
      own.find(({ checkpoint: { stage, best } }) => stage === 'pretraining' && best) ??
      own[0];
    const last = own.find(({ checkpoint: { stage, last } }) => stage === 'training' && last);
    const b = [find(this.ui.b), last, ...own.toReversed(), ...all.toReversed()].find(
      (each) => each !== undefined && each !== a,
    );
    return a && b ? [a, b] : null;
  }

  override render() {
    const pair = this.#pair();
    if (!pair) {
      const isAlone = this.#all().length > 0;
      return html`<div class="empty">${isAlone ? 'There is only one checkpoint yet.' : 'No checkpoints yet.'}</div>`;
    }
    const [a, b] = pair;
    const { ui } = this;
    return html`
      <div class="row">
        ${this.#renderChoice('A', a, (path) => this.#choose(path, path === b.checkpoint.path ? a.checkpoint.path : b.checkpoint.path))} ${this.#renderChoice('B', b, (path) => this.#choose(path === a.checkpoint.path ? b.checkpoint.path : a.checkpoint.path, path))}
      </div>
      <div class="parts">
        <section class="weights" aria-label="Weight changes">
          <h2>Weight changes</h2>
          ${this.#renderWeights()}
        </section>
        <interpolation-view
          .host=${this.host}
          .a=${{ path: a.checkpoint.path, label: labelOf(a), run: a.run.run }}
          .b=${{ path: b.checkpoint.path, label: labelOf(b) }}
          .testSets=${this.testSets}
          .ui=${ui}
          .isShown=${this.isShown}
        ></interpolation-view>
      </div>
    `;
  }

  #renderChoice(label: string, chosen: RunCheckpoint, choose: (path: string) => void) {
    const all = this.#all();
    return html`<label>
      ${label} <span class="swatch" ${setVariable('--run-color', chosen.run.color)}></span>
      <select
        @change=${(event: Event) => {
          if (event.target instanceof HTMLSelectElement) choose(event.target.value);
        }}
      >
        ${this.runs.map((run) => {
          const own = all.filter((each) => each.run === run);
          if (own.length === 0) return nothing;
          return html`<optgroup label=${run.name}>
            ${own.map((each) => html`<option value=${each.checkpoint.path} ?selected=${each.checkpoint.path === chosen.checkpoint.path}>${run.name} · ${labelOf(each)}</option>`)}
          </optgroup>`;
        })}
      </select>
    </label>`;
  }

  #renderWeights() {
    const { difference, ui } = this;
    if (!difference) return html`<div class="empty" role="status">Reading the weights…</div>`;
    const rows = tensorDifferenceRows(difference, ui);
    const head = (sort: TensorSort, label: string, title: string) =>
      html`<th scope="col" aria-sort=${ui.sort === sort ? (sort === 'model' ? 'ascending' : 'descending') : 'none'}><button title=${title} @click=${() => this.#set({ sort })}>${ui.sort === sort && sort !== 'model' ? '↓ ' : ''}${label}</button></th>`;
    return html`
      <div class="row">
        <input
          class="search"
          type="search"
          placeholder="Filter tensors"
          aria-label="Filter tensors"
          .value=${ui.search}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLInputElement) this.#set({ search: event.target.value });
          }}
        />
        <span class="quiet" role="status">${formatCount(difference.total.count)} values in ${difference.tensors.length} tensors</span>
      </div>
      ${difference.unmatched.length > 0 ? html`<div class="problem">Not in both models, or with another shape: ${difference.unmatched.join(', ')}.</div>` : nothing}
      <div class="table" role="region" aria-label="Tensors" tabindex="0">
        <table>
          <thead>
            <tr>
              ${head('model', 'Tensor', 'In model order')}
              ${head('norm', '‖B − A‖', 'Euclidean norm of the difference')}
              ${head('relative', 'Relative', 'Norm of the difference relative to the norm of A')}
              ${head('largest', 'Largest', 'Largest change of a single value')}
              ${head('notFinite', 'Not finite', 'NaN and infinite values in A and in B')}
            </tr>
          </thead>
          <tbody>
            <tr class="total">
              <th scope="row">All</th>
              ${this.#renderNumbers(difference.total, 0)}
            </tr>
            ${rows.map(
              ({ name, shape, difference: tensor, fraction }) => html`<tr>
                <th scope="row">${name} <span class="shape">${shape}</span></th>
                ${this.#renderNumbers(tensor, fraction)}
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  #renderNumbers({ norm, relative, largest, notFinite }: TensorDifference, fraction: number) {
    const { sort } = this.ui;
    const cell = (column: Exclude<TensorSort, 'model' | 'notFinite'>, text: string) => {
      const hasBar = column === (sort === 'model' ? 'relative' : sort);
      return html`<td class=${hasBar ? 'bar' : ''} ${setVariable('--fraction', hasBar ? `${100 * fraction}%` : '0')}><span>${text}</span></td>`;
    };
    const [inA, inB] = notFinite;
    return html`
      ${cell('norm', formatValue(norm))} ${cell('relative', relative === null ? '–' : formatRelative(relative))} ${cell('largest', formatValue(largest))}
      <td class=${inA + inB > 0 ? 'bad' : 'quiet'}>${inA + inB > 0 ? `${formatCount(inA)} → ${formatCount(inB)}` : '0'}</td>
    `;
  }

  /** Who chooses the other checkpoint swaps both. */
  #choose(a: string, b: string): void {
    this.#set({ a, b });
  }

  #set(change: Partial<CheckpointsState>): void {
    changeState(this, { checkpoints: { ...this.ui, ...change } });
  }
}

function labelOf({ checkpoint: { stage, step, best, last } }: RunCheckpoint): string {
  const marks = [best ? 'best' : '', last ? 'last' : ''].filter(Boolean);
  return `${stage} ${formatCount(step)}${marks.length > 0 ? ` (${marks.join(', ')})` : ''}`;
}

function formatRelative(relative: number): string {
  const percent = 100 * relative;
  return `${percent >= 100 ? formatCount(percent) : percent.toPrecision(3)} %`;
}

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ConfigDifference } from '../../../server/protocol/comparison.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { setVariable } from '../../components/css-variable.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { Host } from '../../host.ts';
import { attempt, changeState } from '../compare-events.ts';
import type { ShownRun } from '../shown-runs.ts';
import { configRows } from './config-rows.ts';
import type { ConfigState } from './config-state.ts';

/** The differences of run files. */
@customElement('config-tab')
export class ConfigTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      .row .row { margin-bottom: 0; }
      .search { width: 24ch; }
      .table { overflow-x: auto; }
      table { border-collapse: collapse; min-width: min(100%, 640px); }
      th, td { padding: 2px 14px 2px 0; text-align: left; vertical-align: top; font-weight: normal; }
      thead th { border-bottom: 1px solid var(--wb-line); white-space: nowrap; }
      thead .swatch { margin-right: 6px; }
      tbody th, td { font-family: var(--vscode-editor-font-family, monospace); font-size: 0.95em; border-bottom: 1px solid var(--wb-grid); overflow-wrap: anywhere; }
      tbody th { min-width: 18ch; overflow-wrap: normal; }
      td { min-width: 10ch; }
      .differs { font-weight: 600; }
      .same { color: var(--wb-quiet); }
      .missing { color: var(--wb-quiet); font-family: var(--vscode-font-family); }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  /** The run that the others are compared with; null: the first. */
  @property({ attribute: false }) baseline: string | null = null;
  @property({ attribute: false }) ui!: ConfigState;

  @state() private difference: ConfigDifference | null = null;
  /** The runs whose files the diff editor shows. */
  @state() private pair: readonly [string, string] = ['', ''];
  #requested = '';

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('runs')) return;
    const runs = this.runs.map(({ run }) => run);
    if (runs.join('\n') === this.#requested) return;
    this.#requested = runs.join('\n');
    this.pair = [runs[0] ?? '', runs[1] ?? ''];
    void attempt(this, async () => {
      const difference = await this.host.request('esrgan/configDifference', { runs });
      if (runs.join('\n') === this.#requested) this.difference = difference;
    });
  }

  override render() {
    const { difference, ui } = this;
    if (!difference || difference.files.length !== this.runs.length) {
      return html`<div class="empty" role="status">Reading the run files…</div>`;
    }
    const rows = configRows(difference, ui);
    const count = difference.keys.filter(({ differs }) => differs).length;
    return html`
      <div class="row">
        <input
          class="search"
          type="search"
          placeholder="Filter keys and values"
          aria-label="Filter keys and values"
          .value=${ui.search}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLInputElement)
              changeState(this, { config: { ...ui, search: event.target.value } });
          }}
        />
        <label>
          <input
            type="checkbox"
            .checked=${ui.showsAll}
            @change=${(event: Event) => {
              if (event.target instanceof HTMLInputElement)
                changeState(this, { config: { ...ui, showsAll: event.target.checked } });
            }}
          />
          All keys
        </label>
        <span class="quiet" role="status">${count} of ${difference.keys.length} keys differ</span>
        ${this.#renderPair(difference)}
      </div>
      ${
        rows.length === 0
          ? html`<div class="empty">${count === 0 ? 'The run files do not differ.' : 'No matching keys or values.'}</div>`
          : this.#renderTable(rows)
      }
    `;
  }

  #renderPair({ files }: ConfigDifference) {
    const withFile = this.runs.filter((_, i) => files[i] !== null);
    if (withFile.length < 2) return nothing;
    const fileOf = (run: string) => files[this.runs.findIndex((each) => each.run === run)] ?? null;
    const [left, right] = this.pair.map(fileOf);
    const select = (side: 0 | 1, label: string) => html`<select
      aria-label=${label}
      @change=${(event: Event) => {
        if (!(event.target instanceof HTMLSelectElement)) return;
        this.pair = side === 0 ? [event.target.value, this.pair[1]] : [this.pair[0], event.target.value];
      }}
    >
      ${withFile.map(({ run, name }) => html`<option value=${run} ?selected=${run === this.pair[side]}>${name}</option>`)}
    </select>`;
    return html`<span class="row end">
      ${select(0, 'Left run file')} ${select(1, 'Right run file')}
      <button
        class="push"
        ?disabled=${!left || !right || left === right}
        @click=${() => {
          if (left && right) void attempt(this, () => this.host.request('host/diff', { left, right }));
        }}
      >${icon('diff')}Open Diff</button>
    </span>`;
  }

  #renderTable(rows: ReturnType<typeof configRows>) {
    const base = Math.max(
      0,
      this.runs.findIndex(({ run }) => run === this.baseline),
    );
    return html`<div class="table" role="region" aria-label="Settings" tabindex="0">
      <table>
        <thead>
          <tr>
            <th scope="col">Key</th>
            ${this.runs.map(({ name, color }) => html`<th scope="col"><span class="swatch" ${setVariable('--run-color', color)}></span>${name}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ key, differs, values }) => html`<tr>
              <th scope="row">${key.split(/(?<=\.)/).map((part, i) => (i === 0 ? part : html`<wbr>${part}`))}</th>
              ${values.map((value) =>
                value === null
                  ? html`<td class="missing">not set</td>`
                  : html`<td class=${!differs ? 'same' : value === values[base] ? '' : 'differs'}>${value}</td>`,
              )}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

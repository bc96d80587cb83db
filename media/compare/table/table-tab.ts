import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type {
  Comparison,
  ComparisonQuery,
  EvaluationDetail,
  ExportQuery,
} from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { setVariable } from '../../components/css-variable.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { fileName } from '../../file-name.ts';
import type { Host } from '../../host.ts';
import { runColor } from '../../run-colors.ts';
import { attempt, changeState } from '../compare-events.ts';
import { inOrder, openingOrder, shownColumns, shownRows, type TableView } from './table-view.ts';
import './arrangement-list.ts';
import type { CompareState } from '../compare-state.ts';
import type { Arrangement } from './arrangement-list.ts';
import './comparison-grid.ts';
import type { CellAddress } from './comparison-grid.ts';
import './model-list.ts';
import { sampleKeys, samplesOf } from '../images/run-samples.ts';
import { sampleTiles } from '../images/tiles.ts';
import type { ShownRun } from '../shown-runs.ts';
import {
  describeMissing,
  formatMetric,
  groupLetter,
  type MissingEvaluation,
  missingEvaluations,
  type TableData,
  tableOf,
} from './table-model.ts';

const exportNames = { csv: 'CSV', markdown: 'Markdown', html: 'Report (HTML)' } as const;

/** The results of all models on all test sets. */
@customElement('table-tab')
export class TableTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      #models-button { anchor-name: --models; }
      #models { position-anchor: --models; }
      #arrange-button { anchor-name: --arrange; }
      #arrange { position-anchor: --arrange; }
      #export-button { anchor-name: --export; }
      #export { position-anchor: --export; position-area: bottom span-left; min-width: 120px; padding: 4px; }
      #export button { display: block; width: 100%; padding: 2px 8px; text-align: left; border-radius: 3px; }
      .filter { width: 16ch; }
      .notes { margin: 10px 0 0; padding: 0; list-style: none; color: var(--wb-quiet); max-width: 110ch; }
      .notes li { display: flex; gap: 6px; margin: 3px 0; }
      .notes .icon-image { flex: none; color: var(--wb-warn); margin-top: 1px; }
      .detail { margin-top: 16px; max-width: 720px; }
      .detail h2 { margin: 0 0 6px; font-size: inherit; font-weight: 600; }
      .images { border-collapse: collapse; width: 100%; }
      .images th, .images td { padding: 2px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--wb-grid); }
      .images th:first-child { text-align: left; font-weight: normal; width: 100%; }
      .images thead th { color: var(--wb-quiet); font-weight: 600; }
      .bar { position: relative; }
      .bar::before { content: ''; position: absolute; inset: 3px auto 3px 0; width: var(--fraction, 0); background: var(--run-color); opacity: 0.28; border-radius: 2px; }
      .bar span { position: relative; }
      @media (forced-colors: active) { .bar::before { display: none; } }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) comparison: Comparison | null = null;
  @property({ attribute: false }) jobs: ReadonlyMap<string, Job> = new Map();
  @property({ attribute: false }) state!: CompareState;
  @property({ attribute: false }) query!: ComparisonQuery;

  /** The evaluation whose results per image are shown. */
  @state() private chosen: CellAddress | null = null;
  @state() private detail: EvaluationDetail | null = null;
  @state() private notice = '';

  #data: TableData = { columns: [], rows: [] };
  /** Ids of the columns in the order of this page. */
  #opened: readonly string[] = [];

  /** The arrangement of the user, else that of the page. */
  get #view(): TableView {
    const { table } = this.state;
    return table.columnOrder.length > 0 ? table : { ...table, columnOrder: this.#opened };
  }

  override willUpdate(): void {
    if (!this.comparison) return;
    this.#data = tableOf(this.comparison, this.state.showsPublished);
    this.#opened = openingOrder(this.#data, this.#opened);
  }

  override render() {
    const { comparison, state } = this;
    if (!comparison) return html`<div class="empty" role="status">Reading the evaluations…</div>`;
    const view = this.#view;
    const columns = shownColumns(this.#data, view);
    const rows = shownRows(this.#data, view);
    const missing = missingEvaluations(rows, columns);
    const hasStale = rows.some(({ cells }) =>
      columns.some(({ column, at }) => column.testSet !== null && cells[at]?.state === 'stale'),
    );
    const hidden = this.#data.rows.length - rows.length + this.#data.columns.length - columns.length;
    return html`
      <div class="row">
        <button class="push" id="models-button" popovertarget="models">Models…</button>
        <button class="push" id="arrange-button" popovertarget="arrange">Rows and columns…${hidden > 0 ? html` <span class="quiet">(${hidden} hidden)</span>` : nothing}</button>
        <input
          class="filter"
          type="search"
          placeholder="Filter rows"
          aria-label="Filter rows"
          .value=${view.filter}
          @input=${(event: Event) => {
            if (event.target instanceof HTMLInputElement) this.#setView({ filter: event.target.value });
          }}
        />
        <label>
          <input
            type="checkbox"
            .checked=${state.showsPublished}
            @change=${(event: Event) => {
              if (event.target instanceof HTMLInputElement)
                changeState(this, { showsPublished: event.target.checked });
            }}
          />
          Published results
        </label>
        <label title="LPIPS, DISTS and NIQE of all test sets; “esrgan weights download” gets their weights">
          <input
            type="checkbox"
            .checked=${state.showsPerceptual}
            @change=${(event: Event) => {
              if (event.target instanceof HTMLInputElement)
                changeState(this, { showsPerceptual: event.target.checked });
            }}
          />
          Perceptual metrics
        </label>
        ${
          missing.length > 0
            ? html`<button class="push" title=${missing.map((each) => describeMissing(each, this.#data)).join('\n')} @click=${() => this.#evaluate(missing)}>${icon('beaker')}Evaluate all ${missing.length} ${hasStale ? 'missing or outdated' : 'missing'}</button>`
            : nothing
        }
        <span class="quiet" role="status">${this.notice}</span>
        <button class="push end" id="export-button" popovertarget="export">${icon('export')}Export</button>
      </div>
      <div popover id="models">
        <model-list
          .models=${state.models}
          .details=${this.runs.flatMap(({ detail }) => detail ?? [])}
        ></model-list>
      </div>
      <div popover id="arrange">
        <arrangement-list
          .heading=${'Columns'}
          .items=${inOrder(this.#data.columns, view.columnOrder).map(({ id, data, protocol }) => ({ id, label: `${data} · ${protocol}` }))}
          .hiddenIds=${view.hiddenColumns}
          @arrange=${(event: CustomEvent<Arrangement>) => this.#setView({ columnOrder: event.detail.order, hiddenColumns: event.detail.hidden })}
        ></arrangement-list>
        <arrangement-list
          .heading=${'Rows'}
          .items=${inOrder(this.#data.rows, view.rowOrder).map(({ id, runName, label, detail }) => ({ id, label: `${runName} · ${label} ${detail}` }))}
          .hiddenIds=${view.hiddenRows}
          @arrange=${(event: CustomEvent<Arrangement>) => this.#setView({ rowOrder: event.detail.order, hiddenRows: event.detail.hidden })}
        ></arrangement-list>
      </div>
      <div popover id="export">
        ${Object.entries(exportNames).map(
          ([format, label]) =>
            html`<button popovertarget="export" popovertargetaction="hide" @click=${() => this.#export(format)}>${label}</button>`,
        )}
      </div>
      ${
        columns.length === 0
          ? html`<div class="empty">No results and no test sets found. Download a test set in the Data & Weights view, or name one in a run file.</div>`
          : html`<comparison-grid
              .rows=${rows}
              .columns=${columns}
              .view=${view}
              .baseline=${this.runs.find(({ run }) => run === state.baseline)?.name ?? null}
              .jobs=${this.jobs}
              @view-arranged=${(event: CustomEvent<Partial<TableView>>) => this.#setView(event.detail)}
              @evaluate=${(event: CustomEvent<MissingEvaluation>) => this.#evaluate([event.detail])}
              @cancel-job=${(event: CustomEvent<string>) => attempt(this, () => this.host.request('esrgan/cancelJob', { job: event.detail }))}
              @cell-chosen=${(event: CustomEvent<CellAddress>) => this.#choose(event.detail)}
            ></comparison-grid>`
      }
      ${this.#renderNotes(comparison)} ${this.#renderDetail()}
    `;
  }

  #renderNotes(comparison: Comparison) {
    const groups = shownColumns(this.#data, this.#view).flatMap(({ column }) =>
      column.warning === null
        ? []
        : [
            column.kind === 'scalar'
              ? `${column.warning} ${column.groups.map(({ description }, i) => `(${groupLetter(i)}) ${description}`).join('; ')}.`
              : column.kind === 'published'
                ? `${column.data} · ${column.protocol}: ${column.warning}`
                : column.warning,
          ],
    );
    const notes = [...new Set([...groups, ...comparison.warnings])];
    if (notes.length === 0) return nothing;
    return html`<ul class="notes" aria-label="Limits of the comparison">
      ${notes.map((note) => html`<li>${icon('warning')}<span>${note}</span></li>`)}
    </ul>`;
  }

  #renderDetail() {
    const { chosen, detail } = this;
    if (!chosen || !detail) return nothing;
    const row = this.#data.rows.find(({ id }) => id === chosen.row);
    const column = this.#data.columns.find(({ id }) => id === chosen.column);
    if (!row || !column) return nothing;
    const color = row.color === null ? 'transparent' : runColor(row.color);
    const finite = (name: string) => detail.images.flatMap(({ values }) => values[name] ?? []);
    return html`<section class="detail" aria-label="Results per image" ${setVariable('--run-color', color)}>
      <h2>${row.runName} · ${row.label} on ${column.data}, ${column.protocol}: results per image</h2>
      <table class="images">
        <thead>
          <tr>
            <th scope="col">Image</th>
            ${column.metrics.map(({ title }) => html`<th scope="col">${title}</th>`)}
            <th></th>
          </tr>
        </thead>
        <tbody>
          ${detail.images.map(
            (image) => html`<tr>
              <th scope="row">${image.name}</th>
              ${column.metrics.map(({ name, digits }) => {
                const value = image.values[name];
                if (value === undefined) return html`<td></td>`;
                const all = finite(name);
                const [low, high] = [Math.min(...all), Math.max(...all)];
                const fraction =
                  value === null ? 1 : high > low ? 0.06 + (0.94 * (value - low)) / (high - low) : 0.5;
                return html`<td class="bar" ${setVariable('--fraction', `${100 * fraction}%`)}><span>${formatMetric(value, digits)}</span></td>`;
              })}
              <td><button class="link" @click=${() => this.#viewImage(column.testSet, image.name)} ?disabled=${column.testSet === null}>View</button></td>
            </tr>`,
          )}
        </tbody>
      </table>
    </section>`;
  }

  #setView(change: Partial<TableView>): void {
    changeState(this, { table: { ...this.state.table, ...change } });
  }

  #evaluate(missing: readonly MissingEvaluation[]): void {
    void attempt(this, async () => {
      for (const each of missing) await this.host.request('esrgan/evaluate', each);
    });
  }

  #choose(address: CellAddress): void {
    void attempt(this, async () => {
      const row = this.#data.rows.find(({ id }) => id === address.row);
      const at = this.#data.columns.findIndex(({ id }) => id === address.column);
      const cell = row?.cells[at];
      const file = cell?.state === 'computed' || cell?.state === 'stale' ? cell.result.file : null;
      if (!row?.run || file === null) {
        this.chosen = null;
        this.notice = 'No results per image are available for this number.';
        return;
      }
      this.notice = '';
      // Bicubic upscaling is stored in any of the runs.
      const run =
        this.state.runs.find((each) => file.startsWith(each) && /^[\\/]/.test(file.slice(each.length))) ??
        row.run;
      this.detail = await this.host.request('esrgan/evaluation', { run, file });
      this.chosen = address;
      await this.updateComplete;
      this.renderRoot.querySelector('.detail')?.scrollIntoView({ block: 'nearest' });
    });
  }

  #viewImage(testSet: string | null, name: string): void {
    void attempt(this, async () => {
      const sets = await this.host.request('esrgan/testSets', { runs: this.state.runs });
      const found = sets.find(({ folder }) => folder === testSet);
      const image = found?.images.find((path) => fileName(path).replace(/\.[^.]*$/, '') === fileName(name));
      if (!found || image === undefined) throw new Error(`The image ${name} no longer exists.`);
      changeState(this, {
        tab: 'images',
        images: {
          ...this.state.images,
          source: 'results',
          testSet: found.folder,
          image,
          view: null,
          box: null,
        },
      });
    });
  }

  #export(format: string): void {
    const chosen = (['csv', 'markdown', 'html'] as const).find((each) => each === format);
    if (!chosen) return;
    void attempt(this, async () => {
      this.notice = chosen === 'html' ? 'Writing the report…' : '';
      const rows = shownRows(this.#data, this.state.table);
      const columns = shownColumns(this.#data, this.#view).map(({ column }) => column);
      // External runs have tags of their own.
      const scalars = columns.flatMap(({ kind, protocol }) => (kind === 'scalar' ? [protocol] : []));
      const query: ExportQuery = {
        comparison: this.query,
        format: chosen,
        rows: rows.flatMap(({ id, run }) => (run === null ? [] : [id])),
        columns: columns.flatMap(({ kind, id }) => (kind === 'published' ? [] : [id])),
        published: rows.flatMap(({ runName, run }) => (run === null ? [runName] : [])),
        tags: chosen === 'html' ? [...new Set([...reportTags, ...scalars])] : [],
        images: chosen === 'html' ? reportImages(this.runs) : [],
      };
      const { name, content } = await this.host.request('esrgan/exportComparison', query);
      const { path } = await this.host.request('host/save', { name, content });
      this.notice = path === null ? '' : `Saved as ${fileName(path)}.`;
    });
  }
}

/** The curves of a report. */
const reportTags = [
  'train/content_loss',
  'train/perceptual_loss',
  'train/g_adversarial_loss',
  'train/d_adversarial_loss',
  'validation/psnr_y',
  'validation/psnr_rgb',
  'validation/ssim_y',
  'validation/lpips',
  'validation/dists',
  'validation/niqe',
];

/** The latest samples of all runs with LR, bicubic and HR, grouped by image. */
function reportImages(runs: readonly ShownRun[]): ExportQuery['images'] {
  const samples = samplesOf(runs);
  return sampleKeys(samples).map((key) => ({
    title: key.replace(/^\d+-/, ''),
    tiles: sampleTiles(runs, samples, key, null).flatMap(({ label, detail, path }) =>
      path === null ? [] : [{ label: detail ? `${label}, ${detail}` : label, path }],
    ),
  }));
}

import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { ComparisonCell, ComparisonMetric } from '../../../server/protocol/comparison.ts';
import type { Job } from '../../../server/protocol/jobs.ts';
import { setVariable } from '../../components/css-variable.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { runColor } from '../../run-colors.ts';
import { evaluationJob, isActiveJob } from '../jobs/jobs.ts';
import { moved, nextSort, type TableView } from './table-view.ts';
import '../jobs/job-line.ts';
import {
  formatDelta,
  formatMetric,
  groupLetter,
  isBetter,
  type MissingEvaluation,
  missingEvaluations,
  publishedProtocol,
  type TableColumn,
  type TableRow,
} from './table-model.ts';

/** The ids of a cell's row and column. */
export interface CellAddress {
  readonly row: string;
  readonly column: string;
}

/** A column with its index in the cells of a row. */
export interface PlacedColumn {
  readonly column: TableColumn;
  readonly at: number;
}

declare global {
  interface HTMLElementEventMap {
    /** The user sorted, moved or hid rows or columns. */
    'view-arranged': CustomEvent<Partial<TableView>>;
    evaluate: CustomEvent<MissingEvaluation>;
    /** The user opened the details of a number. */
    'cell-chosen': CustomEvent<CellAddress>;
  }
  interface HTMLElementTagNameMap {
    'comparison-grid': ComparisonGrid;
  }
}

/** The head of a row or column, which can be moved and hidden. */
interface Head {
  readonly kind: 'row' | 'column';
  readonly id: string;
}

const headRows = 2;

/**
 * Models as rows, metrics on test sets as columns: a grid with one Tab stop. Arrows, Home and End move (with Ctrl to the
 * first and last row). Enter sorts by a metric, opens the details of a number, or starts a missing evaluation. Alt with
 * arrows moves the row or column of a head, Delete hides it; heads can also be dragged.
 */
@customElement('comparison-grid')
export class ComparisonGrid extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      /* Texts for screen readers are positioned absolutely and must not widen the page. */
      :host { display: block; position: relative; overflow-x: auto; }
      table { border-collapse: collapse; }
      th, td { padding: 2px 8px; text-align: right; white-space: nowrap; font-weight: normal; height: 22px; }
      th:focus-visible, td:focus-visible { outline: 1px solid var(--wb-focus); outline-offset: -1px; }
      thead th { color: var(--wb-quiet); vertical-align: bottom; }
      thead tr:last-child th, thead th.model { border-bottom: 1px solid var(--wb-line); }
      thead .set { text-align: left; }
      thead .set .data { color: var(--wb-text); font-weight: 600; }
      thead .set .icon-image { color: var(--wb-warn); vertical-align: -3px; }
      .first { border-left: 1px solid var(--wb-line); }
      thead .sortable { cursor: pointer; }
      thead .sortable:hover { color: var(--wb-text); }
      th.model { position: sticky; left: 0; z-index: 1; padding-left: 0; text-align: left; background: var(--wb-background); }
      .model .line { display: flex; align-items: baseline; gap: 8px; }
      .model .line::before { content: ''; align-self: stretch; flex: none; width: 4px; margin: -3px 4px -3px 0; background: var(--run-color); forced-color-adjust: none; }
      .model .run { flex: 1; min-width: 0; max-width: 34ch; overflow: hidden; text-overflow: ellipsis; }
      .model .label { min-width: 14ch; }
      .model .steps { color: var(--wb-quiet); min-width: 9ch; text-align: right; }
      tbody tr:hover td, tbody tr:hover th { background: color-mix(in srgb, var(--wb-text) 5%, var(--wb-background)); }
      tbody tr.startsRun:not(:first-child) th, tbody tr.startsRun:not(:first-child) td { border-top: 1px solid var(--wb-grid); }
      .value { display: inline-flex; justify-content: flex-end; gap: 4px; }
      .number { min-width: 6.5ch; }
      .best .number { font-weight: 700; }
      .mark { margin-right: 4px; font-size: 0.85em; color: var(--wb-warn); }
      .star { margin-right: 4px; font-weight: normal; font-size: 0.85em; color: var(--wb-good); }
      .delta { min-width: 7.6ch; color: var(--wb-quiet); }
      .delta.better { color: var(--wb-good); }
      .group { min-width: 1ch; color: var(--wb-warn); font-size: 0.85em; }
      .stale .number { color: var(--wb-quiet); text-decoration: line-through; }
      .none { color: var(--wb-quiet); }
      td.missing { text-align: center; }
      .evaluate { padding: 0 8px; border-radius: 3px; color: var(--wb-quiet); }
      tr:hover .evaluate, td:focus .evaluate { color: var(--vscode-textLink-foreground, inherit); }
      .failed { display: inline-block; max-width: 26ch; overflow: hidden; text-overflow: ellipsis; vertical-align: bottom; color: var(--wb-bad); }
      .target { box-shadow: inset 2px 0 var(--wb-focus); }
    `,
  ];

  @property({ attribute: false }) rows: readonly TableRow[] = [];
  @property({ attribute: false }) columns: readonly PlacedColumn[] = [];
  @property({ attribute: false }) view!: TableView;
  /** Name of the run that differences refer to; null: no differences. */
  @property({ attribute: false }) baseline: string | null = null;
  @property({ attribute: false }) jobs: ReadonlyMap<string, Job> = new Map();

  /** The cell with the Tab stop, counting the rows of the head. */
  @state() private at = { row: headRows, column: 0 };
  @state() private dropAt: Head | null = null;
  #dragged: Head | null = null;
  /** Columns of the grid: the heads of the rows, then each metric of each column. */
  #width = 1;

  override willUpdate(): void {
    this.#width = 1 + this.columns.reduce((sum, { column }) => sum + column.metrics.length, 0);
    this.at = {
      row: Math.min(this.at.row, headRows + this.rows.length - 1),
      column: Math.min(this.at.column, this.#width - 1),
    };
  }

  override render() {
    const { rows } = this;
    let next = 1;
    const placed = this.columns.map(({ column, at }) => {
      const from = next;
      next += column.metrics.length;
      return { column, at, from };
    });
    return html`<table role="grid" aria-label="Results by model" @keydown=${this.#onKey} @focusin=${this.#onFocusIn}>
      <thead>
        <tr>
          <th class="model" role="columnheader" rowspan="2" data-column="0" tabindex=${this.#tabIndex(0, 0, 1)}>Model</th>
          ${placed.map(({ column, from }) => this.#renderSet(column, from))}
        </tr>
        <tr>
          ${placed.map(({ column, from }) => column.metrics.map((metric, i) => this.#renderMetric(column, metric, from + i, i === 0)))}
        </tr>
      </thead>
      <tbody>
        ${rows.map((row, i) => {
          const startsRun = row.runName !== rows[i - 1]?.runName || row.run === null;
          return html`<tr class=${startsRun ? 'startsRun' : ''}>
            ${this.#renderRowHead(row, headRows + i, startsRun)}
            ${placed.map(({ column, at, from }) => this.#renderCell(row, headRows + i, column, row.cells[at] ?? { state: 'none' }, from))}
          </tr>`;
        })}
      </tbody>
    </table>`;
  }

  #renderSet(column: TableColumn, from: number) {
    const { id, data, protocol, description, warning, metrics } = column;
    const head: Head = { kind: 'column', id };
    return html`<th
      class="set first ${this.#isTarget(head) ? 'target' : ''}"
      role="columnheader"
      colspan=${metrics.length}
      data-column=${from}
      tabindex=${this.#tabIndex(0, from, metrics.length)}
      title=${`${description}${warning ? `\n⚠ ${warning}` : ''}\nAlt+←/→: move column · Delete: hide column`}
      draggable="true"
      @dragstart=${(event: DragEvent) => this.#startDrag(event, head)}
      @dragover=${(event: DragEvent) => this.#dragOver(event, head)}
      @drop=${(event: DragEvent) => this.#drop(event, head)}
      @dragend=${this.#endDrag}
      @keydown=${(event: KeyboardEvent) => this.#onHeadKey(event, head)}
    >
      ${warning ? html`${icon('warning')}<span class="visually-hidden">not all numbers compare: ${warning}</span> ` : nothing}<span class="data">${data}</span> · ${protocol}
    </th>`;
  }

  #renderMetric(
    column: TableColumn,
    { name, title, better }: ComparisonMetric,
    at: number,
    isFirst: boolean,
  ) {
    const { sort } = this.view;
    const isSorted = sort?.column === column.id && sort.metric === name;
    const isDescending = isSorted && (better === 'lower') !== sort.isBestFirst;
    const choose = () => this.#arrange({ sort: nextSort(sort, column.id, name) });
    const direction = better === null ? '' : `, ${better} is better`;
    return html`<th
      class="sortable ${isFirst ? 'first' : ''}"
      role="columnheader"
      aria-sort=${isSorted ? (isDescending ? 'descending' : 'ascending') : 'none'}
      data-column=${at}
      tabindex=${this.#tabIndex(1, at, 1)}
      title=${`Sort by ${title} on ${column.data}${direction}`}
      @click=${choose}
      @keydown=${(event: KeyboardEvent) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault();
        choose();
      }}
    ><span class="value"><span class="number">${isSorted ? (isDescending ? '↓ ' : '↑ ') : ''}${title}</span>${
      this.baseline === null || column.kind === 'published'
        ? nothing
        : html`<span class="delta" title=${`Difference to the same model of ${this.baseline}`}><span aria-hidden="true">Δ</span><span class="visually-hidden"> and difference to ${this.baseline}</span></span>`
    }</span></th>`;
  }

  #renderRowHead({ id, runName, label, detail, color }: TableRow, row: number, startsRun: boolean) {
    const head: Head = { kind: 'row', id };
    return html`<th
      class="model ${this.#isTarget(head) ? 'target' : ''}"
      role="rowheader"
      scope="row"
      data-column="0"
      tabindex=${this.#tabIndex(row, 0, 1)}
      title=${`${runName} · ${label}\nAlt+↑/↓: move row · Delete: hide row`}
      draggable="true"
      @dragstart=${(event: DragEvent) => this.#startDrag(event, head)}
      @dragover=${(event: DragEvent) => this.#dragOver(event, head)}
      @drop=${(event: DragEvent) => this.#drop(event, head)}
      @dragend=${this.#endDrag}
      @keydown=${(event: KeyboardEvent) => this.#onHeadKey(event, head)}
      ${setVariable('--run-color', color === null ? 'transparent' : runColor(color))}
    ><span class="line"><span class="run">${startsRun ? runName : html`<span class="visually-hidden">${runName}</span>`}</span><span class="label">${label}</span><span class="steps">${detail}</span></span></th>`;
  }

  #renderCell(row: TableRow, r: number, column: TableColumn, cell: ComparisonCell, from: number) {
    if (cell.state !== 'computed' && cell.state !== 'stale')
      return this.#renderMissing(row, r, column, cell.state, from);
    const { result } = cell;
    const choose = () => this.#emit('cell-chosen', { row: row.id, column: column.id });
    const group = column.groups.length > 1 ? result.group : null;
    return column.metrics.map((metric, i) => {
      const value = result.values[metric.name];
      const delta = result.delta[metric.name];
      const isBest = result.best.includes(metric.name);
      const isBelow = result.belowBicubic.includes(metric.name);
      const classes = [
        i === 0 ? 'first' : '',
        isBest ? 'best' : '',
        isBelow ? 'below' : '',
        cell.state === 'stale' ? 'stale' : '',
      ];
      return html`<td
        class=${classes.join(' ')}
        role="gridcell"
        data-column=${from + i}
        tabindex=${this.#tabIndex(r, from + i, 1)}
        title=${cell.state === 'stale' ? `Out of date. ${cell.reason}` : this.#rangeText(column, metric, cell)}
        @dblclick=${choose}
        @keydown=${(event: KeyboardEvent) => {
          if (event.key === 'Enter') choose();
        }}
      >${
        value === undefined
          ? html`<span class="none">–</span>`
          : html`<span class="value">
              ${group === null || i > 0 ? nothing : html`<span class="group" title=${column.groups[group]?.description ?? ''}><span class="visually-hidden">comparable only within </span>${groupLetter(group)}</span>`}
              <span class="number">${isBest ? html`<span class="star" aria-hidden="true">★</span><span class="visually-hidden">best </span>` : nothing}${isBelow ? html`<span class="mark" aria-hidden="true">▾</span><span class="visually-hidden">below bicubic </span>` : nothing}${cell.state === 'stale' ? html`<span class="visually-hidden">out of date </span>` : nothing}${formatMetric(value, metric.digits)}</span>
              ${cell.state === 'stale' ? nothing : this.#renderDelta(delta, metric, column)}
            </span>${cell.state === 'stale' && i === column.metrics.length - 1 ? this.#renderEvaluate(row, column) : nothing}`
      }</td>`;
    });
  }

  #renderDelta(delta: number | undefined, metric: ComparisonMetric, { kind }: TableColumn) {
    if (this.baseline === null || kind === 'published') return nothing;
    if (delta === undefined) return html`<span class="delta"></span>`;
    return html`<span class="delta ${isBetter(delta, metric) ? 'better' : ''}">${formatDelta(delta, metric.digits)}</span>`;
  }

  #rangeText(
    column: TableColumn,
    metric: ComparisonMetric,
    cell: Extract<ComparisonCell, { state: 'computed' }>,
  ): string {
    const { images, range, file } = cell.result;
    const lines = [`${column.data} · ${column.protocol}`];
    if (cell.result.belowBicubic.includes(metric.name)) lines.push('▾ below bicubic upscaling');
    if (images !== null) lines.push(`mean of ${images} image${images === 1 ? '' : 's'}`);
    const limits = range?.[metric.name];
    if (limits) lines.push(`${limits.map((limit) => formatMetric(limit, metric.digits)).join(' to ')}`);
    if (file !== null) lines.push('Enter or double-click: results per image');
    return lines.join('\n');
  }

  #renderMissing(row: TableRow, r: number, column: TableColumn, cellState: 'missing' | 'none', from: number) {
    return html`<td
      class="first missing"
      role="gridcell"
      colspan=${column.metrics.length}
      data-column=${from}
      tabindex=${this.#tabIndex(r, from, column.metrics.length)}
      @keydown=${(event: KeyboardEvent) => {
        const [target] = event.composedPath();
        if (
          event.key === 'Enter' &&
          target === event.currentTarget &&
          event.currentTarget instanceof HTMLElement
        ) {
          const [control] = event.currentTarget.querySelectorAll<HTMLElement>('button, job-line');
          if (control instanceof HTMLButtonElement) control.click();
          else if (control) control.shadowRoot?.querySelector('button')?.click();
        }
      }}
    >${
      cellState === 'missing' && row.model !== null && column.testSet !== null
        ? this.#renderEvaluate(row, column)
        : noValue(row, column, cellState)
    }</td>`;
  }

  /** A button that evaluates a model on the test set of a column, or the progress of that evaluation. */
  #renderEvaluate(row: TableRow, column: TableColumn) {
    const { model } = row;
    const { testSet } = column;
    if (model === null || testSet === null) return nothing;
    const protocol = column.kind === 'published' ? publishedProtocol : column.protocol;
    const job = evaluationJob(this.jobs, model, testSet, protocol);
    if (job && isActiveJob(job)) return html`<job-line .job=${job} .isInGrid=${true}></job-line>`;
    const evaluate = () => {
      for (const each of missingEvaluations([row], this.columns)) {
        if (each.testSet === testSet) this.#emit('evaluate', each);
      }
    };
    return html`${job ? html`<span class="failed" title=${job.message ?? ''}>Failed: ${job.message}</span>` : nothing}<button
      class="evaluate"
      tabindex="-1"
      aria-label=${`Evaluate ${row.runName} ${row.label} on ${column.data}`}
      @click=${evaluate}
    >Evaluate</button>`;
  }

  #tabIndex(row: number, column: number, span: number): 0 | -1 {
    const { at } = this;
    const isHere = column <= at.column && at.column < column + span;
    // The head of the first column spans both rows of the head.
    return isHere && (row === at.row || (column === 0 && row === 0 && at.row === 1)) ? 0 : -1;
  }

  #onFocusIn(event: FocusEvent): void {
    const cell =
      event.target instanceof Element ? event.target.closest<HTMLTableCellElement>('th, td') : null;
    const row = cell?.closest('tr');
    if (!cell || !row) return;
    const column = Number(cell.dataset.column);
    const isIn = column <= this.at.column && this.at.column < column + cell.colSpan;
    this.at = { row: row.rowIndex, column: isIn ? this.at.column : column };
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.metaKey) return;
    const last = headRows + this.rows.length - 1;
    const { row, column } = this.at;
    const to = {
      ArrowLeft: { row, column: this.#adjacentColumn(-1) },
      ArrowRight: { row, column: this.#adjacentColumn(1) },
      ArrowUp: { row: row - 1, column },
      ArrowDown: { row: row + 1, column },
      Home: { row: event.ctrlKey ? 0 : row, column: 0 },
      End: { row: event.ctrlKey ? last : row, column: this.#width - 1 },
    }[event.key];
    if (!to) return;
    event.preventDefault();
    this.at = {
      row: Math.min(last, Math.max(0, to.row)),
      column: Math.min(this.#width - 1, Math.max(0, to.column)),
    };
    this.#cellAt(this.at.row, this.at.column)?.focus();
  }

  /** The column after or before the current cell, which may span several. */
  #adjacentColumn(by: 1 | -1): number {
    const cell = this.#cellAt(this.at.row, this.at.column);
    const column = Number(cell?.dataset.column);
    return by === 1 ? column + (cell?.colSpan ?? 1) : column - 1;
  }

  #cellAt(row: number, column: number): HTMLTableCellElement | undefined {
    const rows = this.renderRoot.querySelector('table')?.rows;
    const cells = (r: number) => [...(rows?.[r]?.cells ?? [])];
    const found = cells(row).find((cell) => {
      const from = Number(cell.dataset.column);
      return from <= column && column < from + cell.colSpan;
    });
    return found ?? (row === 1 ? cells(0)[0] : undefined);
  }

  #onHeadKey(event: KeyboardEvent, head: Head): void {
    const by = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 }[event.key];
    const isAlong =
      event.key.endsWith(head.kind === 'column' ? 'Left' : 'Up') ||
      event.key.endsWith(head.kind === 'column' ? 'Right' : 'Down');
    if (event.altKey && by !== undefined && isAlong) {
      this.#move(head, (ids) => moved(ids, head.id, by));
    } else if (event.key === 'Delete') {
      const { hiddenRows, hiddenColumns } = this.view;
      this.#arrange(
        head.kind === 'row'
          ? { hiddenRows: [...hiddenRows, head.id] }
          : { hiddenColumns: [...hiddenColumns, head.id] },
      );
    } else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Reorders rows or columns. Moving a row ends sorting. */
  #move({ kind }: Head, arrange: (ids: readonly string[]) => readonly string[]): void {
    if (kind === 'row') this.#arrange({ sort: null, rowOrder: arrange(this.rows.map(({ id }) => id)) });
    else this.#arrange({ columnOrder: arrange(this.columns.map(({ column }) => column.id)) });
  }

  #startDrag(event: DragEvent, head: Head): void {
    this.#dragged = head;
    // Some browsers do not drag without data.
    event.dataTransfer?.setData('text/plain', head.id);
  }

  #dragOver(event: DragEvent, head: Head): void {
    if (this.#dragged?.kind !== head.kind) return;
    event.preventDefault();
    this.dropAt = head;
  }

  #drop(event: DragEvent, head: Head): void {
    const dragged = this.#dragged;
    if (dragged?.kind !== head.kind) return;
    event.preventDefault();
    this.#move(head, (ids) => moved(ids, dragged.id, ids.indexOf(head.id) - ids.indexOf(dragged.id)));
    this.#endDrag();
  }

  #endDrag(): void {
    this.#dragged = null;
    this.dropAt = null;
  }

  #isTarget({ kind, id }: Head): boolean {
    return this.dropAt?.kind === kind && this.dropAt.id === id;
  }

  #arrange(change: Partial<TableView>): void {
    this.#emit('view-arranged', change);
  }

  #emit<Name extends 'view-arranged' | 'evaluate' | 'cell-chosen'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

/** What a cell without a value says. */
function noValue({ model }: TableRow, { kind }: TableColumn, cellState: 'missing' | 'none'): TemplateResult {
  if (kind === 'validation' && model !== null && model.interpolatedWith !== null) {
    const title = 'Training validates checkpoints only: evaluate this model on a test set';
    return html`<span class="none" title=${title}>on test sets only</span>`;
  }
  const why =
    cellState === 'missing' ? 'Not measured: the test set was not found' : 'Not available for this row';
  return html`<span class="none" title=${why}>–</span>`;
}

import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TableRow } from '../../server/protocol/run-table.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { formatCell, unitOf } from '../../trainer/run-table/format-cell.ts';
import { type Column, isNumeric } from '../../trainer/run-table/table.ts';
import { controlStyles } from '../components/control-styles.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { runColor } from '../run-colors.ts';
import { type ColumnAxis, columnAxis } from './column-axis.ts';
import { plotStyles } from './plot-styles.ts';
import type { ScatterState } from './table-state.ts';

declare global {
  interface HTMLElementEventMap {
    'scatter-change': CustomEvent<ScatterState>;
    /** The person clicked a run, or opened it by a double click. */
    'run-click': CustomEvent<{ readonly run: string; readonly isOpened: boolean; readonly isAdded: boolean }>;
  }
}

const margin = { top: 12, right: 16, bottom: 38, left: 76 };

/** Any metric against any column: a point for each run that the filter lets pass. */
@customElement('scatter-tab')
export class ScatterTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    plotStyles,
    css`
      circle { fill-opacity: 0.75; cursor: pointer; }
      circle:hover, circle.selected { fill-opacity: 1; stroke: var(--wb-text); stroke-width: 2; }
      @media (forced-colors: active) { circle { fill: CanvasText; } circle.selected { fill: Highlight; } }
    `,
  ];

  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows: readonly TableRow[] = [];
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  @property({ attribute: false }) ui: ScatterState = { x: null, y: null, color: null };
  @state() private size = { width: 0, height: 0 };
  readonly #resize = new ResizeObserver(([entry]) => {
    if (entry) this.size = { width: entry.contentRect.width, height: entry.contentRect.height };
  });

  override firstUpdated(): void {
    const plot = this.renderRoot.querySelector('.plot');
    if (plot) this.#resize.observe(plot);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  get #x(): string {
    const first = (source: Column['source']) => this.columns.find((each) => each.source === source)?.key;
    return (
      this.ui.x ??
      this.columns.find((each) => each.source === 'config' && isNumeric(each))?.key ??
      first('config') ??
      'created'
    );
  }

  get #y(): string {
    return this.ui.y ?? this.columns.find(({ source }) => source === 'metric')?.key ?? 'loss';
  }

  override render() {
    const { width, height } = this.size;
    const [xKey, yKey] = [this.#x, this.#y];
    const x = columnAxis(this.columns, xKey, this.rows, margin.left, width - margin.right, width / 90);
    const y = columnAxis(this.columns, yKey, this.rows, height - margin.bottom, margin.top, height / 50);
    return html`<div class="row">
        ${this.#renderChoice('y', 'Y', yKey)}
        ${this.#renderChoice('x', 'X', xKey)}
        ${this.#renderChoice('color', 'Color', this.ui.color ?? '')}
        <span class="quiet">${x?.isLog ? `${xKey} is logarithmic. ` : ''}${y?.isLog ? `${yKey} is logarithmic.` : ''}</span>
      </div>
      <div class="plot">${
        width === 0
          ? nothing
          : x === undefined || y === undefined
            ? html`<p class="empty">No run that is shown has a value that can be drawn for ${x === undefined ? xKey : yKey}.</p>`
            : this.#renderPlot(x, y)
      }</div>`;
  }

  #renderChoice(name: 'x' | 'y' | 'color', label: string, value: string) {
    return html`<label>${label} <select @change=${(event: Event) => {
      if (!(event.target instanceof HTMLSelectElement)) return;
      const detail: ScatterState = { ...this.ui, [name]: event.target.value || null };
      this.dispatchEvent(new CustomEvent('scatter-change', { detail }));
    }}>
      ${name === 'color' ? html`<option value="" ?selected=${value === ''}>run</option>` : nothing}
      ${this.columns
        .filter(({ key, isEqual }) => key !== 'note' && key !== 'reason' && !isEqual)
        .map(({ key }) => html`<option value=${key} ?selected=${key === value}>${key}</option>`)}
    </select></label>`;
  }

  #renderPlot(x: ColumnAxis, y: ColumnAxis) {
    const { width, height } = this.size;
    const [right, bottom] = [width - margin.right, height - margin.bottom];
    const points = this.rows.flatMap((row) => {
      const [left, top] = [x.position(row), y.position(row)];
      return left === undefined || top === undefined ? [] : [{ row, left, top }];
    });
    const color = this.#colors();
    const titleOf = ({ column }: ColumnAxis) => {
      const unit = unitOf(column);
      return unit === '' ? column.key : `${column.key} in ${unit}`;
    };
    return html`<svg
      role="img"
      aria-label=${`${titleOf(y)} against ${titleOf(x)} of ${formatCount(points.length)} runs. The table has the values.`}
      @click=${(event: MouseEvent) => this.#onClick(event, false)}
      @dblclick=${(event: MouseEvent) => this.#onClick(event, true)}
    >
      ${y.ticks.map(
        ({
          position,
          label,
        }) => svg`<line class="grid" x1=${margin.left} x2=${right} y1=${position} y2=${position}></line>
          <text x=${margin.left - 6} y=${position + 4} text-anchor="end">${short(label)}</text>`,
      )}
      ${x.ticks.map(
        ({
          position,
          label,
        }) => svg`<line class="grid" x1=${position} x2=${position} y1=${margin.top} y2=${bottom}></line>
          <text x=${position} y=${bottom + 14} text-anchor="middle">${short(label)}</text>`,
      )}
      <line class="axis" x1=${margin.left} x2=${margin.left} y1=${margin.top} y2=${bottom}></line>
      <line class="axis" x1=${margin.left} x2=${right} y1=${bottom} y2=${bottom}></line>
      <text class="quiet-text" x=${(margin.left + right) / 2} y=${height - 6} text-anchor="middle">${titleOf(x)}</text>
      <text class="quiet-text" x="12" y=${(margin.top + bottom) / 2} text-anchor="middle" transform=${`rotate(-90 12 ${(margin.top + bottom) / 2})`}>${titleOf(y)}</text>
      ${points.map(({ row, left, top }) => {
        const isSelected = this.selected.has(row.run);
        return svg`<circle class=${isSelected ? 'selected' : ''} data-run=${row.run} cx=${left} cy=${top} r=${isSelected ? 5 : 4} fill=${color(row)}><title>${this.#titleOf(row, x, y)}</title></circle>`;
      })}
    </svg>`;
  }

  /** The color of each row: its own, or that of its value, from the palette of runs. */
  #colors(): (row: TableRow) => string {
    const { color } = this.ui;
    if (color === null) return (row) => runColor(row.color);
    // Eight colors divide the values of the column.
    const axis = columnAxis(this.columns, color, this.rows, 0, 7.999, 8);
    return (row) => {
      const at = axis?.position(row);
      return at === undefined ? 'var(--wb-quiet)' : runColor(Math.max(0, Math.floor(at)));
    };
  }

  #titleOf(row: TableRow, x: ColumnAxis, y: ColumnAxis): string {
    const text = ({ column }: ColumnAxis) => {
      const index = this.columns.findIndex(({ key }) => key === column.key);
      return `${column.key}: ${formatCell(column, row.cells[index])} ${unitOf(column)}`;
    };
    return `${String(row.cells[0] ?? row.run)}\n${text(y)}\n${text(x)}`;
  }

  #onClick(event: MouseEvent, isOpened: boolean): void {
    const run = event.target instanceof SVGElement ? event.target.closest('circle')?.dataset.run : undefined;
    if (run === undefined) return;
    const detail = { run, isOpened, isAdded: event.ctrlKey || event.metaKey || event.shiftKey };
    this.dispatchEvent(new CustomEvent('run-click', { detail }));
  }
}

function short(label: string): string {
  return label.length > 12 ? `${label.slice(0, 11)}…` : label;
}

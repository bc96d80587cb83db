import { css, html, LitElement, nothing, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { TableRow } from '../../server/protocol/run-table.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { type Column, isEmpty } from '../../trainer/run-table/table.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { runColor } from '../run-colors.ts';
import { type ColumnAxis, columnAxis } from './column-axis.ts';
import { plotStyles } from './plot-styles.ts';
import type { ParallelState } from './table-state.ts';

declare global {
  interface HTMLElementEventMap {
    'parallel-change': CustomEvent<ParallelState>;
    /** The person wants the rows that the brushes leave: as an expression. */
    'brush-filter': CustomEvent<string>;
  }
}

const margin = { top: 34, right: 90, bottom: 14, left: 90 };
const brushWidth = 18;
/** Axes that are drawn unless others are chosen: settings, then the best metric. */
const firstSettings = 6;

/** Parallel coordinates: a line for each run that the filter lets pass, through its values on all axes. */
@customElement('parallel-tab')
export class ParallelTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    plotStyles,
    css`
      path { fill: none; stroke-width: 1.2; stroke-opacity: 0.55; }
      path.out { stroke: var(--wb-quiet); stroke-opacity: 0.12; }
      path.selected { stroke: var(--wb-text); stroke-width: 2.5; stroke-opacity: 1; }
      .hit { fill: transparent; cursor: ns-resize; }
      .brush { fill: var(--wb-focus); fill-opacity: 0.3; stroke: var(--wb-focus); pointer-events: none; }
      .label { paint-order: stroke; stroke: var(--wb-background); stroke-width: 3; }
      .choices { display: grid; grid-template-columns: repeat(auto-fill, minmax(16em, 1fr)); gap: 2px 12px; max-height: 9em; overflow: auto; padding: 4px 8px; }
      details summary { cursor: pointer; }
      @media (forced-colors: active) { path { stroke: CanvasText; } path.out { stroke: GrayText; } path.selected { stroke: Highlight; } }
    `,
  ];

  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows: readonly TableRow[] = [];
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  @property({ attribute: false }) ui: ParallelState = { axes: null, brushes: {} };
  @state() private size = { width: 0, height: 0 };
  /** The axis on which the person drags, and where that started. */
  #drag: { readonly key: string; readonly start: number } | undefined;
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

  #keys(): readonly string[] {
    if (this.ui.axes !== null) return this.ui.axes;
    const of = (source: Column['source']) =>
      this.columns.filter((each) => each.source === source && !each.isEqual);
    // A setting that some runs lack, or that is the same in all, says little.
    const settings = of('config').filter((column) => {
      const index = this.columns.indexOf(column);
      const first = this.rows[0]?.cells[index];
      return (
        this.rows.every(({ cells }) => !isEmpty(cells[index])) &&
        this.rows.some(({ cells }) => cells[index] !== first)
      );
    });
    return [...settings.slice(0, firstSettings), ...of('metric').slice(0, 1)].map(({ key }) => key);
  }

  override render() {
    const { width, height } = this.size;
    const keys = this.#keys();
    const axes = keys.flatMap(
      (key) =>
        columnAxis(this.columns, key, this.rows, height - margin.bottom, margin.top, height / 40) ?? [],
    );
    const brushed = axes.filter(({ column }) => this.ui.brushes[column.key] !== undefined);
    return html`<div class="row">
        <details>
          <summary>Axes (${axes.length})</summary>
          <div class="choices">${this.columns
            .filter(({ key, isEqual }) => !['note', 'reason', 'name', 'folder'].includes(key) && !isEqual)
            .map(
              ({ key }) =>
                html`<label><input type="checkbox" .checked=${keys.includes(key)} @change=${(
                  event: Event,
                ) => {
                  if (!(event.target instanceof HTMLInputElement)) return;
                  const isShown = event.target.checked;
                  this.#change({
                    axes: isShown ? [...keys, key] : keys.filter((each) => each !== key),
                  });
                }}>${key}</label>`,
            )}</div>
        </details>
        ${
          brushed.length === 0
            ? html`<span class="quiet">Drag along an axis to brush it.</span>`
            : html`<button class="push" @click=${() => this.#filter(brushed)}>${icon('filter')}Filter by the brushes</button>
              <button class="push" @click=${() => this.#change({ brushes: {} })}>${icon('close')}Clear the brushes</button>`
        }
      </div>
      <div class="plot">${
        width === 0
          ? nothing
          : axes.length < 2
            ? html`<p class="empty">Choose at least two axes with values. Columns of many different texts cannot be drawn.</p>`
            : this.#renderPlot(axes)
      }</div>`;
  }

  #renderPlot(axes: readonly ColumnAxis[]) {
    const { width, height } = this.size;
    const step = (width - margin.left - margin.right) / (axes.length - 1);
    const lefts = axes.map((_, index) => margin.left + index * step);
    const { paths, inside } = this.#paths(axes, lefts);
    return html`<svg
      role="img"
      aria-label=${`Parallel coordinates of ${formatCount(inside)} of ${formatCount(this.rows.length)} runs: ${axes.map(({ column }) => column.key).join(', ')}. The table has the values.`}
      @pointerdown=${this.#onDown}
      @pointermove=${this.#onMove}
      @pointerup=${this.#onUp}
      @pointercancel=${this.#onUp}
    >
      ${paths.map(({ name, d, color }) => svg`<path class=${name} d=${d} stroke=${color}></path>`)}
      ${axes.map((axis, index) => {
        const left = lefts[index] ?? 0;
        const { key } = axis.column;
        const brush = this.ui.brushes[key];
        const span = height - margin.top - margin.bottom;
        return svg`
          <line class="axis" x1=${left} x2=${left} y1=${margin.top} y2=${height - margin.bottom}></line>
          <text x=${left} y="16" text-anchor=${index === 0 ? 'start' : index === axes.length - 1 ? 'end' : 'middle'} dx=${index === 0 ? -60 : index === axes.length - 1 ? 60 : 0}>${key}${axis.isLog ? ' (log)' : ''}</text>
          ${axis.ticks.map(
            ({
              position,
              label,
            }) => svg`<line class="axis" x1=${left - 3} x2=${left + 3} y1=${position} y2=${position}></line>
              <text class="label" x=${left + 6} y=${position + 4}>${label.length > 16 ? `${label.slice(0, 15)}…` : label}</text>`,
          )}
          ${
            brush === undefined
              ? nothing
              : svg`<rect class="brush" x=${left - brushWidth / 2} y=${margin.top + Math.min(...brush) * span} width=${brushWidth} height=${Math.abs(brush[1] - brush[0]) * span}></rect>`
          }
          <rect class="hit" data-key=${key} x=${left - brushWidth} y=${margin.top} width=${2 * brushWidth} height=${span}></rect>`;
      })}
    </svg>`;
  }

  /** A path for each color, so that thousands of runs are few elements. */
  #paths(axes: readonly ColumnAxis[], lefts: readonly number[]) {
    const { height } = this.size;
    const span = height - margin.top - margin.bottom;
    const last = axes.at(-1);
    const parts = new Map<string, string[]>();
    let inside = 0;
    for (const row of this.rows) {
      const places = axes.map((axis) => axis.position(row));
      const isInside = axes.every(({ column }, index) => {
        const brush = this.ui.brushes[column.key];
        const at = places[index];
        if (brush === undefined) return true;
        const fraction = at === undefined ? Number.NaN : (at - margin.top) / span;
        return fraction >= Math.min(...brush) && fraction <= Math.max(...brush);
      });
      if (isInside) inside++;
      // Lines end at an axis on which the run has no value.
      let d = '';
      let isDrawing = false;
      for (const [index, at] of places.entries()) {
        if (at !== undefined)
          d += `${isDrawing ? 'L' : 'M'}${(lefts[index] ?? 0).toFixed(1)} ${at.toFixed(1)}`;
        isDrawing = at !== undefined;
      }
      const atLast = last?.position(row);
      const color = atLast === undefined ? 0 : Math.min(7, Math.floor(((atLast - margin.top) / span) * 8));
      const name = !isInside ? 'out' : this.selected.has(row.run) ? 'selected' : String(Math.max(0, color));
      const part = parts.get(name);
      if (part === undefined) parts.set(name, [d]);
      else part.push(d);
    }
    const order = ['out', ...Array.from({ length: 8 }, (_, i) => String(i)), 'selected'];
    const paths = order.flatMap((name) => {
      const part = parts.get(name);
      if (part === undefined) return [];
      const isColor = /^\d$/.test(name);
      return [
        { name: isColor ? 'in' : name, d: part.join(''), color: isColor ? runColor(Number(name)) : '' },
      ];
    });
    return { paths, inside };
  }

  /** The place of a pointer as a fraction of the axes from the top. */
  #fraction(event: PointerEvent): number {
    const box = this.renderRoot.querySelector('.plot svg')?.getBoundingClientRect();
    const span = this.size.height - margin.top - margin.bottom;
    return Math.max(0, Math.min(1, (event.clientY - (box?.top ?? 0) - margin.top) / span));
  }

  #onDown(event: PointerEvent): void {
    const target = event.target;
    if (!(target instanceof SVGElement) || target.dataset.key === undefined) return;
    target.setPointerCapture(event.pointerId);
    this.#drag = { key: target.dataset.key, start: this.#fraction(event) };
  }

  #onMove(event: PointerEvent): void {
    if (this.#drag === undefined) return;
    const { key, start } = this.#drag;
    this.#change({ brushes: { ...this.ui.brushes, [key]: [start, this.#fraction(event)] } });
  }

  #onUp(event: PointerEvent): void {
    if (this.#drag === undefined) return;
    const { key, start } = this.#drag;
    this.#drag = undefined;
    // A click clears the brush.
    if (Math.abs(this.#fraction(event) - start) * this.size.height > 3) return;
    const { [key]: _, ...brushes } = this.ui.brushes;
    this.#change({ brushes });
  }

  #filter(brushed: readonly ColumnAxis[]): void {
    const span = this.size.height - margin.top - margin.bottom;
    const expressions = brushed.flatMap((axis) => {
      const brush = this.ui.brushes[axis.column.key];
      const pixel = (fraction: number) => margin.top + fraction * span;
      return brush === undefined ? [] : (axis.filterBetween(pixel(brush[0]), pixel(brush[1])) ?? []);
    });
    if (expressions.length > 0)
      this.dispatchEvent(new CustomEvent('brush-filter', { detail: expressions.join(' and ') }));
  }

  #change(change: Partial<ParallelState>): void {
    this.dispatchEvent(new CustomEvent('parallel-change', { detail: { ...this.ui, ...change } }));
  }
}

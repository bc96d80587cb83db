import { css, html, LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { formatPercentage, formatValue } from '../../trainer/format/format.ts';
import { cssColor } from '../components/css-variable.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { onThemeChange } from '../components/theme-change.ts';
import { layoutChart } from './chart-layout.ts';
import './chart-tools.ts';
import { pointsToCsv } from './chart-csv.ts';
import type { ChartFormat } from './chart-tools.ts';
import './curve-plot.ts';
import './curve-table.ts';
import { chartToPng } from './chart-png.ts';
import { chartToSvg } from './chart-svg.ts';
import { type CurveSource, type CurveView, viewsOf } from './curve-view.ts';
import { type PlotBorder, type PlotContent, plotContent } from './plot-content.ts';
import { type ChartCursor, extentOf, nearestPoint, nextPosition } from './shared-axis.ts';
import { formatX, rangeAround, type XAxis, type XRange, zoomedRange } from './x-axis.ts';

/** An exported chart. */
export interface ChartFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

declare global {
  interface HTMLElementEventMap {
    /** The user moved or removed (`null`) the cursor. */
    'cursor-change': CustomEvent<ChartCursor | null>;
    /** The user selected a part of the x axis, or all of it (`null`). */
    'range-change': CustomEvent<XRange | null>;
    'export-chart': CustomEvent<ChartFile>;
    /** The user showed or hid the curve of this id. */
    'toggle-curve': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'line-chart': LineChart;
  }
}

/**
 * A chart of curves over one x axis: tools, legend, and plot or table. Range, cursor and hidden curves come in as
 * properties and go out as events, so that several charts can share them.
 *
 * On the plot, left and right move the cursor from point to point, with Shift by a tenth of the axis; Home and End move it
 * to the ends; `+` and `-` zoom at the cursor; Escape removes the cursor, then the zoom.
 */
@customElement('line-chart')
export class LineChart extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: flex; flex-direction: column; min-width: 0; }
      header { display: flex; align-items: baseline; gap: 6px; min-height: 22px; }
      h3 { margin: 0; font-size: inherit; font-weight: 600; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
      .unit { color: var(--wb-quiet); font-weight: normal; }
      chart-tools { margin-left: auto; align-self: center; opacity: 0.55; }
      chart-tools:focus-within, :host(:hover) chart-tools { opacity: 1; }
      .plot { height: var(--chart-height, 150px); border-radius: 2px; }
      .legend { display: flex; flex-wrap: wrap; gap: 0 14px; margin: 0 0 2px; padding: 0; list-style: none; }
      .legend li { min-width: 0; }
      .legend button { display: flex; max-width: 100%; align-items: center; gap: 6px; padding: 0 2px; text-align: left; border-radius: 3px; }
      .legend .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--wb-quiet); }
      .legend.compact { gap: 0 6px; }
      .legend.compact button { gap: 4px; }
      .legend .value { min-width: 6ch; text-align: right; white-space: nowrap; }
      .legend button[aria-pressed='false'] .name { text-decoration: line-through; opacity: 0.6; }
      .legend svg { flex: none; forced-color-adjust: none; }
      .legend .raw { display: flex; align-items: center; gap: 6px; color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) unit = '';
  @property({ attribute: false }) curves: readonly CurveSource[] = [];
  /** Changes when points were appended. */
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) xAxis: XAxis = { kind: 'count', title: 'step', isLog: false };
  @property({ attribute: false }) yIsLog = false;
  /** A weight of `SmoothedCurve`. */
  @property({ attribute: false }) smoothing = 0;
  @property({ attribute: false }) range: XRange | null = null;
  /** The whole x axis, shown without a range; null: that of the curves' points. */
  @property({ attribute: false }) extent: XRange | null = null;
  /** Where the stages of the run meet; null if only one is shown. */
  @property({ attribute: false }) border: PlotBorder | null = null;
  /** Position of the cursor on the x axis. */
  @property({ attribute: false }) cursor: number | null = null;
  /** Ids of the curves that are not drawn. */
  @property({ attribute: false }) hiddenCurves: ReadonlySet<string> = new Set();
  @property({ attribute: false }) isTable = false;
  /** Whether the legend has values without names, for pages whose charts all show the same curves. */
  @property({ attribute: false }) isCompact = false;

  /** The views of `curves`, in their order. */
  #views: readonly CurveView[] = [];
  #content!: PlotContent;

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
  }

  override willUpdate(): void {
    const { smoothing, xAxis, yIsLog, border } = this;
    this.#views = viewsOf(this.curves, this.#views);
    this.#content = plotContent(
      this.#views.filter(({ source }) => !this.hiddenCurves.has(source.id)),
      {
        smoothing,
        xAxis,
        range: this.range ?? this.extent,
        yIsLog,
        divisor: this.curves[0]?.divisor ?? 1,
        border,
      },
    );
  }

  override render() {
    return html`
      <header>
        <h3>${this.heading}${this.unit ? html` <span class="unit">${this.unit}</span>` : nothing}</h3>
        <chart-tools
          .heading=${this.heading}
          .isTable=${this.isTable}
          @toggle-table=${() => {
            this.isTable = !this.isTable;
          }}
          @choose-format=${(event: CustomEvent<ChartFormat>) => this.#export(event.detail)}
        ></chart-tools>
      </header>
      ${this.#renderLegend()} ${this.isTable ? this.#renderTable() : this.#renderPlot()}
    `;
  }

  #renderLegend() {
    return html`<ul class="legend ${this.isCompact ? 'compact' : ''}">
      ${this.#views.map((view) => {
        const { id, label, color, dash } = view.source;
        const isShown = !this.hiddenCurves.has(id);
        const value = view.valueAt(this.cursor);
        const stage = this.#partOf(view);
        const width = this.isCompact ? 10 : 18;
        return html`<li>
          <button
            aria-pressed=${isShown}
            title=${`${isShown ? 'Hide' : 'Show'} ${label}`}
            @click=${() => this.#emit('toggle-curve', id)}
          >
            <svg width=${width} height="8" aria-hidden="true">
              <line x1="0" y1="4" x2=${width} y2="4" stroke=${cssColor(this, color)} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} />
            </svg>
            <span class="name ${this.isCompact ? 'visually-hidden' : ''}">${label}${stage === null ? nothing : ` · ${stage}`}</span>
            <span class="value">${value === null ? '–' : this.#format(value)}</span>
          </button>
        </li>`;
      })}
      ${
        this.smoothing === 0
          ? nothing
          : html`<li class="raw">
              <svg width="18" height="8" aria-hidden="true"><line x1="0" y1="4" x2="18" y2="4" stroke="currentColor" stroke-opacity="0.45" /></svg>
              raw
            </li>`
      }
    </ul>`;
  }

  /** The stage that the shown value of a curve is from; null if the curve has no other. */
  #partOf(view: CurveView): string | null {
    const { border } = this;
    const last = view.length - 1;
    if (border === null || last < 0 || view.xAt(0) > border.x || view.xAt(last) <= border.x) return null;
    const x = this.cursor === null ? view.xAt(last) : (view.nearest(this.cursor)?.x ?? 0);
    return x > border.x ? border.after : border.before;
  }

  #renderTable() {
    const { curves, divisor } = this.#content;
    return html`<curve-table .heading=${this.heading} .curves=${curves.map(({ source }) => source)} .divisor=${divisor}></curve-table>`;
  }

  #renderPlot() {
    const drawable = this.#views.filter(({ length }) => length > 0);
    const first = drawable.length ? Math.min(...drawable.map((view) => view.xAt(0))) : 0;
    const last = drawable.length ? Math.max(...drawable.map((view) => view.xAt(view.length - 1))) : 0;
    return html`<curve-plot
      class="plot"
      tabindex="0"
      role="slider"
      aria-label=${`${this.heading}: cursor along ${this.xAxis.title}`}
      aria-valuemin=${first}
      aria-valuemax=${last}
      aria-valuenow=${this.cursor ?? last}
      aria-valuetext=${this.#valueText(this.cursor ?? last)}
      .content=${this.#content}
      .isEmpty=${drawable.length === 0}
      .cursor=${this.cursor}
      @keydown=${this.#onKey}
    ></curve-plot>`;
  }

  /** The values of the curves at a position, for screen readers. */
  #valueText(x: number): string {
    const values = this.#content.curves.map((view) => {
      const value = view.valueAt(x);
      return `${view.source.label} ${value === null ? 'no value' : this.#format(value)}`;
    });
    return [`${this.xAxis.title} ${formatX(this.xAxis.kind, x)}`, ...values].join(', ');
  }

  #format(value: number): string {
    return this.unit === '%' ? formatPercentage(value) : formatValue(value);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { curves, x } = this.#content;
    if (curves.every(({ length }) => length === 0)) return;
    const all = extentOf(curves);
    const here = this.cursor ?? all.max;
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight': {
        const isRight = event.key === 'ArrowRight';
        const tenth = (x.max - x.min) / 10;
        this.#moveCursor(
          event.shiftKey ? here + (isRight ? tenth : -tenth) : nextPosition(curves, here, isRight),
        );
        break;
      }
      case 'Home':
        this.#moveCursor(all.min);
        break;
      case 'End':
        this.#moveCursor(all.max);
        break;
      case '+':
      case '=':
        this.#emit('range-change', zoomedRange(x, 0.5, here, this.extent ?? all));
        break;
      case '-':
        this.#emit('range-change', zoomedRange(x, 2, here, this.extent ?? all));
        break;
      case 'Escape':
        if (this.cursor !== null) this.#emit('cursor-change', null);
        else this.#emit('range-change', null);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #moveCursor(to: number): void {
    const { curves, x, xAxis } = this.#content;
    const cursor = nearestPoint(curves, to);
    if (!cursor) return;
    this.#emit('cursor-change', cursor);
    // A zoomed axis follows the cursor.
    if (this.range && (cursor.x < x.min || cursor.x > x.max)) {
      this.#emit('range-change', rangeAround(x, cursor.x, xAxis.isLog));
    }
  }

  /** Exports the chart as it is shown; a CSV file has the points of the whole axis. */
  async #export(format: ChartFormat): Promise<void> {
    const { heading, unit } = this;
    const stem = heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '');
    const layout = () => layoutChart(unit ? `${heading} (${unit})` : heading, this.#content, this);
    const make = {
      png: () => chartToPng(layout(), 2),
      svg: () => chartToSvg(layout()),
      csv: () =>
        pointsToCsv(this.#content.curves.map(({ source }) => ({ name: source.id, points: source.points }))),
    };
    this.#emit('export-chart', { name: `${stem}.${format}`, content: await make[format]() });
  }

  #emit<Name extends 'cursor-change' | 'range-change' | 'toggle-curve' | 'export-chart'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

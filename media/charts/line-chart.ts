import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import uPlot from 'uplot';
import { formatClock, formatCount, formatDuration, formatValue } from '../../trainer/format/format.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { cssVariable, onThemeChange } from '../components/theme-change.ts';
import { pointsToCsv } from './csv.ts';
import { type CurveSource, CurveView } from './curve-view.ts';
import { markPath } from './mark-path.ts';
import { chartToPng } from './png.ts';
import { tableOfCurves } from './point-table.ts';
import { axisLimits, createScale, type Scale } from './scale.ts';
import { type ChartPicture, chartToSvg } from './svg.ts';
import { type AxisKind, ticks } from './ticks.ts';
import { SvgPath, traceEnvelope, traceLine } from './trace.ts';

/** The x axis of a chart. */
export interface XAxis {
  readonly kind: Exclude<AxisKind, 'number'>;
  /** What it counts: `step`, `epoch`, `time since the start`. */
  readonly title: string;
  readonly isLog: boolean;
}

/** A part of the x axis. */
export interface XRange {
  readonly min: number;
  readonly max: number;
}

/** Where the cursor of a chart stands: at a point of the curve that has one nearest to it. */
export interface ChartCursor {
  readonly x: number;
  /** The step of that point. */
  readonly step: number;
}

/** A mark on the x axis, such as a checkpoint. */
export interface ChartMark {
  readonly x: number;
  readonly label: string;
}

/** A file that a chart has made of itself. */
export interface ChartFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

declare global {
  interface HTMLElementEventMap {
    /** The person moved the cursor, or took it away (`null`). */
    'cursor-change': CustomEvent<ChartCursor | null>;
    /** The person chose a part of the x axis, or all of it (`null`). */
    'range-change': CustomEvent<XRange | null>;
    /** The person asked for a file of a chart. */
    'export-chart': CustomEvent<ChartFile>;
    /** The person showed or hid a curve, by its id. */
    'toggle-curve': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'line-chart': LineChart;
  }
}

const tableRows = 100;

/**
 * A chart of curves over one x axis. It draws in the next frame after its properties change; `revision` says that
 * points were appended. It keeps no state that its user would miss: range, cursor and hidden curves come in as
 * properties and go out as events, so that many charts share them.
 *
 * Dragging chooses a part of the x axis, Shift+dragging moves it, a double click shows all. Left and right move the
 * cursor from point to point, with Shift by a tenth of the axis; Home and End go to the ends; `+` and `-` zoom at
 * the cursor; Escape takes the cursor away, then the zoom.
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
      .tools { margin-left: auto; display: flex; align-self: center; opacity: 0.55; }
      .tools:focus-within, :host(:hover) .tools { opacity: 1; }
      .plot { position: relative; height: var(--chart-height, 150px); outline-offset: 1px; border-radius: 2px; touch-action: pan-y; }
      .plot:focus-visible { outline: 1px solid var(--wb-focus); }
      .legend { display: flex; flex-wrap: wrap; gap: 0 14px; margin: 0 0 2px; padding: 0; list-style: none; }
      .legend li { min-width: 0; }
      .legend button { display: flex; max-width: 100%; align-items: center; gap: 6px; padding: 0 2px; text-align: left; border-radius: 3px; }
      .legend .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; color: var(--wb-quiet); }
      .legend.compact { gap: 0 6px; }
      .legend.compact button { gap: 4px; }
      .legend .value { min-width: 6ch; text-align: right; white-space: nowrap; }
      .legend button[aria-pressed='false'] .name { text-decoration: line-through; opacity: 0.6; }
      .legend svg { flex: none; forced-color-adjust: none; }
      .empty { position: absolute; inset: 0 0 24px 40px; display: grid; place-items: center; color: var(--wb-quiet); pointer-events: none; }
      .table { max-height: calc(var(--chart-height, 150px) + 60px); overflow: auto; }
      .table p { margin: 4px 0; color: var(--wb-quiet); }
      table { border-collapse: collapse; width: 100%; }
      th, td { padding: 1px 6px; text-align: right; white-space: nowrap; }
      thead th { position: sticky; top: 0; background: var(--wb-background); font-weight: 600; border-bottom: 1px solid var(--wb-line); }
      tbody th { font-weight: normal; color: var(--wb-quiet); }
      .menu { position: relative; }
      .menu [role='menu'] { position: absolute; right: 0; top: 100%; z-index: 5; display: flex; flex-direction: column; padding: 4px; min-width: 96px;
        background: var(--vscode-menu-background, var(--wb-surface)); color: var(--vscode-menu-foreground, var(--wb-text));
        border: 1px solid var(--vscode-menu-border, var(--wb-line)); border-radius: 4px; box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent); }
      .menu [role='menuitem'] { padding: 2px 8px; text-align: left; border-radius: 3px; }
      .menu [role='menuitem']:focus { background: var(--vscode-menu-selectionBackground, var(--wb-hover)); color: var(--vscode-menu-selectionForeground, inherit); outline: 1px solid var(--vscode-menu-selectionBorder, transparent); outline-offset: -1px; }
      /* uPlot's own, as far as it is used. */
      .uplot, .uplot * { box-sizing: border-box; }
      .u-wrap { position: relative; user-select: none; }
      .u-over, .u-under { position: absolute; }
      .u-under { overflow: hidden; }
      .uplot canvas { display: block; position: relative; width: 100%; height: 100%; }
      .u-axis { position: absolute; }
      .u-over { cursor: crosshair; }
      .u-select { position: absolute; pointer-events: none; background: color-mix(in srgb, var(--wb-focus) 22%, transparent); }
      .u-cursor-x { position: absolute; left: 0; top: 0; height: 100%; pointer-events: none; border-right: 1px solid var(--wb-quiet); }
      .u-cursor-y, .u-cursor-pt, .u-off { display: none; }
    `,
  ];

  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) unit = '';
  @property({ attribute: false }) curves: readonly CurveSource[] = [];
  /** Any other number than before: points were appended. */
  @property({ attribute: false }) revision = 0;
  @property({ attribute: false }) xAxis: XAxis = { kind: 'count', title: 'step', isLog: false };
  @property({ attribute: false }) yIsLog = false;
  /** Weight of the past, from 0 to below 1. */
  @property({ attribute: false }) smoothing = 0;
  @property({ attribute: false }) range: XRange | null = null;
  /** The whole x axis where there is no range; of the curves' own points where it is null. */
  @property({ attribute: false }) extent: XRange | null = null;
  /** Place of the cursor on the x axis. */
  @property({ attribute: false }) cursor: number | null = null;
  @property({ attribute: false }) marks: readonly ChartMark[] = [];
  /** The ids of the curves that are not drawn. */
  @property({ attribute: false }) hiddenCurves: ReadonlySet<string> = new Set();
  @property({ attribute: false }) isTable = false;
  /** Whether the legend has values without names, as where many charts show the same curves. */
  @property({ attribute: false }) isCompact = false;

  @state() private isMenuOpen = false;
  @query('.plot') private plotElement?: HTMLElement;

  #plot: uPlot | null = null;
  #views = new Map<string, CurveView>();
  #frame = 0;
  #needsPlot = true;
  #x: Scale = createScale(0, 1, 0, 1, false);
  #y: Scale = createScale(0, 1, 0, 1, false);
  #endThemeWatch: (() => void) | null = null;
  #resize = new ResizeObserver(() => this.#draw());
  #pan: { from: number; range: XRange } | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#endThemeWatch = onThemeChange(() => {
      this.#needsPlot = true;
      this.requestUpdate();
    });
    this.#needsPlot = true;
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endThemeWatch?.();
    this.#resize.disconnect();
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.#plot?.destroy();
    this.#plot = null;
  }

  override render() {
    return html`
      <header>
        <h3>${this.heading}${this.unit ? html` <span class="unit">${this.unit}</span>` : nothing}</h3>
        <div class="tools" role="toolbar" aria-label=${`${this.heading}: tools`} @keydown=${this.#moveInTools}>
          <button
            class="icon"
            aria-label=${`${this.heading}: ${this.isTable ? 'show the chart' : 'show as a table'}`}
            title=${this.isTable ? 'Show the chart' : 'Show as a table'}
            aria-pressed=${this.isTable}
            @click=${() => {
              this.isTable = !this.isTable;
            }}
          >${icon('table')}</button>
          <div class="menu" @focusout=${this.#closeMenuOutside} @keydown=${this.#moveInMenu}>
            <button
              class="icon"
              tabindex="-1"
              aria-label=${`${this.heading}: export`}
              title="Export as PNG, SVG or CSV"
              aria-haspopup="menu"
              aria-expanded=${this.isMenuOpen}
              @click=${this.#toggleMenu}
            >${icon('export')}</button>
            ${this.isMenuOpen ? this.#renderMenu() : nothing}
          </div>
        </div>
      </header>
      ${this.#renderLegend()} ${this.isTable ? this.#renderTable() : this.#renderPlot()}
    `;
  }

  #renderMenu() {
    const items = { PNG: () => this.toPng(), SVG: () => this.toSvg(), CSV: () => this.toCsv() };
    return html`<div role="menu" aria-label=${`${this.heading}: export`}>
      ${Object.entries(items).map(
        ([label, make]) => html`<button
          role="menuitem"
          tabindex="-1"
          @click=${async () => {
            this.isMenuOpen = false;
            this.#export(label.toLowerCase(), await make());
          }}
        >${label}</button>`,
      )}
    </div>`;
  }

  #renderLegend() {
    return html`<ul class="legend ${this.isCompact ? 'compact' : ''}">
      ${this.curves.map((curve) => {
        const isShown = !this.hiddenCurves.has(curve.id);
        const value = this.#view(curve).valueAt(this.cursor);
        return html`<li>
          <button
            aria-pressed=${isShown}
            title=${`${isShown ? 'Hide' : 'Show'} ${curve.label}`}
            @click=${() => this.#tell('toggle-curve', curve.id)}
          >
            ${swatch(this, curve, this.isCompact ? 10 : 18)}
            <span class="name ${this.isCompact ? 'visually-hidden' : ''}">${curve.label}</span>
            <span class="value">${value === null ? '–' : formatValue(value)}</span>
          </button>
        </li>`;
      })}
    </ul>`;
  }

  #renderPlot() {
    const points = this.curves.map((curve) => this.#view(curve)).filter((view) => view.length > 0);
    const first = points.length ? Math.min(...points.map((view) => view.xAt(0))) : 0;
    const last = points.length ? Math.max(...points.map((view) => view.xAt(view.length - 1))) : 0;
    return html`<div
      class="plot"
      tabindex="0"
      role="slider"
      aria-label=${`${this.heading}: cursor along ${this.xAxis.title}`}
      aria-valuemin=${first}
      aria-valuemax=${last}
      aria-valuenow=${this.cursor ?? last}
      aria-valuetext=${this.#spoken(this.cursor ?? last)}
      @keydown=${this.#onKey}
      @dblclick=${() => this.#tell('range-change', null)}
      @pointerdown=${this.#startPan}
      @pointermove=${this.#movePan}
      @pointerup=${this.#endPan}
      @pointercancel=${this.#endPan}
    >
      ${points.length ? nothing : html`<div class="empty">No points yet</div>`}
    </div>`;
  }

  #renderTable() {
    const shown = this.curves.filter(({ id }) => !this.hiddenCurves.has(id));
    const { rows, total } = tableOfCurves(
      shown.map(({ points }) => points),
      tableRows,
    );
    return html`<div class="table" tabindex="0" role="region" aria-label=${`${this.heading}: table`}>
      <table>
        <caption class="visually-hidden">
          ${this.heading} by step
        </caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            ${shown.map(({ label }) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            ({ step, values }) => html`<tr>
              <th scope="row">${formatCount(step)}</th>
              ${values.map((value) => html`<td>${value === null ? '' : this.#shownValue(value)}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
      ${
        total > rows.length
          ? html`<p>${rows.length} of ${formatCount(total)} steps, evenly spread. The CSV export has all.</p>`
          : nothing
      }
    </div>`;
  }

  #shownValue(value: number): string {
    return formatValue(value / (this.curves[0]?.divisor ?? 1));
  }

  override updated(changed: PropertyValues<this>): void {
    for (const name of ['xAxis', 'yIsLog'] as const) if (changed.has(name)) this.#needsPlot = true;
    if (this.isTable) {
      this.#plot?.destroy();
      this.#plot = null;
      this.#needsPlot = true;
      return;
    }
    if (this.#plot === null && this.plotElement) {
      this.#resize.disconnect();
      this.#resize.observe(this.plotElement);
    }
    this.#draw();
  }

  /** Draws in the next frame, once for all that changed until then. */
  #draw(): void {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const element = this.plotElement;
    if (!element || element.clientWidth === 0) return;
    const views = this.#shownViews();
    const x = this.range ?? this.extent ?? extentOf(views);
    const limits = this.xAxis.isLog && x.min <= 0 ? { min: Math.min(1, x.max / 10), max: x.max } : x;
    const width = Math.max(1, element.clientWidth);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const view of views) {
      const seen = view.extremes(limits.min, limits.max, this.yIsLog);
      if (seen.low < low) low = seen.low;
      if (seen.high > high) high = seen.high;
    }
    this.#x = createScale(limits.min, limits.max, 0, 1, this.xAxis.isLog);
    const { min, max } = axisLimits(low, high, this.yIsLog);
    this.#y = createScale(min, max, 1, 0, this.yIsLog);
    if (this.#needsPlot || !this.#plot) this.#makePlot(element);
    const plot = this.#plot!;
    if (plot.width !== width || plot.height !== element.clientHeight) {
      plot.setSize({ width, height: element.clientHeight });
    }
    plot.batch(() => {
      plot.setScale('x', { min: limits.min, max: limits.max });
      plot.setScale('y', { min, max });
    });
    this.#placeCursor();
  }

  #makePlot(element: HTMLElement): void {
    this.#plot?.destroy();
    this.#needsPlot = false;
    const quiet = cssVariable(this, '--wb-quiet', 'gray');
    const grid = { stroke: cssVariable(this, '--wb-grid', 'gray'), width: 1 };
    const font = `11px ${cssVariable(this, '--vscode-font-family', 'sans-serif')}`;
    this.#plot = new uPlot(
      {
        width: element.clientWidth,
        height: element.clientHeight,
        padding: [6, 16, 0, 0],
        legend: { show: false },
        scales: {
          x: {
            time: false,
            auto: false,
            distr: this.xAxis.isLog ? 3 : 1,
            range: () => [this.#x.min, this.#x.max],
          },
          y: { auto: false, distr: this.yIsLog ? 3 : 1, range: () => [this.#y.min, this.#y.max] },
        },
        series: [{}],
        axes: [
          {
            stroke: quiet,
            grid,
            font,
            size: 22,
            gap: 3,
            ticks: { show: false },
            splits: () => [...this.#xTicks().values],
            values: () => [...this.#xTicks().labels],
          },
          {
            stroke: quiet,
            grid,
            font,
            size: (_, values) =>
              12 + Math.max(24, ...(values ?? []).map((value) => String(value).length * 6.2)),
            gap: 4,
            scale: 'y',
            ticks: { show: false },
            splits: () => [...this.#yTicks().values].map((value) => value * this.#divisor()),
            values: () => [...this.#yTicks().labels],
          },
        ],
        cursor: {
          x: true,
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 4 },
          bind: {
            // A double click is ours, and Shift+dragging moves.
            dblclick: () => null,
            mousedown: (_plot, _target, handler) => (event) => {
              if (event.button === 0 && !event.shiftKey) handler(event);
              return null;
            },
            mouseleave: (_plot, _target, handler) => (event) => {
              handler(event);
              this.#tell('cursor-change', null);
              return null;
            },
            mousemove: (_plot, _target, handler) => (event) => {
              handler(event);
              this.#followPointer(event);
              return null;
            },
          },
        },
        hooks: {
          draw: [(plot) => this.#drawCurves(plot)],
          setSelect: [(plot) => this.#zoomToSelection(plot)],
        },
      },
      [[this.#x.min, this.#x.max]],
      element,
    );
  }

  #divisor(): number {
    return this.curves[0]?.divisor ?? 1;
  }

  #xTicks() {
    const { min, max, isLog } = this.#x;
    const most = Math.max(2, Math.floor((this.plotElement?.clientWidth ?? 300) / 70));
    const offset = -new Date(min * 1000).getTimezoneOffset() * 60;
    return ticks(this.xAxis.kind, min, max, isLog, most, this.xAxis.kind === 'clock' ? offset : 0);
  }

  #yTicks() {
    const { min, max, isLog } = this.#y;
    const most = Math.max(2, Math.floor((this.plotElement?.clientHeight ?? 150) / 32));
    return ticks('number', min / this.#divisor(), max / this.#divisor(), isLog, most);
  }

  #drawCurves(plot: uPlot): void {
    const { ctx } = plot;
    const { left, top, width, height } = plot.bbox;
    const ratio = devicePixelRatio;
    const x = createScale(this.#x.min, this.#x.max, left, left + width, this.#x.isLog);
    const y = createScale(this.#y.min, this.#y.max, top + height, top, this.#y.isLog);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.strokeStyle = cssVariable(this, '--wb-quiet', 'gray');
    ctx.lineWidth = ratio;
    ctx.setLineDash([2 * ratio, 3 * ratio]);
    for (const mark of this.marks) {
      const at = Math.round(x.position(mark.x)) + 0.5;
      ctx.beginPath();
      ctx.moveTo(at, top);
      ctx.lineTo(at, top + height);
      ctx.stroke();
    }
    for (const view of this.#shownViews()) {
      const colour = this.#resolved(view.source.colour);
      const smoothed = view.smoothed(this.smoothing);
      ctx.strokeStyle = colour;
      ctx.fillStyle = colour;
      ctx.setLineDash([]);
      ctx.globalAlpha = 0.16;
      ctx.beginPath();
      const isDense = traceEnvelope(ctx, view.raw, x, y, left, width);
      if (isDense) ctx.fill();
      if (smoothed) {
        if (!isDense) {
          ctx.globalAlpha = 0.3;
          ctx.lineWidth = ratio;
          ctx.beginPath();
          traceLine(ctx, view.raw, x, y, left, width);
          ctx.stroke();
        }
      }
      ctx.globalAlpha = 1;
      ctx.lineWidth = (isDense && !smoothed ? 1 : 1.5) * ratio;
      // Where a line goes up and down in every column, round joins cost time and are not seen.
      ctx.lineJoin = isDense ? 'bevel' : 'round';
      // Dashes of a line that fills whole columns would only hide it.
      ctx.setLineDash(isDense && !smoothed ? [] : view.source.dash.map((length) => length * ratio));
      ctx.beginPath();
      const line = smoothed ?? view.raw;
      traceLine(ctx, line, x, y, left, width);
      ctx.stroke();
      if (view.length === 1) {
        ctx.beginPath();
        ctx.arc(x.position(view.xAt(0)), y.position(view.raw.y[0]!), 2.5 * ratio, 0, 2 * Math.PI);
        ctx.fill();
      }
    }
    ctx.restore();
    this.#drawMarks(ctx, x, y);
  }

  /** Marks are drawn whole, also at the edge of the plot. */
  #drawMarks(ctx: CanvasRenderingContext2D, x: Scale, y: Scale): void {
    const ratio = devicePixelRatio;
    ctx.save();
    ctx.strokeStyle = cssVariable(this, '--wb-background', 'white');
    ctx.lineWidth = ratio;
    for (const view of this.#shownViews()) {
      const { y: values } = view.smoothed(this.smoothing) ?? view.raw;
      ctx.fillStyle = this.#resolved(view.source.colour);
      for (const { x: place, index, mark } of view.markedPlaces()) {
        if (place < x.min || place > x.max) continue;
        const path = new Path2D(markPath(mark, x.position(place), y.position(values[index]!), ratio));
        ctx.stroke(path);
        ctx.fill(path);
      }
    }
    ctx.restore();
  }

  /** A CSS colour, variables and all, as a canvas takes it. */
  #resolved(colour: string): string {
    const name = /^var\((--[\w-]+)(?:,\s*(.+))?\)$/.exec(colour);
    return name ? cssVariable(this, name[1]!, name[2] ?? 'gray') : colour;
  }

  #view(source: CurveSource): CurveView {
    let view = this.#views.get(source.id);
    if (!view?.continues(source)) {
      view = new CurveView(source);
      this.#views.set(source.id, view);
    }
    view.source = source;
    view.catchUp();
    return view;
  }

  #shownViews(): CurveView[] {
    return this.curves.filter(({ id }) => !this.hiddenCurves.has(id)).map((curve) => this.#view(curve));
  }

  #placeCursor(): void {
    const plot = this.#plot;
    if (!plot || plot.cursor.event?.buttons) return;
    const left = this.cursor === null ? -10 : plot.valToPos(this.cursor, 'x');
    plot.setCursor({ left: left >= 0 && left <= plot.over.clientWidth ? left : -10, top: 0 }, false);
  }

  #followPointer(event: MouseEvent): void {
    const plot = this.#plot;
    if (!plot || this.#pan) return;
    const x = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x');
    const cursor = this.#nearest(x);
    if (cursor) this.#tell('cursor-change', cursor);
  }

  /** The point nearest to a place on the x axis, of all curves that are shown. */
  #nearest(x: number): ChartCursor | null {
    let best: ChartCursor | null = null;
    for (const view of this.#shownViews()) {
      const point = view.nearest(x);
      if (point && (!best || Math.abs(point.x - x) < Math.abs(best.x - x))) best = point;
    }
    return best;
  }

  #zoomToSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < 4) return;
    this.#tell('range-change', { min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') });
  }

  #startPan(event: PointerEvent): void {
    if (!event.shiftKey || event.button !== 0) return;
    this.#pan = { from: event.clientX, range: { min: this.#x.min, max: this.#x.max } };
    this.plotElement?.setPointerCapture(event.pointerId);
    event.preventDefault();
  }

  #movePan(event: PointerEvent): void {
    if (!this.#pan || !this.#plot) return;
    const { from, range } = this.#pan;
    const moved = (from - event.clientX) / this.#plot.over.clientWidth;
    this.#tell('range-change', shifted(range, moved, this.xAxis.isLog));
  }

  #endPan(): void {
    this.#pan = null;
  }

  #onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const views = this.#shownViews().filter((view) => view.length > 0);
    if (views.length === 0) return;
    const all = extentOf(views);
    const here = this.cursor ?? all.max;
    const isRight = event.key === 'ArrowRight';
    switch (event.key) {
      case 'ArrowLeft':
      case 'ArrowRight':
        if (event.shiftKey) {
          const tenth = (this.#x.max - this.#x.min) / 10;
          this.#moveCursor(here + (isRight ? tenth : -tenth));
        } else {
          this.#moveCursor(nextPoint(views, here, isRight));
        }
        break;
      case 'Home':
        this.#moveCursor(all.min);
        break;
      case 'End':
        this.#moveCursor(all.max);
        break;
      case '+':
      case '=':
        this.#zoomBy(0.5, here);
        break;
      case '-':
        this.#zoomBy(2, here);
        break;
      case 'Escape':
        if (this.cursor !== null) this.#tell('cursor-change', null);
        else this.#tell('range-change', null);
        break;
      default:
        return;
    }
    event.preventDefault();
  }

  #moveCursor(x: number): void {
    const cursor = this.#nearest(x);
    if (!cursor) return;
    this.#tell('cursor-change', cursor);
    // The cursor stays in sight of a zoomed axis.
    const { min, max, isLog } = this.#x;
    if (this.range && (cursor.x < min || cursor.x > max)) {
      const middle = isLog ? Math.sqrt(min * max) : (min + max) / 2;
      const moved = isLog
        ? Math.log(cursor.x / middle) / Math.log(max / min)
        : (cursor.x - middle) / (max - min);
      this.#tell('range-change', shifted({ min, max }, moved, isLog));
    }
  }

  #zoomBy(factor: number, centre: number): void {
    const { min, max } = this.#x;
    const whole = this.extent ?? extentOf(this.#shownViews());
    const at = Math.min(max, Math.max(min, centre));
    const zoomed = { min: at - (at - min) * factor, max: at + (max - at) * factor };
    if (zoomed.min <= whole.min && zoomed.max >= whole.max) this.#tell('range-change', null);
    else
      this.#tell('range-change', {
        min: Math.max(zoomed.min, whole.min),
        max: Math.min(zoomed.max, whole.max),
      });
  }

  #spoken(x: number): string {
    const values = this.curves
      .filter(({ id }) => !this.hiddenCurves.has(id))
      .map((curve) => {
        const value = this.#view(curve).valueAt(x);
        return `${curve.label} ${value === null ? 'no value' : formatValue(value)}`;
      });
    return [`${this.xAxis.title} ${formatX(this.xAxis.kind, x)}`, ...values].join(', ');
  }

  #toggleMenu(): void {
    this.isMenuOpen = !this.isMenuOpen;
    if (!this.isMenuOpen) return;
    this.updateComplete.then(() => this.#menuItems()[0]?.focus());
  }

  #menuItems(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }

  #closeMenuOutside(event: FocusEvent): void {
    const menu = this.renderRoot.querySelector('.menu');
    if (!(event.relatedTarget instanceof Node && menu?.contains(event.relatedTarget)))
      this.isMenuOpen = false;
  }

  #moveInMenu(event: KeyboardEvent): void {
    if (!this.isMenuOpen) return;
    const items = this.#menuItems();
    const at = items.findIndex((item) => item.matches(':focus'));
    if (event.key === 'Escape') {
      this.isMenuOpen = false;
      this.renderRoot.querySelector<HTMLElement>('.menu > button')?.focus();
    } else if (event.key === 'ArrowDown') {
      items[(at + 1) % items.length]?.focus();
    } else if (event.key === 'ArrowUp') {
      items[(at + items.length - 1) % items.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #moveInTools(event: KeyboardEvent): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('.tools button.icon')];
    const other = buttons.find((button) => !button.matches(':focus'));
    for (const button of buttons) button.tabIndex = button === other ? 0 : -1;
    other?.focus();
    event.preventDefault();
  }

  #tell<Name extends 'cursor-change' | 'range-change' | 'toggle-curve'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }

  #export(extension: string, content: string | Uint8Array): void {
    const name = `${this.heading
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-|-$/g, '')}.${extension}`;
    const file: ChartFile = { name, content };
    this.dispatchEvent(new CustomEvent('export-chart', { detail: file, bubbles: true, composed: true }));
  }

  /** All points of the curves that are shown, whatever part of the axis is. */
  toCsv(): string {
    return pointsToCsv(
      this.curves
        .filter(({ id }) => !this.hiddenCurves.has(id))
        .map(({ id, points }) => ({ name: id, points })),
    );
  }

  /** The chart as it stands, as an SVG document of 800x400. */
  toSvg(): string {
    return chartToSvg(this.#picture(800, 400));
  }

  /** The chart as it stands, as a PNG of 1600x800 pixels. */
  toPng(): Promise<Uint8Array> {
    return chartToPng(this.#picture(800, 400), 2);
  }

  #picture(width: number, height: number): ChartPicture {
    const plot = { left: 64, top: 32, width: width - 80, height: height - 80 };
    const x = createScale(this.#x.min, this.#x.max, plot.left, plot.left + plot.width, this.#x.isLog);
    const y = createScale(this.#y.min, this.#y.max, plot.top + plot.height, plot.top, this.#y.isLog);
    const offset = -new Date(x.min * 1000).getTimezoneOffset() * 60;
    const along = ticks(this.xAxis.kind, x.min, x.max, x.isLog, 10, this.xAxis.kind === 'clock' ? offset : 0);
    const divisor = this.#divisor();
    const up = ticks('number', y.min / divisor, y.max / divisor, y.isLog, 8);
    return {
      width,
      height,
      plot,
      title: this.unit ? `${this.heading} (${this.unit})` : this.heading,
      xTitle: this.xAxis.title,
      xTicks: along.values.map((value, i) => ({
        at: Math.round(x.position(value)) + 0.5,
        label: along.labels[i]!,
      })),
      yTicks: up.values.map((value, i) => ({
        at: Math.round(y.position(value * divisor)) + 0.5,
        label: up.labels[i]!,
      })),
      curves: this.#shownViews().map((view) => {
        const path = (trace: typeof traceLine, curve: typeof view.raw) => {
          const sink = new SvgPath();
          trace(sink, curve, x, y, plot.left, plot.width);
          return sink.text;
        };
        const smoothed = view.smoothed(this.smoothing);
        const envelope = new SvgPath();
        traceEnvelope(envelope, view.raw, x, y, plot.left, plot.width);
        return {
          label: view.source.label,
          colour: this.#resolved(view.source.colour),
          dash: view.source.dash,
          line: path(traceLine, smoothed ?? view.raw),
          raw: smoothed && !envelope.text ? path(traceLine, view.raw) : '',
          envelope: envelope.text,
          marks: view
            .markedPlaces()
            .map(({ x: place, index, mark }) =>
              markPath(mark, x.position(place), y.position((smoothed ?? view.raw).y[index]!), 1),
            )
            .join(''),
        };
      }),
      colours: {
        background: cssVariable(this, '--wb-background', 'white'),
        text: cssVariable(this, '--wb-text', 'black'),
      },
    };
  }
}

function swatch(chart: Element, { colour, dash }: CurveSource, width: number) {
  const fallback = /^var\((--[\w-]+)(?:,\s*(.+))?\)$/.exec(colour);
  const stroke = fallback ? cssVariable(chart, fallback[1]!, fallback[2] ?? 'gray') : colour;
  return html`<svg width=${width} height="8" aria-hidden="true">
    <line x1="0" y1="4" x2=${width} y2="4" stroke=${stroke} stroke-width="2" stroke-dasharray=${dash.join(' ') || 'none'} />
  </svg>`;
}

/** The value at a place of the x axis, in words. */
export function formatX(kind: XAxis['kind'], x: number): string {
  if (kind === 'duration') return formatDuration(x);
  return kind === 'clock' ? formatClock(x) : formatCount(x);
}

/** From the first to the last point of all; something to see where that is nothing. */
function extentOf(views: readonly CurveView[]): XRange {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  for (const view of views) {
    if (view.length === 0) continue;
    min = Math.min(min, view.xAt(0));
    max = Math.max(max, view.xAt(view.length - 1));
  }
  if (min > max) return { min: 0, max: 1 };
  return min === max ? { min: min - 0.5, max: max + 0.5 } : { min, max };
}

/** The next point after (before) a place on the x axis, of all curves; the place itself where there is none. */
function nextPoint(views: readonly CurveView[], x: number, isForward: boolean): number {
  let best = x;
  for (const view of views) {
    const next = view.neighbour(x, isForward);
    if (next !== null && (best === x || Math.abs(next - x) < Math.abs(best - x))) best = next;
  }
  return best;
}

/** A range moved by a share of its own length. */
function shifted({ min, max }: XRange, by: number, isLog: boolean): XRange {
  if (isLog) {
    const factor = (max / min) ** by;
    return { min: min * factor, max: max * factor };
  }
  const distance = (max - min) * by;
  return { min: min + distance, max: max + distance };
}

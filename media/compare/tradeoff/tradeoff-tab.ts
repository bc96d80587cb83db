import { css, html, LitElement, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Comparison } from '../../../server/protocol/comparison.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { cssColor, setVariable } from '../../components/css-variable.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { onThemeChange } from '../../components/theme-change.ts';
import { axisLimits, createScale } from '../../plot/scale.ts';
import { ticks } from '../../plot/ticks.ts';
import { runColor } from '../../run-colors.ts';
import { changeState } from '../compare-events.ts';
import { formatMetric } from '../table/table-model.ts';
import {
  chosenAxes,
  type TradeoffAxis,
  type TradeoffPoint,
  tradeoffAxes,
  tradeoffPoints,
  tradeoffWarnings,
} from './tradeoff-points.ts';
import type { TradeoffState } from './tradeoff-state.ts';

declare global {
  interface HTMLElementTagNameMap {
    'tradeoff-tab': TradeoffTab;
  }
}

/** Of the drawing, in units of its view box, which are pixels where there is room. */
const size = { width: 760, height: 440 };
const plot = { left: 70, right: 740, top: 20, bottom: 390 };

/** A path around a point for each run in turn, so that runs differ not only in color; the last is of bicubic upscaling. */
const marks = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z',
  'M-4.5 -4.5h9v9h-9Z',
  'M0 -6L5.5 4.5h-11Z',
  'M0 -6L6 0L0 6L-6 0Z',
] as const;
const referenceMark = 'M-5 -5L5 5M5 -5L-5 5';

/**
 * Models by two metrics, such as PSNR and LPIPS: the perception-distortion plane (Blau and Michaeli 2018). A line connects
 * the models of a run. Left and right move between the points, Home and End to the ends.
 */
@customElement('tradeoff-tab')
export class TradeoffTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 8px; }
      label, select { max-width: 100%; }
      .plot { display: block; width: 100%; max-width: 900px; height: auto; }
      .grid { stroke: var(--wb-grid); }
      text { fill: var(--wb-quiet); font-size: 11px; }
      .axis { fill: var(--wb-text); font-size: 12px; }
      .name { fill: var(--wb-text); }
      .mark { stroke: var(--wb-background); stroke-width: 1; forced-color-adjust: none; }
      .reference .mark { stroke: var(--wb-quiet); stroke-width: 2; fill: none; }
      .path { fill: none; stroke-width: 1.5; stroke-opacity: 0.45; forced-color-adjust: none; }
      .point:focus-visible { outline: none; }
      .focus { fill: none; stroke: none; stroke-width: 1.5; }
      .point:focus-visible .focus { stroke: var(--wb-focus); }
      .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 4px 0 8px; padding: 0; list-style: none; }
      .legend li { display: inline-flex; align-items: center; gap: 6px; }
      .notes { margin: 8px 0 0; padding: 0; list-style: none; color: var(--wb-quiet); max-width: 110ch; }
      .notes li { display: flex; gap: 6px; margin: 3px 0; }
      .notes .icon-image { flex: none; color: var(--wb-warn); margin-top: 1px; }
      table { border-collapse: collapse; }
      th, td { padding: 2px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--wb-grid); }
      th[scope='row'], th:nth-child(-n + 2) { text-align: left; font-weight: normal; }
      thead th { color: var(--wb-quiet); font-weight: 600; }
    `,
  ];

  @property({ attribute: false }) comparison: Comparison | null = null;
  @property({ attribute: false }) ui!: TradeoffState;

  @state() private isTable = false;
  /** The point that Tab reaches. */
  @state() private current: string | null = null;

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
  }

  override render() {
    const { comparison } = this;
    if (!comparison) return html`<div class="empty" role="status">Reading the evaluations…</div>`;
    const axes = tradeoffAxes(comparison);
    const chosen = chosenAxes(axes, this.ui);
    if (!chosen) {
      return html`<div class="empty">Nothing has been measured yet. Evaluate models in the table, or validate while training.</div>`;
    }
    const points = tradeoffPoints(comparison, chosen);
    const warnings = tradeoffWarnings(comparison, chosen);
    return html`
      <div class="row">
        ${this.#renderChoice('x', axes, chosen.x)} ${this.#renderChoice('y', axes, chosen.y)}
        <button
          class="icon end"
          aria-label=${this.isTable ? 'Show the trade-off as chart' : 'Show the trade-off as table'}
          title=${this.isTable ? 'Show as Chart' : 'Show as Table'}
          aria-pressed=${this.isTable}
          @click=${() => {
            this.isTable = !this.isTable;
          }}
        >${icon('table')}</button>
      </div>
      ${
        points.length === 0
          ? html`<div class="empty">No model has numbers of both metrics. Evaluate the models in the table.</div>`
          : this.isTable
            ? this.#renderTable(points, chosen)
            : html`${this.#renderLegend(points)} ${this.#renderPlot(points, chosen)}`
      }
      <ul class="notes" aria-label="Limits of the plot">
        ${warnings.map((warning) => html`<li>${icon('warning')}<span>${warning}</span></li>`)}
        <li><span>The points are the models of the table that have numbers of both metrics.</span></li>
      </ul>
    `;
  }

  #renderChoice(name: 'x' | 'y', axes: readonly TradeoffAxis[], chosen: TradeoffAxis) {
    return html`<label>
      ${name === 'x' ? 'Horizontal' : 'Vertical'}
      <select
        @change=${(event: Event) => {
          if (event.target instanceof HTMLSelectElement)
            changeState(this, { tradeoff: { ...this.ui, [name]: event.target.value } });
        }}
      >
        ${axes.map((axis) => html`<option value=${axis.id} ?selected=${axis === chosen}>${nameOf(axis)}</option>`)}
      </select>
    </label>`;
  }

  #renderLegend(points: readonly TradeoffPoint[]) {
    const shown = new Map(points.map((point) => [point.run, point]));
    return html`<ul class="legend" aria-label="Runs of the plot">
      ${[...shown.values()]
        .sort((a, b) => a.run - b.run)
        .map(
          (point) => html`<li>
            <svg width="16" height="16" viewBox="-8 -8 16 16" aria-hidden="true">${this.#renderMark(point)}</svg>
            ${point.runName}
          </li>`,
        )}
    </ul>`;
  }

  #renderMark(point: TradeoffPoint) {
    if (point.color === null)
      return svg`<g class="reference"><path class="mark" d=${referenceMark}></path></g>`;
    const mark = marks[point.run % marks.length] ?? marks[0];
    return svg`<path class="mark" d=${mark} fill=${cssColor(this, runColor(point.color))}></path>`;
  }

  #renderPlot(points: readonly TradeoffPoint[], { x, y }: { x: TradeoffAxis; y: TradeoffAxis }) {
    const limits = (values: readonly number[]) => axisLimits(Math.min(...values), Math.max(...values), false);
    const [xLimits, yLimits] = [limits(points.map((each) => each.x)), limits(points.map((each) => each.y))];
    const atX = createScale(xLimits.min, xLimits.max, plot.left, plot.right, false);
    const atY = createScale(yLimits.min, yLimits.max, plot.bottom, plot.top, false);
    const xTicks = ticks('number', xLimits.min, xLimits.max, false, 8);
    const yTicks = ticks('number', yLimits.min, yLimits.max, false, 8);
    const current = points.find(({ id }) => id === this.current) ?? points[0];
    const runs = new Set(points.flatMap(({ run }) => (run < 0 ? [] : run)));
    const paths = [...runs].map((run) => points.filter((point) => point.run === run));
    return html`<svg
      class="plot"
      viewBox=${`0 0 ${size.width} ${size.height}`}
      role="group"
      aria-label=${`${nameOf(y)} over ${nameOf(x)}: ${points.length} ${points.length === 1 ? 'model' : 'models'}`}
      @keydown=${(event: KeyboardEvent) => this.#move(event, points, current)}
    >
      ${xTicks.values.map(
        (value, i) => svg`<path class="grid" d=${`M${atX.position(value)} ${plot.top}V${plot.bottom}`}></path>
          <text x=${atX.position(value)} y=${plot.bottom + 16} text-anchor="middle" aria-hidden="true">${xTicks.labels[i]}</text>`,
      )}
      ${yTicks.values.map(
        (value, i) => svg`<path class="grid" d=${`M${plot.left} ${atY.position(value)}H${plot.right}`}></path>
          <text x=${plot.left - 6} y=${atY.position(value) + 4} text-anchor="end" aria-hidden="true">${yTicks.labels[i]}</text>`,
      )}
      <text class="axis" x=${plot.right} y=${plot.bottom + 38} text-anchor="end" aria-hidden="true">${titleOf(x)}</text>
      <text class="axis" transform=${`translate(14 ${plot.top}) rotate(-90)`} text-anchor="end" aria-hidden="true">${titleOf(y)}</text>
      ${paths.map(
        (own) => svg`<path
          class="path"
          d=${own.map((point, i) => `${i === 0 ? 'M' : 'L'}${atX.position(point.x)} ${atY.position(point.y)}`).join('')}
          stroke=${cssColor(this, runColor(own[0]?.color ?? 0))}
        ></path>`,
      )}
      ${points.map(
        (point) => svg`<g
          class="point"
          data-point=${point.id}
          role="img"
          tabindex=${point === current ? 0 : -1}
          aria-label=${`${point.runName}, ${point.label}: ${valueText(x, point.x)}, ${valueText(y, point.y)}`}
          transform=${`translate(${atX.position(point.x)} ${atY.position(point.y)})`}
          @focus=${() => {
            this.current = point.id;
          }}
        >
          <title>${`${point.runName} · ${point.label}\n${valueText(x, point.x)}\n${valueText(y, point.y)}`}</title>
          <circle class="focus" r="10"></circle>
          ${this.#renderMark(point)}
          <text
            class="name"
            x=${atX.position(point.x) > plot.right - 110 ? -10 : 10}
            y="4"
            text-anchor=${atX.position(point.x) > plot.right - 110 ? 'end' : 'start'}
          >${point.color === null ? point.runName : point.label}</text>
        </g>`,
      )}
    </svg>`;
  }

  #renderTable(points: readonly TradeoffPoint[], { x, y }: { x: TradeoffAxis; y: TradeoffAxis }) {
    return html`<table>
      <caption class="visually-hidden">${nameOf(y)} over ${nameOf(x)}</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Model</th>
          <th scope="col">${nameOf(x)}</th>
          <th scope="col">${nameOf(y)}</th>
        </tr>
      </thead>
      <tbody>
        ${points.map(
          (
            point,
          ) => html`<tr ${setVariable('--run-color', point.color === null ? 'transparent' : runColor(point.color))}>
            <th scope="row"><span class="swatch"></span> ${point.runName}</th>
            <th scope="row">${point.label}</th>
            <td>${formatMetric(point.x, x.metric.digits)}</td>
            <td>${formatMetric(point.y, y.metric.digits)}</td>
          </tr>`,
        )}
      </tbody>
    </table>`;
  }

  #move(event: KeyboardEvent, points: readonly TradeoffPoint[], current: TradeoffPoint | undefined): void {
    const at = current === undefined ? 0 : points.indexOf(current);
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: points.length - 1 }[event.key];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const point = points[Math.min(points.length - 1, Math.max(0, next))];
    this.renderRoot.querySelector<SVGElement>(`[data-point="${CSS.escape(point?.id ?? '')}"]`)?.focus();
  }
}

/** `set5 · paper-y · PSNR dB` */
function nameOf({ data, protocol, metric }: TradeoffAxis): string {
  return data === 'scalars' ? protocol : `${data} · ${protocol} · ${metric.title}`;
}

/** The name with an arrow to where it is better. */
function titleOf(axis: TradeoffAxis): string {
  const { better } = axis.metric;
  if (better === null) return nameOf(axis);
  return better === 'higher' ? `${nameOf(axis)}, better →` : `← better, ${nameOf(axis)}`;
}

function valueText({ metric }: TradeoffAxis, value: number): string {
  return `${metric.title} ${formatMetric(value, metric.digits)}`;
}

import { css, html, LitElement, nothing, type PropertyValues, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { Comparison, ComparisonQuery } from '../../../server/protocol/comparison.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import { chartToPng } from '../../charts/chart-png.ts';
import { chartToSvg, yTitleAt } from '../../charts/chart-svg.ts';
import '../../charts/chart-tools.ts';
import type { ChartFormat } from '../../charts/chart-tools.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { cssVariable, setVariable } from '../../components/css-variable.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { onThemeChange } from '../../components/theme-change.ts';
import type { Host } from '../../host.ts';
import { runColor } from '../../run-colors.ts';
import { attempt, changeState } from '../compare-events.ts';
import { LatestRequest } from '../latest-request.ts';
import type { ShownRun } from '../shown-runs.ts';
import { formatMetric } from '../table/table-model.ts';
import { colorOf, layoutTradeoff, markOf, pointName, type TradeoffLayout } from './tradeoff-layout.ts';
import {
  axisName,
  chosenAxes,
  countWithout,
  type TradeoffAxes,
  type TradeoffAxis,
  type TradeoffPoint,
  tradeoffAxes,
  tradeoffCsv,
  tradeoffPoints,
  tradeoffWarnings,
  withAllCheckpoints,
} from './tradeoff-points.ts';
import type { TradeoffState } from './tradeoff-state.ts';

declare global {
  interface HTMLElementTagNameMap {
    'tradeoff-tab': TradeoffTab;
  }
}

/**
 * Models by two metrics, such as PSNR and LPIPS: the perception-distortion plane (Blau and Michaeli 2018). A line connects
 * the models of a run in the order of training. Left and right move between the points, Home and End to the ends; Escape hides
 * the values.
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
      .plot { position: relative; max-width: 900px; }
      svg { display: block; }
      .grid { stroke: var(--wb-grid); }
      text { fill: var(--wb-quiet); font-size: 11px; }
      .axis { fill: var(--wb-text); }
      .name { fill: var(--wb-text); stroke: var(--wb-background); stroke-width: 3px; paint-order: stroke; }
      .mark { stroke: var(--wb-background); stroke-width: 1; forced-color-adjust: none; }
      .path { fill: none; stroke-width: 1.5; forced-color-adjust: none; }
      .point:focus { outline: none; }
      .focus { fill: none; stroke: none; stroke-width: 1.5; }
      .point:focus .focus { stroke: var(--wb-focus); }
      .tip { position: absolute; left: var(--x); top: var(--y); z-index: 2; width: max-content; max-width: 280px; padding: 4px 8px; pointer-events: none; overflow-wrap: anywhere;
        color: var(--vscode-editorHoverWidget-foreground, var(--wb-text)); background: var(--vscode-editorHoverWidget-background, var(--wb-surface));
        border: 1px solid var(--vscode-editorHoverWidget-border, var(--wb-line)); border-radius: 3px; }
      .tip.after { transform: translate(12px, -50%); }
      .tip.before { transform: translate(calc(-100% - 12px), -50%); }
      .notes { margin: 8px 0 0; padding: 0; list-style: none; color: var(--wb-quiet); max-width: 110ch; }
      .notes li { display: flex; gap: 6px; margin: 3px 0; }
      .notes .icon-image { flex: none; color: var(--wb-warn); margin-top: 1px; }
      table { border-collapse: collapse; }
      th, td { padding: 2px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--wb-grid); }
      th[scope='row'], thead th:nth-child(-n + 2) { text-align: left; font-weight: normal; }
      thead th { color: var(--wb-quiet); font-weight: 600; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) comparison: Comparison | null = null;
  /** Of `comparison`. */
  @property({ attribute: false }) query!: ComparisonQuery;
  @property({ attribute: false }) ui!: TradeoffState;

  /** The answer for the query with all checkpoints. */
  @state() private allCheckpoints: Comparison | null = null;
  @state() private isTable = false;
  /** The point that Tab reaches. */
  @state() private reached: string | null = null;
  /** The point whose values are shown. */
  @state() private active: string | null = null;
  @state() private width = 760;

  readonly #request = new LatestRequest(
    (query: ComparisonQuery) => this.host.request('esrgan/comparison', query),
    (comparison) => {
      this.allCheckpoints = comparison;
      void attempt(this, async () => {});
    },
    (error) => void attempt(this, () => Promise.reject(error)),
  );
  #requested = '';
  readonly #resize = new ResizeObserver(([entry]) => {
    const width = Math.round(Math.min(900, entry?.contentRect.width ?? 0));
    if (width > 0) this.width = Math.max(280, width);
  });

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
  }

  override updated(changed: PropertyValues<this>): void {
    if (!this.ui.showsAllCheckpoints) return;
    const query = { ...this.query, models: withAllCheckpoints(this.query.models, this.runs) };
    const key = JSON.stringify(query);
    if (key === this.#requested && !changed.has('comparison')) return;
    this.#requested = key;
    void this.#request.request(query);
  }

  override render() {
    const comparison = this.ui.showsAllCheckpoints ? this.allCheckpoints : this.comparison;
    if (!comparison) return html`<div class="empty" role="status">Reading the evaluations…</div>`;
    const axes = tradeoffAxes(comparison);
    const chosen = chosenAxes(axes, this.ui);
    if (!chosen) {
      return html`<div class="empty">Nothing has been measured yet. Evaluate models in the table, or validate while training.</div>`;
    }
    const points = tradeoffPoints(comparison, chosen, this.query.models.length);
    const warnings = tradeoffWarnings(comparison, chosen);
    const without = countWithout(comparison, chosen, this.query.models.length);
    return html`
      <div class="row">
        ${this.#renderChoice('x', axes, chosen.x)} ${this.#renderChoice('y', axes, chosen.y)}
        ${this.#renderCheck('showsAllCheckpoints', 'All checkpoints', 'Every checkpoint of the runs, not only the models of the table')}
        ${this.#renderCheck('showsFront', 'Pareto front', 'The models that no other exceeds in one metric without being worse in the other')}
        <chart-tools
          class="end"
          .heading=${'Trade-off'}
          .isTable=${this.isTable}
          @toggle-table=${() => {
            this.isTable = !this.isTable;
          }}
          @choose-format=${(event: CustomEvent<ChartFormat>) => this.#export(event.detail, points, chosen)}
        ></chart-tools>
      </div>
      ${
        points.length === 0
          ? html`<div class="empty">No model has numbers of both metrics. Evaluate the models in the table.</div>`
          : this.isTable
            ? this.#renderTable(points, chosen)
            : this.#renderPlot(points, chosen)
      }
      <ul class="notes" aria-label="Limits of the plot">
        ${warnings.map((warning) => html`<li>${icon('warning')}<span>${warning}</span></li>`)}
        ${points.length === 0 || without === 0 ? nothing : html`<li><span>${without === 1 ? '1 model of the table has' : `${formatCount(without)} models of the table have`} no numbers of both metrics. Evaluate them in the table.</span></li>`}
        <li><span>The points are ${this.ui.showsAllCheckpoints ? 'the checkpoints and' : ''} the models of the table that have numbers of both metrics. A line connects those of a run in the order of training, network interpolations between the stages.</span></li>
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
        ${axes.map((axis) => html`<option value=${axis.id} ?selected=${axis === chosen}>${axisName(axis)}</option>`)}
      </select>
    </label>`;
  }

  #renderPlot(points: readonly TradeoffPoint[], axes: TradeoffAxes) {
    const { active } = this;
    const layout = layoutTradeoff(
      points,
      {
        axes,
        showsFront: this.ui.showsFront,
        width: this.width,
        height: Math.max(300, Math.min(480, Math.round(this.width * 0.6))),
        font: `11px ${cssVariable(this, '--vscode-font-family', 'sans-serif')}`,
      },
      this,
    );
    const { plot, places } = layout;
    const [right, bottom] = [plot.left + plot.width, plot.top + plot.height];
    const reached = places.find(({ point }) => point.id === this.reached) ?? places[0];
    const shown = places.find(({ point }) => point.id === active);
    return html`<div class="plot">
      <svg
        width=${layout.width}
        height=${layout.height}
        role="group"
        aria-label=${`${layout.title}: ${points.length} ${points.length === 1 ? 'model' : 'models'}`}
        @keydown=${(event: KeyboardEvent) => this.#move(event, points, reached?.point)}
        @pointermove=${(event: PointerEvent) => this.#point(event, places)}
        @pointerdown=${(event: PointerEvent) => this.#point(event, places)}
        @pointerleave=${() => {
          this.active = null;
        }}
      >
        <g aria-hidden="true">
          ${layout.xTicks.map(
            ({ at, label }) => svg`<path class="grid" d=${`M${at} ${plot.top}V${bottom}`}></path>
              <text x=${at} y=${bottom + 16} text-anchor="middle">${label}</text>`,
          )}
          ${layout.yTicks.map(
            ({ at, label }) => svg`<path class="grid" d=${`M${plot.left} ${at}H${right}`}></path>
              <text x=${plot.left - 6} y=${at + 4} text-anchor="end">${label}</text>`,
          )}
          <text class="axis" x=${right} y=${bottom + 32} text-anchor="end">${layout.xTitle}</text>
          <text class="axis" transform=${`translate(${yTitleAt} ${plot.top}) rotate(-90)`} text-anchor="end">${layout.yTitle}</text>
          ${layout.curves.map(
            ({ line, color, dash }) =>
              svg`<path class="path" d=${line} stroke=${color} stroke-dasharray=${dash.join(' ') || 'none'}></path>`,
          )}
        </g>
        ${places.map(
          ({ point, x, y }) => svg`<g
            class="point"
            data-point=${point.id}
            role="img"
            tabindex=${point === reached?.point ? 0 : -1}
            aria-label=${`${pointName(point)}: ${valueText(axes.x, point.x)}, ${valueText(axes.y, point.y)}`}
            transform=${`translate(${x} ${y})`}
            @focus=${() => {
              this.reached = point.id;
              this.active = point.id;
            }}
            @blur=${() => {
              this.active = null;
            }}
          >
            <circle class="focus" r="10"></circle>
            <path class="mark" d=${markOf(point)} fill=${colorOf(point, this)}></path>
          </g>`,
        )}
        <g aria-hidden="true">
          ${layout.labels.map(
            ({ x, y, anchor, text }) =>
              svg`<text class="name" x=${x} y=${y} text-anchor=${anchor}>${text}</text>`,
          )}
          ${layout.curves.map(
            ({ symbol, legend, color, dash, label }) => svg`
              ${
                symbol
                  ? svg`<path class="mark" d=${symbol} transform=${`translate(${legend.x + 8} ${legend.y})`} fill=${color}></path>`
                  : svg`<path class="path" d=${`M${legend.x} ${legend.y}h16`} stroke=${color} stroke-dasharray=${dash.join(' ') || 'none'}></path>`
              }
              <text x=${legend.x + 21} y=${legend.y + 4}>${label}</text>`,
          )}
        </g>
      </svg>
      ${shown === undefined ? nothing : this.#renderTip(shown, layout, axes)}
    </div>`;
  }

  #renderTip({ point, x, y }: TradeoffLayout['places'][number], layout: TradeoffLayout, axes: TradeoffAxes) {
    const isRight = x > layout.width / 2;
    return html`<div
      class="tip ${isRight ? 'before' : 'after'}"
      aria-hidden="true"
      ${setVariable('--x', `${x}px`)}
      ${setVariable('--y', `${y}px`)}
    >
      <strong>${point.runName}</strong>
      <div>${point.label}</div>
      ${point.checkpoints.map(({ stage, step }) => html`<div class="quiet">${stage}, step ${formatCount(step)}</div>`)}
      <div>${valueText(axes.x, point.x)}</div>
      <div>${valueText(axes.y, point.y)}</div>
    </div>`;
  }

  /** Shows the point nearest to the pointer, within 24 pixels. */
  #point({ offsetX, offsetY }: PointerEvent, places: TradeoffLayout['places']): void {
    const [nearest] = places
      .map(({ point, x, y }) => ({ id: point.id, distance: Math.hypot(x - offsetX, y - offsetY) }))
      .sort((a, b) => a.distance - b.distance);
    this.active = nearest !== undefined && nearest.distance <= 24 ? nearest.id : null;
  }

  #renderCheck(name: 'showsAllCheckpoints' | 'showsFront', label: string, title: string) {
    return html`<label title=${title}>
      <input
        type="checkbox"
        .checked=${this.ui[name]}
        @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement)
            changeState(this, { tradeoff: { ...this.ui, [name]: event.target.checked } });
        }}
      />
      ${label}
    </label>`;
  }

  async #export(format: ChartFormat, points: readonly TradeoffPoint[], axes: TradeoffAxes): Promise<void> {
    const layout = () =>
      layoutTradeoff(
        points,
        {
          axes,
          showsFront: this.ui.showsFront,
          width: 800,
          height: 480,
          font: '11px system-ui, sans-serif',
        },
        this,
      );
    const make = {
      png: () => chartToPng(layout(), 2),
      svg: () => chartToSvg(layout()),
      csv: () => tradeoffCsv(points, axes),
    };
    await attempt(this, async () =>
      this.host.request('host/save', {
        name: `comparison-trade-off.${format}`,
        content: await make[format](),
      }),
    );
  }

  #renderTable(points: readonly TradeoffPoint[], { x, y }: TradeoffAxes) {
    return html`<table>
      <caption class="visually-hidden">${axisName(y)} over ${axisName(x)}</caption>
      <thead>
        <tr>
          <th scope="col">Run</th>
          <th scope="col">Model</th>
          <th scope="col">${axisName(x)}</th>
          <th scope="col">${axisName(y)}</th>
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
    if (event.key === 'Escape') this.active = null;
    const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: points.length - 1 }[event.key];
    if (next === undefined || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const point = points[Math.min(points.length - 1, Math.max(0, next))];
    this.renderRoot.querySelector<SVGElement>(`[data-point="${CSS.escape(point?.id ?? '')}"]`)?.focus();
  }
}

function valueText({ metric }: TradeoffAxis, value: number): string {
  return `${metric.title} ${formatMetric(value, metric.digits)}`;
}

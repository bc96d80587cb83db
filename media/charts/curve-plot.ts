import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import uPlot from 'uplot';
import { cssVariable } from '../components/css-variable.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { onThemeChange } from '../components/theme-change.ts';
import { drawCurves } from './draw-curves.ts';
import { type PlotContent, xTicks, yTicks } from './plot-content.ts';
import { nearestPoint } from './shared-axis.ts';
import { movedRange, type XRange } from './x-axis.ts';

declare global {
  interface HTMLElementTagNameMap {
    'curve-plot': CurvePlot;
  }
}

/**
 * The plot of a chart: axes, curves and cursor. uPlot provides canvas, axes and pointer; the curves are drawn here, in the
 * frame after a change.
 *
 * The pointer moves the cursor (`cursor-change`). Dragging selects a part of the x axis, dragging with Shift moves it, a
 * double click resets it (`range-change`).
 */
@customElement('curve-plot')
export class CurvePlot extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; position: relative; touch-action: pan-y; }
      .empty { position: absolute; inset: 0 0 24px 40px; display: grid; place-items: center; color: var(--wb-quiet); pointer-events: none; }
      /* The part of uPlot's style sheet that is used. */
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

  @property({ attribute: false }) content!: PlotContent;
  /** Whether no curve, including hidden ones, has a point. */
  @property({ attribute: false }) isEmpty = false;
  /** Position of the cursor on the x axis. */
  @property({ attribute: false }) cursor: number | null = null;

  @query('.frame') private frame!: HTMLElement;

  #plot: uPlot | null = null;
  #pending = 0;
  #pan: { readonly from: number; readonly range: XRange } | null = null;
  #resize = new ResizeObserver(() => this.#draw());

  constructor() {
    super();
    onThemeChange(this, () => {
      this.#destroyPlot();
      this.#draw();
    });
    this.addEventListener('dblclick', () => this.#emit('range-change', null));
    this.addEventListener('pointerdown', this.#startPan);
    this.addEventListener('pointermove', this.#movePan);
    this.addEventListener('pointerup', this.#endPan);
    this.addEventListener('pointercancel', this.#endPan);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#resize.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#resize.disconnect();
    cancelAnimationFrame(this.#pending);
    this.#pending = 0;
    this.#destroyPlot();
  }

  override render() {
    return html`<div class="frame"></div>
      ${this.isEmpty ? html`<div class="empty">No points yet</div>` : nothing}`;
  }

  override updated(changed: PropertyValues<this>): void {
    const before = changed.get('content');
    // uPlot cannot change the scale of an axis.
    if (before && (before.xAxis !== this.content.xAxis || before.y.isLog !== this.content.y.isLog)) {
      this.#destroyPlot();
    }
    this.#draw();
  }

  /** Draws in the next frame, once for all changes until then. */
  #draw(): void {
    this.#pending ||= requestAnimationFrame(() => {
      this.#pending = 0;
      this.#drawNow();
    });
  }

  #drawNow(): void {
    const { clientWidth: width, clientHeight: height } = this;
    if (width === 0) return;
    this.#plot ??= this.#makePlot(width, height);
    const plot = this.#plot;
    if (plot.width !== width || plot.height !== height) plot.setSize({ width, height });
    const { x, y } = this.content;
    plot.batch(() => {
      plot.setScale('x', { min: x.min, max: x.max });
      plot.setScale('y', { min: y.min, max: y.max });
    });
    this.#placeCursor(plot);
  }

  #destroyPlot(): void {
    this.#plot?.destroy();
    this.#plot = null;
  }

  #makePlot(width: number, height: number): uPlot {
    const { x, xAxis, y } = this.content;
    const axis = {
      stroke: cssVariable(this, '--wb-quiet', 'gray'),
      grid: { stroke: cssVariable(this, '--wb-grid', 'gray'), width: 1 },
      font: `11px ${cssVariable(this, '--vscode-font-family', 'sans-serif')}`,
      ticks: { show: false },
    };
    return new uPlot(
      {
        width,
        height,
        padding: [6, 16, 0, 0],
        legend: { show: false },
        scales: {
          x: {
            time: false,
            auto: false,
            distr: xAxis.isLog ? 3 : 1,
            range: () => [this.content.x.min, this.content.x.max],
          },
          y: {
            auto: false,
            distr: y.isLog ? 3 : 1,
            range: () => [this.content.y.min, this.content.y.max],
          },
        },
        series: [{}],
        axes: [
          {
            ...axis,
            size: 22,
            gap: 3,
            splits: () => [...this.#xTicks().values],
            values: () => [...this.#xTicks().labels],
          },
          {
            ...axis,
            size: (_, values) =>
              12 + Math.max(24, ...(values ?? []).map((value) => String(value).length * 6.2)),
            gap: 4,
            scale: 'y',
            splits: () => [...this.#yTicks().values],
            values: () => [...this.#yTicks().labels],
          },
        ],
        cursor: {
          x: true,
          y: false,
          points: { show: false },
          drag: { x: true, y: false, setScale: false, dist: 4 },
          bind: {
            // This element handles double clicks and dragging with Shift.
            dblclick: () => null,
            mousedown: (_plot, _target, handler) => (event) => {
              if (event.button === 0 && !event.shiftKey) handler(event);
              return null;
            },
            mouseleave: (_plot, _target, handler) => (event) => {
              handler(event);
              this.#emit('cursor-change', null);
              return null;
            },
            mousemove: (plot, _target, handler) => (event) => {
              handler(event);
              this.#followPointer(plot, event);
              return null;
            },
          },
        },
        hooks: {
          draw: [({ ctx, bbox }) => drawCurves(ctx, this.content, bbox, this)],
          setSelect: [(plot) => this.#zoomToSelection(plot)],
        },
      },
      [[x.min, x.max]],
      this.frame,
    );
  }

  #xTicks() {
    return xTicks(this.content, Math.max(2, Math.floor(this.clientWidth / 70)));
  }

  #yTicks() {
    return yTicks(this.content, Math.max(2, Math.floor(this.clientHeight / 32)));
  }

  #placeCursor(plot: uPlot): void {
    if (plot.cursor.event?.buttons) return;
    const left = this.cursor === null ? -10 : plot.valToPos(this.cursor, 'x');
    plot.setCursor({ left: left >= 0 && left <= plot.over.clientWidth ? left : -10, top: 0 }, false);
  }

  #followPointer(plot: uPlot, event: MouseEvent): void {
    if (this.#pan) return;
    const x = plot.posToVal(event.clientX - plot.over.getBoundingClientRect().left, 'x');
    const cursor = nearestPoint(this.content.curves, x);
    if (cursor) this.#emit('cursor-change', cursor);
  }

  #zoomToSelection(plot: uPlot): void {
    const { left, width } = plot.select;
    plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
    if (width < 4) return;
    this.#emit('range-change', { min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') });
  }

  readonly #startPan = (event: PointerEvent): void => {
    if (!event.shiftKey || event.button !== 0) return;
    this.#pan = { from: event.clientX, range: this.content.x };
    this.setPointerCapture(event.pointerId);
    event.preventDefault();
  };

  readonly #movePan = (event: PointerEvent): void => {
    if (!this.#pan || !this.#plot) return;
    const { from, range } = this.#pan;
    const moved = (from - event.clientX) / this.#plot.over.clientWidth;
    this.#emit('range-change', movedRange(range, moved, this.content.xAxis.isLog));
  };

  readonly #endPan = (): void => {
    this.#pan = null;
  };

  #emit<Name extends 'cursor-change' | 'range-change'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

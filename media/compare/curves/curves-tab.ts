import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import type { CurveScale } from '../../../server/protocol/comparison.ts';
import { chartControls } from '../../charts/chart-controls.ts';
import type { CurveMark, CurveSource } from '../../charts/curve-view.ts';
import { attempt, changeState } from '../compare-events.ts';
import { type CurveAxis, type CurvesState, curveAxes } from './curves-state.ts';
import '../../charts/line-chart.ts';
import { formatCount } from '../../../trainer/format/format.ts';
import type { ChartFile } from '../../charts/line-chart.ts';
import type { ChartCursor } from '../../charts/shared-axis.ts';
import { bicubicTag, planCharts } from '../../charts/tag-groups.ts';
import { formatX, type XAxis, type XRange } from '../../charts/x-axis.ts';
import { controlStyles } from '../../components/control-styles.ts';
import { setVariable } from '../../components/css-variable.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import type { Host } from '../../host.ts';
import { RunPoints } from '../../run-panel/run-points.ts';
import type { ShownRun } from '../shown-runs.ts';
import { derivedAxis, type StepUnit, stepConverter } from './curve-axis.ts';

const axisOf: Readonly<Record<CurveAxis, XAxis & { readonly name: string }>> = {
  step: { kind: 'count', title: 'step', isLog: false, name: 'Step' },
  epochs: { kind: 'count', title: 'epoch', isLog: false, name: 'Epoch' },
  images: { kind: 'count', title: 'images', isLog: false, name: 'Images' },
  relative: { kind: 'duration', title: 'time since start', isLog: false, name: 'Time since start' },
  wall: { kind: 'clock', title: 'time', isLog: false, name: 'Time of day' },
};

const axes = curveAxes.map((value) => ({ value, name: axisOf[value].name }));

type CurveX = CurveSource['x'];

interface ScalarChart {
  readonly tag: string;
  readonly heading: string;
  readonly unit: string;
  readonly divisor: number;
  readonly isNoisy: boolean;
}

/** A chart for each scalar, with the curves of all runs. */
@customElement('curves-tab')
export class CurvesTab extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      .row { margin-bottom: 4px; padding-bottom: 6px; border-bottom: 1px solid var(--wb-line); }
      .row input[type='range'] { width: 110px; }
      .row output { min-width: 5ch; color: var(--wb-text); }
      .place { text-align: right; color: var(--wb-quiet); }
      .legend { display: flex; flex-wrap: wrap; gap: 2px 16px; margin: 6px 0; padding: 0; list-style: none; color: var(--wb-quiet); }
      .legend button { display: inline-flex; align-items: center; gap: 6px; border-radius: 3px; padding: 0 4px; color: var(--wb-text); }
      .legend button[aria-pressed='false'] { text-decoration: line-through; opacity: 0.6; }
      section { padding-top: 8px; }
      h2 { margin: 0 0 6px; font-size: 0.9em; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--wb-quiet); }
      .charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 300px), 1fr)); gap: 14px 28px; }
      line-chart { --chart-height: 180px; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  @property({ attribute: false }) runs: readonly ShownRun[] = [];
  @property({ attribute: false }) ui!: CurvesState;

  @state() private revision = 0;
  @state() private cursor: ChartCursor | null = null;
  @state() private scales: ReadonlyMap<string, CurveScale> = new Map();

  readonly #points = new Map<string, RunPoints>();
  #axes = new Map<
    string,
    { readonly scale: CurveScale; readonly unit: StepUnit; readonly x: CurveX | null }
  >();

  override connectedCallback(): void {
    super.connectedCallback();
    this.host.onNotification('esrgan/runChanged', ({ run, parts }) => {
      const points = this.#points.get(run);
      if (points && parts.includes('points')) void attempt(this, () => points.loadNew());
      if (points && parts.includes('checkpoints')) this.#loadScale(run);
    });
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (!changed.has('runs')) return;
    for (const { run } of this.runs) {
      if (this.#points.has(run)) continue;
      const points = new RunPoints(this.host, run, () => {
        this.revision++;
      });
      this.#points.set(run, points);
      void attempt(this, () => points.load());
      this.#loadScale(run);
    }
    for (const run of this.#points.keys()) {
      if (!this.runs.some((each) => each.run === run)) this.#points.delete(run);
    }
  }

  #loadScale(run: string): void {
    void attempt(this, async () => {
      const scale = await this.host.request('esrgan/curveScale', { run });
      this.scales = new Map(this.scales).set(run, scale);
    });
  }

  override render() {
    const { ui } = this;
    const problems = [...this.#points.values()].flatMap((points) => points.problems);
    const groups = this.#plan();
    const isLoading = [...this.#points.values()].some(({ isComplete }) => !isComplete);
    const without = this.runs.filter((run) => this.#x(run) === null && this.scales.has(run.run));
    return html`
      ${problems.map((problem) => html`<div class="problem" role="alert">${problem}</div>`)}
      ${this.#renderToolbar(isLoading)}
      <ul class="legend" aria-label="Runs">
        ${this.runs.map(({ run, name, color }) => {
          const isShown = !ui.hiddenRuns.includes(run);
          return html`<li><button aria-pressed=${isShown} title=${`${isShown ? 'Hide' : 'Show'} ${name}`} @click=${() => this.#toggle(run)}><span class="swatch" ${setVariable('--run-color', color)}></span>${name}</button></li>`;
        })}
        <li>★ best, ● last checkpoint of each stage</li>
      </ul>
      ${without.length > 0 ? html`<div class="problem">Not shown, because the ${ui.xAxis} per step are unknown: ${without.map(({ name }) => name).join(', ')}.</div>` : nothing}
      ${
        groups.length === 0
          ? html`<div class="empty">${isLoading ? 'Reading points…' : 'No matching scalars.'}</div>`
          : nothing
      }
      <div
        @cursor-change=${(event: CustomEvent<ChartCursor | null>) => {
          this.cursor = event.detail;
        }}
        @range-change=${(event: CustomEvent<XRange | null>) => this.#setUi({ range: event.detail })}
        @toggle-curve=${(event: CustomEvent<string>) => this.#toggle(event.detail)}
        @export-chart=${(event: CustomEvent<ChartFile>) => {
          const { name, content } = event.detail;
          void attempt(this, () => this.host.request('host/save', { name: `comparison-${name}`, content }));
        }}
      >
        ${groups.map(({ title, charts }) => {
          const id = `group-${title.toLowerCase().replaceAll(/\W+/g, '-')}`;
          return html`<section aria-labelledby=${id}>
            <h2 id=${id}>${title}</h2>
            <div class="charts">${charts.map((chart) => this.#renderChart(chart))}</div>
          </section>`;
        })}
      </div>
    `;
  }

  #renderToolbar(isLoading: boolean) {
    const { ui } = this;
    return html`<div class="row" role="group" aria-label="All charts">
      ${chartControls(ui, axes, (change) => {
        if (change.xAxis !== undefined) this.cursor = null;
        this.#setUi(change.xAxis === undefined ? change : { ...change, range: null });
      })}
      <input
        type="search"
        placeholder="Filter scalars"
        aria-label="Filter scalars"
        .value=${ui.search}
        @input=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) this.#setUi({ search: event.target.value });
        }}
      />
      ${ui.range ? html`<button class="link" @click=${() => this.#setUi({ range: null })}>Reset zoom</button>` : nothing}
      ${isLoading ? html`<span class="quiet" role="status">Loading earlier points…</span>` : nothing}
      <output class="place end" aria-hidden="true">${this.cursor ? `${axisOf[ui.xAxis].title} ${formatX(axisOf[ui.xAxis].kind, this.cursor.x)}${ui.xAxis === 'step' ? '' : ` · step ${formatCount(this.cursor.step)}`}` : ''}</output>
    </div>`;
  }

  /** A chart for each scalar of any run, arranged as in the run panel. */
  #plan(): { title: string; charts: ScalarChart[] }[] {
    const tags = [...this.#points.values()].flatMap(({ shown }) => [...shown.keys()]);
    const words = this.ui.search.toLowerCase().split(/\s+/).filter(Boolean);
    return planCharts(tags)
      .map(({ title, charts }) => ({
        title,
        charts: charts.flatMap((chart) =>
          chart.curves
            .map(({ tag, label }) => ({
              tag,
              heading: chart.curves.length > 1 ? `${chart.title} · ${label}` : chart.title,
              unit: chart.unit,
              divisor: chart.divisor,
              isNoisy: chart.isNoisy,
            }))
            .filter(({ tag, heading }) =>
              words.every((word) => `${tag} ${heading}`.toLowerCase().includes(word)),
            ),
        ),
      }))
      .filter(({ charts }) => charts.length > 0);
  }

  #renderChart({ tag, heading, unit, divisor, isNoisy }: ScalarChart) {
    const { ui } = this;
    const curves = this.runs.flatMap((run): CurveSource[] => {
      const points = this.#points.get(run.run)?.shown.get(tag);
      const x = this.#x(run);
      if (!points || !x) return [];
      const { name: label, color, dash } = run;
      return [{ id: run.run, label, color, dash, points, x, divisor, marks: this.#marks(run.run) }];
    });
    const bicubic = this.#bicubicCurves(tag, divisor);
    return html`<line-chart
      .heading=${heading}
      .unit=${unit}
      .curves=${[...curves, ...bicubic]}
      .isCompact=${true}
      .revision=${this.revision}
      .xAxis=${axisOf[ui.xAxis]}
      .yIsLog=${ui.yIsLog}
      .smoothing=${isNoisy ? ui.smoothing : 0}
      .range=${ui.range}
      .cursor=${this.cursor?.x ?? null}
      .hiddenCurves=${new Set(ui.hiddenRuns)}
    ></line-chart>`;
  }

  /** The lines of bicubic upscaling: one for all runs with the same validation images. */
  #bicubicCurves(tag: string, divisor: number): CurveSource[] {
    const reference = bicubicTag(tag);
    if (reference === undefined) return [];
    const known = new Set<number>();
    return this.runs.flatMap((run): CurveSource[] => {
      const points = this.#points.get(run.run)?.shown.get(reference);
      const x = this.#x(run);
      const value = points?.values[points.length - 1];
      if (!points || !x || value === undefined || known.has(value)) return [];
      known.add(value);
      const label = `bicubic (${run.name})`;
      return [
        { id: `bicubic ${run.run}`, label, color: 'var(--wb-quiet)', dash: [5, 3], points, x, divisor },
      ];
    });
  }

  /** The x positions of a run's points; null if they are unknown. */
  #x(run: ShownRun): CurveX | null {
    const { xAxis } = this.ui;
    switch (xAxis) {
      case 'step':
        return { of: 'steps', factor: 1, offset: 0 };
      case 'wall':
        return { of: 'times', factor: 1, offset: 0 };
      case 'relative':
        return { of: 'times', factor: 1, offset: -(this.#points.get(run.run)?.start(run.detail) ?? 0) };
      default: {
        const scale = this.scales.get(run.run);
        if (!scale) return null;
        const known = this.#axes.get(run.run);
        if (known?.scale === scale && known.unit === xAxis) return known.x;
        const convert = stepConverter(scale, xAxis);
        const x = convert && { of: derivedAxis(convert), factor: 1, offset: 0 };
        this.#axes.set(run.run, { scale, unit: xAxis, x });
        return x;
      }
    }
  }

  #marks(run: string): CurveMark[] {
    const stages = this.scales.get(run)?.stages ?? [];
    return stages.flatMap(({ stage, firstStep, best, last }): CurveMark[] => [
      ...(last === null || last === best
        ? []
        : [{ step: firstStep + last, shape: 'dot' as const, label: `last checkpoint of ${stage}` }]),
      ...(best === null
        ? []
        : [{ step: firstStep + best, shape: 'star' as const, label: `best checkpoint of ${stage}` }]),
    ]);
  }

  #toggle(run: string): void {
    const { hiddenRuns } = this.ui;
    this.#setUi({
      hiddenRuns: hiddenRuns.includes(run) ? hiddenRuns.filter((each) => each !== run) : [...hiddenRuns, run],
    });
  }

  #setUi(change: Partial<CurvesState>): void {
    changeState(this, { curves: { ...this.ui, ...change } });
  }
}

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import type { RunDetail } from '../../server/protocol/runs.ts';
import { type ChartOptions, chartControls } from '../charts/chart-controls.ts';
import type { CurveSource, XMapping } from '../charts/curve-view.ts';
import '../charts/line-chart.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { stages } from '../../trainer/run-state/run-state.ts';
import type { ChartFile } from '../charts/line-chart.ts';
import type { PlotBorder } from '../charts/plot-content.ts';
import type { ChartCursor } from '../charts/shared-axis.ts';
import { bicubicTag, type ChartPlan, type GroupPlan, planCharts } from '../charts/tag-groups.ts';
import { formatX, type XAxis, type XRange } from '../charts/x-axis.ts';
import { showContextsOutside } from '../components/menu-context.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { onThemeChange } from '../components/theme-change.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import { StateSaver } from '../page-state.ts';
import type { PointSeries } from '../plot/point-series.ts';
import { runColor } from '../run-colors.ts';
import './run-header.ts';
import type { HeaderAction } from './header-action.ts';
import { RunPoints } from './run-points.ts';
import { type SampleStep, sampleAt, sampleSteps } from './sample-steps.ts';
import './sample-view.ts';
import { type RunPanelState, restoreRunPanelState, type XAxisName, xAxes } from './run-panel-state.ts';
import type { SampleChange, SampleView } from './sample-view.ts';
import { StagePoints } from './stage-points.ts';

/** Lengths of dashes and gaps. The curves of a chart all have the color of the run and differ by their dashes. */
const dashes: readonly (readonly number[])[] = [[], [5, 3], [2, 2], [8, 3, 2, 3], [8, 3, 2, 3, 2, 3]];

const axisOf: Readonly<Record<XAxisName, XAxis & { name: string }>> = {
  step: { kind: 'count', title: 'step', isLog: false, name: 'Step' },
  'step-log': { kind: 'count', title: 'step', isLog: true, name: 'Step (log)' },
  relative: { kind: 'duration', title: 'time since start', isLog: false, name: 'Time since start' },
  wall: { kind: 'clock', title: 'time', isLog: false, name: 'Time of day' },
};

const requestedText = {
  pause: 'Pause requested…',
  resume: 'Resume requested…',
  stop: 'Stop requested…',
  checkpoint: 'Checkpoint requested…',
  validate: 'Validation requested…',
} as const;

const commandOf = {
  restart: 'esrgan.resumeRun',
  'restart-both': 'esrgan.startBothStages',
  train: 'esrgan.startTraining',
  upscale: 'esrgan.upscaleWith',
  compare: 'esrgan.compareRuns',
  again: 'esrgan.runAgain',
} as const;

const axes = xAxes.map((value) => ({ value, name: axisOf[value].name }));

/** The panel of a run: holds the latest data from the host, and the state of the page. */
@customElement('run-panel')
export class RunPanel extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; padding: 12px 16px 24px; container-type: inline-size; }
      .problem { margin: 8px 0; padding: 6px 10px; border-left: 3px solid var(--wb-warn); overflow-wrap: anywhere; }
      .toolbar { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 18px; margin: 12px 0 4px; padding: 6px 0; border-bottom: 1px solid var(--wb-line); }
      .toolbar label { display: inline-flex; align-items: center; gap: 8px; color: var(--wb-quiet); }
      .toolbar input[type='range'] { width: 110px; }
      .toolbar output { min-width: 5ch; color: var(--wb-text); }
      .toolbar select { color: var(--vscode-settings-dropdownForeground, var(--wb-text)); background: var(--vscode-settings-dropdownBackground, var(--wb-background)); border: 1px solid var(--vscode-settings-dropdownBorder, var(--wb-line)); border-radius: 3px; padding: 2px 4px; font: inherit; }
      .toolbar .link { padding: 1px 6px; border-radius: 3px; color: var(--vscode-textLink-foreground, inherit); }
      .place { margin-left: auto; color: var(--wb-quiet); min-width: 16ch; text-align: right; }
      .loading { color: var(--wb-quiet); }
      .columns { display: grid; align-items: start; grid-template-columns: minmax(0, 1fr); gap: 8px 28px; }
      .column { min-width: 0; }
      section { min-width: 0; padding-top: 8px; }
      h2 { margin: 0 0 6px; font-size: 0.9em; font-weight: 600; letter-spacing: 0.04em; text-transform: uppercase; color: var(--wb-quiet); }
      .charts { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 205px), 1fr)); gap: 14px 24px; }
      .empty { padding: 40px 0; text-align: center; color: var(--wb-quiet); }
      /* In one column, a low pane above the charts: results are in sight from the start. */
      .samples { order: -1; --pane-ratio: 1.9; }
      @container (min-width: 720px) {
        .samples { order: 0; --pane-ratio: 1; }
        .columns { grid-template-columns: minmax(0, 1.25fr) minmax(280px, 1fr); }
        .column.second { grid-column: 1; }
        .samples { grid-column: 2; grid-row: 1 / span 2; align-self: start; position: sticky; top: 0; }
      }
      @container (min-width: 1200px) {
        .columns { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr) minmax(320px, 0.85fr); }
        .column.second { grid-column: 2; grid-row: 1; }
        .samples { grid-column: 3; grid-row: 1; }
      }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** The run directory. */
  @property({ attribute: false }) run = '';

  @state() private detail: RunDetail | null = null;
  @state() private ui!: RunPanelState;
  @state() private cursor: ChartCursor | null = null;
  @state() private revision = 0;
  /** Why something could not be loaded. */
  @state() private problem = '';
  /** Why the last action failed: until the next one, or until the state of the run changes. */
  @state() private refusal = '';
  @state() private notice = '';
  @query('sample-view') private sampleView?: SampleView;

  #points!: RunPoints;
  readonly #stagePoints = new StagePoints();
  #samples: readonly SampleStep[] = [];
  #plan: readonly GroupPlan[] = [];
  #plannedTags = '';
  #uris = new Map<string, string>();
  #hiddenTags: ReadonlySet<string> = new Set();
  readonly #saver = new StateSaver(
    this,
    () => this.host,
    () => ({ run: this.run, ...this.ui }),
  );

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
    showContextsOutside(this);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restoreRunPanelState(this.host.getState());
    this.#saver.saveNow();
    this.#points = new RunPoints(this.host, this.run, () => {
      this.revision++;
    });
    this.host.onNotification('esrgan/runChanged', ({ run, parts }) => {
      if (run !== this.run) return;
      if (parts.includes('points')) void this.#try(() => this.#points.loadNew());
      if (parts.some((part) => part !== 'points')) void this.#try(() => this.#loadDetail());
    });
    void this.#try(() => this.#loadDetail());
    void this.#try(() => this.host.request('esrgan/follow', { run: this.run, follow: true }));
    void this.#try(() => this.#points.load());
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#onKey);
  }

  async #loadDetail(): Promise<void> {
    const before = this.detail?.summary.state;
    this.detail = await this.host.request('esrgan/run', { run: this.run });
    if (before !== undefined && this.detail.summary.state !== before) this.refusal = '';
    this.#samples = sampleSteps(this.detail.samples, this.detail.stepsBeforeTraining);
    this.notice = '';
  }

  async #try(action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.problem = '';
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  override willUpdate(changed: PropertyValues): void {
    if (changed.has('ui')) this.#hiddenTags = new Set(this.ui.hiddenTags);
    if (changed.has('revision') || changed.has('ui') || changed.has('detail')) {
      const tags = [...this.#shown.keys()];
      const planned = tags.toSorted().join('\n');
      if (planned !== this.#plannedTags) {
        this.#plannedTags = planned;
        this.#plan = planCharts(tags);
      }
    }
  }

  override render() {
    const { detail, ui } = this;
    const at = this.cursor?.step ?? ui.sampleStep;
    return html`
      <run-header
        .name=${fileName(this.run)}
        .detail=${detail}
        .color=${this.#color}
        .notice=${this.notice}
        @run-action=${(event: CustomEvent<HeaderAction>) => this.#act(event.detail)}
      ></run-header>
      ${[this.refusal, this.problem, ...this.#points.problems]
        .filter((problem) => problem !== '')
        .map((problem) => html`<div class="problem" role="alert">${problem}</div>`)}
      ${this.#renderToolbar()}
      <div
        class="columns"
        @cursor-change=${(event: CustomEvent<ChartCursor | null>) => {
          this.cursor = event.detail;
        }}
        @range-change=${(event: CustomEvent<XRange | null>) => this.#setUi({ range: event.detail })}
        @toggle-curve=${(event: CustomEvent<string>) => this.#toggleTag(event.detail)}
        @export-chart=${(event: CustomEvent<ChartFile>) => this.#saveChart(event.detail)}
        @sample-change=${(event: CustomEvent<SampleChange>) => {
          if ('sampleStep' in event.detail) this.cursor = null;
          this.#setUi(event.detail);
        }}
      >
        ${
          this.#plan.length === 0 && this.#points.isComplete
            ? html`<div class="column empty">No points yet. They appear here when the run logs them.</div>`
            : [0, 1].map(
                (column) => html`<div class="column ${column === 1 ? 'second' : ''}">
                  ${this.#plan.filter((_, i) => columnOf(i) === column).map((group) => this.#renderGroup(group))}
                </div>`,
              )
        }
        <section class="samples" aria-labelledby="samples-title">
          <h2 id="samples-title">Samples</h2>
          <sample-view
            .steps=${this.#samples}
            .index=${sampleAt(this.#samples, at)}
            .ui=${ui}
            .urisOf=${this.#urisOf}
          ></sample-view>
        </section>
      </div>
    `;
  }

  #renderToolbar() {
    const { ui } = this;
    return html`<div class="toolbar" role="group" aria-label="All charts">
      ${chartControls(ui, axes, (change) => this.#setChartOptions(change))}
      ${this.#hasBothStages ? this.#renderStages() : nothing}
      ${ui.range ? html`<button class="link" @click=${() => this.#setUi({ range: null })}>Reset zoom</button>` : nothing}
      ${this.#points.isComplete || this.problem ? nothing : html`<span class="loading" role="status">Loading earlier points…</span>`}
      <output class="place" aria-hidden="true">${this.#cursorText()}</output>
    </div>`;
  }

  #renderStages() {
    return html`<label>
      Stage
      <select
        @change=${(event: Event) => {
          if (!(event.target instanceof HTMLSelectElement)) return;
          const { value } = event.target;
          this.#setUi({ stage: stages.find((stage) => stage === value) ?? null, range: null });
        }}
      >
        <option value="" ?selected=${this.ui.stage === null}>Both</option>
        ${stages.map((stage) => html`<option value=${stage} ?selected=${this.ui.stage === stage}>${stage}</option>`)}
      </select>
    </label>`;
  }

  #cursorText(): string {
    const { cursor } = this;
    if (!cursor) return '';
    const step = `Step ${formatX('count', cursor.step)}`;
    const time = this.#points.timeOfStep(cursor.step);
    return time === null ? step : `${step} · ${formatX('clock', time)}`;
  }

  #renderGroup(group: GroupPlan) {
    const id = `group-${group.title.toLowerCase().replaceAll(/\W+/g, '-')}`;
    return html`<section aria-labelledby=${id}>
      <h2 id=${id}>${group.title}</h2>
      <div class="charts">${group.charts.map((chart) => this.#renderChart(chart))}</div>
    </section>`;
  }

  #renderChart(chart: ChartPlan) {
    const { ui } = this;
    return html`<line-chart
      .heading=${chart.title}
      .unit=${chart.unit}
      .curves=${this.#curvesOf(chart)}
      .revision=${this.revision}
      .border=${this.#border()}
      .xAxis=${axisOf[ui.xAxis]}
      .yIsLog=${ui.yIsLog}
      .smoothing=${chart.isNoisy ? ui.smoothing : 0}
      .range=${ui.range}
      .extent=${this.#extent()}
      .cursor=${this.#cursorPosition()}
      .hiddenCurves=${this.#hiddenTags}
    ></line-chart>`;
  }

  /** Whether there are points of both stages. */
  get #hasBothStages(): boolean {
    const border = this.detail?.stepsBeforeTraining ?? 0;
    return (
      border > 0 &&
      [...this.#points.shown.values()].some(({ steps, length }) => length > 0 && steps[length - 1]! > border)
    );
  }

  /** The points of the chosen stage, or of both. */
  get #shown(): ReadonlyMap<string, PointSeries> {
    const { shown } = this.#points;
    const { stage } = this.ui;
    if (stage === null || !this.#hasBothStages) return shown;
    return this.#stagePoints.of(shown, this.detail?.stepsBeforeTraining ?? 0, stage);
  }

  #border(): PlotBorder | null {
    if (this.ui.stage !== null || !this.#hasBothStages) return null;
    const x = this.#positionOfStep(this.detail?.stepsBeforeTraining ?? 0);
    return x === null ? null : { x, before: 'pretraining', after: 'training' };
  }

  get #color(): string {
    return runColor(this.detail?.summary.color ?? 0);
  }

  #curvesOf(chart: ChartPlan): readonly CurveSource[] {
    const x = this.#x();
    const curve = (tag: string, label: string, color: string, index: number): CurveSource[] => {
      const points = this.#shown.get(tag);
      const dash = dashes[index % dashes.length]!;
      return points ? [{ id: tag, label, color, dash, points, x, divisor: chart.divisor }] : [];
    };
    return [
      ...chart.curves.flatMap(({ tag, label }, i) => curve(tag, label, this.#color, i)),
      ...chart.curves.flatMap(({ tag, label }, i) => {
        const reference = bicubicTag(tag);
        return reference ? curve(reference, `bicubic, ${label}`, 'var(--wb-quiet)', i) : [];
      }),
    ];
  }

  #x(): XMapping<'steps' | 'times'> {
    const { xAxis } = this.ui;
    if (xAxis === 'wall') return { of: 'times', factor: 1, offset: 0 };
    if (xAxis === 'relative') return { of: 'times', factor: 1, offset: -this.#points.start(this.detail) };
    return { of: 'steps', factor: 1, offset: 0 };
  }

  /** From the first to the last point of the run, so that all charts have the same x axis. */
  #extent(): XRange | null {
    const x = this.#x();
    let min = Number.POSITIVE_INFINITY;
    let max = Number.NEGATIVE_INFINITY;
    for (const points of this.#shown.values()) {
      if (points.length === 0) continue;
      min = Math.min(min, points[x.of][0]! * x.factor + x.offset);
      max = Math.max(max, points[x.of][points.length - 1]! * x.factor + x.offset);
    }
    return min < max ? { min, max } : null;
  }

  #cursorPosition(): number | null {
    if (this.cursor) return this.cursor.x;
    return this.ui.sampleStep === null ? null : this.#positionOfStep(this.ui.sampleStep);
  }

  #positionOfStep(step: number): number | null {
    const x = this.#x();
    const base = x.of === 'steps' ? step : this.#points.timeOfStep(step);
    return base === null ? null : base * x.factor + x.offset;
  }

  readonly #urisOf = async (paths: readonly string[]) => {
    const missing = paths.filter((path) => !this.#uris.has(path));
    if (missing.length > 0) {
      const found = await this.host.request('host/uris', { paths: missing });
      for (const [path, uri] of Object.entries(found)) this.#uris.set(path, uri);
    }
    return Object.fromEntries(
      paths.flatMap((path) => {
        const uri = this.#uris.get(path);
        return uri === undefined ? [] : [[path, uri]];
      }),
    );
  };

  #setChartOptions(change: Partial<ChartOptions<XAxisName>>): void {
    if (change.xAxis === undefined) this.#setUi(change);
    else this.#setXAxis(change.xAxis);
  }

  #setXAxis(xAxis: XAxisName): void {
    const isSame = xAxis.startsWith('step') && this.ui.xAxis.startsWith('step');
    this.#setUi({ xAxis, ...(isSame ? {} : { range: null }) });
    const x = this.cursor && this.#positionOfStep(this.cursor.step);
    this.cursor = this.cursor && x !== null ? { ...this.cursor, x } : null;
  }

  #toggleTag(tag: string): void {
    const hidden = new Set(this.ui.hiddenTags);
    if (!hidden.delete(tag)) hidden.add(tag);
    this.#setUi({ hiddenTags: [...hidden] });
  }

  #setUi(change: Partial<RunPanelState>): void {
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
  }

  #act(action: HeaderAction): void {
    const { run } = this;
    this.refusal = '';
    const perform = async () => {
      switch (action) {
        case 'restart':
        case 'restart-both':
        case 'train':
        case 'upscale':
        case 'compare':
        case 'again':
          await this.host.request('host/command', { command: commandOf[action], args: [{ run }] });
          break;
        case 'stop':
          // The second time, the command offers to kill the process.
          await this.host.request('host/command', { command: 'esrgan.stopRun', args: [{ run }] });
          this.notice = requestedText[action];
          break;
        case 'log':
          await this.host.request('host/command', { command: 'esrgan.showRunLog', args: [{ run }] });
          break;
        case 'config':
          await this.host.request('host/openRunFile', null);
          break;
        default: {
          const { job } = await this.host.request('esrgan/control', { run, request: action });
          this.notice =
            action === 'pause' && job !== null
              ? `Paused after its current step. Job ${job} holds its node of the cluster until you stop the run.`
              : requestedText[action];
        }
      }
    };
    perform().catch((error: unknown) => {
      this.refusal = messageOf(error);
    });
  }

  #saveChart(file: ChartFile): void {
    const name = `${this.detail?.summary.name ?? 'run'}-${file.name}`;
    this.refusal = '';
    this.host.request('host/save', { name, content: file.content }).catch((error: unknown) => {
      this.refusal = messageOf(error);
    });
  }

  readonly #onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.toLowerCase() !== 's') return;
    const [target] = event.composedPath();
    if (target instanceof HTMLSelectElement) return;
    this.sampleView?.step(event.shiftKey ? -1 : 1);
    event.preventDefault();
  };
}

/** Losses and the optimizer are left; validation, machine and all others right. */
function columnOf(group: number): 0 | 1 {
  return group === 0 || group === 2 ? 0 : 1;
}

import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  type Comparison,
  type ComparisonQuery,
  maximumComparedRuns,
  type SamplePlace,
} from '../../server/protocol/comparison.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import { draggedRunsType } from '../../server/protocol/webview.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { perceptualProtocols } from '../../trainer/metrics/protocols.ts';
import { controlStyles } from '../components/control-styles.ts';
import { setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { tabRow, tabRowStyles } from '../components/tab-row.ts';
import { onThemeChange } from '../components/theme-change.ts';
import { fileName } from '../file-name.ts';
import type { Host } from '../host.ts';
import { StateSaver } from '../page-state.ts';
import './checkpoints/checkpoints-tab.ts';
import { type CompareState, restoreCompareState, type Tab, tabs } from './compare-state.ts';
import './config/config-tab.ts';
import './curves/curves-tab.ts';
import './images/images-tab.ts';
import { LatestRequest } from './latest-request.ts';
import { addRuns, type ShownRun, shownRuns } from './shown-runs.ts';
import { publishedProtocol } from './table/table-model.ts';
import './table/table-tab.ts';
import './tradeoff/tradeoff-tab.ts';

const tabNames: Readonly<Record<Tab, string>> = {
  table: 'Table',
  tradeoff: 'Trade-off',
  curves: 'Curves',
  images: 'Images',
  config: 'Config',
  checkpoints: 'Checkpoints',
};

/** Columns of every test set, even before anything was measured under them. */
const defaultProtocols = ['paper-y', 'rgb'];

/** The comparison of runs: holds the latest data from the host, and the state of the page. */
@customElement('compare-view')
export class CompareView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    tabRowStyles,
    css`
      :host { display: block; padding: 10px 16px 24px; min-height: 100vh; box-sizing: border-box; }
      :host(.dropping) { outline: 2px dashed var(--wb-focus); outline-offset: -4px; }
      h1 { margin: 0; font-size: inherit; font-weight: 600; }
      .runs { display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0; list-style: none; }
      .runs li { display: inline-flex; align-items: center; max-width: 34ch; border: 1px solid var(--wb-line); border-radius: 4px; }
      .runs .name { display: inline-flex; align-items: center; gap: 6px; min-width: 0; padding: 1px 2px 1px 7px; border-radius: 4px; }
      .runs .name span:last-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .runs .icon { width: 20px; height: 20px; color: var(--wb-quiet); }
      .tabs { margin: 10px 0 12px; }
      [role='tabpanel']:focus-visible { outline: 1px solid var(--wb-focus); outline-offset: 4px; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** The run directories that the page was opened for. */
  @property({ attribute: false }) runs: readonly string[] = [];
  /** The folder of the checkpoint that the page was opened for, if any. */
  @property({ attribute: false }) checkpoint: string | null = null;
  /** The samples that the page was opened for, if any. */
  @property({ attribute: false }) sample: SamplePlace | null = null;

  @state() private ui!: CompareState;
  @state() private details: ReadonlyMap<string, RunDetail> = new Map();
  @state() private comparison: Comparison | null = null;
  @state() private jobs: ReadonlyMap<string, Job> = new Map();
  /** Messages of failures, by the action or the tab that failed. */
  @state() private problems: ReadonlyMap<string, string> = new Map();
  /** Tabs that were opened once: they keep their elements while others are shown. */
  #visited = new Set<Tab>();
  readonly #saver = new StateSaver(
    this,
    () => this.host,
    () => this.ui,
  );
  #shownRuns: readonly ShownRun[] = [];

  readonly #comparisonRequest = new LatestRequest(
    (query: ComparisonQuery) => this.host.request('esrgan/comparison', query),
    (comparison) => {
      this.comparison = comparison;
      this.#clearProblem('comparison');
    },
    (error) => this.#reportProblem('comparison', error),
  );

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restoreCompareState(this.host.getState(), this.runs, {
      checkpoint: this.checkpoint,
      sample: this.sample,
    });
    this.#saver.saveNow();
    this.host.onNotification('esrgan/runChanged', ({ run, parts }) => {
      if (!this.ui.runs.includes(run)) return;
      if (parts.some((part) => part !== 'points' && part !== 'log')) void this.#loadDetail(run);
      if (parts.includes('evaluations') || parts.includes('checkpoints')) this.#loadTable();
    });
    this.host.onNotification('esrgan/jobChanged', (job) => {
      this.jobs = new Map(this.jobs).set(job.job, job);
      if (job.state === 'finished' && job.task.kind === 'evaluation') this.#loadTable();
    });
    void this.#try('jobs', async () => {
      const jobs = await this.host.request('esrgan/jobs', null);
      this.jobs = new Map([...jobs.map((job) => [job.job, job] as const), ...this.jobs]);
    });
    if (this.ui.runs !== this.runs) void this.#sendRuns();
    for (const run of this.ui.runs) this.#openRun(run);
    this.#loadTable();
    addEventListener('dragover', this.#onDrag);
    addEventListener('dragleave', this.#onDrag);
    addEventListener('drop', this.#onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('dragover', this.#onDrag);
    removeEventListener('dragleave', this.#onDrag);
    removeEventListener('drop', this.#onDrop);
  }

  #openRun(run: string): void {
    void this.#loadDetail(run);
    void this.#try(`follow ${run}`, () => this.host.request('esrgan/follow', { run, follow: true }));
  }

  #loadDetail(run: string): Promise<void> {
    return this.#try(`run ${run}`, async () => {
      const detail = await this.host.request('esrgan/run', { run });
      if (this.ui.runs.includes(run)) this.details = new Map(this.details).set(run, detail);
    });
  }

  #query(): ComparisonQuery {
    const { runs, models, baseline, showsPublished, showsPerceptual } = this.ui;
    const protocols = [
      ...defaultProtocols,
      ...(showsPublished ? [publishedProtocol] : []),
      ...(showsPerceptual ? Object.values(perceptualProtocols).map(({ name }) => name) : []),
    ];
    return { runs, models, protocols, baseline };
  }

  #loadTable(): void {
    void this.#comparisonRequest.request(this.#query());
  }

  async #try(key: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.#clearProblem(key);
    } catch (error) {
      this.#reportProblem(key, error);
    }
  }

  #reportProblem(key: string, error: unknown): void {
    this.problems = new Map(this.problems).set(key, messageOf(error));
  }

  #clearProblem(key: string): void {
    if (!this.problems.has(key)) return;
    this.problems = new Map([...this.problems].filter(([each]) => each !== key));
  }

  override willUpdate(): void {
    this.#shownRuns = shownRuns(this.ui.runs, this.details);
    this.#visited.add(this.ui.tab);
  }

  override render() {
    const { ui } = this;
    return html`
      <div class="row">
        <h1 class="visually-hidden">Run comparison</h1>
        <ul class="runs" aria-label="Runs">
          ${this.#shownRuns.map((run) => this.#renderRun(run))}
        </ul>
        <button class="push" title="Select runs to compare, or drag runs here from the Runs view while holding Shift" @click=${() => this.#try('runs', () => this.#pickRuns())}>${icon('add')}Runs…</button>
        <label class="end">
          Baseline
          <select
            @change=${(event: Event) => {
              if (event.target instanceof HTMLSelectElement)
                this.#setState({ baseline: event.target.value || null });
            }}
          >
            <option value="" ?selected=${ui.baseline === null}>None</option>
            ${this.#shownRuns.map(({ run, name }) => html`<option value=${run} ?selected=${run === ui.baseline}>${name}</option>`)}
          </select>
        </label>
      </div>
      ${[...new Set(this.problems.values())].map((problem) => html`<div class="problem" role="alert">${problem}</div>`)}
      ${tabRow({ label: 'Comparison', tabs, names: tabNames, chosen: ui.tab, onChoose: (tab) => this.#setState({ tab }) })}
      ${tabs.map(
        (tab) => html`<div
          id=${`panel-${tab}`}
          role="tabpanel"
          aria-labelledby=${`tab-${tab}`}
          ?hidden=${tab !== ui.tab}
          @state-change=${(event: CustomEvent<Partial<CompareState>>) => this.#setState(event.detail)}
          @problem=${(event: CustomEvent<string>) => {
            if (event.detail === '') this.#clearProblem(tab);
            else this.#reportProblem(tab, event.detail);
          }}
        >${this.#visited.has(tab) ? this.#renderTab(tab) : nothing}</div>`,
      )}
    `;
  }

  #renderRun({ run, name, color }: ShownRun) {
    return html`<li>
      <button
        class="name"
        title=${`${run}\nOpen run`}
        @click=${() => this.#try('open', () => this.host.request('host/command', { command: 'esrgan.openRun', args: [{ run }] }))}
      >
        <span class="swatch" ${setVariable('--run-color', color)}></span><span>${name}</span>
      </button>
      <button class="icon" aria-label=${`Remove ${name} from the comparison`} title="Remove from the comparison" @click=${() => this.#setRuns(this.ui.runs.filter((each) => each !== run))}>${icon('close')}</button>
    </li>`;
  }

  #renderTab(tab: Tab) {
    const { host, ui, comparison, jobs } = this;
    const runs = this.#shownRuns;
    const isShown = tab === ui.tab;
    switch (tab) {
      case 'table':
        return html`<table-tab .host=${host} .runs=${runs} .comparison=${comparison} .jobs=${jobs} .state=${ui} .query=${this.#query()}></table-tab>`;
      case 'tradeoff':
        return html`<tradeoff-tab .host=${host} .runs=${runs} .comparison=${comparison} .query=${this.#query()} .ui=${ui.tradeoff}></tradeoff-tab>`;
      case 'curves':
        return html`<curves-tab .host=${host} .runs=${runs} .ui=${ui.curves}></curves-tab>`;
      case 'images':
        return html`<images-tab .host=${host} .runs=${runs} .comparison=${comparison} .jobs=${jobs} .state=${ui} .isShown=${isShown}></images-tab>`;
      case 'config':
        return html`<config-tab .host=${host} .runs=${runs} .baseline=${ui.baseline} .ui=${ui.config}></config-tab>`;
      case 'checkpoints':
        return html`<checkpoints-tab .host=${host} .runs=${runs} .jobs=${jobs} .ui=${ui.checkpoints} .isShown=${isShown}></checkpoints-tab>`;
    }
  }

  async #pickRuns(): Promise<void> {
    const { runs } = await this.host.request('host/pickRuns', { runs: this.ui.runs });
    if (runs) this.#setRuns(runs);
  }

  #setRuns(runs: readonly string[]): void {
    const chosen = runs.slice(0, maximumComparedRuns);
    const { runs: before, baseline } = this.ui;
    this.#clearProblem('drop');
    this.details = new Map([...this.details].filter(([run]) => chosen.includes(run)));
    this.#setState({
      runs: chosen,
      baseline: baseline !== null && chosen.includes(baseline) ? baseline : (chosen[0] ?? null),
    });
    // The host may reload the page when it receives them.
    this.#saver.saveNow();
    void this.#sendRuns();
    for (const run of chosen) if (!before.includes(run)) this.#openRun(run);
    for (const run of before) {
      if (!chosen.includes(run)) {
        void this.#try(`follow ${run}`, () => this.host.request('esrgan/follow', { run, follow: false }));
      }
    }
  }

  #sendRuns(): Promise<void> {
    return this.#try('runs', () => this.host.request('host/setRuns', { runs: this.ui.runs }));
  }

  #setState(change: Partial<CompareState>): void {
    const before = JSON.stringify(this.#query());
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
    if (JSON.stringify(this.#query()) !== before) this.#loadTable();
  }

  readonly #onDrag = (event: DragEvent): void => {
    const isOver = event.type === 'dragover' && draggedTypes(event).length > 0;
    this.classList.toggle('dropping', isOver);
    if (isOver) event.preventDefault();
  };

  readonly #onDrop = (event: DragEvent): void => {
    this.classList.remove('dropping');
    const [type] = draggedTypes(event);
    if (type === undefined) return;
    event.preventDefault();
    const uris = (event.dataTransfer?.getData(type) ?? '').split(/\r?\n/).filter(Boolean);
    void this.#try('drop', async () => {
      const { runs } =
        type === draggedRunsType
          ? await this.host.request('host/draggedRuns', null)
          : await this.host.request('host/runsOf', { uris });
      if (runs.length === 0) throw new Error('The dropped items are not runs of this workspace.');
      const { runs: compared, omitted } = addRuns(this.ui.runs, runs);
      this.#setRuns(compared);
      if (omitted.length === 0) return;
      throw new Error(
        `Up to ${maximumComparedRuns} runs can be compared. Not added: ${omitted.map(fileName).join(', ')}.`,
      );
    });
  };
}

/** The data types of a drag that name runs or files, the most specific first. */
function draggedTypes({ dataTransfer }: DragEvent): string[] {
  return [draggedRunsType, 'application/vnd.code.uri-list', 'text/uri-list'].filter((type) =>
    dataTransfer?.types.includes(type),
  );
}

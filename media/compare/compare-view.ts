import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import {
  type Comparison,
  type ComparisonQuery,
  maximumComparedRuns,
} from '../../server/protocol/comparison.ts';
import type { Job } from '../../server/protocol/jobs.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import { draggedRunsType } from '../../server/protocol/webview.ts';
import { controlStyles } from '../components/control-styles.ts';
import { setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { onThemeChange } from '../components/theme-change.ts';
import type { Host } from '../host.ts';
import './checkpoints/checkpoints-tab.ts';
import { type CompareState, parseState, type Tab, tabs } from './compare-state.ts';
import './config/config-tab.ts';
import './curves/curves-tab.ts';
import './images/images-tab.ts';
import { Latest } from './latest.ts';
import { nameOf, type ShownRun, shownRuns, withRuns } from './runs.ts';
import { publishedProtocol } from './table/table-model.ts';
import './table/table-tab.ts';

const tabNames: Readonly<Record<Tab, string>> = {
  table: 'Table',
  curves: 'Curves',
  images: 'Images',
  config: 'Config',
  checkpoints: 'Checkpoints',
};

/** Offered for every test set, whatever was measured before. */
const usualProtocols = ['paper-y', 'rgb'];

/** Runs beside each other. It holds what the host last said of them, and how the person looks at it. */
@customElement('compare-view')
export class CompareView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; padding: 10px 16px 24px; min-height: 100vh; box-sizing: border-box; }
      :host(.dropping) { outline: 2px dashed var(--wb-focus); outline-offset: -4px; }
      h1 { margin: 0; font-size: inherit; font-weight: 600; }
      .runs { display: flex; flex-wrap: wrap; gap: 4px; margin: 0; padding: 0; list-style: none; }
      .runs li { display: inline-flex; align-items: center; max-width: 34ch; border: 1px solid var(--wb-line); border-radius: 4px; }
      .runs .name { display: inline-flex; align-items: center; gap: 6px; min-width: 0; padding: 1px 2px 1px 7px; border-radius: 4px; }
      .runs .name span:last-child { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .runs .icon { width: 20px; height: 20px; color: var(--wb-quiet); }
      .tabs { display: flex; gap: 2px; margin: 10px 0 12px; border-bottom: 1px solid var(--wb-line); }
      .tabs button { padding: 4px 12px 5px; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--wb-quiet); border-radius: 3px 3px 0 0; }
      .tabs button[aria-selected='true'] { color: var(--wb-text); border-bottom-color: var(--vscode-panelTitle-activeBorder, var(--wb-focus)); }
      @media (forced-colors: active) { .tabs button[aria-selected='true'] { border-bottom-color: Highlight; } }
      [role='tabpanel']:focus-visible { outline: 1px solid var(--wb-focus); outline-offset: 4px; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** The run directories that the page was made for. */
  @property({ attribute: false }) runs: readonly string[] = [];

  @state() private ui!: CompareState;
  @state() private details: ReadonlyMap<string, RunDetail> = new Map();
  @state() private comparison: Comparison | null = null;
  @state() private jobs: ReadonlyMap<string, Job> = new Map();
  @state() private problems: ReadonlyMap<string, string> = new Map();
  /** The tabs that were open once; they stay as they are while others are shown. */
  #visited = new Set<Tab>();
  #keeping: ReturnType<typeof setTimeout> | undefined;
  #endThemeWatch: (() => void) | null = null;
  #shownRuns: readonly ShownRun[] = [];

  readonly #table = new Latest(
    (query: ComparisonQuery) => this.host.request('esrgan/comparison', query),
    (comparison) => {
      this.comparison = comparison;
      this.#solve('comparison');
    },
    (error) => this.#report('comparison', error),
  );

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = parseState(this.host.getState(), this.runs);
    this.#keepNow();
    this.host.onNotification('esrgan/runChanged', ({ run, parts }) => {
      if (!this.ui.runs.includes(run)) return;
      if (parts.some((part) => part !== 'points' && part !== 'log')) void this.#askForDetail(run);
      if (parts.includes('evaluations') || parts.includes('checkpoints')) this.#askForTable();
    });
    this.host.onNotification('esrgan/jobChanged', (job) => {
      this.jobs = new Map(this.jobs).set(job.job, job);
      if (job.state === 'finished' && job.task.kind === 'evaluation') this.#askForTable();
    });
    void this.#try('jobs', async () => {
      const jobs = await this.host.request('esrgan/jobs', null);
      this.jobs = new Map([...jobs.map((job) => [job.job, job] as const), ...this.jobs]);
    });
    this.#endThemeWatch = onThemeChange(() => this.requestUpdate());
    if (this.ui.runs !== this.runs) void this.#tellRuns();
    for (const run of this.ui.runs) this.#begin(run);
    this.#askForTable();
    addEventListener('pagehide', this.#keepNow);
    addEventListener('dragover', this.#onDrag);
    addEventListener('dragleave', this.#onDrag);
    addEventListener('drop', this.#onDrop);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#endThemeWatch?.();
    removeEventListener('pagehide', this.#keepNow);
    removeEventListener('dragover', this.#onDrag);
    removeEventListener('dragleave', this.#onDrag);
    removeEventListener('drop', this.#onDrop);
  }

  #begin(run: string): void {
    void this.#askForDetail(run);
    void this.#try(`follow ${run}`, () => this.host.request('esrgan/follow', { run, follow: true }));
  }

  #askForDetail(run: string): Promise<void> {
    return this.#try(`run ${run}`, async () => {
      const detail = await this.host.request('esrgan/run', { run });
      if (this.ui.runs.includes(run)) this.details = new Map(this.details).set(run, detail);
    });
  }

  #query(): ComparisonQuery {
    const { runs, models, baseline, showsPublished } = this.ui;
    const protocols = showsPublished ? [...usualProtocols, publishedProtocol] : usualProtocols;
    return { runs, models, protocols, baseline };
  }

  #askForTable(): void {
    void this.#table.ask(this.#query());
  }

  async #try(what: string, action: () => Promise<unknown>): Promise<void> {
    try {
      await action();
      this.#solve(what);
    } catch (error) {
      this.#report(what, error);
    }
  }

  #report(what: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.problems = new Map(this.problems).set(what, message);
  }

  #solve(what: string): void {
    if (!this.problems.has(what)) return;
    this.problems = new Map([...this.problems].filter(([each]) => each !== what));
  }

  override willUpdate(): void {
    this.#shownRuns = shownRuns(this.ui.runs, this.details);
    this.#visited.add(this.ui.tab);
  }

  override render() {
    const { ui } = this;
    return html`
      <div class="row">
        <h1 class="visually-hidden">Comparison of runs</h1>
        <ul class="runs" aria-label="Runs">
          ${this.#shownRuns.map((run) => this.#renderRun(run))}
        </ul>
        <button class="push" title="Choose the runs; or drag some here from the view of runs with Shift" @click=${() => this.#try('runs', () => this.#pickRuns())}>${icon('add')}Runs…</button>
        <label class="end">
          baseline
          <select
            @change=${(event: Event) => {
              if (event.target instanceof HTMLSelectElement)
                this.#setState({ baseline: event.target.value || null });
            }}
          >
            <option value="" ?selected=${ui.baseline === null}>none</option>
            ${this.#shownRuns.map(({ run, name }) => html`<option value=${run} ?selected=${run === ui.baseline}>${name}</option>`)}
          </select>
        </label>
      </div>
      ${[...new Set(this.problems.values())].map((problem) => html`<div class="problem" role="alert">${problem}</div>`)}
      <div class="tabs" role="tablist" aria-label="Comparison" @keydown=${this.#moveInTabs}>
        ${tabs.map(
          (tab) => html`<button
            id=${`tab-${tab}`}
            role="tab"
            aria-selected=${tab === ui.tab}
            aria-controls=${`panel-${tab}`}
            tabindex=${tab === ui.tab ? 0 : -1}
            @click=${() => this.#setState({ tab })}
          >${tabNames[tab]}</button>`,
        )}
      </div>
      ${tabs.map(
        (tab) => html`<div
          id=${`panel-${tab}`}
          role="tabpanel"
          aria-labelledby=${`tab-${tab}`}
          ?hidden=${tab !== ui.tab}
          @state-change=${(event: CustomEvent<Partial<CompareState>>) => this.#setState(event.detail)}
          @problem=${(event: CustomEvent<string>) => {
            if (event.detail === '') this.#solve(tab);
            else this.#report(tab, event.detail);
          }}
        >${this.#visited.has(tab) ? this.#renderTab(tab) : nothing}</div>`,
      )}
    `;
  }

  #renderRun({ run, name, color }: ShownRun) {
    return html`<li>
      <button
        class="name"
        title=${`${run}\nShow the run`}
        @click=${() => this.#try('open', () => this.host.request('host/command', { command: 'esrgan.openRun', args: [{ run }] }))}
      >
        <span class="swatch" ${setVariable('--run-color', color)}></span><span>${name}</span>
      </button>
      <button class="icon" aria-label=${`Take ${name} out of the comparison`} title="Take out of the comparison" @click=${() => this.#setRuns(this.ui.runs.filter((each) => each !== run))}>${icon('close')}</button>
    </li>`;
  }

  #renderTab(tab: Tab) {
    const { host, ui, comparison, jobs } = this;
    const runs = this.#shownRuns;
    const isShown = tab === ui.tab;
    switch (tab) {
      case 'table':
        return html`<table-tab .host=${host} .runs=${runs} .comparison=${comparison} .jobs=${jobs} .state=${ui} .query=${this.#query()}></table-tab>`;
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

  #moveInTabs(event: KeyboardEvent): void {
    const at = tabs.indexOf(this.ui.tab);
    const next = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const tab = next === undefined ? undefined : tabs[next];
    if (!tab) return;
    event.preventDefault();
    this.#setState({ tab });
    this.renderRoot.querySelector<HTMLElement>(`#tab-${tab}`)?.focus();
  }

  async #pickRuns(): Promise<void> {
    const { runs } = await this.host.request('host/pickRuns', { runs: this.ui.runs });
    if (runs) this.#setRuns(runs);
  }

  #setRuns(runs: readonly string[]): void {
    const kept = runs.slice(0, maximumComparedRuns);
    const before = this.ui.runs;
    const { baseline } = this.ui;
    this.#solve('drop');
    this.details = new Map([...this.details].filter(([run]) => kept.includes(run)));
    this.#setState({
      runs: kept,
      baseline: baseline !== null && kept.includes(baseline) ? baseline : (kept[0] ?? null),
    });
    // The page may be made anew for them.
    this.#keepNow();
    void this.#tellRuns();
    for (const run of kept) if (!before.includes(run)) this.#begin(run);
    for (const run of before) {
      if (!kept.includes(run)) {
        void this.#try(`follow ${run}`, () => this.host.request('esrgan/follow', { run, follow: false }));
      }
    }
  }

  #tellRuns(): Promise<void> {
    return this.#try('runs', () => this.host.request('host/setRuns', { runs: this.ui.runs }));
  }

  #setState(change: Partial<CompareState>): void {
    const before = JSON.stringify(this.#query());
    this.ui = { ...this.ui, ...change };
    this.#keeping ??= setTimeout(this.#keepNow, 100);
    if (JSON.stringify(this.#query()) !== before) this.#askForTable();
  }

  readonly #keepNow = (): void => {
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    this.host.setState(this.ui);
  };

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
      if (runs.length === 0) throw new Error('What was dropped is no run that is known here.');
      const { runs: compared, left } = withRuns(this.ui.runs, runs);
      this.#setRuns(compared);
      if (left.length === 0) return;
      throw new Error(
        `At most ${maximumComparedRuns} runs can be compared: there was no room for ${left.map(nameOf).join(', ')}.`,
      );
    });
  };
}

/** The kinds of what is dragged that name runs or files, the most telling first. */
function draggedTypes({ dataTransfer }: DragEvent): string[] {
  return [draggedRunsType, 'application/vnd.code.uri-list', 'text/uri-list'].filter((type) =>
    dataTransfer?.types.includes(type),
  );
}

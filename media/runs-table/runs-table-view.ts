import { css, html, LitElement, noChange, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { maximumComparedRuns } from '../../server/protocol/comparison.ts';
import { actionsOf } from '../../server/protocol/run-actions.ts';
import type { TableRow } from '../../server/protocol/run-table.ts';
import type { webviewCommands } from '../../server/protocol/webview.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { isOneOf } from '../../trainer/guards/guards.ts';
import { runStates, stages } from '../../trainer/run-state/run-state.ts';
import { toCsv } from '../../trainer/run-table/csv.ts';
import type { Filter, FilterProblem } from '../../trainer/run-table/filter.ts';
import { selectColumns } from '../../trainer/run-table/select-columns.ts';
import type { Cell, Column, ColumnKind } from '../../trainer/run-table/table.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { tabRow, tabRowStyles } from '../components/tab-row.ts';
import { onThemeChange } from '../components/theme-change.ts';
import type { Host } from '../host.ts';
import { StateSaver } from '../page-state.ts';
import { filtersOfCell, withFilter } from './cell-filters.ts';
import './filter-field.ts';
import { emptyTable, mergeTable, type PageTable } from './merge-table.ts';
import {
  type Line,
  linesOf,
  movedOrder,
  nextSort,
  orderedColumns,
  type ShownColumn,
  shownColumns,
  shownRows,
} from './shown-table.ts';
import './parallel-tab.ts';
import './scatter-tab.ts';
import type { GridAction } from './table-grid.ts';
import './table-grid.ts';
import { initialState, restoreTableState, type Tab, type TableState, tabs } from './table-state.ts';

type WebviewCommand = (typeof webviewCommands)[number];

const tabNames: Readonly<Record<Tab, string>> = {
  table: 'Table',
  parallel: 'Parallel Coordinates',
  scatter: 'Scatter',
};

/** Milliseconds between two requests for changes, at least: a running run changes every other second. */
const pause = 1000;

/** The kinds of columns by which rows are grouped. */
const groupedKinds: readonly ColumnKind[] = ['text', 'boolean', 'list'];

/** Keys that do something with the selected runs. */
const keys: Readonly<Record<string, WebviewCommand>> = {
  c: 'esrgan.compareRuns',
  t: 'esrgan.editTags',
  n: 'esrgan.editNote',
  g: 'esrgan.setGroup',
  r: 'esrgan.resumeRun',
  Delete: 'esrgan.deleteRun',
};

/** What is open above the table. */
type Menu =
  | { readonly kind: 'column'; readonly column: Column; readonly anchor: DOMRect }
  | { readonly kind: 'cell'; readonly column: Column; readonly cell: Cell; readonly anchor: DOMRect }
  | { readonly kind: 'columns'; readonly anchor: DOMRect };

interface MenuItem {
  readonly title: string;
  readonly run: () => void;
}

/** The table of all runs: holds the rows, and what the person chose. */
@customElement('runs-table-view')
export class RunsTableView extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    tabRowStyles,
    css`
      :host { display: flex; flex-direction: column; gap: 8px; height: 100vh; padding: 8px 12px 10px; box-sizing: border-box; overflow: hidden; }
      h1 { margin: 0; }
      .tools { align-items: flex-start; }
      .tools > label { min-height: 26px; }
      [role='tabpanel'] { flex: 1; min-height: 0; display: flex; flex-direction: column; }
      [role='tabpanel'][hidden] { display: none; }
      table-grid, parallel-tab, scatter-tab { flex: 1; min-height: 0; }
      .count { padding: 3px 0; white-space: nowrap; }
      .menu { position: fixed; margin: 0; inset: auto; padding: 4px; position-area: none; }
      .menu button { display: block; width: 100%; padding: 3px 10px; text-align: left; border-radius: 3px; white-space: nowrap; }
      .menu button:hover, .menu button:focus { background: var(--vscode-menu-selectionBackground, var(--wb-hover)); color: var(--vscode-menu-selectionForeground, inherit); outline: 1px solid var(--vscode-menu-selectionBorder, transparent); outline-offset: -1px; }
      .columns { display: flex; flex-direction: column; gap: 3px; min-width: 20em; }
      .columns label { color: inherit; padding: 1px 4px; }
      .columns h3 { margin: 6px 4px 2px; }
    `,
  ];

  @property({ attribute: false }) host!: Host;
  /** The state of an earlier page in the workspace. */
  @property({ attribute: false }) saved: unknown = null;

  @state() private ui: TableState = initialState;
  @state() private table: PageTable = emptyTable;
  @state() private selected: ReadonlySet<string> = new Set();
  @state() private problem = '';
  @state() private menu: Menu | undefined;
  @state() private columnSearch = '';
  #lastFilter: Filter | undefined;
  #rows: readonly TableRow[] = [];
  #filterProblem: FilterProblem | undefined;
  #lines: readonly Line[] = [];
  #columns: readonly ShownColumn[] = [];
  /** What `#columns` follow from. */
  #columnReasons: readonly unknown[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isLoading = false;
  #isStale = false;
  #savedText = '';
  readonly #saver = new StateSaver(
    this,
    () => ({
      setState: (ui) => {
        this.host.setState(ui);
        const text = JSON.stringify(ui);
        if (text === this.#savedText) return;
        this.#savedText = text;
        void this.#try(() => this.host.request('host/saveState', { state: text }));
      },
    }),
    () => this.ui,
  );

  constructor() {
    super();
    onThemeChange(this, () => this.requestUpdate());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.ui = restoreTableState(this.host.getState() ?? this.saved);
    this.#savedText = JSON.stringify(this.ui);
    this.#saver.saveNow();
    this.host.onNotification('esrgan/runsChanged', () => this.#loadSoon());
    this.addEventListener('contextmenu', this.#onContextMenu);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('contextmenu', this.#onContextMenu);
    clearTimeout(this.#timer);
  }

  #loadSoon(): void {
    if (this.#isLoading) this.#isStale = true;
    else
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#load();
      }, pause);
  }

  async #load(): Promise<void> {
    this.#isLoading = true;
    await this.#try(async () => {
      const answer = await this.host.request('esrgan/runTable', { since: this.table.revision });
      this.table = mergeTable(this.table, answer);
      const runs = new Set(this.table.rows.map(({ run }) => run));
      if ([...this.selected].some((run) => !runs.has(run)))
        this.selected = new Set([...this.selected].filter((run) => runs.has(run)));
    });
    this.#isLoading = false;
    if (!this.#isStale) return;
    this.#isStale = false;
    this.#loadSoon();
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
    const [now, before] = [this.ui, changed.get('ui')];
    if (!changed.has('table') && (!changed.has('ui') || now === before)) return;
    const { columns } = this.table;
    const shown = shownRows(this.table, this.ui, this.#lastFilter);
    this.#lastFilter = shown.filter;
    this.#filterProblem = shown.problem;
    this.#rows = shown.rows;
    const { order, shown: chosen, pinned } = this.ui;
    const reasons = [this.table, order, chosen, pinned];
    // A filter changes no column.
    if (reasons.some((each, index) => each !== this.#columnReasons[index]))
      this.#columns = shownColumns(columns, this.table.rows, this.ui);
    this.#columnReasons = reasons;
    this.#lines = linesOf(shown.rows, columns, this.ui.group);
  }

  override updated(changed: PropertyValues): void {
    if (!changed.has('menu')) return;
    const popover = this.renderRoot.querySelector<HTMLElement>('.menu');
    if (popover === null || this.menu === undefined) return;
    popover.showPopover();
    const { left, bottom, top } = this.menu.anchor;
    const { width, height } = popover.getBoundingClientRect();
    popover.style.left = `${Math.max(4, Math.min(left, innerWidth - width - 4))}px`;
    popover.style.top = `${bottom + height > innerHeight ? Math.max(4, top - height) : bottom}px`;
    popover.querySelector<HTMLElement>('button, input')?.focus();
  }

  override render() {
    const { ui, table, selected } = this;
    const hasRows = table.rows.length > 0;
    const count = this.#rows.length;
    const all = table.rows.length;
    return html`
      <h1 class="visually-hidden">Runs</h1>
      <div class="row tools">
        <filter-field
          .value=${ui.filter}
          .columns=${table.columns}
          .rows=${table.rows}
          .problem=${this.#filterProblem}
          @filter-change=${(event: CustomEvent<string>) => this.#set({ filter: event.detail })}
        ></filter-field>
        <span class="count quiet" role="status">${count === all ? `${formatCount(all)} runs` : `${formatCount(count)} of ${formatCount(all)} runs`}${selected.size > 0 ? `, ${formatCount(selected.size)} selected` : ''}</span>
        <button
          class="push"
          title=${`Compare the selected runs, up to ${maximumComparedRuns} (C)`}
          ?disabled=${selected.size === 0 || selected.size > maximumComparedRuns}
          @click=${() => this.#command('esrgan.compareRuns')}
        >${icon('diff')}Compare</button>
        <label><input type="checkbox" .checked=${ui.showsArchived} @change=${(event: Event) => {
          if (event.target instanceof HTMLInputElement) this.#set({ showsArchived: event.target.checked });
        }}>Archived</label>
        <label>Group by <select @change=${(event: Event) => {
          if (event.target instanceof HTMLSelectElement) this.#set({ group: event.target.value || null });
        }}>
          <option value="" ?selected=${ui.group === null}>nothing</option>
          ${table.columns
            .filter(({ kind, key, isEqual }) => groupedKinds.includes(kind) && key !== 'name' && !isEqual)
            .map(({ key }) => html`<option value=${key} ?selected=${key === ui.group}>${key}</option>`)}
        </select></label>
        <button class="push" aria-haspopup="dialog" @click=${(event: MouseEvent) => {
          if (event.currentTarget instanceof HTMLElement)
            this.menu = { kind: 'columns', anchor: event.currentTarget.getBoundingClientRect() };
        }}>${icon('table')}Columns…</button>
        <button class="push" title="Save the rows and columns that are shown as CSV" @click=${this.#saveCsv}>${icon('export')}CSV</button>
      </div>
      ${this.problem === '' ? nothing : html`<div class="problem" role="alert">${this.problem}</div>`}
      ${tabRow({ label: 'Runs', tabs, names: tabNames, chosen: ui.tab, onChoose: (tab) => this.#set({ tab }) })}
      ${tabs.map(
        (tab) =>
          html`<div id=${`panel-${tab}`} role="tabpanel" aria-labelledby=${`tab-${tab}`} ?hidden=${tab !== ui.tab}>${
            // A tab that is not shown stays as it was, and costs nothing.
            tab !== ui.tab
              ? noChange
              : hasRows
                ? this.#renderTab(tab)
                : html`<p class="empty">${table.revision === null ? 'Looking for runs…' : 'No runs. Start one from a run file.'}</p>`
          }</div>`,
      )}
      ${this.menu === undefined ? nothing : this.#renderMenu(this.menu)}
    `;
  }

  #renderTab(tab: Tab) {
    switch (tab) {
      case 'table':
        return html`<table-grid
          .columns=${this.#columns}
          .lines=${this.#lines}
          .sort=${this.ui.sort}
          .selected=${this.selected}
          .archivedIndex=${this.#index('archived')}
          .pinnedIndex=${this.#index('pinned')}
          @grid-action=${(event: CustomEvent<GridAction>) => this.#onGridAction(event.detail)}
          @keydown=${this.#onKey}
        ></table-grid>`;
      case 'parallel':
        return html`<parallel-tab
          .columns=${this.table.columns}
          .rows=${this.#rows}
          .selected=${this.selected}
          .ui=${this.ui.parallel}
          @parallel-change=${(event: CustomEvent<TableState['parallel']>) => this.#set({ parallel: event.detail })}
          @brush-filter=${(event: CustomEvent<string>) =>
            this.#set({
              filter: withFilter(this.ui.filter, event.detail),
              parallel: { ...this.ui.parallel, brushes: {} },
            })}
        ></parallel-tab>`;
      case 'scatter':
        return html`<scatter-tab
          .columns=${this.table.columns}
          .rows=${this.#rows}
          .selected=${this.selected}
          .ui=${this.ui.scatter}
          @scatter-change=${(event: CustomEvent<TableState['scatter']>) => this.#set({ scatter: event.detail })}
          @run-click=${(event: HTMLElementEventMap['run-click']) => this.#onRunClick(event.detail)}
        ></scatter-tab>`;
    }
  }

  #renderMenu(menu: Menu) {
    const content =
      menu.kind === 'columns'
        ? this.#renderColumns()
        : html`<div role="menu" aria-label=${menu.column.key} @keydown=${this.#moveInMenu}>${this.#itemsOf(
            menu,
          ).map(
            ({ title, run }) =>
              html`<button role="menuitem" tabindex="-1" @click=${() => {
                this.#closeMenu();
                run();
              }}>${title}</button>`,
          )}</div>`;
    return html`<div class="menu" popover="auto" @toggle=${(event: ToggleEvent) => {
      if (event.newState === 'closed') this.menu = undefined;
    }}>${content}</div>`;
  }

  #closeMenu(): void {
    this.renderRoot.querySelector<HTMLElement>('.menu')?.hidePopover();
    this.menu = undefined;
    this.renderRoot.querySelector<HTMLElement>('table-grid')?.focus();
  }

  #itemsOf(menu: Exclude<Menu, { kind: 'columns' }>): readonly MenuItem[] {
    const { ui } = this;
    const { column } = menu;
    const { key } = column;
    if (menu.kind === 'cell') {
      return filtersOfCell(column, menu.cell).map(({ title, expression }) => ({
        title: `Filter: ${title}`,
        run: () => this.#set({ filter: withFilter(ui.filter, expression) }),
      }));
    }
    const shown = this.#columns.map((each) => each.column.key);
    const move = (by: 1 | -1) => () =>
      this.#set({ order: movedOrder(this.table.columns, ui.order, shown, key, by) });
    const isPinned = ui.pinned.includes(key);
    const place = shown.indexOf(key);
    const item = (title: string, run: () => void, isPossible = true): MenuItem[] =>
      isPossible ? [{ title, run }] : [];
    return [
      ...item('Sort ascending', () => this.#set({ sort: [{ key, descending: false }] })),
      ...item('Sort descending', () => this.#set({ sort: [{ key, descending: true }] })),
      ...item(
        'Sort by it as well',
        () => this.#set({ sort: nextSort(ui.sort, column, true) }),
        ui.sort.length > 0,
      ),
      ...item(
        ui.group === key ? 'Do not group' : 'Group by it',
        () => this.#set({ group: ui.group === key ? null : key }),
        key !== 'name' && groupedKinds.includes(column.kind),
      ),
      ...item(
        isPinned ? 'Unpin' : 'Pin to the left',
        () =>
          this.#set({ pinned: isPinned ? ui.pinned.filter((each) => each !== key) : [...ui.pinned, key] }),
        key !== 'name',
      ),
      ...item('Move left', move(-1), place > 1 && !isPinned),
      ...item('Move right', move(1), place > 0 && place < shown.length - 1 && !isPinned),
      ...item('Hide', () => this.#set({ shown: { ...ui.shown, [key]: false } }), key !== 'name'),
    ];
  }

  #renderColumns() {
    const shown = new Set(this.#columns.map(({ column }) => column.key));
    const search = this.columnSearch.toLowerCase();
    const all = orderedColumns(this.table.columns, this.ui.order).filter(({ key }) =>
      key.toLowerCase().includes(search),
    );
    const groups = [
      ['Run', 'run'],
      ['Metrics', 'metric'],
      ['Run file', 'config'],
      ['Run file, the same in all runs', 'equal'],
    ] as const;
    return html`<div class="columns" role="dialog" aria-label="Columns">
      <input type="search" aria-label="Search columns" placeholder="Search" .value=${this.columnSearch} @input=${(
        event: Event,
      ) => {
        if (event.target instanceof HTMLInputElement) this.columnSearch = event.target.value;
      }}>
      ${groups.map(([title, source]) => {
        const columns = all.filter((column) => (column.isEqual ? 'equal' : column.source) === source);
        return columns.length === 0
          ? nothing
          : html`<h3>${title}</h3>${columns.map(
              ({ key }) =>
                html`<label><input type="checkbox" .checked=${shown.has(key)} @change=${(event: Event) => {
                  if (event.target instanceof HTMLInputElement)
                    this.#set({ shown: { ...this.ui.shown, [key]: event.target.checked } });
                }}>${key}</label>`,
            )}`;
      })}
      <button class="link" @click=${() => this.#set({ shown: {}, order: [], pinned: [] })}>Reset columns</button>
    </div>`;
  }

  #moveInMenu(event: KeyboardEvent): void {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#closeMenu();
      return;
    }
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('.menu button')];
    const at = buttons.findIndex((button) => button.matches(':focus'));
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  }

  #index(key: string): number {
    return this.table.columns.findIndex((column) => column.key === key);
  }

  #set(change: Partial<TableState>): void {
    this.ui = { ...this.ui, ...change };
    this.#saver.saveSoon();
  }

  #onGridAction(action: GridAction): void {
    switch (action.kind) {
      case 'sort':
        this.#set({ sort: nextSort(this.ui.sort, action.column, action.isAdded) });
        break;
      case 'select':
        this.selected = new Set(action.runs);
        break;
      case 'open':
        void this.#try(() =>
          this.host.request('host/command', { command: 'esrgan.openRun', args: [{ run: action.run }] }),
        );
        break;
      case 'column-menu':
        this.menu = { kind: 'column', column: action.column, anchor: action.anchor };
        break;
      case 'cell-menu':
        this.menu = { kind: 'cell', column: action.column, cell: action.cell, anchor: action.anchor };
        break;
    }
  }

  #onRunClick({ run, isOpened, isAdded }: HTMLElementEventMap['run-click']['detail']): void {
    if (isOpened) this.#onGridAction({ kind: 'open', run });
    else this.selected = new Set(isAdded ? [...this.selected, run] : [run]);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey) {
      if (event.key !== 'f' || event.altKey) return;
      event.preventDefault();
      this.renderRoot.querySelector<HTMLElement>('filter-field')?.focus();
      return;
    }
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const command = keys[name] ?? this.#toggleOf(name);
    if (command === undefined || this.selected.size === 0) return;
    event.preventDefault();
    void this.#command(command);
  }

  /** Pins or archives the selected runs, or undoes that where all are. */
  #toggleOf(key: string): WebviewCommand | undefined {
    const isEvery = (column: string) =>
      this.#selectedRows().every(({ cells }) => cells[this.#index(column)] === true);
    if (key === 'p') return isEvery('pinned') ? 'esrgan.unpinRuns' : 'esrgan.pinRuns';
    if (key === 'a') return isEvery('archived') ? 'esrgan.unarchiveRuns' : 'esrgan.archiveRuns';
    return undefined;
  }

  /** In the order of the table. */
  #selectedRows(): readonly TableRow[] {
    return this.#rows.filter(({ run }) => this.selected.has(run));
  }

  async #command(command: WebviewCommand): Promise<void> {
    const [first, ...others] = this.#selectedRows().map(({ run }) => ({ run }));
    if (first === undefined) return;
    await this.#try(() =>
      this.host.request('host/command', {
        command,
        args: others.length === 0 ? [first] : [first, [first, ...others]],
      }),
    );
  }

  /** Names the right-clicked or selected runs, and what can be done to all of them, for the menu of the editor. */
  readonly #onContextMenu = (event: MouseEvent): void => {
    const run = event
      .composedPath()
      .map((each) => (each instanceof HTMLElement ? each.dataset.run : undefined))
      .find((each) => each !== undefined);
    if (run === undefined) {
      delete this.dataset.vscodeContext;
      return;
    }
    if (!this.selected.has(run)) this.selected = new Set([run]);
    const rows = this.#selectedRows();
    const possible = rows.map((row) => this.#actionsOf(row));
    const first = possible[0] ?? [];
    const actions = first.filter((action) => possible.every((each) => each.includes(action)));
    const has = (key: string) => rows.every(({ cells }) => cells[this.#index(key)] === true);
    this.dataset.vscodeContext = JSON.stringify({
      webviewSection: 'runs',
      runs: rows.map((row) => row.run),
      runActions: actions.join(' '),
      runNotes: `${has('pinned') ? 'pinned' : 'unpinned'} ${has('archived') ? 'archived' : 'unarchived'}`,
      preventDefaultContextMenuItems: true,
    });
  };

  #actionsOf({ cells }: TableRow) {
    const [state, stage] = [cells[this.#index('state')], cells[this.#index('stage')]];
    if (!isOneOf(runStates)(state)) return [];
    return actionsOf({ kind: 'esrgan', state, stage: isOneOf(stages)(stage) ? stage : null });
  }

  async #saveCsv(): Promise<void> {
    const keysShown = this.#columns.map(({ column }) => column.key);
    const selected = selectColumns({ columns: this.table.columns, rows: this.#rows }, keysShown);
    if ('problem' in selected) return;
    await this.#try(() =>
      this.host.request('host/save', { name: 'runs.csv', content: toCsv(selected.table) }),
    );
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'runs-table-view': RunsTableView;
  }
}

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import type { TableRow } from '../../server/protocol/run-table.ts';
import { formatCell } from '../../trainer/run-table/format-cell.ts';
import type { SortKey } from '../../trainer/run-table/sort-rows.ts';
import { type Cell, type Column, isEmpty } from '../../trainer/run-table/table.ts';
import { setVariable } from '../components/css-variable.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';
import { runColor } from '../run-colors.ts';
import type { Line, ShownColumn } from './shown-table.ts';

/** What the person did in the table. */
export type GridAction =
  | { readonly kind: 'sort'; readonly column: Column; readonly isAdded: boolean }
  | { readonly kind: 'select'; readonly runs: readonly string[] }
  | { readonly kind: 'open'; readonly run: string }
  | { readonly kind: 'column-menu'; readonly column: Column; readonly anchor: DOMRect }
  | {
      readonly kind: 'cell-menu';
      readonly column: Column;
      readonly cell: Cell;
      readonly anchor: DOMRect;
    };

declare global {
  interface HTMLElementEventMap {
    'grid-action': CustomEvent<GridAction>;
  }
  interface HTMLElementTagNameMap {
    'table-grid': TableGrid;
  }
}

/** Height of a line in CSS pixels; a constant, so that only lines on the screen are rendered. */
const lineHeight = 24;
const headHeight = 28;
/** Lines that are rendered above and below the screen. */
const overscan = 8;
/** Pixels of a column besides its text: padding, and a margin for wide letters. */
const columnPadding = 22;

/** The active cell: a line (-1: the head) and a column. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/** What a line shows besides its values; -1: no column of it. */
interface LineState {
  readonly isSelected: boolean;
  readonly activeColumn: number;
  readonly hoveredColumn: number;
}

/** Where a line is in the grid. */
const topOf = (line: number): string => `${headHeight + line * lineHeight}px`;

/** The id of a pinned cell. */
const idOf = (line: number, column: number): string => `cell-${line}-${column}`;

/** The table of runs: a grid whose lines are rendered while they are on the screen. */
@customElement('table-grid')
export class TableGrid extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: block; min-height: 0; overflow: auto; border: 1px solid var(--wb-line); border-radius: 4px; }
      .content { position: relative; display: grid; justify-items: start; min-width: 100%; height: var(--height); }
      [role='grid'] { grid-area: 1 / 1; width: 100%; }
      .head { position: sticky; top: 0; z-index: 3; display: flex; height: ${headHeight}px; background: var(--wb-surface); border-bottom: 1px solid var(--wb-line); box-sizing: border-box; }
      .row, .group { position: absolute; top: var(--top); left: 0; right: 0; height: ${lineHeight}px; contain: strict; }
      .row { background: var(--wb-background); }
      .group { background: var(--wb-surface); }
      .group > span { display: block; padding: 0 8px; line-height: ${lineHeight}px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      /* The cells of pinned columns. One that stays at the left costs less than one in each line: the browser makes a layer of each. */
      .pinned-lines { grid-area: 1 / 1; position: sticky; left: 0; z-index: 1; height: 100%; border-right: 1px solid var(--wb-line); }
      /* Where a column is and how wide it is says the style sheet of the columns. */
      .cell { position: absolute; top: 0; height: 100%; padding: 0 8px; box-sizing: border-box; line-height: ${lineHeight}px; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      .cell.right { text-align: right; }
      .cell.flex { display: flex; align-items: center; gap: 6px; }
      .cell > .text { overflow: hidden; text-overflow: ellipsis; }
      .head .cell { padding: 0 2px 0 8px; cursor: pointer; user-select: none; }
      .head .cell.right { justify-content: flex-end; }
      .head .text { font-weight: 600; }
      .head .pinned { position: sticky; z-index: 1; flex: none; background: inherit; }
      .row.hovered { background: color-mix(in srgb, var(--wb-text) 6%, var(--wb-background)); }
      .row.selected { background: color-mix(in srgb, var(--vscode-focusBorder) 22%, var(--wb-background)); }
      .row.archived { color: var(--wb-quiet); font-style: italic; }
      .cell:focus { outline: 1px solid var(--wb-focus); outline-offset: -1px; z-index: 2; }
      .cell:focus:not(:focus-visible) { outline: none; }
      .swatch { flex: none; width: 10px; height: 10px; border-radius: 2px; background: var(--run-color); forced-color-adjust: none; }
      .head button { margin-left: auto; flex: none; }
      .head .right button { margin-left: 2px; }
      .over { position: absolute; top: 3px; height: 18px; pointer-events: none; }
      .over button { position: absolute; right: 2px; background: var(--wb-surface); pointer-events: auto; }
      .over.right button { right: auto; left: 2px; }
      button.icon { width: 18px; height: 18px; color: var(--wb-quiet); }
      .order { display: inline-flex; align-items: center; color: var(--wb-quiet); font-weight: 400; font-size: 0.9em; }
      .order svg { width: 12px; height: 12px; }
      .digits { position: absolute; visibility: hidden; }
      .quiet { color: var(--wb-quiet); }
      input[type='checkbox'] { margin: 0; accent-color: var(--vscode-progressBar-background, var(--wb-focus)); }
      @media (forced-colors: active) {
        .row.selected { background: Highlight; color: HighlightText; forced-color-adjust: none; }
      }
    `,
  ];

  @property({ attribute: false }) columns: readonly ShownColumn[] = [];
  @property({ attribute: false }) lines: readonly Line[] = [];
  @property({ attribute: false }) sort: readonly SortKey[] = [];
  @property({ attribute: false }) selected: ReadonlySet<string> = new Set();
  /** Place of `archived` among the cells. */
  @property({ attribute: false }) archivedIndex = -1;
  /** Place of `pinned` among the cells. */
  @property({ attribute: false }) pinnedIndex = -1;
  /** The lines and the columns that are rendered. */
  @state() private range = { first: 0, last: 60, left: 0, right: 0 };
  @state() private active: Place = { line: -1, column: 0 };
  @state() private hovered: Place | undefined;
  /** Where a selection with Shift starts. */
  #anchor = 0;
  #frame = 0;
  /** Width of a digit in pixels. */
  #digit = 0;
  readonly #size = new ResizeObserver(() => this.#updateRange());
  /** The place and width of each column. One rule for all cells of a column costs less than a style of each cell. */
  readonly #places = new CSSStyleSheet();

  protected override createRenderRoot() {
    const root = super.createRenderRoot();
    if (root instanceof ShadowRoot) root.adoptedStyleSheets.push(this.#places);
    return root;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('scroll', this.#onScroll, { passive: true });
    this.#size.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('scroll', this.#onScroll);
    this.#size.disconnect();
  }

  readonly #onScroll = (): void => {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.#updateRange();
    });
  };

  #updateRange(): void {
    const first = Math.max(0, Math.floor(this.scrollTop / lineHeight) - overscan);
    const last = Math.ceil((this.scrollTop + this.clientHeight) / lineHeight) + overscan;
    const { left, right } = this.#columnRange();
    const { range } = this;
    if (first !== range.first || last !== range.last || left !== range.left || right !== range.right)
      this.range = { first, last, left, right };
  }

  /** The columns that are not pinned and on the screen: from `left` to before `right`. */
  #columnRange(): { left: number; right: number } {
    const { columns } = this;
    this.#digit ||= (this.renderRoot.querySelector<HTMLElement>('.digits')?.offsetWidth ?? 0) / 10;
    const widthOf = ({ width }: ShownColumn) => width * this.#digit + columnPadding;
    const pinned = columns.filter(({ isPinned }) => isPinned);
    const from = this.scrollLeft;
    const to = from + this.clientWidth - pinned.reduce((sum, column) => sum + widthOf(column), 0);
    let [left, right, at] = [pinned.length, columns.length, 0];
    for (let index = pinned.length; index < columns.length; index++) {
      const column = columns[index];
      if (column === undefined) break;
      const end = at + widthOf(column);
      if (end <= from) left = index + 1;
      if (at >= to && index < right) right = index;
      at = end;
    }
    return {
      left: Math.max(pinned.length, Math.min(left, columns.length) - 1),
      right: Math.min(columns.length, right + 1),
    };
  }

  /**
   * The columns to render: those that are pinned, those on the screen, and that of the active cell, which must exist to have
   * the focus.
   */
  #rendered(): readonly number[] {
    const { columns, range, active } = this;
    const unpinned = columns.findIndex(({ isPinned }) => !isPinned);
    const first = unpinned < 0 ? columns.length : unpinned;
    const isRendered = (index: number) =>
      index < first || (index >= range.left && index < range.right) || index === active.column;
    return columns.flatMap((_, index) => (isRendered(index) ? [index] : []));
  }

  override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('columns')) this.#placeColumns();
    if (!changed.has('lines') && !changed.has('columns')) return;
    this.active = {
      line: Math.min(this.active.line, this.lines.length - 1),
      column: Math.max(0, Math.min(this.active.column, this.columns.length - 1)),
    };
  }

  #placeColumns(): void {
    let characters = 0;
    const widthOf = (count: number) => `calc(${characters}ch + ${columnPadding * count}px)`;
    let pinned = '0px';
    const rules = this.columns.map(({ width, isPinned }, index) => {
      const left = widthOf(index);
      characters += width;
      if (isPinned) pinned = widthOf(index + 1);
      return `.column-${index} { left: ${left}; width: calc(${width}ch + ${columnPadding}px); }`;
    });
    const content = `.content { width: ${widthOf(this.columns.length)}; } .pinned-lines { width: ${pinned}; }`;
    this.#places.replaceSync([content, ...rules].join('\n'));
  }

  override updated(changed: PropertyValues<this>): void {
    // The height has changed, and with it perhaps the position of the scroll bar.
    if (changed.has('lines') || changed.has('columns')) this.#updateRange();
  }

  override render() {
    const { lines, columns, range, active } = this;
    const places = this.#rendered();
    const pinned = places.filter((index) => columns[index]?.isPinned === true);
    const others = places.slice(pinned.length);
    const othersKey = others.join();
    const visible: number[] = [];
    for (let line = range.first; line < Math.min(range.last, lines.length); line++) visible.push(line);
    // The active cell must exist to have the focus.
    if (active.line >= 0 && active.line < lines.length && !visible.includes(active.line))
      visible.push(active.line);
    return html`<span class="digits" aria-hidden="true">0000000000</span><div
      class="content"
      ${setVariable('--height', `${headHeight + lines.length * lineHeight}px`)}
      @keydown=${this.#onKey}
      @pointerover=${this.#onHover}
      @pointerleave=${() => {
        this.hovered = undefined;
      }}
    >
      <div class="pinned-lines" role="presentation">${repeat(
        visible,
        (line) => line,
        (line) => this.#renderPinned(line, pinned),
      )}</div>
      <div
        role="grid"
        aria-label="Runs"
        aria-multiselectable="true"
        aria-rowcount=${lines.length + 1}
        aria-colcount=${columns.length}
      >
        <div class="head" role="row" aria-rowindex="1">
          ${this.#renderCells(places, (column, index) => this.#renderHead(column, index))}
        </div>
        ${repeat(
          visible,
          (line) => line,
          (line) => this.#renderLine(line, pinned, others, othersKey),
        )}
      </div>
    </div>`;
  }

  #renderCells(places: readonly number[], render: (column: ShownColumn, index: number) => unknown) {
    // Each column keeps its elements, and with them the focus.
    return repeat(
      places,
      (index) => index,
      (index) => {
        const column = this.columns[index];
        return column === undefined ? nothing : render(column, index);
      },
    );
  }

  #classOf(index: number): string {
    const column = this.columns[index];
    return [
      `cell column-${index}`,
      ...(column?.isRight === true ? ['right'] : []),
      ...(column?.isPinned === true ? ['pinned'] : []),
    ].join(' ');
  }

  #renderHead({ column, title }: ShownColumn, index: number) {
    const place = this.sort.findIndex(({ key }) => key === column.key);
    const order = this.sort[place];
    const isActive = this.active.line === -1 && this.active.column === index;
    return html`<div
      class=${`${this.#classOf(index)} flex`}
      role="columnheader"
      aria-colindex=${index + 1}
      aria-sort=${order === undefined ? 'none' : order.descending ? 'descending' : 'ascending'}
      data-line="-1"
      data-column=${index}
      data-key=${column.key}
      tabindex=${isActive ? 0 : -1}
      title=${`${title}\nClick to sort; Shift+click to sort by it as well`}
      @click=${(event: MouseEvent) => {
        this.active = { line: -1, column: index };
        this.#emit({ kind: 'sort', column, isAdded: event.shiftKey });
      }}
    ><span class="text">${title}</span>${
      order === undefined
        ? nothing
        : html`<span class="order" aria-hidden="true">${icon(order.descending ? 'arrowDown' : 'arrowUp')}${this.sort.length > 1 ? place + 1 : nothing}</span>`
    }<button class="icon" tabindex="-1" aria-label=${`Column ${column.key}`} title="Column" @click=${(
      event: MouseEvent,
    ) => {
      event.stopPropagation();
      if (event.currentTarget instanceof HTMLElement)
        this.#emit({ kind: 'column-menu', column, anchor: event.currentTarget.getBoundingClientRect() });
    }}>${icon('more')}</button></div>`;
  }

  /** A line beside the pinned columns, which names its cells there. */
  #renderLine(index: number, pinned: readonly number[], others: readonly number[], othersKey: string) {
    const line = this.lines[index];
    if (line === undefined) return nothing;
    const ids = (line.kind === 'row' ? pinned : [0]).map((column) => idOf(index, column)).join(' ');
    const top = setVariable('--top', topOf(index));
    if (line.kind === 'group')
      return html`<div class="group" role="row" aria-rowindex=${index + 2} aria-owns=${ids} ${top}></div>`;
    const { row } = line;
    const state = this.#stateOf(index, row);
    // While the table is scrolled, only lines that come onto the screen are rendered.
    return guard(
      [row, this.columns, othersKey, ...Object.values(state)],
      () => html`<div
        class=${this.#rowClass(row, state)}
        role="row"
        aria-rowindex=${index + 2}
        aria-selected=${state.isSelected}
        aria-owns=${ids}
        data-run=${row.run}
        title=${this.#titleOf(row, state)}
        ${top}
        @click=${(event: MouseEvent) => this.#onClick(event, index)}
        @dblclick=${() => this.#emit({ kind: 'open', run: row.run })}
      >${this.#renderCells(others, (column, place) => this.#renderCell(column, row, index, place, state))}${this.#renderFilter(row, index, state, false)}</div>`,
    );
  }

  /** The cells of a line in the pinned columns, or the head of a group. */
  #renderPinned(index: number, pinned: readonly number[]) {
    const line = this.lines[index];
    if (line === undefined) return nothing;
    const top = setVariable('--top', topOf(index));
    if (line.kind === 'group') {
      const isActive = this.active.line === index;
      return html`<div class="group" role="presentation" ${top}>
        <span id=${idOf(index, 0)} role="gridcell" aria-colspan=${this.columns.length} data-line=${index} data-column="0" tabindex=${isActive ? 0 : -1} title=${line.value || 'none'}><b>${line.value || 'none'}</b> <span class="quiet">${line.count}</span></span>
      </div>`;
    }
    const { row } = line;
    const state = this.#stateOf(index, row);
    return guard(
      [row, this.columns, ...Object.values(state)],
      () => html`<div
        class=${this.#rowClass(row, state)}
        role="presentation"
        data-run=${row.run}
        title=${this.#titleOf(row, state)}
        ${top}
        @click=${(event: MouseEvent) => this.#onClick(event, index)}
        @dblclick=${() => this.#emit({ kind: 'open', run: row.run })}
      >${this.#renderCells(pinned, (column, place) => this.#renderCell(column, row, index, place, state))}${this.#renderFilter(row, index, state, true)}</div>`,
    );
  }

  #stateOf(line: number, { run }: TableRow): LineState {
    const { active, hovered, selected } = this;
    return {
      isSelected: selected.has(run),
      activeColumn: active.line === line ? active.column : -1,
      hoveredColumn: hovered?.line === line ? hovered.column : -1,
    };
  }

  #rowClass({ cells }: TableRow, { isSelected, hoveredColumn }: LineState): string {
    return [
      'row',
      ...(isSelected ? ['selected'] : []),
      ...(hoveredColumn >= 0 ? ['hovered'] : []),
      ...(cells[this.archivedIndex] === true ? ['archived'] : []),
    ].join(' ');
  }

  /** A cell. It is as little as possible: a frame may need hundreds of them. */
  #renderCell(shown: ShownColumn, row: TableRow, line: number, index: number, state: LineState) {
    if (index === 0) return this.#renderName(shown, row, line, state);
    return html`<div
      class=${this.#classOf(index)}
      id=${shown.isPinned ? idOf(line, index) : nothing}
      role="gridcell"
      aria-colindex=${index + 1}
      data-line=${line}
      data-column=${index}
      tabindex=${state.activeColumn === index ? 0 : -1}
    >${formatCell(shown.column, row.cells[shown.index])}</div>`;
  }

  #renderName({ column, index }: ShownColumn, { color, cells }: TableRow, line: number, state: LineState) {
    return html`<div
      class=${`${this.#classOf(0)} flex`}
      id=${idOf(line, 0)}
      role="rowheader"
      aria-colindex="1"
      data-line=${line}
      data-column="0"
      tabindex=${state.activeColumn === 0 ? 0 : -1}
    ><input type="checkbox" tabindex="-1" aria-hidden="true" .checked=${state.isSelected}><span class="swatch" ${setVariable('--run-color', runColor(color))}></span><span class="text">${formatCell(column, cells[index])}</span>${
      cells[this.pinnedIndex] === true
        ? html`<span class="quiet" title="Pinned">${icon('pinned')}<span class="visually-hidden"> pinned</span></span>`
        : nothing
    }</div>`;
  }

  /** The button that filters by the hovered cell, over it. */
  #renderFilter({ cells }: TableRow, line: number, { hoveredColumn }: LineState, isPinned: boolean) {
    const shown = this.columns[hoveredColumn];
    if (shown === undefined || shown.isPinned !== isPinned) return nothing;
    const { column, isRight } = shown;
    const cell = cells[shown.index] ?? null;
    if (isEmpty(cell)) return nothing;
    return html`<div class=${`over column-${hoveredColumn}${isRight ? ' right' : ''}`} aria-hidden="true" data-line=${line} data-column=${hoveredColumn}>
      <button class="icon" tabindex="-1" title="Filter by this value" @click=${(event: MouseEvent) => {
        event.stopPropagation();
        if (event.currentTarget instanceof HTMLElement)
          this.#emit({
            kind: 'cell-menu',
            column,
            cell,
            anchor: event.currentTarget.getBoundingClientRect(),
          });
      }}>${icon('filter')}</button>
    </div>`;
  }

  /** The tooltip of a line: what its hovered cell may have cut. */
  #titleOf({ cells }: TableRow, { hoveredColumn }: LineState): string | typeof nothing {
    const shown = this.columns[hoveredColumn];
    const text = shown === undefined ? '' : formatCell(shown.column, cells[shown.index]);
    return text.length > 20 ? text : nothing;
  }

  #emit(action: GridAction): void {
    this.dispatchEvent(new CustomEvent('grid-action', { detail: action }));
  }

  #onHover(event: Event): void {
    const place = placeOf(event);
    if (place?.line === this.hovered?.line && place?.column === this.hovered?.column) return;
    this.hovered = place !== undefined && place.line >= 0 ? place : undefined;
  }

  #onClick(event: MouseEvent, line: number): void {
    const place = placeOf(event);
    this.active = { line, column: place?.column ?? 0 };
    const isBox = event.composedPath()[0] instanceof HTMLInputElement;
    if (event.shiftKey) this.#selectTo(line);
    else if (event.ctrlKey || event.metaKey || isBox) this.#toggle(line);
    else this.#selectOnly(line);
    void this.#focusActive();
  }

  #runAt(line: number): string | undefined {
    const at = this.lines[line];
    return at?.kind === 'row' ? at.row.run : undefined;
  }

  #selectOnly(line: number): void {
    const run = this.#runAt(line);
    if (run === undefined) return;
    this.#anchor = line;
    this.#emit({ kind: 'select', runs: [run] });
  }

  #toggle(line: number): void {
    const run = this.#runAt(line);
    if (run === undefined) return;
    this.#anchor = line;
    const { selected } = this;
    const runs = selected.has(run) ? [...selected].filter((each) => each !== run) : [...selected, run];
    this.#emit({ kind: 'select', runs });
  }

  #selectTo(line: number): void {
    const [from, to] = [Math.min(this.#anchor, line), Math.max(this.#anchor, line)];
    const runs = this.lines
      .slice(from, to + 1)
      .flatMap((each) => (each.kind === 'row' ? [each.row.run] : []));
    this.#emit({ kind: 'select', runs });
  }

  /** Moves the active cell to a line, and scrolls there. */
  async #moveTo(line: number, column: number): Promise<void> {
    this.active = {
      line: Math.max(-1, Math.min(line, this.lines.length - 1)),
      column: Math.max(0, Math.min(column, this.columns.length - 1)),
    };
    const top = this.active.line * lineHeight;
    if (this.active.line >= 0) {
      const bottom = top + lineHeight + headHeight;
      if (top < this.scrollTop) this.scrollTop = top;
      else if (bottom > this.scrollTop + this.clientHeight) this.scrollTop = bottom - this.clientHeight;
      this.#updateRange();
    }
    await this.#focusActive();
  }

  async #focusActive(): Promise<void> {
    await this.updateComplete;
    const { line, column } = this.active;
    const cell =
      this.renderRoot.querySelector<HTMLElement>(`[data-line="${line}"][data-column="${column}"]`) ??
      this.renderRoot.querySelector<HTMLElement>(`[data-line="${line}"]`);
    cell?.focus({ preventScroll: true });
    if (cell && !cell.classList.contains('pinned')) this.#scrollAside(cell);
  }

  /** Scrolls a cell out from under the pinned columns. */
  #scrollAside(cell: HTMLElement): void {
    const count = this.columns.filter(({ isPinned }) => isPinned).length;
    const lastPinned = this.renderRoot.querySelector<HTMLElement>(
      `[data-line="-1"][data-column="${count - 1}"]`,
    );
    const left = lastPinned?.getBoundingClientRect().right ?? 0;
    const box = cell.getBoundingClientRect();
    const right = this.getBoundingClientRect().left + this.clientWidth;
    if (box.left < left) this.scrollLeft -= left - box.left;
    else if (box.right > right) this.scrollLeft += Math.min(box.right - right, box.left - left);
  }

  #onKey(event: KeyboardEvent): void {
    const { line, column } = this.active;
    const last = this.lines.length - 1;
    const page = Math.max(1, Math.floor((this.clientHeight - headHeight) / lineHeight) - 1);
    const isControl = event.ctrlKey || event.metaKey;
    const target = {
      ArrowDown: [line + 1, column],
      ArrowUp: [line - 1, column],
      ArrowRight: [line, column + 1],
      ArrowLeft: [line, column - 1],
      PageDown: [line + page, column],
      PageUp: [Math.max(line < 0 ? -1 : 0, line - page), column],
      Home: isControl ? [0, 0] : [line, 0],
      End: isControl ? [last, this.columns.length - 1] : [line, this.columns.length - 1],
    }[event.key];
    const shown = this.columns[column];
    if (event.altKey && event.key === 'ArrowDown' && shown !== undefined) {
      event.preventDefault();
      this.#openMenu(shown);
    } else if (target !== undefined && !event.altKey) {
      event.preventDefault();
      const [to = line, aside = column] = target;
      void this.#moveTo(to, aside).then(() => {
        if (event.shiftKey && aside === column && this.active.line >= 0) this.#selectTo(this.active.line);
      });
    } else if (event.key === 'Enter' && shown !== undefined) {
      event.preventDefault();
      const run = this.#runAt(line);
      if (line < 0) this.#emit({ kind: 'sort', column: shown.column, isAdded: event.shiftKey });
      else if (run !== undefined) this.#emit({ kind: 'open', run });
    } else if (event.key === ' ') {
      event.preventDefault();
      if (event.shiftKey) this.#selectTo(line);
      else this.#toggle(line);
    } else if (event.key === 'a' && isControl) {
      event.preventDefault();
      this.#emit({
        kind: 'select',
        runs: this.lines.flatMap((each) => (each.kind === 'row' ? [each.row.run] : [])),
      });
    }
  }

  #openMenu({ column, index }: ShownColumn): void {
    const { line } = this.active;
    const element = this.renderRoot.querySelector(
      `[data-line="${line}"][data-column="${this.active.column}"]`,
    );
    if (element === null) return;
    const anchor = element.getBoundingClientRect();
    const at = this.lines[line];
    if (line < 0) this.#emit({ kind: 'column-menu', column, anchor });
    else if (at?.kind === 'row')
      this.#emit({ kind: 'cell-menu', column, cell: at.row.cells[index] ?? null, anchor });
  }

  /** Gives the focus to the active cell. */
  override focus(): void {
    void this.#focusActive();
  }
}

/** The cell that an event happened in. */
function placeOf(event: Event): Place | undefined {
  for (const element of event.composedPath()) {
    if (!(element instanceof HTMLElement)) continue;
    const { line, column } = element.dataset;
    if (line !== undefined && column !== undefined) return { line: Number(line), column: Number(column) };
  }
  return undefined;
}

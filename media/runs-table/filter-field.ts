import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { type Completion, completeFilter, type FilterProblem } from '../../trainer/run-table/filter.ts';
import type { Column, Row } from '../../trainer/run-table/table.ts';
import { controlStyles } from '../components/control-styles.ts';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';

declare global {
  interface HTMLElementEventMap {
    /** The person changed the expression. */
    'filter-change': CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'filter-field': FilterField;
  }
}

const noCompletion: Completion = { start: 0, end: 0, items: [] };

/** A field for a filter expression, with completion and its problem below. */
@customElement('filter-field')
export class FilterField extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; flex: 1 1 24em; min-width: 12em; position: relative; }
      .field { display: flex; gap: 4px; align-items: center; }
      input[type='text'] { flex: 1; padding: 3px 6px; font-family: var(--vscode-editor-font-family, monospace); }
      input[aria-invalid='true'] { border-color: var(--wb-bad); }
      .problem { margin: 3px 0 0; padding: 0 0 0 8px; }
      .problem.waits { visibility: hidden; }
      .problem pre { margin: 0; font-family: var(--vscode-editor-font-family, monospace); white-space: pre-wrap; }
      .problem mark { background: none; color: var(--wb-bad); text-decoration: underline wavy; }
      ul { position: absolute; z-index: 5; top: 100%; left: 0; min-width: 16em; max-width: 100%; max-height: 15em; overflow: auto; margin: 2px 0 0; padding: 2px; list-style: none; border: 1px solid var(--vscode-menu-border, var(--wb-line)); border-radius: 4px; background: var(--vscode-menu-background, var(--wb-surface)); color: var(--vscode-menu-foreground, var(--wb-text)); box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent); }
      li { padding: 2px 8px; border-radius: 3px; font-family: var(--vscode-editor-font-family, monospace); cursor: pointer; }
      li[aria-selected='true'] { background: var(--vscode-menu-selectionBackground, transparent); color: var(--vscode-menu-selectionForeground, inherit); outline: 1px solid var(--vscode-menu-selectionBorder, transparent); outline-offset: -1px; }
      @media (forced-colors: active) { li[aria-selected='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
    `,
  ];

  @property({ attribute: false }) value = '';
  @property({ attribute: false }) columns: readonly Column[] = [];
  @property({ attribute: false }) rows: readonly Row[] = [];
  @property({ attribute: false }) problem: FilterProblem | undefined;
  @state() private completion: Completion = noCompletion;
  @state() private chosen = -1;
  @state() private hasFocus = false;

  get #input(): HTMLInputElement | null {
    return this.renderRoot.querySelector('input');
  }

  override focus(): void {
    this.#input?.focus();
    this.#input?.select();
  }

  override render() {
    const { value, problem, completion, chosen } = this;
    const isOpen = completion.items.length > 0;
    // While the expression is typed, it may end too early.
    const isShown = problem !== undefined && !(this.hasFocus && problem.start >= value.length);
    return html`<div class="field">
        ${icon('filter')}
        <input
          type="text"
          role="combobox"
          aria-label="Filter"
          aria-expanded=${isOpen}
          aria-controls="completions"
          aria-autocomplete="list"
          aria-activedescendant=${chosen < 0 ? nothing : `completion-${chosen}`}
          aria-invalid=${isShown}
          aria-describedby="problem"
          placeholder="Filter: psnr > 29 and generator.type = compact"
          spellcheck="false"
          autocomplete="off"
          .value=${value}
          @input=${this.#onInput}
          @keydown=${this.#onKey}
          @focus=${() => {
            this.hasFocus = true;
          }}
          @blur=${() => {
            this.hasFocus = false;
            this.#close();
          }}
        >
        ${value === '' ? nothing : html`<button class="icon" title="Clear the filter" aria-label="Clear the filter" @click=${() => this.#change('')}>${icon('close')}</button>`}
      </div>
      <ul id="completions" role="listbox" aria-label="Completions" ?hidden=${!isOpen}>
        ${completion.items.map(
          (item, index) =>
            html`<li id=${`completion-${index}`} role="option" aria-selected=${index === chosen} @mousedown=${(
              event: MouseEvent,
            ) => {
              event.preventDefault();
              this.#accept(item);
            }}>${item}</li>`,
        )}
      </ul>
      <div id="problem" role="status">${
        // Its place is there before it shows: what is below must not move when a click there takes the focus.
        problem !== undefined
          ? html`<div class=${isShown ? 'problem' : 'problem waits'}><pre>${value.slice(0, problem.start)}<mark>${value.slice(problem.start, Math.max(problem.end, problem.start + 1)) || '…'}</mark>${value.slice(Math.max(problem.end, problem.start + 1))}</pre>${problem.message}</div>`
          : nothing
      }</div>`;
  }

  #onInput(event: Event): void {
    if (!(event.target instanceof HTMLInputElement)) return;
    this.#change(event.target.value, false);
    this.#complete();
  }

  #complete(): void {
    const input = this.#input;
    if (input === null) return;
    const position = input.selectionStart ?? input.value.length;
    this.completion = completeFilter(input.value, position, this.columns, this.rows);
    this.chosen = -1;
  }

  #close(): void {
    this.completion = noCompletion;
    this.chosen = -1;
  }

  #onKey(event: KeyboardEvent): void {
    const { items } = this.completion;
    if (event.key === ' ' && event.ctrlKey) {
      event.preventDefault();
      this.#complete();
    } else if (event.key === 'Escape' && items.length > 0) {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if ((event.key === 'ArrowDown' || event.key === 'ArrowUp') && items.length === 0) {
      event.preventDefault();
      this.#complete();
    } else if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const by = event.key === 'ArrowDown' ? 1 : -1;
      this.chosen = (Math.max(this.chosen, by < 0 ? 0 : -1) + by + items.length) % items.length;
      this.updateComplete.then(() =>
        this.renderRoot.querySelector(`#completion-${this.chosen}`)?.scrollIntoView({ block: 'nearest' }),
      );
    } else if ((event.key === 'Enter' || event.key === 'Tab') && items.length > 0) {
      const item = items[Math.max(this.chosen, 0)];
      // Enter applies the filter as it is typed, unless a completion was chosen.
      if (item === undefined || (event.key === 'Enter' && this.chosen < 0)) {
        this.#close();
        return;
      }
      event.preventDefault();
      this.#accept(item);
    }
  }

  #accept(item: string): void {
    const input = this.#input;
    if (input === null) return;
    const { start, end } = this.completion;
    const rest = input.value.slice(end);
    const before = `${input.value.slice(0, start)}${item}${item === '(' || rest.startsWith(' ') ? '' : ' '}`;
    input.value = before + rest;
    input.setSelectionRange(before.length, before.length);
    this.#change(input.value, false);
    this.#complete();
  }

  #change(text: string, isClosed = true): void {
    this.dispatchEvent(new CustomEvent('filter-change', { detail: text }));
    if (isClosed) this.#close();
  }
}

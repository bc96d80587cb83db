import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from '../components/icons.ts';
import { sharedStyles } from '../components/shared-styles.ts';

export type ChartFormat = 'png' | 'svg' | 'csv';

declare global {
  interface HTMLElementEventMap {
    /** Shows the table in place of the plot, or the plot again. */
    'toggle-table': CustomEvent<null>;
    /** The user chose a format to export. */
    'choose-format': CustomEvent<ChartFormat>;
  }
  interface HTMLElementTagNameMap {
    'chart-tools': ChartTools;
  }
}

const formats: readonly ChartFormat[] = ['png', 'svg', 'csv'];

/** The tool bar of a chart: one Tab stop; left and right move between its buttons, up and down in its menu. */
@customElement('chart-tools')
export class ChartTools extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host, .tools { display: flex; }
      .menu { position: relative; }
      .menu [role='menu'] { position: absolute; right: 0; top: 100%; z-index: 5; display: flex; flex-direction: column; padding: 4px; min-width: 96px;
        background: var(--vscode-menu-background, var(--wb-surface)); color: var(--vscode-menu-foreground, var(--wb-text));
        border: 1px solid var(--vscode-menu-border, var(--wb-line)); border-radius: 4px; box-shadow: 0 2px 8px var(--vscode-widget-shadow, transparent); }
      .menu [role='menuitem'] { padding: 2px 8px; text-align: left; border-radius: 3px; }
      .menu [role='menuitem']:focus { background: var(--vscode-menu-selectionBackground, var(--wb-hover)); color: var(--vscode-menu-selectionForeground, inherit); outline: 1px solid var(--vscode-menu-selectionBorder, transparent); outline-offset: -1px; }
    `,
  ];

  /** Heading of the chart. */
  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) isTable = false;

  @state() private isMenuOpen = false;

  override render() {
    return html`<div class="tools" role="toolbar" aria-label=${`${this.heading}: tools`} @keydown=${this.#moveInTools}>
      <button
        class="icon"
        aria-label=${`${this.heading}: ${this.isTable ? 'show as chart' : 'show as table'}`}
        title=${this.isTable ? 'Show as Chart' : 'Show as Table'}
        aria-pressed=${this.isTable}
        @click=${() => this.#emit('toggle-table', null)}
      >${icon('table')}</button>
      <div class="menu" @focusout=${this.#closeMenuOutside} @keydown=${this.#moveInMenu}>
        <button
          class="icon"
          tabindex="-1"
          aria-label=${`${this.heading}: export`}
          title="Export as PNG, SVG or CSV"
          aria-haspopup="menu"
          aria-expanded=${this.isMenuOpen}
          @click=${this.#toggleMenu}
        >${icon('export')}</button>
        ${this.isMenuOpen ? this.#renderMenu() : nothing}
      </div>
    </div>`;
  }

  #renderMenu() {
    return html`<div role="menu" aria-label=${`${this.heading}: export`}>
      ${formats.map(
        (format) => html`<button
          role="menuitem"
          tabindex="-1"
          @click=${() => {
            this.isMenuOpen = false;
            this.#emit('choose-format', format);
          }}
        >${format.toUpperCase()}</button>`,
      )}
    </div>`;
  }

  #toggleMenu(): void {
    this.isMenuOpen = !this.isMenuOpen;
    if (!this.isMenuOpen) return;
    this.updateComplete.then(() => this.#menuItems()[0]?.focus());
  }

  #menuItems(): HTMLElement[] {
    return [...this.renderRoot.querySelectorAll<HTMLElement>('[role="menuitem"]')];
  }

  #closeMenuOutside(event: FocusEvent): void {
    const menu = this.renderRoot.querySelector('.menu');
    if (!(event.relatedTarget instanceof Node && menu?.contains(event.relatedTarget)))
      this.isMenuOpen = false;
  }

  #moveInMenu(event: KeyboardEvent): void {
    if (!this.isMenuOpen) return;
    const items = this.#menuItems();
    const at = items.findIndex((item) => item.matches(':focus'));
    if (event.key === 'Escape') {
      this.isMenuOpen = false;
      this.renderRoot.querySelector<HTMLElement>('.menu > button')?.focus();
    } else if (event.key === 'ArrowDown') {
      items[(at + 1) % items.length]?.focus();
    } else if (event.key === 'ArrowUp') {
      items[(at + items.length - 1) % items.length]?.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  #moveInTools(event: KeyboardEvent): void {
    if (event.key !== 'ArrowLeft' && event.key !== 'ArrowRight') return;
    const buttons = [...this.renderRoot.querySelectorAll<HTMLElement>('button.icon')];
    const other = buttons.find((button) => !button.matches(':focus'));
    for (const button of buttons) button.tabIndex = button === other ? 0 : -1;
    other?.focus();
    event.preventDefault();
  }

  #emit<Name extends 'toggle-table' | 'choose-format'>(
    name: Name,
    detail: HTMLElementEventMap[Name]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

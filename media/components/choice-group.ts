import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { sharedStyles } from './shared-styles.ts';

export interface Choice {
  readonly value: string;
  readonly label: string;
  /** Tooltip, such as the key. */
  readonly title?: string;
}

declare global {
  interface HTMLElementEventMap {
    /** The user chose this value. */
    choose: CustomEvent<string>;
  }
  interface HTMLElementTagNameMap {
    'choice-group': ChoiceGroup;
  }
}

/** A radio group: one Tab stop, arrow keys move within it. */
@customElement('choice-group')
export class ChoiceGroup extends LitElement {
  static override styles = [
    sharedStyles,
    css`
      :host { display: inline-flex; max-width: 100%; }
      .group { display: inline-flex; flex-wrap: wrap; border: 1px solid var(--wb-line); border-radius: 4px; overflow: hidden; }
      button { padding: 1px 8px; white-space: nowrap; }
      button[aria-checked='true'] { background: var(--vscode-button-secondaryBackground, var(--wb-hover)); color: var(--vscode-button-secondaryForeground, inherit); box-shadow: inset 0 -2px var(--wb-focus); }
      @media (forced-colors: active) { button[aria-checked='true'] { background: Highlight; color: HighlightText; forced-color-adjust: none; } }
    `,
  ];

  /** Accessible name. */
  @property({ attribute: false }) label = '';
  @property({ attribute: false }) choices: readonly Choice[] = [];
  @property({ attribute: false }) value = '';

  override render() {
    const hasChosen = this.choices.some(({ value }) => value === this.value);
    return html`<span class="group" role="radiogroup" aria-label=${this.label} @keydown=${this.#onKey}>
      ${this.choices.map(
        ({ value, label, title }, i) => html`<button
          role="radio"
          aria-checked=${value === this.value}
          tabindex=${value === this.value || (!hasChosen && i === 0) ? 0 : -1}
          title=${title ?? ''}
          @click=${() => this.#choose(value)}
        >${label}</button>`,
      )}
    </span>`;
  }

  #onKey(event: KeyboardEvent): void {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (by === undefined || this.choices.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    const at = this.choices.findIndex(({ value }) => value === this.value);
    const next = (at + by + this.choices.length) % this.choices.length;
    this.#choose(this.choices[next]!.value);
    this.renderRoot.querySelectorAll<HTMLElement>('button')[next]?.focus();
  }

  #choose(value: string): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: value }));
  }
}

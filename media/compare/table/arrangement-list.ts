import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { controlStyles } from '../../components/control-styles.ts';
import { icon } from '../../components/icons.ts';
import { sharedStyles } from '../../components/shared-styles.ts';
import { moved } from './table-view.ts';

/** The order of items, and which are hidden. */
export interface Arrangement {
  readonly order: readonly string[];
  readonly hidden: readonly string[];
}

declare global {
  interface HTMLElementEventMap {
    arrange: CustomEvent<Arrangement>;
  }
  interface HTMLElementTagNameMap {
    'arrangement-list': ArrangementList;
  }
}

/** A list of items that can be hidden and moved up and down. */
@customElement('arrangement-list')
export class ArrangementList extends LitElement {
  static override styles = [
    sharedStyles,
    controlStyles,
    css`
      :host { display: block; }
      ul { margin: 0 0 6px; padding: 0; list-style: none; }
      li { display: flex; align-items: center; gap: 2px; }
      li label { flex: 1; min-width: 0; color: inherit; }
      li label span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
      h3 { display: flex; align-items: center; justify-content: space-between; margin: 4px 0; font-size: 0.9em; font-weight: 600; color: var(--wb-quiet); }
    `,
  ];

  @property({ attribute: false }) heading = '';
  @property({ attribute: false }) items: readonly { readonly id: string; readonly label: string }[] = [];
  /** Ids, also of items that currently do not exist. */
  @property({ attribute: false }) hiddenIds: readonly string[] = [];

  override render() {
    const last = this.items.length - 1;
    return html`
      <h3>
        ${this.heading}
        <button class="link" @click=${() => this.#emit([], [])}>Reset</button>
      </h3>
      <ul aria-label=${this.heading}>
        ${this.items.map(
          ({ id, label }, i) => html`<li>
            <label>
              <input type="checkbox" .checked=${!this.hiddenIds.includes(id)} @change=${() => this.#toggle(id)} />
              <span>${label}</span>
            </label>
            <button class="icon" aria-label=${`Move ${label} up`} title="Move up" ?disabled=${i === 0} @click=${() => this.#move(id, -1)}>${icon('arrowUp')}</button>
            <button class="icon" aria-label=${`Move ${label} down`} title="Move down" ?disabled=${i === last} @click=${() => this.#move(id, 1)}>${icon('arrowDown')}</button>
          </li>`,
        )}
      </ul>
    `;
  }

  get #ids(): string[] {
    return this.items.map(({ id }) => id);
  }

  #toggle(id: string): void {
    const hidden = this.hiddenIds.includes(id)
      ? this.hiddenIds.filter((each) => each !== id)
      : [...this.hiddenIds, id];
    this.#emit(this.#ids, hidden);
  }

  #move(id: string, by: number): void {
    this.#emit(moved(this.#ids, id, by), this.hiddenIds);
  }

  #emit(order: readonly string[], hidden: readonly string[]): void {
    this.dispatchEvent(new CustomEvent<Arrangement>('arrange', { detail: { order, hidden } }));
  }
}

import { css, html } from 'lit';

/** The tabs of a page, which has one row of them: their ids are unique. */
export interface TabRow<Tab extends string> {
  /** Accessible name. */
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly names: Readonly<Record<Tab, string>>;
  readonly chosen: Tab;
  readonly onChoose: (tab: Tab) => void;
}

/** Styles of `tabRow`, for the element that contains it. */
export const tabRowStyles = css`
  .tabs { display: flex; flex-wrap: wrap; gap: 2px; border-bottom: 1px solid var(--wb-line); }
  .tabs button { padding: 4px 12px 5px; margin-bottom: -1px; border-bottom: 2px solid transparent; color: var(--wb-quiet); border-radius: 3px 3px 0 0; }
  .tabs button[aria-selected='true'] { color: var(--wb-text); border-bottom-color: var(--vscode-panelTitle-activeBorder, var(--wb-focus)); }
  @media (forced-colors: active) { .tabs button[aria-selected='true'] { border-bottom-color: Highlight; } }
`;

/**
 * A row of tabs: one Tab stop, arrow keys, Home and End move within it. A template and no element, because a tab names its panel
 * (`panel-<tab>`) by its id, which must be in the same root; the panel has `aria-labelledby="tab-<tab>"`.
 */
export function tabRow<Tab extends string>({ label, tabs, names, chosen, onChoose }: TabRow<Tab>) {
  const onKey = (event: KeyboardEvent) => {
    const at = tabs.indexOf(chosen);
    const next = {
      ArrowRight: (at + 1) % tabs.length,
      ArrowLeft: (at + tabs.length - 1) % tabs.length,
      Home: 0,
      End: tabs.length - 1,
    }[event.key];
    const tab = next === undefined ? undefined : tabs[next];
    if (tab === undefined) return;
    event.preventDefault();
    onChoose(tab);
    if (event.currentTarget instanceof HTMLElement)
      event.currentTarget.querySelector<HTMLElement>(`#tab-${tab}`)?.focus();
  };
  return html`<div class="tabs" role="tablist" aria-label=${label} @keydown=${onKey}>
    ${tabs.map(
      (tab) => html`<button
        id=${`tab-${tab}`}
        role="tab"
        aria-selected=${tab === chosen}
        aria-controls=${`panel-${tab}`}
        tabindex=${tab === chosen ? 0 : -1}
        @click=${() => onChoose(tab)}
      >${names[tab]}</button>`,
    )}
  </div>`;
}

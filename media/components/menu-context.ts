/**
 * Shows the context (`data-vscode-context`) of what is right-clicked inside of an element's shadow tree at the element
 * itself: VS Code, which adds the entries of its context menus by it, does not look into shadow trees.
 */
export function showContextsOutside(element: HTMLElement): void {
  element.addEventListener('contextmenu', (event) => {
    const inside = event.composedPath().slice(0, event.composedPath().indexOf(element));
    const context = inside
      .map((each) => (each instanceof HTMLElement ? each.dataset.vscodeContext : undefined))
      .find((each) => each !== undefined);
    if (context === undefined) delete element.dataset.vscodeContext;
    else element.dataset.vscodeContext = context;
  });
}

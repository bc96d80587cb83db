import type { ReactiveControllerHost } from 'lit';

/**
 * Calls back when the colors of the page change, as long as the element is connected: VS Code changes the classes of
 * the body and the variables of the root, the system its contrast or forced colors. Canvases must then be redrawn;
 * everything else follows by CSS.
 */
export function onThemeChange(element: ReactiveControllerHost, callback: () => void): void {
  const observer = new MutationObserver(callback);
  const queries = ['(forced-colors: active)', '(prefers-contrast: more)'].map((query) => matchMedia(query));
  element.addController({
    hostConnected() {
      observer.observe(document.body, {
        attributes: true,
        attributeFilter: ['class', 'data-vscode-theme-id'],
      });
      observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style', 'class'] });
      for (const query of queries) query.addEventListener('change', callback);
    },
    hostDisconnected() {
      observer.disconnect();
      for (const query of queries) query.removeEventListener('change', callback);
    },
  });
}

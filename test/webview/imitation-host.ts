/** What stands in the page in place of VS Code: its API for webviews, over HTTP to the test. Runs in the browser. */
export function imitateHost(): void {
  const stateKey = 'webview-state';
  const api = {
    postMessage(message: unknown) {
      void fetch('/host', {
        method: 'POST',
        body: JSON.stringify(message, (_, value: unknown) =>
          value instanceof Uint8Array ? { bytes: Array.from(value) } : value,
        ),
      })
        .then((response) => response.json())
        .then((reply) => window.postMessage(reply, '*'));
    },
    getState: () => JSON.parse(sessionStorage.getItem(stateKey) ?? 'null') ?? undefined,
    setState(state: unknown) {
      sessionStorage.setItem(stateKey, JSON.stringify(state));
      return state;
    },
  };
  const refused: string[] = [];
  document.addEventListener('securitypolicyviolation', (event) => {
    refused.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`);
  });
  Object.assign(window, { acquireVsCodeApi: () => api, refusedByPolicy: refused });
  new EventSource('/notifications').addEventListener('message', ({ data }) =>
    window.postMessage(JSON.parse(data), '*'),
  );
}

import type { NotificationName, Notifications } from '../server/protocol/messages.ts';
import type { WebviewMessage, WebviewRequestName, WebviewRequests } from '../server/protocol/webview.ts';

/** The editor that hosts this page. */
export interface Host {
  /** Sends a request; rejects with a message for the person. */
  request<Name extends WebviewRequestName>(
    name: Name,
    params: WebviewRequests[Name]['params'],
  ): Promise<WebviewRequests[Name]['result']>;
  /** Calls back for each notification of this name. */
  onNotification<Name extends NotificationName>(
    name: Name,
    callback: (params: Notifications[Name]) => void,
  ): void;
  /** The state that the previous page saved. Its form is unknown: it may be of an older version. */
  getState(): unknown;
  setState(state: unknown): void;
}

/** Connects to the editor; a page can do so once. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  const pending = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<NotificationName, ((params: never) => void)[]>();
  let lastId = 0;

  addEventListener('message', ({ data }: MessageEvent<WebviewMessage>) => {
    if (data.kind === 'notification') {
      for (const listener of listeners.get(data.name) ?? []) listener(data.params as never);
      return;
    }
    const request = pending.get(data.id);
    pending.delete(data.id);
    if (data.kind === 'answer') request?.resolve(data.result);
    else request?.reject(new Error(data.message));
  });

  return {
    request: (name, params) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        pending.set(id, { resolve: resolve as (result: unknown) => void, reject });
        api.postMessage({ kind: 'request', id, name, params });
      }),
    onNotification(name, callback) {
      listeners.set(name, [...(listeners.get(name) ?? []), callback]);
    },
    getState: () => api.getState(),
    setState: (state) => void api.setState(state),
  };
}

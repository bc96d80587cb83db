import type { NotificationName, Notifications } from '../server/protocol/messages.ts';
import type { WebviewMessage, WebviewRequestName, WebviewRequests } from '../server/protocol/webview.ts';

/** The editor that hosts this page. */
export interface Host {
  /** Asks; rejects with the message of a failure, for people. */
  request<Name extends WebviewRequestName>(
    name: Name,
    params: WebviewRequests[Name]['params'],
  ): Promise<WebviewRequests[Name]['result']>;
  /** Calls back for each notification of that name. */
  onNotification<Name extends NotificationName>(
    name: Name,
    callback: (params: Notifications[Name]) => void,
  ): void;
  /** What `setState` kept of the page before this one; of unknown form, as it may be of an older version. */
  getState(): unknown;
  setState(state: unknown): void;
}

/** Connects to the editor; once in the life of a page. */
export function connectHost(): Host {
  const api = acquireVsCodeApi();
  const waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<NotificationName, ((params: never) => void)[]>();
  let lastId = 0;

  addEventListener('message', ({ data }: MessageEvent<WebviewMessage>) => {
    if (data.kind === 'notification') {
      for (const listener of listeners.get(data.name) ?? []) listener(data.params as never);
      return;
    }
    const question = waiting.get(data.id);
    waiting.delete(data.id);
    if (data.kind === 'answer') question?.resolve(data.result);
    else question?.reject(new Error(data.message));
  });

  return {
    request: (name, params) =>
      new Promise((resolve, reject) => {
        const id = ++lastId;
        waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
        api.postMessage({ kind: 'request', id, name, params });
      }),
    onNotification(name, callback) {
      listeners.set(name, [...(listeners.get(name) ?? []), callback]);
    },
    getState: () => api.getState(),
    setState: (state) => void api.setState(state),
  };
}

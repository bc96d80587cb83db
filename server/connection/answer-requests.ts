import type { CancellationToken } from 'vscode-languageserver/node';
import type { ParamsOf, RequestName, ResultOf } from '../protocol/messages.ts';
import type { EditorConnection } from './editor-connection.ts';
import { responseError } from './errors.ts';

/** A handler for each of these requests; `signal` aborts when the editor cancels the request. */
export type Handlers<Names extends RequestName> = {
  readonly [Name in Names]: (
    params: ParamsOf<Name>,
    signal: AbortSignal,
  ) => ResultOf<Name> | Promise<ResultOf<Name>>;
};

/** Registered handlers. */
export interface RequestHandlers {
  /** Aborts the requests in progress; resolves when they have ended. */
  close(): Promise<void>;
}

/** Registers handlers of requests. An error of a handler becomes one message that the editor shows. */
export function answerRequests<Names extends RequestName>(
  connection: EditorConnection,
  handlers: Handlers<Names>,
): RequestHandlers {
  const closing = new AbortController();
  const inProgress = new Set<Promise<unknown>>();
  for (const name in handlers) register(name);

  function register<Name extends Names>(name: Name): void {
    connection.onRequest(name, async (params: ParamsOf<Name>, token: CancellationToken): Promise<unknown> => {
      const answer = handle(name, params, AbortSignal.any([signalOf(token), closing.signal]));
      inProgress.add(answer);
      try {
        return await answer;
      } catch (error) {
        throw responseError(error, connection);
      } finally {
        inProgress.delete(answer);
      }
    });
  }

  async function handle<Name extends Names>(
    name: Name,
    params: ParamsOf<Name>,
    signal: AbortSignal,
  ): Promise<ResultOf<Name>> {
    return handlers[name](params, signal);
  }

  return {
    async close() {
      closing.abort();
      await Promise.allSettled(inProgress);
    },
  };
}

function signalOf(token: CancellationToken): AbortSignal {
  const controller = new AbortController();
  if (token.isCancellationRequested) controller.abort();
  token.onCancellationRequested(() => controller.abort());
  return controller.signal;
}

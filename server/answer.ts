import type { Connection } from 'vscode-languageserver/node';
import { failureOf } from './failure.ts';
import type { ParamsOf, RequestName, ResultOf } from './protocol/messages.ts';

/** An answer to each of these messages. */
export type Handlers<Names extends RequestName> = {
  readonly [Name in Names]: (params: ParamsOf<Name>) => ResultOf<Name> | Promise<ResultOf<Name>>;
};

/** Answers these messages; an error becomes one message that the editor shows. */
export function answer<Names extends RequestName>(connection: Connection, handlers: Handlers<Names>): void {
  for (const name in handlers) register(name);

  function register<Name extends Names>(name: Name): void {
    connection.onRequest(name, async (params: ParamsOf<Name>): Promise<unknown> => {
      try {
        return await handlers[name](params);
      } catch (error) {
        throw failureOf(error, connection);
      }
    });
  }
}

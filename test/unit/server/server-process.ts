import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
} from 'vscode-languageserver/node';
import type { Notifications, ParamsOf, RequestName, ResultOf } from '../../../server/protocol/messages.ts';
import type { RunSummary } from '../../../server/protocol/runs.ts';
import type { StartOptions } from '../../../server/protocol/workspace.ts';

const server = fileURLToPath(new URL('../../../dist/server.js', import.meta.url));

/** The built server as a child process, and the editor's end of the line to it. */
export interface ServerProcess {
  readonly child: ChildProcess;
  request<Name extends RequestName>(
    name: Name,
    params: ParamsOf<Name>,
    token?: CancellationToken,
  ): Promise<ResultOf<Name>>;
  /** Any message of the language server protocol. */
  ask(method: string, params: object): Promise<unknown>;
  notify(method: string, params: object): Promise<void>;
  onRunChanged(listener: (change: Notifications['esrgan/runChanged']) => void): void;
  onMessage(method: string, listener: (params: unknown) => void): void;
  /** The run of that name as soon as `holds` is true of it. */
  until(name: string, holds: (run: RunSummary) => boolean): Promise<RunSummary>;
  /** Ends as the protocol wants it; resolves with the exit code. */
  shutdown(): Promise<number | null>;
}

/**
 * Starts the server for a workspace of one folder; `settings` is the section `esrgan`. Without initialization options the
 * client is an editor without the extension, to which the server sends no notifications about runs.
 */
export async function startServer(
  folder: string,
  settings: Readonly<Record<string, unknown>> = {},
  initializationOptions: StartOptions | null = { isTrusted: true },
): Promise<ServerProcess> {
  const child = fork(server, ['--node-ipc'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
  connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
    items.map(() => settings),
  );
  connection.onRequest('client/registerCapability', () => null);
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const onRun: ((params: Notifications['esrgan/runChanged']) => void)[] = [];
  connection.onNotification('esrgan/runsChanged', changed);
  connection.onNotification('esrgan/runChanged', (params) => tellAll(onRun, params));
  // Whoever waits for a server that has ended waits in vain.
  const ended = once(child, 'exit').then(([code, signal]) => {
    connection.dispose();
    throw new Error(`the server ended with ${signal ?? `exit code ${code}`}`);
  });
  ended.catch(() => undefined);
  connection.listen();
  const uri = pathToFileURL(folder).toString();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'test' }],
    capabilities: {
      workspace: { configuration: true, workspaceFolders: true },
      textDocument: { codeAction: { codeActionLiteralSupport: { codeActionKind: { valueSet: [] } } } },
    },
    initializationOptions,
  });
  await connection.sendNotification('initialized', {});

  const request: ServerProcess['request'] = (name, params, token) =>
    token === undefined ? connection.sendRequest(name, params) : connection.sendRequest(name, params, token);
  return {
    child,
    request,
    ask: (method, params) => connection.sendRequest(method, params),
    notify: (method, params) => connection.sendNotification(method, params),
    onRunChanged(listener) {
      onRun.push(listener);
    },
    onMessage(method, listener) {
      connection.onNotification(method, listener);
    },
    async until(name, holds) {
      while (true) {
        const next = new Promise<void>((resolve) => {
          const listener = () => {
            listeners.delete(listener);
            resolve();
          };
          listeners.add(listener);
        });
        const run = (await request('esrgan/runs', null)).find((each) => each.name === name);
        if (run !== undefined && holds(run)) return run;
        await Promise.race([next, ended]);
      }
    },
    async shutdown() {
      await connection.sendRequest('shutdown');
      await connection.sendNotification('exit');
      if (child.exitCode === null) await once(child, 'exit');
      return child.exitCode;
    },
  };
}

function tellAll<T>(listeners: readonly ((params: T) => void)[], params: T): void {
  for (const listener of listeners) listener(params);
}

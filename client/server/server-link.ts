import { dirname } from 'node:path';
import {
  type CancellationToken,
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  l10n,
  type Uri,
  workspace,
} from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';
import {
  type NotificationName,
  type Notifications,
  type ParamsOf,
  type RequestName,
  type ResultOf,
  startingRequests,
} from '../../server/protocol/messages.ts';
import type { StartOptions } from '../../server/protocol/workspace.ts';
import { messageOf } from '../../trainer/errors/errors.ts';
import { showError } from '../notifications.ts';
import { duplicateHelpMiddleware } from '../run-files/duplicate-help.ts';
import { restrictedMode } from '../workspace-trust.ts';

/** After more crashes than this within `crashWindow` milliseconds the server is not restarted. */
const toleratedCrashes = 4;
const crashWindow = 3 * 60_000;

/** The server cannot be started. A message has been shown. */
export class ServerNotRunning extends Error {}

/**
 * The connection to the server. The first request starts it; after a crash it is restarted. If it keeps crashing, one
 * message offers the log and a restart.
 */
export interface ServerLink extends Disposable {
  /**
   * Sends a request; rejects with the server's message, which a person can act on. Requests that start something are
   * refused in an untrusted workspace.
   */
  request<Name extends RequestName>(
    name: Name,
    params: ParamsOf<Name>,
    token?: CancellationToken,
  ): Promise<ResultOf<Name>>;
  /** Listens to notifications, also after restarts. */
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: Notifications[Name]) => void,
  ): Disposable;
  /** The server has started or restarted; it follows no runs yet. */
  readonly onDidStart: Event<void>;
  /** Starts the server unless it runs. `request` waits for it. */
  start(): void;
  restart(): Promise<void>;
}

/** How the server's program is started: by default in the workspace, where Windows looks for programs first. */
export function serverProgram(module: string) {
  return { module, options: { cwd: dirname(module) } };
}

/** `module` is the server's program; `log` receives its output and the client's. */
export function createServerLink(module: Uri, log: LogOutputChannel): ServerLink {
  const emitters: { [Name in NotificationName]: EventEmitter<Notifications[Name]> } = {
    'esrgan/jobChanged': new EventEmitter(),
    'esrgan/upscalingProgress': new EventEmitter(),
    'esrgan/runsChanged': new EventEmitter(),
    'esrgan/trainingPatchesChanged': new EventEmitter(),
    'esrgan/runChanged': new EventEmitter(),
  };
  const started = new EventEmitter<void>();
  let client: Promise<LanguageClient> | undefined;

  const connect = async (): Promise<LanguageClient> => {
    const { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, TransportKind } = await import(
      'vscode-languageclient/node'
    );
    // The library shows a message for each error; we show one, after the last attempt.
    class QuietClient extends LanguageClient {
      override error(message: string, data?: unknown): void {
        super.error(message, data, false);
      }
    }
    let hasStarted = false;
    let hasEnded = false;
    const initializationOptions: StartOptions = { isTrusted: workspace.isTrusted };
    const made = new QuietClient(
      'esrgan',
      'ESRGAN',
      { ...serverProgram(module.fsPath), transport: TransportKind.ipc },
      {
        documentSelector: [
          ...['file', 'untitled'].flatMap((scheme) => [
            { scheme, language: 'esrgan-yaml' },
            { scheme, language: 'esrgan-json' },
            { scheme, pattern: '**/*.esrgan.{yaml,yml,json}' },
          ]),
          { scheme: 'file', pattern: '**/esrgan-workbench/clusters.yaml' },
        ],
        initializationOptions,
        outputChannel: log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        middleware: duplicateHelpMiddleware,
        // A failure rejects `start()`.
        initializationFailedHandler: () => false,
        errorHandler: {
          error: (_error, _message, count) => ({
            action: (count ?? 0) <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
            handled: true,
          }),
          closed() {
            hasEnded = true;
            if (hasStarted) ended();
            return { action: CloseAction.DoNotRestart, handled: true };
          },
        },
      },
    );
    made.onNotification('esrgan/jobChanged', (params) => emitters['esrgan/jobChanged'].fire(params));
    made.onNotification('esrgan/upscalingProgress', (params) =>
      emitters['esrgan/upscalingProgress'].fire(params),
    );
    made.onNotification('esrgan/runsChanged', (params) => emitters['esrgan/runsChanged'].fire(params));
    made.onNotification('esrgan/runChanged', (params) => emitters['esrgan/runChanged'].fire(params));
    await made.start();
    // The server may have ended before `start` resolved.
    if (hasEnded) throw new Error('it ended immediately');
    hasStarted = true;
    log.info(`The server is running (process ${made.serverProcess?.pid}).`);
    started.fire();
    return made;
  };

  let crashes: readonly number[] = [];
  /** Records a crash and returns whether to restart; shows a message after too many crashes. */
  const recordCrash = (reason: string): boolean => {
    log.warn(reason);
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < crashWindow), now];
    if (crashes.length <= toleratedCrashes) return true;
    void explain(l10n.t('The ESRGAN server crashed {0} times in three minutes.', crashes.length));
    return false;
  };

  /** Starts the server, again after crashes. Requests wait for it. */
  const connectWithRetries = async (): Promise<LanguageClient> => {
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        const cause = messageOf(error);
        const reason = l10n.t('The server did not start: {0}', cause);
        if (!recordCrash(reason)) {
          client = undefined;
          throw new ServerNotRunning(reason);
        }
      }
    }
  };

  const running = (): Promise<LanguageClient> => {
    client ??= connectWithRetries();
    return client;
  };

  const ended = () => {
    client = undefined;
    if (recordCrash('The server ended unexpectedly.')) link.start();
  };

  let explaining = false;
  const explain = async (message: string) => {
    log.error(message);
    if (explaining) return;
    explaining = true;
    const showLog = l10n.t('Show Log');
    const restart = l10n.t('Restart Server');
    const choice = await showError(message, showLog, restart);
    explaining = false;
    if (choice === showLog) log.show();
    // A failure shows this message again.
    else if (choice === restart) await link.restart().catch(() => {});
  };

  const stop = async () => {
    const stopping = client;
    client = undefined;
    // A server that never started needs no stop.
    await stopping?.then((each) => each.dispose()).catch(() => {});
  };

  const trusted = workspace.onDidGrantWorkspaceTrust(() => {
    // A server that starts later gets it in its start options.
    client?.then((server) => server.sendRequest('esrgan/trust', null)).catch(() => {});
  });

  const link: ServerLink = {
    async request<Name extends RequestName>(name: Name, params: ParamsOf<Name>, token?: CancellationToken) {
      if (!workspace.isTrusted && startingRequests.some((each) => each === name)) {
        throw new Error(restrictedMode);
      }
      const server = await running();
      // The library would send `undefined` as a second parameter.
      if (token === undefined) return server.sendRequest<ResultOf<Name>>(name, params);
      return server.sendRequest<ResultOf<Name>>(name, params, token);
    },
    onNotification: (name, listener) => emitters[name].event(listener),
    onDidStart: started.event,
    start() {
      // A message has shown the failure.
      running().catch(() => {});
    },
    async restart() {
      await stop();
      await running();
    },
    dispose() {
      trusted.dispose();
      void stop();
      started.dispose();
      for (const emitter of Object.values(emitters)) emitter.dispose();
    },
  };
  return link;
}

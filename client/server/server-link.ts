import {
  type CancellationToken,
  type Disposable,
  type Event,
  EventEmitter,
  type LogOutputChannel,
  type Uri,
  window,
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
import { otherHelpMiddleware } from '../run-files/other-help.ts';
import { whyNothingStarts } from '../trust.ts';

/** More ends than this in `crashWindow` milliseconds mean that starting again does not help. */
const toleratedCrashes = 4;
const crashWindow = 3 * 60_000;

/** The server does not run, whatever was tried; the person has been told. */
export class ServerNotRunning extends Error {}

/**
 * The way to the server. It is started with the first question, and again when it ends unasked, be it while it starts;
 * when that does not help, the person hears of it once, with a button to the log.
 */
export interface ServerLink extends Disposable {
  /**
   * Asks the server; rejects with its message, which a person can act on. What starts something is not asked in a
   * workspace that is not trusted.
   */
  request<Name extends RequestName>(
    name: Name,
    params: ParamsOf<Name>,
    token?: CancellationToken,
  ): Promise<ResultOf<Name>>;
  /** Hears what the server tells, from whichever start of it. */
  onNotification<Name extends NotificationName>(
    name: Name,
    listener: (params: Notifications[Name]) => void,
  ): Disposable;
  /** The server is there: for the first time, or again after it ended; what it was asked to follow is forgotten. */
  readonly onDidStart: Event<void>;
  /** Begins to start it where it does not run. Nobody has to wait for that: `request` does. */
  start(): void;
  restart(): Promise<void>;
}

/** `module` is the server's program; `log` takes its words and the client's. */
export function createServerLink(module: Uri, log: LogOutputChannel): ServerLink {
  const told: { [Name in NotificationName]: EventEmitter<Notifications[Name]> } = {
    'esrgan/jobChanged': new EventEmitter(),
    'esrgan/upscalingProgress': new EventEmitter(),
    'esrgan/runsChanged': new EventEmitter(),
    'esrgan/runChanged': new EventEmitter(),
  };
  const started = new EventEmitter<void>();
  let client: Promise<LanguageClient> | undefined;

  const connect = async (): Promise<LanguageClient> => {
    const { CloseAction, ErrorAction, LanguageClient, RevealOutputChannelOn, TransportKind } = await import(
      'vscode-languageclient/node'
    );
    // The library shows a message for each thing that goes wrong; we tell the person once, when trying has ended.
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
      { module: module.fsPath, transport: TransportKind.ipc },
      {
        documentSelector: ['file', 'untitled'].flatMap((scheme) => [
          { scheme, language: 'esrgan-yaml' },
          { scheme, language: 'esrgan-json' },
          { scheme, pattern: '**/*.esrgan.{yaml,yml,json}' },
        ]),
        initializationOptions,
        outputChannel: log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        middleware: otherHelpMiddleware,
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
    made.onNotification('esrgan/jobChanged', (params) => told['esrgan/jobChanged'].fire(params));
    made.onNotification('esrgan/upscalingProgress', (params) =>
      told['esrgan/upscalingProgress'].fire(params),
    );
    made.onNotification('esrgan/runsChanged', (params) => told['esrgan/runsChanged'].fire(params));
    made.onNotification('esrgan/runChanged', (params) => told['esrgan/runChanged'].fire(params));
    await made.start();
    // It may have answered and ended before the library was ready.
    if (hasEnded) throw new Error('It ended at once.');
    hasStarted = true;
    log.info(`The server runs: process ${made.serverProcess?.pid}.`);
    started.fire();
    return made;
  };

  let crashes: readonly number[] = [];
  /** Takes down that it ended or did not start, and why; where that was too often, the person is told. */
  const isWorthAnotherStart = (why: string): boolean => {
    log.warn(why);
    const now = Date.now();
    crashes = [...crashes.filter((time) => now - time < crashWindow), now];
    if (crashes.length <= toleratedCrashes) return true;
    void explain(`The ESRGAN server ended ${crashes.length} times in three minutes.`);
    return false;
  };

  /** Starts it as often as it takes; what is asked meanwhile waits for that. */
  const connectAtLast = async (): Promise<LanguageClient> => {
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        const reason = `The server did not start: ${error instanceof Error ? error.message : error}`;
        if (!isWorthAnotherStart(reason)) {
          client = undefined;
          throw new ServerNotRunning(reason);
        }
      }
    }
  };

  const running = (): Promise<LanguageClient> => {
    client ??= connectAtLast();
    return client;
  };

  const ended = () => {
    client = undefined;
    if (isWorthAnotherStart('The server ended unasked.')) link.start();
  };

  let explaining = false;
  const explain = async (message: string) => {
    log.error(message);
    if (explaining) return;
    explaining = true;
    const choice = await window.showErrorMessage(message, 'Show Log', 'Start Again');
    explaining = false;
    if (choice === 'Show Log') log.show();
    // Where that fails, it is told in the same way.
    else if (choice === 'Start Again') await link.restart().catch(() => {});
  };

  const stop = async () => {
    const stopping = client;
    client = undefined;
    // One that never started has nothing to stop.
    await stopping?.then((each) => each.dispose()).catch(() => {});
  };

  const trusted = workspace.onDidGrantWorkspaceTrust(() => {
    // A server that does not run is told when it starts.
    client?.then((server) => server.sendRequest('esrgan/trust', null)).catch(() => {});
  });

  const link: ServerLink = {
    async request<Name extends RequestName>(name: Name, params: ParamsOf<Name>, token?: CancellationToken) {
      if (!workspace.isTrusted && startingRequests.some((each) => each === name)) {
        throw new Error(whyNothingStarts);
      }
      const server = await running();
      // Absent, it would count as a second parameter.
      if (token === undefined) return server.sendRequest<ResultOf<Name>>(name, params);
      return server.sendRequest<ResultOf<Name>>(name, params, token);
    },
    onNotification: (name, listener) => told[name].event(listener),
    onDidStart: started.event,
    start() {
      // The reason of a failure has been told.
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
      for (const emitter of Object.values(told)) emitter.dispose();
    },
  };
  return link;
}

import { basename } from 'node:path';
import {
  type ClientCapabilities,
  type Connection,
  ErrorCodes,
  ExecuteCommandRequest,
  MessageType,
  ResponseError,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { readRunFileText } from '../../trainer/config/index.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { isOneOf } from '../../trainer/guards/guards.ts';
import { responseError } from '../connection/errors.ts';
import { showMessage } from '../connection/show-message.ts';
import type { Manager } from '../experiments/manager.ts';
import { isCommandTarget, type LensCommand, lensCommands } from '../protocol/commands.ts';
import { createLensCommands } from './lens-commands.ts';

interface CommandSources {
  readonly capabilities: ClientCapabilities;
  manager(): Promise<Manager>;
  /** Writes a page that shows these runs; returns its path. */
  writeReport(runs: readonly string[]): Promise<string>;
  /** A person has started or resumed a run. */
  onStart(): void;
}

const isLensCommand = isOneOf(lensCommands);

const startingCommands: readonly LensCommand[] = [
  'esrgan.startPretraining',
  'esrgan.startTraining',
  'esrgan.startBothStages',
  'esrgan.startOn',
  'esrgan.runAgain',
  'esrgan.resumeRun',
];

/** Executes the commands of code lenses for editors without the extension. */
export function registerCommands(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  { capabilities, manager, writeReport, onStart }: CommandSources,
): void {
  const commands = createLensCommands({ manager, requireSaved, showReport, choose });

  /** A run starts with the file on the disk, so unsaved changes would be ignored silently. */
  function requireSaved(file: string): void {
    const identity = pathIdentity(file);
    const document = documents.all().find(({ uri }) => pathIdentity(URI.parse(uri).fsPath) === identity);
    if (document === undefined || document.getText() === readRunFileText(file)) return;
    throw new WorkbenchError('usage', `Save ${basename(file)} first: it has unsaved changes.`);
  }

  async function choose<Action extends string>(
    message: string,
    actions: readonly Action[],
  ): Promise<Action | undefined> {
    const chosen = await connection.window.showInformationMessage(
      message,
      ...actions.map((title) => ({ title })),
    );
    return actions.find((each) => each === chosen?.title);
  }

  /** Opens the page of these runs in a browser, or says where it is. */
  async function showReport(runs: readonly string[]): Promise<void> {
    const path = await writeReport(runs);
    const isShown =
      capabilities.window?.showDocument?.support === true &&
      (await connection.window.showDocument({ uri: URI.file(path).toString(), external: true })).success;
    if (!isShown) showMessage(connection, MessageType.Info, `Open the report in a browser: ${path}`);
  }

  connection.onRequest(ExecuteCommandRequest.type, async ({ command, arguments: given }) => {
    const target: unknown = given?.[0];
    if (!isLensCommand(command) || !isCommandTarget(target)) {
      throw new ResponseError(ErrorCodes.InvalidParams, `${command} is not a command of a code lens.`);
    }
    try {
      const message = await commands[command](target);
      if (startingCommands.includes(command)) onStart();
      if (message !== undefined) showMessage(connection, MessageType.Info, message);
    } catch (error) {
      throw responseError(error, connection);
    }
    return null;
  });
}

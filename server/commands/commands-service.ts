import { basename } from 'node:path';
import {
  type ClientCapabilities,
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
import { isOneOf } from '../../trainer/guards/guards.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import { responseError } from '../connection/errors.ts';
import { openedFile } from '../connection/opened-file.ts';
import { showMessage } from '../connection/show-message.ts';
import type { Manager } from '../experiments/manager.ts';
import { isCommandTarget, type LensCommand, lensCommands } from '../protocol/commands.ts';
import { createLensCommands } from './lens-commands.ts';

interface CommandSources {
  readonly capabilities: ClientCapabilities;
  manager(): Promise<Manager>;
  /** Writes a page that shows these runs; returns its path. */
  writeReport(runs: readonly string[]): Promise<string>;
  /** Writes a page with patches that a stage trains on; returns its path. */
  writePatches(file: string, stage: Stage): Promise<string>;
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
  connection: EditorConnection,
  documents: TextDocuments<TextDocument>,
  { capabilities, manager, writeReport, writePatches, onStart }: CommandSources,
): void {
  const commands = createLensCommands({ manager, requireSaved, showReport, showPatches, choose });

  /** A run starts with the file on the disk, so unsaved changes would be ignored silently. */
  function requireSaved(file: string): void {
    const document = openedFile(documents, file);
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

  async function showReport(runs: readonly string[]): Promise<void> {
    await showPage(await writeReport(runs));
  }

  async function showPatches(file: string, stage: Stage): Promise<void> {
    await showPage(await writePatches(file, stage));
  }

  /** Opens a page in a browser, or says where it is. */
  async function showPage(path: string): Promise<void> {
    const uri = URI.file(path).toString();
    const isShown =
      capabilities.window?.showDocument?.support === true &&
      (await connection.window.showDocument({ uri, external: true })).success;
    if (!isShown) showMessage(connection, MessageType.Info, `Open the page in a browser: ${uri}`);
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

import { type MessageType, ShowMessageNotification } from 'vscode-languageserver/node';
import { plainText } from '../../trainer/format/markup.ts';
import type { EditorConnection } from './editor-connection.ts';
import { logDefect } from './errors.ts';

/** Shows a message without a button, so that the editor has no answer to send. */
export function showMessage(connection: EditorConnection, type: MessageType, message: string): void {
  connection
    .sendNotification(ShowMessageNotification.type, {
      type,
      message: plainText(connection.withRelativePaths(message)),
    })
    .catch((error: unknown) => logDefect(error, connection));
}

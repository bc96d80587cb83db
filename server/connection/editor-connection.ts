import type { Connection } from 'vscode-languageserver/node';

/** The connection to the editor. */
export interface EditorConnection extends Connection {
  /**
   * A text for people, with the paths in the workspace relative to it; those next to `file`, if that is elsewhere, relative to
   * its folder.
   */
  withRelativePaths(text: string, file?: string): string;
}

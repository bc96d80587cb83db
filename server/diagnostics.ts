import type { Connection, Diagnostic, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { DatasetFiles } from '../trainer/config/index.ts';
import { logDefect } from './failure.ts';
import { diagnose } from './language/diagnose.ts';
import type { RunDocument } from './language/document.ts';

/** Milliseconds without a keystroke before the disk is looked at. */
const pause = 400;

/**
 * Tells the editor the problems of open run files: those of the text at each change, those that need the disk once
 * nobody types. Until then what the disk said before stands.
 */
export function publishDiagnostics(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  runDocument: (uri: string) => RunDocument | undefined,
  files: DatasetFiles,
): { /** Looks at the disk again for every open document. */ refresh(): void } {
  /** By URI, what only the disk says, as of the last look. */
  const ofDisk = new Map<string, readonly Diagnostic[]>();
  const timers = new Map<string, NodeJS.Timeout>();

  function publish(document: TextDocument, diagnostics: readonly Diagnostic[]): void {
    const { uri, version } = document;
    connection
      .sendDiagnostics({ uri, version, diagnostics: [...diagnostics] })
      .catch((error: unknown) => logDefect(error, connection));
  }

  function lookAtText(document: TextDocument): readonly Diagnostic[] {
    const run = runDocument(document.uri);
    return run === undefined ? [] : diagnose(run);
  }

  function lookAtDisk(document: TextDocument): void {
    const run = runDocument(document.uri);
    if (run === undefined) return;
    const all = diagnose(run, { files });
    const ofText = new Set(diagnose(run).map((each) => JSON.stringify(each)));
    ofDisk.set(
      document.uri,
      all.filter((each) => !ofText.has(JSON.stringify(each))),
    );
    publish(document, all);
  }

  function lookLater(document: TextDocument): void {
    clearTimeout(timers.get(document.uri));
    const timer = setTimeout(() => guarded(() => lookAtDisk(document)), pause);
    timers.set(document.uri, timer);
  }

  /** A defect in a check must not take the server down. */
  function guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      logDefect(error, connection);
    }
  }

  documents.onDidChangeContent(({ document }) => {
    guarded(() => publish(document, [...lookAtText(document), ...(ofDisk.get(document.uri) ?? [])]));
    lookLater(document);
  });
  documents.onDidClose(({ document }) => {
    clearTimeout(timers.get(document.uri));
    timers.delete(document.uri);
    ofDisk.delete(document.uri);
    publish(document, []);
  });
  return {
    refresh() {
      for (const document of documents.all()) lookLater(document);
    },
  };
}

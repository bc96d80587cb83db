import type { Diagnostic, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { EditorConnection } from '../connection/editor-connection.ts';
import { logDefect } from '../connection/errors.ts';
import { carryOver } from './carry-over.ts';
import { diagnose } from './diagnose.ts';
import type { DiskThread } from './disk/disk-thread.ts';
import type { RunDocument } from './document.ts';

/** Milliseconds without a keystroke before the disk is checked. */
const delay = 400;

/** What `publishDiagnostics` needs. */
interface ProblemSources {
  runDocument(uri: string): RunDocument | undefined;
  readonly disk: DiskThread;
  /** URL of the documentation of a problem's code. */
  codeDescription(code: string): string | undefined;
}

/**
 * Publishes the diagnostics of open run files: those of the text at each change, those of the disk after a pause in
 * typing, from the disk thread. Until then, the previous ones of the disk remain.
 */
export function publishDiagnostics(
  connection: EditorConnection,
  documents: TextDocuments<TextDocument>,
  { runDocument, disk, codeDescription }: ProblemSources,
): { /** Checks the disk again for every open document. */ refresh(): void } {
  /** By URI, the last diagnostics of the disk and the text that they belong to. */
  const ofDisk = new Map<string, { readonly text: string; readonly problems: readonly Diagnostic[] }>();
  const timers = new Map<string, NodeJS.Timeout>();

  function publish(document: TextDocument): void {
    const { uri, version } = document;
    const run = runDocument(uri);
    if (run === undefined) return;
    const last = ofDisk.get(uri);
    const problems = [...diagnose(run), ...(last ? carryOver(last.problems, last.text, run.text) : [])];
    const shown = ({ message }: Diagnostic) =>
      typeof message === 'string' ? connection.withRelativePaths(message, run.file) : message;
    const diagnostics = problems.map((problem) => ({ ...withDocs(problem), message: shown(problem) }));
    send({ uri, version, diagnostics });
  }

  function send(params: { uri: string; version: number; diagnostics: Diagnostic[] }): void {
    connection.sendDiagnostics(params).catch((error: unknown) => logDefect(error, connection));
  }

  function withDocs(problem: Diagnostic): Diagnostic {
    const href = codeDescription(String(problem.code));
    return href === undefined ? problem : { ...problem, codeDescription: { href } };
  }

  function checkDisk(document: TextDocument): void {
    const { uri, version } = document;
    const run = runDocument(uri);
    if (run === undefined || run.syntax.refusal) return;
    const { text, file } = run;
    disk.request(uri, { kind: 'problems', text, file, uri }, (response) => {
      if ('error' in response) logDefect(response.error, connection);
      // A changed text is checked again by its own request.
      if (!('problems' in response) || documents.get(uri)?.version !== version) return;
      ofDisk.set(uri, { text, problems: response.problems });
      logDefects(() => publish(document));
    });
  }

  function checkDiskLater(document: TextDocument): void {
    clearTimeout(timers.get(document.uri));
    const timer = setTimeout(() => logDefects(() => checkDisk(document)), delay);
    timers.set(document.uri, timer);
  }

  /** Keeps the server running if a check throws. */
  function logDefects(work: () => void): void {
    try {
      work();
    } catch (error) {
      logDefect(error, connection);
    }
  }

  documents.onDidChangeContent(({ document }) => {
    logDefects(() => publish(document));
    disk.cancel(document.uri);
    checkDiskLater(document);
  });
  documents.onDidClose(({ document: { uri, version } }) => {
    clearTimeout(timers.get(uri));
    timers.delete(uri);
    ofDisk.delete(uri);
    disk.cancel(uri);
    send({ uri, version, diagnostics: [] });
  });
  return {
    refresh() {
      for (const document of documents.all()) checkDiskLater(document);
    },
  };
}

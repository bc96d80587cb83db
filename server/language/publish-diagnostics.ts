import type { Connection, Diagnostic, TextDocuments } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { logDefect } from '../failure.ts';
import { carryOver } from './carry-over.ts';
import { diagnose } from './diagnose.ts';
import type { DiskThread } from './disk/disk-thread.ts';
import type { RunDocument } from './document.ts';

/** Milliseconds without a keystroke before the disk is looked at. */
const pause = 400;

/** What the publishing of problems needs. */
export interface ProblemSources {
  runDocument(uri: string): RunDocument | undefined;
  readonly disk: DiskThread;
  /** URL of the documentation of a problem's code. */
  codeDescription(code: string): string | undefined;
}

/**
 * Tells the editor the problems of open run files: those of the text at each change, those that need the disk once
 * nobody types and a thread has found them. Until then what the disk said before stands.
 */
export function publishDiagnostics(
  connection: Connection,
  documents: TextDocuments<TextDocument>,
  { runDocument, disk, codeDescription }: ProblemSources,
): { /** Looks at the disk again for every open document. */ refresh(): void } {
  /** By URI, what only the disk says, as of the last look, and the text that it was said of. */
  const ofDisk = new Map<string, { readonly text: string; readonly problems: readonly Diagnostic[] }>();
  const timers = new Map<string, NodeJS.Timeout>();

  function publish(document: TextDocument): void {
    const { uri, version } = document;
    const run = runDocument(uri);
    if (run === undefined) return;
    const said = ofDisk.get(uri);
    const problems = [...diagnose(run), ...(said ? carryOver(said.problems, said.text, run.text) : [])];
    send({ uri, version, diagnostics: problems.map(withDocs) });
  }

  function send(params: { uri: string; version: number; diagnostics: Diagnostic[] }): void {
    connection.sendDiagnostics(params).catch((error: unknown) => logDefect(error, connection));
  }

  function withDocs(problem: Diagnostic): Diagnostic {
    const href = codeDescription(String(problem.code));
    return href === undefined ? problem : { ...problem, codeDescription: { href } };
  }

  function lookAtDisk(document: TextDocument): void {
    const { uri, version } = document;
    const run = runDocument(uri);
    if (run === undefined) return;
    const { text, file } = run;
    disk.ask(uri, { kind: 'problems', text, file }, (answer) => {
      if ('error' in answer) logDefect(answer.error, connection);
      // Another look is on its way for a text that has changed meanwhile.
      if (!('problems' in answer) || documents.get(uri)?.version !== version) return;
      ofDisk.set(uri, { text, problems: answer.problems });
      guarded(() => publish(document));
    });
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
    guarded(() => publish(document));
    disk.drop(document.uri);
    lookLater(document);
  });
  documents.onDidClose(({ document: { uri, version } }) => {
    clearTimeout(timers.get(uri));
    timers.delete(uri);
    ofDisk.delete(uri);
    disk.drop(uri);
    send({ uri, version, diagnostics: [] });
  });
  return {
    refresh() {
      for (const document of documents.all()) lookLater(document);
    },
  };
}

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ClientCapabilities,
  CodeActionKind,
  type CodeLens,
  type CodeLensParams,
  CodeLensRefreshRequest,
  type CompletionParams,
  ErrorCodes,
  type HoverParams,
  type InlayHint,
  type InlayHintParams,
  ResponseError,
  type ServerCapabilities,
  type TextDocuments,
} from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { readProfiles } from '../../trainer/cluster/profiles.ts';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { plainText } from '../../trainer/format/markup.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import { logDefect, responseError } from '../connection/errors.ts';
import { readTrainedStages } from '../experiments/trained-stages.ts';
import { coalesce } from '../experiments/watch.ts';
import type { EngineReport } from '../protocol/engines.ts';
import type { RunSummary } from '../protocol/runs.ts';
import {
  type ClientSupport,
  clientSupport,
  supportedActions,
  supportedCompletion,
  supportedHover,
  supportedLens,
} from './client-support.ts';
import { codeActions, fixAllKind } from './code-actions.ts';
import { codeDescriptionsIn } from './code-descriptions.ts';
import { codeLenses } from './code-lenses.ts';
import { complete } from './complete.ts';
import type { CompletionSources } from './completion-sources.ts';
import { definition } from './definition.ts';
import { cached } from './disk/cached.ts';
import { diskSources } from './disk/disk-sources.ts';
import { createDiskThread } from './disk/disk-thread.ts';
import { createImageCounts } from './disk/image-counts.ts';
import { openDocument, type RunDocument, runFileName } from './document.ts';
import type { Machine } from './estimates.ts';
import { foldingRanges } from './folding.ts';
import { hover } from './hover.ts';
import { inlayHints } from './inlay-hints.ts';
import { lenientConfig } from './lenient-config.ts';
import { documentLinks } from './links.ts';
import { createMeasuredRuns } from './measured-runs.ts';
import { missingFileActions } from './missing-files.ts';
import type { PathProbe } from './path-values.ts';
import { completeProfiles, diagnoseProfiles, hoverProfiles, isProfilesFile } from './profiles.ts';
import { publishDiagnostics } from './publish-diagnostics.ts';
import { references } from './references.ts';
import { prepareRename, type Refusal, rename } from './rename.ts';
import { selectionRanges } from './selection-ranges.ts';
import { documentSymbols } from './symbols.ts';

/** The language features for run files. */
export const featureCapabilities: ServerCapabilities = {
  completionProvider: { triggerCharacters: [':', ' ', '/', '[', '"', ','] },
  hoverProvider: true,
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  selectionRangeProvider: true,
  documentLinkProvider: {},
  definitionProvider: true,
  referencesProvider: true,
  renameProvider: { prepareProvider: true },
  inlayHintProvider: true,
  codeLensProvider: {},
  codeActionProvider: {
    codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.RefactorRewrite, fixAllKind],
  },
};

const disk: PathProbe = {
  kindOf(path) {
    const found = statOf(path);
    return found && (found.isDirectory() ? 'folder' : 'file');
  },
};

/** Minimum milliseconds between two refreshes of the code lenses. */
const lensInterval = 1000;

/** What the features need to know about runs and the machine. */
interface FeatureSources {
  runs(): Promise<readonly RunSummary[]>;
  /** Takes seconds the first time. */
  engines(): Promise<EngineReport>;
}

/** Notifies the features of changes outside of the documents. */
interface Features {
  /** @param isExtension whether the client is the extension of this repository */
  setClient(capabilities: ClientCapabilities, isExtension: boolean): void;
  /** Refreshes the code lenses. */
  runsChanged(): void;
  /** Checks the disk again. */
  filesChanged(): void;
  /** Ends the disk thread. */
  close(): Promise<void>;
}

/** The page that documents the codes of problems. */
const problemDocs = fileURLToPath(new URL('../docs/run-file.md', import.meta.url));

/** Registers the language features. Each one is a pure function in its own file. */
export function registerFeatures(
  connection: EditorConnection,
  documents: TextDocuments<TextDocument>,
  sources: FeatureSources,
): Features {
  const opened = new WeakMap<TextDocument, { readonly version: number; readonly run: RunDocument }>();

  /** The run file of a URI in the editor; opened once per version. */
  function runDocument(uri: string): RunDocument | undefined {
    const document = documents.get(uri);
    if (document === undefined || !isRunDocument(document)) return undefined;
    const known = opened.get(document);
    if (known?.version === document.version) return known.run;
    const run = openDocument(document.getText(), URI.parse(uri).fsPath, uri);
    opened.set(document, { version: document.version, run });
    return run;
  }

  /** The file of cluster profiles of a URI in the editor. */
  function profilesDocument(uri: string): RunDocument | undefined {
    const document = documents.get(uri);
    const file = URI.parse(uri).fsPath;
    return document && isProfilesFile(file) ? openDocument(document.getText(), file, uri) : undefined;
  }

  /** Makes a handler of requests about one document; `null` if it is not open. */
  function about<Params extends { readonly textDocument: { readonly uri: string } }, Result>(
    handle: (document: RunDocument, params: Params) => Result,
  ): (params: Params) => Result | null | ResponseError<void> {
    return (params) => {
      const document = runDocument(params.textDocument.uri);
      if (document === undefined) return null;
      try {
        return handle(document, params);
      } catch (error) {
        return responseError(error, connection);
      }
    };
  }

  const diskThread = createDiskThread();
  const countImages = createImageCounts(diskThread, refreshHints);
  const completionSources: CompletionSources = {
    listFolder: diskSources.listFolder,
    listCheckpoints: cached(diskSources.listCheckpoints),
  };
  const measure = createMeasuredRuns();
  // As of the last request for hints. Listing a thousand runs at every keystroke would block the server.
  let runs: readonly RunSummary[] = [];
  const measuredRuns = cached((runsDir) => {
    const identity = pathIdentity(runsDir);
    return measure(runs.filter((each) => pathIdentity(each.runsDir) === identity));
  });
  const diagnostics = publishDiagnostics(connection, documents, {
    runDocument,
    disk: diskThread,
    codeDescription: codeDescriptionsIn(problemDocs),
  });
  let engines: { readonly answer: Promise<EngineReport>; report?: EngineReport } | undefined;
  let capabilities: ClientCapabilities = {};
  let support: ClientSupport = clientSupport(capabilities, false);

  /** The engine that `auto` selects; `null` until the detection, which the first hint starts, is done, and if it fails. */
  function automaticEngine(): string | null {
    const answer = sources.engines();
    if (engines?.answer !== answer) {
      const asked: typeof engines = { answer };
      engines = asked;
      answer.then(
        (report) => {
          asked.report = report;
          refreshHints();
        },
        (error: unknown) => logDefect(error, connection),
      );
    }
    return engines.report?.chosen ?? null;
  }

  function refreshHints(): void {
    if (capabilities.workspace?.inlayHint?.refreshSupport) {
      void refreshed(connection.languages.inlayHint.refresh());
    }
  }

  async function refreshed(response: Promise<void>): Promise<void> {
    // An editor that is closing does not respond.
    await response.catch((error: unknown) => connection.console.info(String(error)));
  }

  function machineOf(document: RunDocument): Machine {
    const config = lenientConfig(document);
    if (config === undefined) return { engine: null, runs: [] };
    const engine = config.engine === 'auto' ? automaticEngine() : config.engine;
    return { engine, runs: measuredRuns(join(config.runs_dir)) };
  }

  const refreshLenses = coalesce(lensInterval, () => {
    if (documents.keys().length > 0 && capabilities.workspace?.codeLens?.refreshSupport) {
      void refreshed(connection.sendRequest(CodeLensRefreshRequest.type));
    }
  });

  const completeRunFile = about((document: RunDocument, { position }: CompletionParams) =>
    complete(document, position, completionSources).map((item) => supportedCompletion(item, support)),
  );
  connection.onCompletion((params) => {
    const profiles = profilesDocument(params.textDocument.uri);
    return profiles ? completeProfiles(profiles, params.position) : completeRunFile(params);
  });
  connection.languages.inlayHint.on(async (params) => {
    runs = await sources.runs();
    return about<InlayHintParams, InlayHint[]>((document, { range }) =>
      inlayHints(document, range, { countImages, machine: machineOf(document) }),
    )(params);
  });
  connection.onCodeLens(async (params) => {
    const runs = await sources.runs();
    return about<CodeLensParams, CodeLens[]>((document) =>
      codeLenses(document, runs, { hasClusters: hasClusters(), trained: readTrainedStages }).map((lens) =>
        supportedLens(lens, support),
      ),
    )(params);
  });
  connection.onCodeAction(
    about((document, { range, context: { only, diagnostics } }) =>
      supportedActions(
        [...codeActions(document, range), ...missingFileActions(document, diagnostics)],
        support,
      ).filter(({ kind }) => only === undefined || only.some((each) => isKind(kind, each))),
    ),
  );
  const hoverRunFile = about((document: RunDocument, { position }: HoverParams) => {
    const found = hover(document, position);
    return found && supportedHover(found, support);
  });
  connection.onHover((params) => {
    const profiles = profilesDocument(params.textDocument.uri);
    const found = profiles && hoverProfiles(profiles, params.position);
    return found ? supportedHover(found, support) : hoverRunFile(params);
  });
  documents.onDidChangeContent(({ document: { uri, version } }) => {
    const profiles = profilesDocument(uri);
    if (profiles === undefined) return;
    connection
      .sendDiagnostics({ uri, version, diagnostics: diagnoseProfiles(profiles.text) })
      .catch((error: unknown) => logDefect(error, connection));
  });
  connection.onDocumentSymbol(about((document) => documentSymbols(document)));
  connection.onFoldingRanges(about((document) => foldingRanges(document)));
  connection.onSelectionRanges(about((document, { positions }) => selectionRanges(document, positions)));
  connection.onDocumentLinks(about((document) => documentLinks(document, disk)));
  connection.onDefinition(
    about((document, { textDocument, position }) =>
      definition(document, textDocument.uri, document.offsetAt(position), disk),
    ),
  );
  connection.onReferences(
    about((document, { textDocument, position, context }) =>
      references(document, textDocument.uri, document.offsetAt(position), context.includeDeclaration),
    ),
  );
  connection.onPrepareRename(
    about((document, { position }) => granted(prepareRename(document, document.offsetAt(position)))),
  );
  connection.onRenameRequest(
    about((document, { textDocument, position, newName }) => ({
      changes: { [textDocument.uri]: granted(rename(document, document.offsetAt(position), newName)) },
    })),
  );

  return {
    setClient(client, isExtension) {
      capabilities = client;
      support = clientSupport(client, isExtension);
    },
    runsChanged: () => refreshLenses.request(),
    filesChanged: () => diagnostics.refresh(),
    close: () => diskThread.close(),
  };
}

/** Some editors send every YAML file. */
function isRunDocument({ languageId, uri }: TextDocument): boolean {
  return languageId.startsWith('esrgan-') || runFileName.test(uri);
}

/** Whether a kind of code action equals another one or is nested in it. */
function isKind(kind: string | undefined, parent: string): boolean {
  return kind === parent || kind?.startsWith(`${parent}.`) === true;
}

/** Throws a refusal as an error that the editor shows. */
function granted<T extends object>(result: T | Refusal): T {
  if ('refusal' in result) throw new ResponseError(ErrorCodes.InvalidRequest, plainText(result.refusal));
  return result;
}

/** Whether there are profiles of clusters; true if they have errors, which the command names. */
function hasClusters(): boolean {
  try {
    return readProfiles().size > 0;
  } catch {
    return true;
  }
}

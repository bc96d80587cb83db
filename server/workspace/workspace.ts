import { dirname, resolve } from 'node:path';
import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type WorkspaceFolder,
} from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { isInside, pathIdentity, uniquePaths, withRelativePaths } from '../../trainer/files/paths.ts';
import type { Settings } from '../protocol/settings.ts';
import { findRunFiles, isOwnRunFile, type RunFilePlaces, readPlaces, runDirectoryOf } from './run-files.ts';
import { readSettings, settingsOf } from './settings.ts';

/** The editor's workspace: its folders, its run files and its settings. */
export interface Workspace {
  /** Of the whole window, as they are now. */
  readonly settings: Settings;
  /** Run files of the workspace, and those that were opened from elsewhere; or those in a folder. */
  runFiles(folder?: string): readonly RunFilePlaces[];
  /** The run files that describe a run, by its directory. Reads them. */
  runFilesOf(run: string): string[];
  /** Folders of runs, those that run files name and those of the settings; absolute. */
  runFolders(): readonly string[];
  /** Folders of test sets in the settings of all folders, or of the one with this path; absolute. */
  testSetFolders(folder?: string): readonly string[];
  /** See `EditorConnection`. */
  withRelativePaths(text: string, file?: string): string;
  /** Adds a run file that the editor has opened or started. */
  open(file: string): void;
  /** Resolves once the workspace has been scanned, with all changes of its folders so far. */
  readonly ready: Promise<void>;
}

/**
 * Tracks the editor's workspace; `onChange` is called when folders of runs or settings may have changed. Subscribes to
 * changes where the editor supports it.
 */
export function followWorkspace(
  connection: Connection,
  params: InitializeParams,
  onChange: () => void,
): Workspace {
  const { capabilities } = params;
  // Some editors have one folder only, and send it as `rootUri`.
  const only = params.rootUri ? [{ uri: params.rootUri }] : [];
  const roots = new Set((params.workspaceFolders ?? only).map(({ uri }) => uri));
  /** By the identity of the run file: its path may have another spelling in each request. */
  const places = new Map<string, RunFilePlaces>();
  /** The settings of each folder, with absolute paths, by its URI. */
  const folders = new Map<string, Pick<Settings, 'runsFolders' | 'testSetFolders'>>();
  let settings = settingsOf(undefined);
  let changing: Promise<void> = Promise.resolve();

  function look(file: string): void {
    const identity = pathIdentity(file);
    const found = isOwnRunFile(file) ? readPlaces(file, places.get(identity)) : undefined;
    if (found === undefined) places.delete(identity);
    else places.set(identity, found);
  }

  async function scanRoots(): Promise<void> {
    for (const uri of roots) {
      const { scheme, fsPath } = URI.parse(uri);
      if (scheme === 'file') for (const file of await findRunFiles(fsPath)) look(file);
    }
  }

  async function readAllSettings(): Promise<void> {
    if (capabilities.workspace?.configuration !== true) return;
    settings = await readSettings(connection, undefined);
    folders.clear();
    for (const uri of roots) {
      const { runsFolders, testSetFolders } = await readSettings(connection, uri);
      const { fsPath } = URI.parse(uri);
      const absolute = (paths: readonly string[]) => paths.map((path) => resolve(fsPath, path));
      folders.set(uri, { runsFolders: absolute(runsFolders), testSetFolders: absolute(testSetFolders) });
    }
  }

  async function initialize(): Promise<void> {
    if (capabilities.workspace?.didChangeConfiguration?.dynamicRegistration) {
      await connection.client.register(DidChangeConfigurationNotification.type, { section: 'esrgan' });
    }
    if (capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration) {
      const watchers = [{ globPattern: '**/*.esrgan.{yaml,yml,json}' }];
      await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    }
    if (capabilities.workspace?.workspaceFolders === true) {
      connection.workspace.onDidChangeWorkspaceFolders(({ added, removed }) => {
        // One after another: a scan takes time.
        changing = changing.then(() => changeRoots(added, removed)).catch(logError);
      });
    }
    await readAllSettings();
    await scanRoots();
  }

  async function changeRoots(
    added: readonly WorkspaceFolder[],
    removed: readonly WorkspaceFolder[],
  ): Promise<void> {
    for (const { uri } of removed) {
      roots.delete(uri);
      const { fsPath } = URI.parse(uri);
      for (const [identity, { file }] of places) if (isInside(fsPath, file)) places.delete(identity);
    }
    for (const { uri } of added) roots.add(uri);
    // A removed folder may be inside another one, or contain it.
    await scanRoots();
    await readAllSettings();
    onChange();
  }

  connection.onDidChangeConfiguration(() => {
    // `ready` waits for it: the next request may be about a new setting.
    changing = changing.then(readAllSettings).catch(logError).finally(onChange);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) look(URI.parse(uri).fsPath);
    onChange();
  });

  const logError = (error: unknown) => connection.console.error(String(error));
  const started = new Promise<void>((resolveStarted) => {
    connection.onInitialized(() => {
      changing = initialize()
        .catch(logError)
        .finally(() => {
          resolveStarted();
          onChange();
        });
    });
  });

  return {
    get settings() {
      return settings;
    },
    runFiles: (folder) =>
      [...places.values()].filter(({ file }) => folder === undefined || isInside(folder, file)),
    runFilesOf: (run) =>
      [...places.values()]
        .map(({ file }) => file)
        .filter((file) => {
          const directory = runDirectoryOf(file);
          return directory !== undefined && pathIdentity(directory) === pathIdentity(run);
        })
        .sort(),
    withRelativePaths(text, file) {
      const folders = [...roots].map((uri) => URI.parse(uri)).filter(({ scheme }) => scheme === 'file');
      const paths = folders.map(({ fsPath }) => fsPath);
      const isElsewhere = file !== undefined && !paths.some((path) => isInside(path, file));
      return withRelativePaths(text, isElsewhere ? [dirname(file)] : paths);
    },
    runFolders: () =>
      uniquePaths([
        ...[...places.values()].map(({ runsDir }) => runsDir),
        ...[...folders.values()].flatMap(({ runsFolders }) => runsFolders),
      ]),
    testSetFolders: (folder) =>
      uniquePaths(
        [...folders]
          .filter(
            ([uri]) => folder === undefined || pathIdentity(URI.parse(uri).fsPath) === pathIdentity(folder),
          )
          .flatMap(([, { testSetFolders }]) => testSetFolders),
      ),
    open(file) {
      look(file);
      onChange();
    },
    get ready() {
      return started.then(() => changing);
    },
  };
}

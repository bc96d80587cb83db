import { fileURLToPath } from 'node:url';
import {
  createConnection,
  MessageType,
  ProposedFeatures,
  ShowMessageNotification,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { isPlainObject } from '../trainer/guards/guards.ts';
import { registerComparison } from './comparison/comparison-service.ts';
import { createManager, type Manager } from './experiments/manager.ts';
import { registerRuns } from './experiments/runs-service.ts';
import type { Programs } from './experiments/start.ts';
import { logDefect } from './failure.ts';
import { featureCapabilities, registerFeatures } from './language/features.ts';
import type { NotificationName, Notifications } from './protocol/messages.ts';
import { registerUpscaling } from './upscaling/upscaling-service.ts';
import { followWorkspace, type Workspace } from './workspace.ts';

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);

/** What begins with the editor's first message, in which it says what the workspace is. */
interface Session {
  readonly workspace: Workspace;
  readonly manager: Manager;
}
let session: Session | undefined;
/** Whether the person trusts the workspace; an editor that does not say so trusts nothing. */
let isTrusted = false;

function current(): Session {
  if (session === undefined) throw new Error('the editor has not yet said who it is');
  return session;
}

function programs(): Programs {
  const { nodePath } = current().workspace.settings;
  return {
    node: nodePath === '' ? process.execPath : nodePath,
    esrgan: fileURLToPath(new URL('./esrgan.js', import.meta.url)),
    launcher: fileURLToPath(new URL('./launcher.js', import.meta.url)),
  };
}

/** The manager, once the workspace has been looked through. */
async function manager(): Promise<Manager> {
  const { workspace, manager } = current();
  await workspace.ready;
  return manager;
}

connection.onInitialize((params) => {
  const workspace = followWorkspace(connection, params, () => {
    manager.setFolders(workspace.runFolders());
    manager.startWaiting();
    features.filesChanged();
  });
  isTrusted = isPlainObject(params.initializationOptions) && params.initializationOptions.isTrusted === true;
  const manager = createManager({
    programs,
    mayStart: () => isTrusted,
    concurrentRuns: () => workspace.settings.concurrentRuns,
    onRunsChanged(change) {
      tell('esrgan/runsChanged', change);
      features.runsChanged();
    },
    onRunChanged: (run, parts) => tell('esrgan/runChanged', { run, parts }),
    onStartFailed: (message) => showError(message),
  });
  session = { workspace, manager };
  features.begin(params.capabilities);
  return { capabilities: { textDocumentSync: TextDocumentSyncKind.Incremental, ...featureCapabilities } };
});

function tell<Name extends NotificationName>(name: Name, params: Notifications[Name]): void {
  connection.sendNotification(name, params).catch((error: unknown) => logDefect(error, connection));
}

function showError(message: string): void {
  // Not as a question, of which the editor would have to send back an answer.
  connection
    .sendNotification(ShowMessageNotification.type, { type: MessageType.Error, message })
    .catch((error: unknown) => logDefect(error, connection));
}

documents.onDidOpen(({ document }) => {
  const { scheme, fsPath } = URI.parse(document.uri);
  if (scheme === 'file') current().workspace.open(fsPath);
});

registerRuns(connection, manager, {
  workspace: () => current().workspace,
  trust() {
    isTrusted = true;
    current().manager.startWaiting();
  },
  filesChanged: () => features.filesChanged(),
});
const endComparison = registerComparison(connection, {
  programs,
  manager,
  dataFolders: () =>
    current()
      .workspace.runFiles()
      .map(({ dataDir }) => dataDir),
  tell: (job) => tell('esrgan/jobChanged', job),
});
const endUpscaling = registerUpscaling(connection, {
  programs,
  manager,
  tell: (progress) => tell('esrgan/upscalingProgress', progress),
});
const features = registerFeatures(connection, documents, {
  runs: async () => (await manager()).runs(),
  engines: () => current().manager.engines(false),
});

connection.onShutdown(async () => {
  session?.manager.close();
  await features.close();
  endComparison();
  await endUpscaling();
});
documents.listen(connection);
connection.listen();

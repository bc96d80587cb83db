import { fileURLToPath } from 'node:url';
import {
  createConnection,
  MessageType,
  ProposedFeatures,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { URI } from 'vscode-uri';
import { nodeProgram, type Programs } from './command/programs.ts';
import { registerCommands } from './commands/commands-service.ts';
import { registerComparison } from './comparison/comparison-service.ts';
import { findTestSets, testSetSummary } from './comparison/test-sets.ts';
import type { EditorConnection } from './connection/editor-connection.ts';
import { logDefect } from './connection/errors.ts';
import { openedFile } from './connection/opened-file.ts';
import { showMessage } from './connection/show-message.ts';
import { registerDownloads } from './downloads/downloads-service.ts';
import { countDevices, createEngineReports } from './engines/engine-reports.ts';
import { registerEngines } from './engines/engines-service.ts';
import { createManager, type Manager } from './experiments/manager.ts';
import { registerRuns } from './experiments/runs-service.ts';
import { createJobs } from './jobs/jobs.ts';
import { registerJobs } from './jobs/jobs-service.ts';
import { featureCapabilities, registerFeatures } from './language/features.ts';
import { isProfilesFile } from './language/profiles.ts';
import { registerPreparation } from './preparation/preparation-service.ts';
import { lensCommands } from './protocol/commands.ts';
import type { NotificationName, Notifications } from './protocol/messages.ts';
import { isStartOptions } from './protocol/workspace.ts';
import { registerTrainingPatches } from './training-patches/training-patches-service.ts';
import { registerUpscaling } from './upscaling/upscaling-service.ts';
import { followWorkspace } from './workspace/workspace.ts';
import { registerWorkspace } from './workspace/workspace-service.ts';

const connection = createConnection(ProposedFeatures.all);
const documents = new TextDocuments(TextDocument);

connection.onInitialize((params) => {
  const { capabilities, initializationOptions } = params;
  const isExtension = isStartOptions(initializationOptions);
  // Other editors have no notion of trust: a workspace is trusted once a person has started something in it.
  let isTrusted = isExtension && initializationOptions.isTrusted;
  const trust = () => {
    isTrusted = true;
    experiments.startWaiting();
  };
  const notify = createNotify(isExtension);

  const workspace = followWorkspace(connection, params, () => {
    experiments.setFolders(workspace.runFolders());
    experiments.startWaiting();
    filesChanged();
  });
  const { withRelativePaths } = workspace;
  const editor: EditorConnection = Object.assign(connection, { withRelativePaths });
  const programs = (): Programs => ({
    node: nodeProgram(workspace.settings.nodePath),
    esrgan: fileURLToPath(new URL('./esrgan.js', import.meta.url)),
    launcher: fileURLToPath(new URL('./launcher.js', import.meta.url)),
  });
  const engines = createEngineReports(programs);
  const jobs = createJobs((job) => notify('esrgan/jobChanged', job), withRelativePaths);
  const experiments = createManager({
    programs,
    mayStart: () => isTrusted,
    runFilesOf: (run) => workspace.runFilesOf(run),
    concurrentRuns: () => workspace.settings.concurrentRuns,
    devices: () => countDevices(engines),
    mirror: () => workspace.settings.mirror,
    notifySettings: () => workspace.settings.notify,
    withRelativePaths,
    onRunsChanged(change) {
      notify('esrgan/runsChanged', change);
      features.runsChanged();
    },
    onRunChanged: (run, parts) => notify('esrgan/runChanged', { run, parts }),
    onStartFailed: (message) => showMessage(editor, MessageType.Error, message),
  });
  /** The manager, which knows all run folders once the workspace has been scanned. */
  const manager = async (): Promise<Manager> => {
    await workspace.ready;
    return experiments;
  };

  /** Where test sets are looked for: in the whole workspace, or in one of its folders. */
  const testSetPlaces = (folder?: string) => ({
    dataFolders: workspace.runFiles(folder).map(({ dataDir }) => dataDir),
    testSetFolders: workspace.testSetFolders(folder),
  });

  const features = registerFeatures(editor, documents, {
    runs: async () => (await manager()).runs(),
    engines: () => engines(false),
  });
  features.setClient(capabilities, isExtension);
  const trainingPatches = registerTrainingPatches(editor, {
    programs,
    openText: (file) => openedFile(documents, file)?.getText(),
    onChanged: (file) => notify('esrgan/trainingPatchesChanged', { file }),
  });
  const filesChanged = () => {
    features.filesChanged();
    trainingPatches.changed();
  };
  registerWorkspace(editor, workspace, { programs, trusted: trust, filesChanged });
  registerRuns(editor, manager, workspace.open);
  registerEngines(editor, engines);
  registerDownloads(editor, {
    programs,
    workspace,
    jobs,
    testSets: (folder) => findTestSets(testSetPlaces(folder), []).map(testSetSummary),
    filesChanged,
  });
  registerJobs(editor, jobs);
  registerPreparation(editor, { programs, jobs, filesChanged: features.filesChanged });
  const comparison = registerComparison(editor, {
    programs,
    manager,
    engine: async () => (await engines(false)).chosen,
    jobs,
    testSetPlaces,
  });
  const upscaling = registerUpscaling(editor, {
    programs,
    manager,
    onProgress: (progress) => notify('esrgan/upscalingProgress', progress),
  });

  if (!isExtension) {
    registerCommands(editor, documents, {
      capabilities,
      manager,
      writeReport: comparison.writeReport,
      writePatches: trainingPatches.writePage,
      onStart: trust,
    });
  }

  documents.onDidChangeContent(({ document }) => trainingPatches.changed(URI.parse(document.uri).fsPath));
  documents.onDidClose(({ document }) => trainingPatches.changed(URI.parse(document.uri).fsPath));
  documents.onDidOpen(({ document }) => {
    const { scheme, fsPath } = URI.parse(document.uri);
    if (scheme === 'file' && !isProfilesFile(fsPath)) workspace.open(fsPath);
  });
  connection.onShutdown(async () => {
    experiments.close();
    jobs.close();
    comparison.close();
    trainingPatches.close();
    await Promise.all([features.close(), upscaling.close()]);
  });
  return {
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      ...featureCapabilities,
      // The extension registers these commands itself.
      ...(!isExtension && { executeCommandProvider: { commands: [...lensCommands] } }),
    },
  };
});
documents.listen(connection);
connection.listen();

/** Sends notifications to the extension; other editors do not know them. */
function createNotify(isExtension: boolean) {
  return <Name extends NotificationName>(name: Name, params: Notifications[Name]): void => {
    if (!isExtension) return;
    connection.sendNotification(name, params).catch((error: unknown) => logDefect(error, connection));
  };
}

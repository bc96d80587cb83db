import { commands, type ExtensionContext, type LogOutputChannel, l10n, Uri, window } from 'vscode';
import { messageOf } from '../trainer/errors/errors.ts';
import { compareCommands } from './comparison/compare-commands.ts';
import { createComparePanels } from './comparison/compare-panel.ts';
import { addCommands } from './downloads/add-commands.ts';
import { downloadCommands } from './downloads/download-commands.ts';
import { createInventoryView } from './downloads/inventory-view.ts';
import { createEngineStatus } from './engines/engine-status.ts';
import { registerLanguageModelTools } from './language-model-tools/language-model-tools.ts';
import { showError } from './notifications.ts';
import { preparationCommands } from './preparation/preparation-commands.ts';
import { problemSummary } from './problem-summary.ts';
import { runFileCommands } from './run-files/run-file-commands.ts';
import { createTrainingPatchesPanels } from './run-files/training-patches-panel.ts';
import { checkpointCommands } from './runs/checkpoint-commands.ts';
import { createFollowedRuns } from './runs/followed-runs.ts';
import { notesCommands } from './runs/notes-commands.ts';
import { runCommands } from './runs/run-commands.ts';
import { createRunList } from './runs/run-list.ts';
import { createRunNotifications } from './runs/run-notifications.ts';
import { createRunPanels } from './runs/run-panel.ts';
import { registerRunTasks } from './runs/run-tasks.ts';
import { createRunsTable } from './runs/runs-table-panel.ts';
import { createRunsView } from './runs/runs-view.ts';
import { createStatusBar } from './runs/status-bar.ts';
import { serverCommands } from './server/server-commands.ts';
import { createServerLink, ServerNotRunning } from './server/server-link.ts';
import type { Command, Services } from './services.ts';
import { createBeforeAfterPanels } from './upscaling/before-after-panel.ts';
import { downloadModelsCommands } from './upscaling/download-models.ts';
import { createPreviewPanels } from './upscaling/preview-panel.ts';
import { upscaleCommands } from './upscaling/upscale-commands.ts';
import type { PanelServices } from './webviews/webview-panel.ts';
import { registerWeightsEditor } from './weights/weights-editor.ts';

/** Called by VS Code when a run file, a view or a command needs the extension. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('ESRGAN', { log: true });
  context.subscriptions.push(log);
  try {
    open(context, log);
    // `npm start` sets it for the window that it opens.
    const isEmpty = window.tabGroups.all.every(({ tabs }) => tabs.length === 0);
    if (process.env.ESRGAN_WALKTHROUGH !== undefined && isEmpty)
      void commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.id}#start`,
        false,
      );
  } catch (error) {
    // VS Code itself shows no message.
    log.error(error instanceof Error ? error : String(error));
    void showErrorWithLog(log, l10n.t('ESRGAN Workbench could not start: {0}', messageOf(error)));
  }
}

function open(
  { extensionUri: extension, globalStorageUri, subscriptions, workspaceState }: ExtensionContext,
  log: LogOutputChannel,
): void {
  const link = createServerLink(Uri.joinPath(extension, 'dist', 'server.js'), log);
  const runs = createRunList(link);
  const followedRuns = createFollowedRuns((run, follow) => {
    // A server that starts later is notified then.
    link.request('esrgan/follow', { run, follow }).catch((error: unknown) => log.debug(messageOf(error)));
  });
  const runsView = createRunsView(link, runs, followedRuns, workspaceState);
  const inventoryView = createInventoryView(link);
  const panelServices: PanelServices = { extension, link, followedRuns };
  const panels = createRunPanels(panelServices, runs);
  const comparePanels = createComparePanels(panelServices, runs, runsView);
  const runsTable = createRunsTable(panelServices, workspaceState);
  const copies = Uri.joinPath(globalStorageUri, 'images').fsPath;
  const beforeAfterPanels = createBeforeAfterPanels(panelServices, workspaceState, copies);
  const previewPanels = createPreviewPanels(panelServices, workspaceState, copies);
  const trainingPatchesPanels = createTrainingPatchesPanels(panelServices);
  const engines = createEngineStatus(link);
  const services: Services = {
    extension,
    log,
    link,
    followedRuns,
    runs,
    runsView,
    inventoryView,
    panels,
    runsTable,
    comparePanels,
    beforeAfterPanels,
    previewPanels,
    reports: Uri.joinPath(globalStorageUri, 'reports').fsPath,
    trainingPatchesPanels,
    memento: workspaceState,
  };

  const table: Readonly<Record<string, Command>> = {
    ...runCommands(services),
    ...notesCommands(services),
    ...checkpointCommands(services),
    ...runFileCommands(services),
    ...compareCommands(services),
    ...upscaleCommands(services),
    ...downloadCommands(services),
    ...downloadModelsCommands(services),
    ...addCommands(services),
    ...preparationCommands(services),
    ...serverCommands(services, engines),
  };
  subscriptions.push(
    link,
    runs,
    runsView,
    inventoryView,
    panels,
    runsTable,
    comparePanels,
    beforeAfterPanels,
    previewPanels,
    trainingPatchesPanels,
    registerWeightsEditor(panelServices),
    engines,
    createStatusBar(runs, panels),
    createRunNotifications(link, runs, panels, globalStorageUri),
    registerRunTasks(link, extension),
    link.onDidStart(() => followedRuns.notifyAll()),
    ...Object.entries(table).map(([id, command]) =>
      commands.registerCommand(id, (...args: unknown[]) =>
        command(...args).catch((error: unknown) => {
          log.error(`${id}: ${messageOf(error)}`);
          // The server link has shown a message with more actions.
          if (!(error instanceof ServerNotRunning)) return showFailure(log, messageOf(error));
        }),
      ),
    ),
    ...registerLanguageModelTools(services),
  );
  link.start();
  if (process.platform === 'darwin' && process.arch === 'x64') {
    void showError(
      l10n.t(
        'ESRGAN Workbench can neither train nor upscale on a Mac with an Intel processor, for which ONNX Runtime has no build. On a Mac with Apple silicon, install VS Code for Apple silicon.',
      ),
    );
  }
}

async function showFailure(log: LogOutputChannel, message: string): Promise<void> {
  const summary = problemSummary(message);
  if (summary === undefined) return showErrorWithLog(log, message);
  if ((await showError(summary, l10n.t('Show Problems'))) !== undefined)
    await commands.executeCommand('workbench.actions.view.problems');
}

async function showErrorWithLog(log: LogOutputChannel, message: string): Promise<void> {
  if ((await showError(message, l10n.t('Show Log'))) !== undefined) log.show();
}

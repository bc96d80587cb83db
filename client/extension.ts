import { commands, type ExtensionContext, type LogOutputChannel, Uri, window } from 'vscode';
import { compareCommands } from './comparison/compare-commands.ts';
import { createComparePanels } from './comparison/compare-panel.ts';
import { getCommands } from './downloads/download-commands.ts';
import { createInventoryView } from './downloads/inventory-view.ts';
import { createEngineStatus } from './engines/engine-status.ts';
import { registerLanguageModelTools } from './language-model-tools.ts';
import { runFileCommands } from './run-files/run-file-commands.ts';
import { createFollowedRuns } from './runs/followed-runs.ts';
import { runCommands } from './runs/run-commands.ts';
import { createRunList } from './runs/run-list.ts';
import { createRunPanels } from './runs/run-panel.ts';
import { createRunsView } from './runs/runs-view.ts';
import { createStatusBar } from './runs/status-bar.ts';
import { serverCommands } from './server/server-commands.ts';
import { createServerLink, ServerNotRunning } from './server/server-link.ts';
import { createBeforeAfterPanels } from './upscaling/before-after-panel.ts';
import { upscaleCommands } from './upscaling/upscale-commands.ts';
import type { PanelServices } from './webviews/webview-panel.ts';
import { registerWeightsEditor } from './weights/weights-editor.ts';
import type { Command, Workbench } from './workbench.ts';

/** Called by the editor when a run file, a view or a command calls for the extension. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('ESRGAN', { log: true });
  context.subscriptions.push(log);
  try {
    open(context, log);
  } catch (error) {
    // The editor itself shows nothing.
    log.error(error instanceof Error ? error : String(error));
    void tell(log, `ESRGAN Workbench could not start: ${messageOf(error)}`);
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
  const runsView = createRunsView(link, runs, followedRuns);
  const inventoryView = createInventoryView(link);
  const services: PanelServices = { extension, link, followedRuns };
  const panels = createRunPanels(services, runs);
  const comparePanels = createComparePanels(services, runs, runsView);
  const copies = Uri.joinPath(globalStorageUri, 'images').fsPath;
  const beforeAfterPanels = createBeforeAfterPanels(services, copies);
  const engines = createEngineStatus(link);
  const workbench: Workbench = {
    extension,
    log,
    link,
    followedRuns,
    runs,
    runsView,
    inventoryView,
    panels,
    comparePanels,
    beforeAfterPanels,
    memento: workspaceState,
  };

  const table: Readonly<Record<string, Command>> = {
    ...runCommands(workbench),
    ...runFileCommands(workbench),
    ...compareCommands(workbench),
    ...upscaleCommands(workbench),
    ...getCommands(workbench),
    ...serverCommands(workbench, engines),
  };
  subscriptions.push(
    link,
    runs,
    runsView,
    inventoryView,
    panels,
    comparePanels,
    beforeAfterPanels,
    registerWeightsEditor(services),
    engines,
    createStatusBar(runs, panels),
    link.onDidStart(() => followedRuns.notifyAll()),
    ...Object.entries(table).map(([id, command]) =>
      commands.registerCommand(id, (...args: unknown[]) =>
        command(...args).catch((error: unknown) => {
          log.error(`${id}: ${messageOf(error)}`);
          // That has been told, with more to do about it.
          if (!(error instanceof ServerNotRunning)) return tell(log, messageOf(error));
        }),
      ),
    ),
    ...registerLanguageModelTools(workbench),
  );
  // Not waited for: the window goes on opening meanwhile.
  link.start();
}

/** Says what failed, with the way to the log. */
async function tell(log: LogOutputChannel, message: string): Promise<void> {
  if ((await window.showErrorMessage(message, 'Show Log')) !== undefined) log.show();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

import { type Disposable, l10n, type Memento, Uri, ViewColumn, type WebviewPanel, window } from 'vscode';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';

const viewType = 'esrgan.runsTable';

/** The key of the state of the page in the workspace. */
const stateKey = 'esrgan.runsTable';

/** The panel with the table of all runs; there is at most one. */
export interface RunsTable extends Disposable {
  /** Reveals the panel, or creates it. */
  open(): void;
}

/** @param memento the state of the workspace, from which a page that is opened again is restored */
export function createRunsTable(services: PanelServices, memento: Memento): RunsTable {
  let open: WebviewPanel | undefined;
  const adopt = (panel: WebviewPanel) => {
    open?.dispose();
    open = panel;
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'table.svg');
    panel.onDidDispose(() => {
      if (open === panel) open = undefined;
    });
    hostApp(
      panel,
      {
        name: 'runs-table',
        title: l10n.t('Table of runs'),
        parameters: { state: memento.get(stateKey, 'null') },
        folders: [],
        handlers: {
          async 'host/saveState'({ state }) {
            await memento.update(stateKey, state);
            return null;
          },
        },
      },
      services,
    );
  };
  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel) {
      adopt(panel);
    },
  });
  return {
    open() {
      if (open !== undefined) open.reveal();
      else adopt(window.createWebviewPanel(viewType, l10n.t('Runs Table'), ViewColumn.Active));
    },
    dispose() {
      // The panel stays open: VS Code restores it when the window reloads.
      registration.dispose();
    },
  };
}

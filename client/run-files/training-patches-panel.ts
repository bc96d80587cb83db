import { basename } from 'node:path';
import { type Disposable, l10n, Uri, ViewColumn, type WebviewPanel, window, workspace } from 'vscode';
import type { PatchesQuery } from '../../server/protocol/training-patches.ts';
import { isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';
import { isRunFile } from './new-run-file.ts';

const viewType = 'esrgan.trainingPatches';

/** The panels that show what run files train on; each run file has at most one. */
export interface TrainingPatchesPanels extends Disposable {
  /** Opens the panel of a run file beside it. It replaces one that shows the other stage. */
  open(file: string, stage: Stage): void;
}

export function createTrainingPatchesPanels(services: PanelServices): TrainingPatchesPanels {
  const panels = new Map<string, { readonly stage: Stage; readonly panel: WebviewPanel }>();

  const adopt = (file: string, stage: Stage, panel: WebviewPanel) => {
    panels.get(file)?.panel.dispose();
    panels.set(file, { stage, panel });
    panel.onDidDispose(() => {
      if (panels.get(file)?.panel === panel) panels.delete(file);
    });
    panel.title = titleOf(file);
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'compare.svg');
    const app = {
      name: 'training-patches',
      title: panel.title,
      parameters: { file, stage },
      folders: [],
      handlers: {
        'host/trainingPatches': (query: PatchesQuery) =>
          services.link.request('esrgan/trainingPatches', { file, ...query }),
      },
    };
    hostApp(panel, app, services);
  };

  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      // The page wrote the state, and must not choose any file.
      if (isState(state) && isInWorkspace(state.file)) adopt(state.file, state.stage, panel);
      else panel.dispose();
    },
  });
  return {
    open(file, stage) {
      const shown = panels.get(file);
      if (shown?.stage === stage) {
        shown.panel.reveal();
        return;
      }
      const column = shown?.panel.viewColumn ?? ViewColumn.Beside;
      adopt(file, stage, window.createWebviewPanel(viewType, titleOf(file), column));
    },
    dispose() {
      // Panels stay open: VS Code restores them when the window reloads.
      registration.dispose();
    },
  };
}

/** The state that a page saved, of this version or an older one. */
const isState = isObject({ file: isString, stage: isOneOf(stages) });

function isInWorkspace(file: string): boolean {
  return isRunFile(file) && workspace.getWorkspaceFolder(Uri.file(file)) !== undefined;
}

function titleOf(file: string): string {
  return l10n.t('Patches of {0}', basename(file).replace(/\.esrgan\.\w+$/i, ''));
}

import { basename } from 'node:path';
import {
  commands,
  type Disposable,
  type Event,
  EventEmitter,
  l10n,
  type TabGroup,
  TabInputText,
  Uri,
  ViewColumn,
  type WebviewPanel,
  window,
} from 'vscode';
import { isObject, isString } from '../../trainer/guards/guards.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';
import type { ServerLink } from '../server/server-link.ts';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';
import type { RunList } from './run-list.ts';

const viewType = 'esrgan.run';

/** The run panels; each run has at most one. */
export interface RunPanels extends Disposable {
  /** Reveals the panel of a run, or creates it in `column`. */
  open(run: string, column: ViewColumn, preserveFocus: boolean): void;
  /** The run whose panel is the active editor. */
  readonly activeRun: string | undefined;
  isOpen(run: string): boolean;
  readonly onDidOpen: Event<void>;
}

export function createRunPanels(services: PanelServices, runs: RunList): RunPanels {
  const panels = new Map<string, WebviewPanel>();
  /** The runs with a panel that were in the list. */
  const listed = new Set<string>();
  const opened = new EventEmitter<void>();
  const iconOf = stateIcons(services.extension);

  const showState = (run: string, panel: WebviewPanel) => {
    const summary = runs.find(run);
    panel.title = summary?.name ?? basename(run);
    panel.iconPath = iconOf[summary?.state ?? 'unknown'];
  };
  const adopt = (run: string, panel: WebviewPanel) => {
    panels.get(run)?.dispose();
    panels.set(run, panel);
    panel.onDidDispose(() => {
      if (panels.get(run) !== panel) return;
      panels.delete(run);
      listed.delete(run);
    });
    showState(run, panel);
    const app = {
      name: 'run-panel',
      title: l10n.t('Run {0}', basename(run)),
      parameters: { run },
      folders: [run],
      handlers: {
        async 'host/openRunFile'() {
          await openRunFile(run, services.link);
          return null;
        },
      },
    };
    hostApp(panel, app, services);
    opened.fire();
  };

  const registrations = [
    window.registerWebviewPanelSerializer(viewType, {
      async deserializeWebviewPanel(panel, state: unknown) {
        // The page wrote the state: a run that the server does not know may be any folder.
        if (isState(state) && (await runs.all()).some(({ run }) => run === state.run)) {
          adopt(state.run, panel);
        } else panel.dispose();
      },
    }),
    runs.onDidChange(() => {
      for (const [run, panel] of panels) {
        if (runs.find(run)) listed.add(run);
        // It was deleted, or its folder has left the workspace. A run that was just started is not listed yet.
        if (listed.has(run) && !runs.find(run)) panel.dispose();
        else showState(run, panel);
      }
    }),
  ];
  return {
    open(run, column, preserveFocus) {
      const open = panels.get(run);
      if (open) {
        open.reveal(undefined, preserveFocus);
        return;
      }
      adopt(run, window.createWebviewPanel(viewType, basename(run), { viewColumn: column, preserveFocus }));
    },
    get activeRun() {
      return [...panels].find(([, panel]) => panel.active)?.[0];
    },
    isOpen: (run) => panels.has(run),
    onDidOpen: opened.event,
    dispose() {
      // Panels stay open: VS Code restores them when the window reloads.
      opened.dispose();
      for (const registration of registrations) registration.dispose();
    },
  };
}

/** Opens the run file that describes a run, or its record. */
async function openRunFile(run: string, link: ServerLink): Promise<void> {
  const file = await link.request('esrgan/runFile', { run });
  const record = file === null ? (await link.request('esrgan/run', { run })).files.config : null;
  const path = file ?? record;
  if (path === null) throw new Error(l10n.t('Run “{0}” has no run file.', basename(run)));
  const isOpenIn = ({ tabs }: TabGroup) =>
    tabs.some(({ input }) => input instanceof TabInputText && input.uri.fsPath === path);
  const viewColumn = window.tabGroups.all.find(isOpenIn)?.viewColumn ?? ViewColumn.Beside;
  await window.showTextDocument(Uri.file(path), { viewColumn });
  if (record !== null)
    await commands.executeCommand('workbench.action.files.setActiveEditorReadonlyInSession');
}

/** The icons of the tabs. Created once: VS Code redraws a tab whose icon is another `Uri` object. */
function stateIcons(extension: Uri): Readonly<Record<RunState, Uri>> {
  const icon = (name: string) => Uri.joinPath(extension, 'media', 'icons', `run-${name}.svg`);
  const live = icon('live');
  const idle = icon('idle');
  const failed = icon('failed');
  return {
    queued: icon('queued'),
    starting: live,
    running: live,
    paused: icon('paused'),
    finished: icon('done'),
    stopped: idle,
    failed,
    lost: failed,
    unknown: idle,
  };
}

/** The state that a page saved, of this version or an older one. */
const isState = isObject({ run: isString });

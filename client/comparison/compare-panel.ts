import { basename } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { type Disposable, l10n, Uri, type ViewColumn, type WebviewPanel, window } from 'vscode';
import { maximumComparedRuns, type SamplePlace } from '../../server/protocol/comparison.ts';
import { isInside } from '../../trainer/files/paths.ts';
import { isList, isObject, isString } from '../../trainer/guards/guards.ts';
import type { RunList } from '../runs/run-list.ts';
import { pickRunsToCompare } from '../runs/run-picker.ts';
import type { RunsView } from '../runs/runs-view.ts';
import { hostApp, type PanelServices } from '../webviews/webview-panel.ts';
import { grantedFolders } from './granted-folders.ts';

const viewType = 'esrgan.compare';

/** The URI schemes of files on this machine; the Explorer of a remote window uses the second one. */
const localSchemes = ['file', 'vscode-remote'];

/** What a panel was opened for; its page can change the runs. */
interface Compared {
  readonly runs: readonly string[];
  readonly at: ComparedPlace;
}

/** What a comparison opens at: a checkpoint or samples; by default at the table. */
interface ComparedPlace {
  /** Its folder. */
  readonly checkpoint?: string;
  readonly sample?: SamplePlace;
}

/** The panels that compare runs. */
export interface ComparePanels extends Disposable {
  /**
   * Reveals the panel that compares these runs, or creates it in `column`; with a place that one which was opened
   * for it, at the tab Checkpoints or Images.
   */
  open(runs: readonly string[], column: ViewColumn, at?: ComparedPlace): Promise<void>;
}

export function createComparePanels(
  services: PanelServices,
  runs: RunList,
  runsView: Pick<RunsView, 'dragged'>,
): ComparePanels {
  const panels = new Map<WebviewPanel, Compared>();

  /** The runs to which files and folders belong. */
  const runsOf = async (paths: readonly string[]) => {
    const known = await runs.all();
    return {
      runs: known.map(({ run }) => run).filter((run) => paths.some((path) => isInside(run, path))),
    };
  };

  const adopt = async (compared: readonly string[], panel: WebviewPanel, at: ComparedPlace = {}) => {
    panel.iconPath = Uri.joinPath(services.extension, 'media', 'icons', 'compare.svg');
    panel.onDidDispose(() => panels.delete(panel));
    const { folder: results } = await services.link.request('esrgan/resultsFolder', null);
    const foldersOf = async (shown: readonly string[]) => [
      results,
      ...grantedFolders(shown, await runs.all()),
    ];
    const show = (shown: readonly string[]) => {
      panels.set(panel, { runs: shown, at });
      panel.title = titleOf(shown);
    };
    show(compared);
    const hosted = hostApp(
      panel,
      {
        name: 'compare',
        title: l10n.t('Comparison of runs'),
        parameters: {
          runs: JSON.stringify(compared),
          ...(at.checkpoint !== undefined && { checkpoint: at.checkpoint }),
          ...(at.sample !== undefined && { sample: JSON.stringify(at.sample) }),
        },
        folders: await foldersOf(compared),
        handlers: {
          'host/pickRuns': async ({ runs: chosen }) => ({
            runs: (await pickRunsToCompare(runs, chosen)) ?? null,
          }),
          'host/runsOf': ({ uris }) =>
            runsOf(
              uris
                .map((uri) => Uri.parse(uri))
                .flatMap(({ scheme, fsPath }) => (localSchemes.includes(scheme) ? [fsPath] : [])),
            ),
          'host/draggedRuns': () => runsOf(runsView.dragged),
          async 'host/setRuns'({ runs: shown }) {
            show(shown);
            hosted.allow(await foldersOf(shown));
            return null;
          },
        },
      },
      services,
    );
  };

  const registration = window.registerWebviewPanelSerializer(viewType, {
    async deserializeWebviewPanel(panel, state: unknown) {
      if (isState(state)) await adopt(state.runs, panel);
      else panel.dispose();
    },
  });
  return {
    async open(compared, column, at) {
      const shown = [...panels].find(
        ([, each]) => isSameSet(each.runs, compared) && (at === undefined || isDeepStrictEqual(each.at, at)),
      )?.[0];
      if (shown) shown.reveal();
      else await adopt(compared, window.createWebviewPanel(viewType, titleOf(compared), column), at);
    },
    dispose() {
      // Panels stay open: VS Code restores them when the window reloads.
      registration.dispose();
    },
  };
}

/** The state that a page saved, of this version or an older one. */
const isState = isObject({ runs: isList(isString, maximumComparedRuns) });

function titleOf(runs: readonly string[]): string {
  const [first, second] = runs;
  if (first === undefined) return l10n.t('Compare Runs');
  if (second === undefined) return l10n.t('Compare {0}', basename(first));
  return runs.length === 2
    ? `${basename(first)} ↔ ${basename(second)}`
    : l10n.t('Compare {0} Runs', runs.length);
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((run) => b.includes(run));
}

import {
  commands,
  DataTransferItem,
  type Disposable,
  EventEmitter,
  l10n,
  MarkdownString,
  type Memento,
  type TreeDataProvider,
  type TreeView,
  Uri,
  window,
} from 'vscode';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import type { ServerLink } from '../server/server-link.ts';
import { createTooltipPause } from '../tree/tooltip-pause.ts';
import { treeItem } from '../tree/tree-item.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import type { FollowedRuns } from './followed-runs.ts';
import { createRunBranches } from './run-branches.ts';
import { runTooltip } from './run-labels.ts';
import type { RunList } from './run-list.ts';
import { changedItems, runNode } from './run-nodes.ts';

/** The Runs view. */
export interface RunsView extends Disposable {
  readonly selection: readonly TreeNode[];
  /** Paths of the run directories and files that were dragged last. */
  readonly dragged: readonly string[];
  /** Shows or hides archived runs, also in later windows of the workspace. */
  showArchived(shows: boolean): Promise<void>;
}

/** Of the context key, and of the state in the workspace. */
const archivedKey = 'esrgan.showsArchived';

/** Expanded runs are followed, so that new checkpoints and samples appear. */
export function createRunsView(
  link: ServerLink,
  runs: RunList,
  followedRuns: FollowedRuns,
  memento: Memento,
): RunsView {
  let showsArchived = memento.get(archivedKey, false);
  const setContext = () => void commands.executeCommand('setContext', archivedKey, showsArchived);
  setContext();
  const shown = (all: readonly RunSummary[]) =>
    showsArchived ? all : all.filter(({ notes }) => !notes.archived);
  const changed = new EventEmitter<TreeNode | TreeNode[] | undefined>();
  // The runs that VS Code lists, in its order. It identifies an item by its object, so each run keeps its first one.
  // While it reloads the whole list it has no items, and a command from a menu finds no target.
  let listed: ReadonlyMap<string, { readonly item: TreeNode; readonly run: RunSummary }> = new Map();
  let isListed = false;
  const pause = createTooltipPause((ids) => changed.fire(ids.flatMap((run) => listed.get(run)?.item ?? [])));
  const branches = createRunBranches(
    (run) => link.request('esrgan/run', { run }),
    (run) => pause.redraw([run]),
  );
  const provider: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem(node) {
      const run = listed.get(node.id)?.run;
      return treeItem(run === undefined ? node : runNode(run));
    },
    resolveTreeItem(item, { id }) {
      const run = listed.get(id)?.run;
      if (run !== undefined) {
        pause.start(id);
        item.tooltip = new MarkdownString(runTooltip(run));
      }
      return item;
    },
    async getChildren(node) {
      // The children of runs are not awaited: see RunBranches.
      if (node === undefined) {
        try {
          isListed = false;
          list(shown(await runs.all()));
          isListed = true;
          return [...listed.values()].map(({ item }) => item);
        } catch (error) {
          return [failureNode(error)];
        }
      }
      if (node.children === 'none') return [];
      if (node.children !== 'later') return [...node.children];
      return [...branches.of(node.id, runs.find(node.id)?.state ?? 'unknown')];
    },
  };
  const list = (all: readonly RunSummary[]) => {
    listed = new Map(all.map((run) => [run.run, { item: listed.get(run.run)?.item ?? runNode(run), run }]));
  };
  /** Redraws only the items that have changed: a training run changes every other second. */
  const redraw = () => {
    const before = [...listed.values()].map(({ run }) => run);
    const redrawn = isListed ? changedItems(before, shown(runs.known)) : 'all';
    if (redrawn === 'all') {
      changed.fire(undefined);
      return;
    }
    const hasNewState = runs.known.filter(({ run, state }) => listed.get(run)?.run.state !== state);
    list(shown(runs.known));
    pause.redraw(redrawn);
    for (const { run } of hasNewState) pause.end(run);
  };
  const owner = {};
  let dragged: readonly string[] = [];
  const view: TreeView<TreeNode> = window.createTreeView('esrgan.runs', {
    treeDataProvider: provider,
    canSelectMany: true,
    showCollapseAll: true,
    dragAndDropController: {
      dragMimeTypes: ['text/uri-list'],
      dropMimeTypes: [],
      handleDrag(nodes, transfer) {
        dragged = nodes.flatMap(({ target, file }) => target?.run ?? file ?? []);
        const uris = dragged.map((path) => Uri.file(path).toString());
        transfer.set('text/uri-list', new DataTransferItem(uris.join('\r\n')));
      },
    },
  });
  // While VS Code reloads the list, `view.selection` is empty.
  let selected: readonly TreeNode[] = [];
  const listeners = [
    view.onDidChangeSelection(({ selection }) => {
      selected = selection;
    }),
    runs.onDidChange(() => {
      const live = runs.known.filter(isLive).length;
      view.badge =
        live === 0
          ? undefined
          : {
              value: live,
              tooltip: live === 1 ? l10n.t('1 run is training') : l10n.t('{0} runs are training', live),
            };
      redraw();
    }),
    link.onNotification('esrgan/runChanged', ({ run, parts }) => {
      if (!followedRuns.isFollowing(owner, run)) return;
      if (!parts.includes('checkpoints') && !parts.includes('samples')) return;
      branches.refresh(run);
    }),
    view.onDidExpandElement(({ element }) => {
      // Its children are loaded, and appear when it is redrawn.
      pause.end(element.id);
      if (element.target?.run !== undefined) followedRuns.follow(owner, element.target.run);
    }),
    view.onDidCollapseElement(({ element }) => {
      if (element.target?.run === undefined) return;
      followedRuns.unfollow(owner, element.target.run);
      branches.forget(element.target.run);
    }),
  ];
  return {
    async showArchived(shows) {
      showsArchived = shows;
      setContext();
      redraw();
      await memento.update(archivedKey, shows);
    },
    get selection() {
      return view.selection.length > 0 ? view.selection : selected;
    },
    get dragged() {
      return dragged;
    },
    dispose() {
      followedRuns.release(owner);
      for (const listener of listeners) listener.dispose();
      view.dispose();
      pause.dispose();
      changed.dispose();
    },
  };
}

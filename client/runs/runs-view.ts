import {
  DataTransferItem,
  type Disposable,
  EventEmitter,
  type TreeDataProvider,
  type TreeView,
  Uri,
  window,
} from 'vscode';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import type { ServerLink } from '../server/server-link.ts';
import { treeItem } from '../tree/tree-item.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import type { FollowedRuns } from './followed-runs.ts';
import { createRunBranches } from './run-branches.ts';
import type { RunList } from './run-list.ts';
import { differentLines, runNode } from './run-nodes.ts';

/** The view of runs, and what is selected in it. */
export interface RunsView extends Disposable {
  readonly selection: readonly TreeNode[];
  /** Run directories and files that were dragged last. */
  readonly dragged: readonly string[];
}

/** Runs that are open in the view are followed, so that checkpoints and samples appear as they are written. */
export function createRunsView(link: ServerLink, runs: RunList, followedRuns: FollowedRuns): RunsView {
  const changed = new EventEmitter<TreeNode | TreeNode[] | undefined>();
  // The runs that the editor lists, in its order. It knows a line by the object that it was given for it, so each run
  // keeps its first; while it asks for the whole list anew it knows none, and what is chosen from a menu finds nothing.
  let listed: ReadonlyMap<string, { readonly line: TreeNode; readonly run: RunSummary }> = new Map();
  let isListed = false;
  const branches = createRunBranches(
    (run) => link.request('esrgan/run', { run }),
    (run) => changed.fire(listed.get(run)?.line ?? []),
  );
  const provider: TreeDataProvider<TreeNode> = {
    onDidChangeTreeData: changed.event,
    getTreeItem(node) {
      const run = listed.get(node.id)?.run;
      return treeItem(run === undefined ? node : runNode(run));
    },
    async getChildren(node) {
      // Only the runs themselves are waited for: see RunBranches.
      if (node === undefined) {
        try {
          isListed = false;
          list(await runs.all());
          isListed = true;
          return [...listed.values()].map(({ line }) => line);
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
    listed = new Map(all.map((run) => [run.run, { line: listed.get(run.run)?.line ?? runNode(run), run }]));
  };
  /** A run that trains changes its line every other second: only that one is drawn anew. */
  const draw = () => {
    const before = [...listed.values()].map(({ run }) => run);
    const different = isListed ? differentLines(before, runs.known) : 'all';
    if (different === 'all') {
      changed.fire(undefined);
      return;
    }
    list(runs.known);
    changed.fire(different.flatMap((run) => listed.get(run)?.line ?? []));
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
  // While the editor asks for all lines anew it knows none, and what is selected seems to be nothing.
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
          : { value: live, tooltip: `${live} ${live === 1 ? 'run is' : 'runs are'} live` };
      draw();
    }),
    link.onNotification('esrgan/runChanged', ({ run, parts }) => {
      if (!followedRuns.isFollowing(owner, run)) return;
      if (!parts.includes('checkpoints') && !parts.includes('samples')) return;
      branches.refresh(run);
    }),
    view.onDidExpandElement(({ element }) => {
      if (element.target?.run !== undefined) followedRuns.follow(owner, element.target.run);
    }),
    view.onDidCollapseElement(({ element }) => {
      if (element.target?.run === undefined) return;
      followedRuns.unfollow(owner, element.target.run);
      branches.forget(element.target.run);
    }),
  ];
  return {
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
      changed.dispose();
    },
  };
}

import type { RunDetail } from '../../server/protocol/runs.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import { runChildren } from './run-nodes.ts';

/**
 * The children of the expanded runs in the Runs view. They are returned at once, as far as they are loaded; `changed`
 * reports when more is loaded. If VS Code had to wait for them while the run's own item is redrawn (every other second
 * while it trains), it would lose them for good ("Element with id … is already registered", microsoft/vscode#250239).
 */
export interface RunBranches {
  /** The children of a run in this state; loads them if those for the state are missing. */
  of(run: string, state: RunState): readonly TreeNode[];
  /** Loads the children of an expanded run again. */
  refresh(run: string): void;
  /** Forgets the children of a collapsed run. */
  forget(run: string): void;
}

/** @param changed called when the children of a run have changed */
export function createRunBranches(
  load: (run: string) => Promise<RunDetail>,
  changed: (run: string) => void,
): RunBranches {
  const branches = new Map<string, { readonly state: RunState; readonly nodes: readonly TreeNode[] }>();
  const update = async (run: string, state: RunState, before: readonly TreeNode[]) => {
    const branch = { state, nodes: before };
    branches.set(run, branch);
    const nodes = await load(run).then(runChildren, (error: unknown) => [
      { ...failureNode(error), id: `${run}#failure` },
    ]);
    // The run was collapsed, or a later update has started.
    if (branches.get(run) !== branch) return;
    branches.set(run, { state, nodes });
    changed(run);
  };
  return {
    of(run, state) {
      const branch = branches.get(run);
      if (branch?.state !== state) void update(run, state, branch?.nodes ?? []);
      return branch?.nodes ?? [];
    },
    refresh(run) {
      const branch = branches.get(run);
      if (branch) void update(run, branch.state, branch.nodes);
    },
    forget: (run) => void branches.delete(run),
  };
}

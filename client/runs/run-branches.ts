import type { RunDetail } from '../../server/protocol/runs.ts';
import type { RunState } from '../../trainer/run-state/run-state.ts';
import { failureNode, type TreeNode } from '../tree/tree-node.ts';
import { runChildren } from './run-nodes.ts';

/**
 * What stands below the open runs of the list. It is told at once as far as it is known, and `changed` says when more
 * is: an editor that waits for the lines below a run while the run's own line is drawn anew (which it is every other
 * second while the run trains) loses them, and can never show them again ("Element with id … is already registered",
 * microsoft/vscode#250239).
 */
export interface RunBranches {
  /** The lines below a run that is in this state; asks for them where they are not known for it. */
  of(run: string, state: RunState): readonly TreeNode[];
  /** Asks again for what is known, because it has changed. */
  refresh(run: string): void;
  /** The run was closed: the next time all is asked anew. */
  forget(run: string): void;
}

/** @param changed the lines below this run are others now */
export function createRunBranches(
  ask: (run: string) => Promise<RunDetail>,
  changed: (run: string) => void,
): RunBranches {
  const known = new Map<string, { readonly state: RunState; readonly nodes: readonly TreeNode[] }>();
  const get = async (run: string, state: RunState, before: readonly TreeNode[]) => {
    const branch = { state, nodes: before };
    known.set(run, branch);
    const nodes = await ask(run).then(runChildren, (error: unknown) => [
      { ...failureNode(error), id: `${run}#failure` },
    ]);
    // Somebody closed the run or asked later than this.
    if (known.get(run) !== branch) return;
    known.set(run, { state, nodes });
    changed(run);
  };
  return {
    of(run, state) {
      const branch = known.get(run);
      if (branch?.state !== state) void get(run, state, branch?.nodes ?? []);
      return branch?.nodes ?? [];
    },
    refresh(run) {
      const branch = known.get(run);
      if (branch) void get(run, branch.state, branch.nodes);
    },
    forget: (run) => void known.delete(run),
  };
}

import type { TrainingPatches } from '../../trainer/cli-output/training-patches.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

export type { AppliedOperation, TrainingPatches } from '../../trainer/cli-output/training-patches.ts';

/** Which training patches a page shows. */
export interface PatchesQuery {
  readonly stage: Stage;
  /** Counts from 1 within the stage. */
  readonly step: number;
  /** How many patches of the batch, from its first one. */
  readonly count: number;
  /** Indices of operations to leave out. */
  readonly without: readonly number[];
}

/** The requests about training patches. */
export interface TrainingPatchesRequests {
  /**
   * The patches that a run file trains on, with its text in the editor, also if that is not saved. A newer request about the
   * same file cancels the one before it.
   */
  'esrgan/trainingPatches': {
    params: PatchesQuery & { readonly file: string };
    result: TrainingPatches;
  };
}

import type { Stage } from '../../trainer/run-state/run-state.ts';

/** What completion asks about the world outside the text. Nothing is found: an empty list. */
export interface CompletionSources {
  /** What lies directly in a folder. */
  listFolder(folder: string): readonly FolderEntry[];
  /** The checkpoints of all runs in a folder of runs. */
  listCheckpoints(runsDir: string): readonly CheckpointChoice[];
}

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A checkpoint that a run can start from. */
export interface CheckpointChoice {
  /** Absolute. */
  readonly path: string;
  /** Name of its run. */
  readonly run: string;
  readonly stage: Stage;
  /** Steps of the stage done. */
  readonly step: number;
  /** Of the validation at this step, in dB; `null` without one. */
  readonly psnr: number | null;
}

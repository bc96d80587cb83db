import type { Stage } from '../../trainer/run-state/run-state.ts';

/** What completion needs to know about the disk. Lists are empty if nothing is found. */
export interface CompletionSources {
  /** The files and folders in a folder. */
  listFolder(folder: string): readonly FolderEntry[];
  /** The checkpoints of all runs in a runs folder. */
  listCheckpoints(runsDir: string): readonly CheckpointChoice[];
}

export interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

/** A checkpoint to start a run from. */
export interface CheckpointChoice {
  /** Absolute. */
  readonly path: string;
  /** Name of its run. */
  readonly run: string;
  readonly stage: Stage;
  /** Completed steps of the stage. */
  readonly step: number;
  /** In dB, from the validation at this step; `null` if there was none. */
  readonly psnr: number | null;
}

import type { Stage } from '../../trainer/run-state/run-state.ts';
import type { InventoryItem } from './downloads.ts';

/**
 * The argument of commands on run files and runs. Code lenses, views and webviews pass it; the command lets the person
 * pick what is missing.
 */
export interface CommandTarget {
  /** Path of a run file. */
  readonly file?: string;
  readonly stage?: Stage;
  /** The run directory. */
  readonly run?: string;
}

/** The commands that take a `CommandTarget` as their only argument. */
export type TargetCommand =
  // of a run file
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  // of a run
  | 'esrgan.openRun'
  | 'esrgan.compareRuns'
  | 'esrgan.resumeRun'
  | 'esrgan.pauseRun'
  | 'esrgan.stopRun'
  | 'esrgan.stopRunNow'
  | 'esrgan.checkpointNow'
  | 'esrgan.validateNow'
  | 'esrgan.moveUpInQueue'
  | 'esrgan.moveDownInQueue'
  | 'esrgan.removeFromQueue'
  | 'esrgan.duplicateRun'
  | 'esrgan.deleteRun'
  | 'esrgan.showRunLog'
  | 'esrgan.revealRun';

/** The argument of `esrgan.get`: an item to download, with the scale factor of the run file that needs it. */
export type DownloadCommandTarget = Pick<InventoryItem, 'kind' | 'name' | 'scale'>;

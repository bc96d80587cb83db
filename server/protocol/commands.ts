import type { Stage } from '../../trainer/run-state/run-state.ts';

/**
 * What commands about run files and runs take: any of these; what is missing is asked for. Code lenses, lists and
 * webviews all use it.
 */
export interface CommandTarget {
  /** Path of a run file. */
  readonly file?: string;
  readonly stage?: Stage;
  /** The run directory. */
  readonly run?: string;
}

/** The commands of the editor that take a `CommandTarget` as their one argument. */
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

/** What `esrgan.get` takes besides a line of its view: something that is to be downloaded if it is not there. */
export interface GetTarget {
  readonly kind: 'data' | 'weights';
  readonly name: string;
}

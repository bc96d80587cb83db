import { type Guard, isExactly, isOneOf, isOptional, isString } from '../../trainer/guards/guards.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
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

const isPartOfTarget = isExactly<CommandTarget>({
  file: isOptional(isString),
  stage: isOptional(isOneOf(stages)),
  run: isOptional(isString),
});

/** Whether a value names a run file, a stage or a run. */
export const isCommandTarget: Guard<CommandTarget> = (value): value is CommandTarget =>
  isPartOfTarget(value) && Object.keys(value).length > 0;

/** The commands of code lenses. The extension registers them; for other editors the server executes them. */
export const lensCommands = [
  'esrgan.startPretraining',
  'esrgan.startTraining',
  'esrgan.startBothStages',
  'esrgan.startOn',
  'esrgan.runAgain',
  'esrgan.resumeRun',
  'esrgan.pauseRun',
  'esrgan.stopRun',
  'esrgan.removeFromQueue',
  'esrgan.openRun',
  'esrgan.compareRuns',
  'esrgan.showTrainingPatches',
] as const satisfies readonly TargetCommand[];

export type LensCommand = (typeof lensCommands)[number];

/** The commands that take a `CommandTarget` as their only argument. */
export type TargetCommand =
  // of a run file
  | 'esrgan.startPretraining'
  | 'esrgan.startTraining'
  | 'esrgan.startBothStages'
  | 'esrgan.startOn'
  | 'esrgan.showTrainingPatches'
  // of a run
  | 'esrgan.openRun'
  | 'esrgan.compareRuns'
  | 'esrgan.runAgain'
  | 'esrgan.upscaleWith'
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
  | 'esrgan.revealRun'
  | NotesCommand;

/** The commands that change the notes of runs. */
export type NotesCommand =
  | 'esrgan.editTags'
  | 'esrgan.editNote'
  | 'esrgan.setGroup'
  | 'esrgan.pinRuns'
  | 'esrgan.unpinRuns'
  | 'esrgan.archiveRuns'
  | 'esrgan.unarchiveRuns';

/** The argument of `esrgan.get`: an item to download for a run file, at its scale factor. */
export interface DownloadCommandTarget extends Pick<InventoryItem, 'kind' | 'name' | 'scale'> {
  /** Path of the run file; of an untitled one, only a name. */
  readonly file: string;
}

/** The argument of `esrgan.makeLrImages`: makes the missing LR images of a data set. */
export interface LrImagesCommandTarget {
  /** Folder or glob of the HR images, and the folder of the LR images. */
  readonly images: string;
  readonly out: string;
  readonly scale: number;
}

/** The argument of `esrgan.useWeights`: names a file of weights for the perceptual loss, which the person chooses. */
export interface WeightsCommandTarget {
  /** URI of the run file. */
  readonly uri: string;
}

/** The argument of `esrgan.useImages`: gives a data set of a run file other images. */
export interface ImagesCommandTarget {
  /** URI of the run file. */
  readonly uri: string;
  /** Name of the data set. */
  readonly dataset: string;
  /** A folder that the person chooses, the missing folders, which are created, or the sample images of the extension. */
  readonly from: 'folder' | 'new' | 'samples';
  /** The missing folders. */
  readonly folders: readonly string[];
}

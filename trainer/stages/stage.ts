import type { Batch } from '../data/loader.ts';
import type { CheckpointFile } from '../runs/checkpoints.ts';
import type { LiveGenerator } from './validation.ts';

/** A stage of training with its nets in an engine's memory, ready to go on from some step. */
export interface StageTrainer {
  /** Steps that the state has behind it. */
  readonly startStep: number;
  /**
   * Steps of earlier stages behind the weights that the stage began with. In the event file the stage's steps
   * count on from there, so that the curves of a run stand on one axis.
   */
  readonly stepsBefore: number;
  /** Validation PSNR (RGB, dB) of the weights that the stage begins with; null where it is not known. */
  readonly startPsnr: number | null;
  /** The generator as it would be used now: its running average where the run keeps one. */
  readonly generator: LiveGenerator;
  /**
   * One update of the nets.
   *
   * @param step number of the update, from 1
   * @returns scalars by name; the first is the loss to show
   */
  update(batch: Batch, step: number): Promise<Readonly<Record<string, number>>>;
  /** The files of a checkpoint of the state as it is. */
  checkpointFiles(): Promise<CheckpointFile[]>;
  close(): Promise<void>;
}

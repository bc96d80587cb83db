import type { Batch } from '../data/loader.ts';
import type { CheckpointFile } from '../runs/checkpoints.ts';
import type { LiveGenerator } from './live-generator.ts';

/** A stage of training with its networks in an engine's memory. */
export interface StageTrainer {
  /** Steps of the stage done. */
  readonly startStep: number;
  /** Global step at which the stage starts: the event files of a run count the steps of both stages on one axis. */
  readonly stepsBefore: number;
  /** Validation PSNR (RGB, dB) of the weights that the stage starts from; null if unknown. */
  readonly startPsnr: number | null;
  /** Sentences about the weights that the stage starts from, for the log. */
  readonly notices: readonly string[];
  readonly generator: LiveGenerator;
  /**
   * One update of the networks. If a scalar is not finite and the run file allows such steps, nothing is updated.
   *
   * @returns scalars by name; the first is the loss to show
   */
  update(batch: Batch): Promise<Readonly<Record<string, number>>>;
  /** The files of a checkpoint of the current state. */
  checkpointFiles(): Promise<CheckpointFile[]>;
  close(): Promise<void>;
}

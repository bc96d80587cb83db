import { type ResolvedConfig, tryReadTrainedConfig } from '../../trainer/config/index.ts';
import { type JsonNumber, toJsonNumber } from '../../trainer/guards/guards.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';

/** What is known of a stage that was trained. */
interface TrainedStage {
  readonly isFinished: boolean;
  /** Of the newest checkpoint, in dB. */
  readonly psnr: JsonNumber | null;
  /** The config that it was last trained with; undefined if it cannot be read. */
  readonly config: ResolvedConfig | undefined;
}

/** The stages of a run that were trained. */
export type TrainedStages = Readonly<Partial<Record<Stage, TrainedStage>>>;

/** Reads the stages of a run. Never throws. */
export function readTrainedStages(run: string): TrainedStages {
  const paths = runPaths(run);
  const sessions = readManifest(paths)?.sessions ?? [];
  const trained: Partial<Record<Stage, TrainedStage>> = {};
  for (const stage of new Set(sessions.map(({ start }) => start.stage))) {
    const last = sessions.findLast(({ start }) => start.stage === stage);
    const psnr = listCheckpoints(paths, stage).at(-1)?.state.metrics.psnr;
    trained[stage] = {
      isFinished: last?.stop?.reason === 'finished',
      psnr: psnr === undefined ? null : toJsonNumber(psnr),
      config: tryReadTrainedConfig(paths, stage),
    };
  }
  return trained;
}

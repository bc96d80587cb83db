import { type ResolvedConfig, tryReadTrainedConfig } from '../../trainer/config/index.ts';
import { toJsonNumber } from '../../trainer/guards/guards.ts';
import type { MetricValue } from '../../trainer/metrics/metric-text.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import { listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { readManifest } from '../../trainer/runs/manifest.ts';
import { runPaths } from '../../trainer/runs/run-directory.ts';

/** What is known of a stage that was trained. */
interface TrainedStage {
  readonly isFinished: boolean;
  /** Of the newest checkpoint, by the metric of `checkpoints.best`; null if it was not validated. */
  readonly score: MetricValue | null;
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
    const config = tryReadTrainedConfig(paths, stage);
    const metric = config?.checkpoints.best ?? 'psnr';
    const value = listCheckpoints(paths, stage).at(-1)?.state.metrics[metric];
    trained[stage] = {
      isFinished: last?.stop?.reason === 'finished',
      score: value === undefined ? null : { metric, value: toJsonNumber(value) },
      config,
    };
  }
  return trained;
}

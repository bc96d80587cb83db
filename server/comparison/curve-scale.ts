import { imageSources, patchesPerStep, stepsPerEpoch } from '../../trainer/config/index.ts';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import type { CurveScale } from '../protocol/comparison.ts';
import type { RunDetail } from '../protocol/runs.ts';
import type { OpenedRun } from './compared-run.ts';

/** How the steps of a run's points become epochs and images seen, and where its best and last checkpoints are. */
export function curveScale(run: OpenedRun, { checkpoints, stepsBeforeTraining }: RunDetail): CurveScale {
  return {
    stages: stages.map((stage) => {
      const mine = checkpoints.filter((each) => each.stage === stage);
      return {
        stage,
        firstStep: stage === 'training' ? stepsBeforeTraining : 0,
        imagesPerStep: run.config ? patchesPerStep(run.config) : null,
        stepsPerEpoch: epochLength(run, stage),
        best: mine.find(({ best }) => best)?.step ?? null,
        last: mine.find(({ last }) => last)?.step ?? null,
      };
    }),
  };
}

/** Steps of an epoch by the number of files that the run was trained on; null where that is not known. */
function epochLength({ config, manifest }: OpenedRun, stage: Stage): number | null {
  if (config === undefined || manifest === undefined) return null;
  const names = imageSources(config, stage, 'train').map(({ name }) => name);
  const files = names.map((name) => manifest.data[name]?.files);
  if (files.length === 0 || files.some((count) => count === undefined)) return null;
  const images = files.reduce<number>((sum, count) => sum + (count ?? 0), 0);
  return stepsPerEpoch(images, patchesPerStep(config));
}

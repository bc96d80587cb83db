import type { SampleImage, StageSamples } from '../../server/protocol/runs.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

/** What the generator made of the sample images at one step. */
export interface SampleStep {
  readonly stage: Stage;
  /** Of the stage. */
  readonly step: number;
  /** Among the steps of the points, which go on from stage to stage. */
  readonly at: number;
  readonly images: readonly SampleImage[];
  /** Paths of the results, by the image's key. */
  readonly sr: Readonly<Record<string, string>>;
}

/** The samples of all stages in the order in which they were drawn. */
export function sampleSteps(samples: readonly StageSamples[], stepsBeforeTraining: number): SampleStep[] {
  return samples
    .flatMap(({ stage, images, steps }) =>
      steps.map(({ step, sr }) => ({
        stage,
        step,
        at: step + (stage === 'training' ? stepsBeforeTraining : 0),
        images,
        sr,
      })),
    )
    .sort((a, b) => a.at - b.at);
}

/** The index of the last sample at or before a step, else of the first; of the last where there is no step. */
export function sampleAt(steps: readonly SampleStep[], at: number | null): number {
  if (at === null) return steps.length - 1;
  return Math.max(
    0,
    steps.findLastIndex((sample) => sample.at <= at),
  );
}

import type { LoggedStep } from '../../server/protocol/comparison.ts';
import type { SampleImage, StageSamples } from '../../server/protocol/runs.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

/** The generator's results for the sample images at one step. */
export interface SampleStep {
  /** Null for a run of another program. */
  readonly stage: Stage | null;
  /** Step of the stage. */
  readonly step: number;
  /** Global step, which continues from stage to stage. */
  readonly at: number;
  readonly images: readonly SampleImage[];
  /** Paths of the results by the keys of the images. */
  readonly sr: Readonly<Record<string, string>>;
}

/** The samples of all stages by rising global step. */
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

/** The images that a run of another program has logged, as samples without anything to compare with. */
export function loggedSteps(logged: readonly LoggedStep[]): SampleStep[] {
  return logged.map(({ step, images }) => ({ stage: null, step, at: step, images: [], sr: images }));
}

/** Index of the last sample at or before a global step, else of the first; of the last for `null`; -1 without samples. */
export function sampleAt(steps: readonly SampleStep[], at: number | null): number {
  if (at === null) return steps.length - 1;
  return Math.max(
    0,
    steps.findLastIndex((sample) => sample.at <= at),
  );
}

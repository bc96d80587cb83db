import type { LoggedStep } from '../../../server/protocol/comparison.ts';
import { loggedSteps, type SampleStep, sampleSteps } from '../../run-panel/sample-steps.ts';
import type { ShownRun } from '../shown-runs.ts';

/** The samples of each run by rising step, by run directories. `logged` are the images of runs of other programs. */
export function samplesOf(
  runs: readonly ShownRun[],
  logged: ReadonlyMap<string, readonly LoggedStep[]> = new Map(),
): Map<string, SampleStep[]> {
  return new Map(
    runs.map(({ run, detail }) => [
      run,
      isExternal(detail)
        ? loggedSteps(logged.get(run) ?? [])
        : detail
          ? sampleSteps(detail.samples, detail.stepsBeforeTraining)
          : [],
    ]),
  );
}

/** Whether the samples of a run are the images in its event files. */
export function isExternal(detail: ShownRun['detail']): boolean {
  return detail?.summary.kind === 'external';
}

/** The keys of all sample images: `00-baby`, or a tag such as `val/img`. */
export function sampleKeys(samples: ReadonlyMap<string, readonly SampleStep[]>): string[] {
  const keys = [...samples.values()].flatMap((steps) =>
    steps.flatMap(({ images, sr, stage }) =>
      stage === null ? Object.keys(sr) : images.map(({ key }) => key),
    ),
  );
  return [...new Set(keys)].sort();
}

/** The global steps at which any run has samples, rising. */
export function allSampleSteps(samples: ReadonlyMap<string, readonly SampleStep[]>): number[] {
  return [...new Set([...samples.values()].flatMap((steps) => steps.map(({ at }) => at)))].sort(
    (a, b) => a - b,
  );
}

/** Index of the last step at or before `step`, -1 if there is none; of the last for `null`. */
export function stepIndex(steps: readonly number[], step: number | null): number {
  return step === null ? steps.length - 1 : steps.findLastIndex((each) => each <= step);
}

/** The step at an index, limited to the range of indices; `null` for the last, which follows the runs. */
export function stepAt(steps: readonly number[], index: number): number | null {
  const at = Math.min(steps.length - 1, Math.max(0, index));
  return at === steps.length - 1 ? null : (steps[at] ?? null);
}

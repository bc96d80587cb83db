/** How a session of a stage ended; all steps up to `step` are saved. A stage that ends early is finished too. */
export interface StageEnd {
  readonly reason: 'finished' | 'stopped';
  readonly step: number;
  readonly message: string | null;
}

/** The reason of a signal to stop that comes before the time limit of a job, which may then continue in another one. */
export const timeLimit = 'time limit';

/**
 * The end of a session that did all its steps. A stage may have more steps than the `steps` of its run file, if they were
 * lowered since: it is finished then.
 */
export function endAt(step: number, steps: number): StageEnd {
  if (step < steps) {
    return { reason: 'stopped', step, message: `Stopped after ${step} steps, as requested.` };
  }
  const message =
    step === steps ? null : `Finished: the stage has ${step} steps, more than the ${steps} of the run file.`;
  return { reason: 'finished', step, message };
}

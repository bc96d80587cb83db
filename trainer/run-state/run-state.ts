/** The stages of a run, in the order in which they are trained. */
export const stages = ['pretraining', 'training'] as const;
export type Stage = (typeof stages)[number];

/** Keys of a run file that only one stage uses. */
export const keysOfStage: Readonly<Record<Stage, readonly string[]>> = {
  pretraining: ['pretraining'],
  training: ['training', 'discriminator'],
};

/** What can be started: a stage, or all of them, one after another in one process. */
export const stageChoices = [...stages, 'all'] as const;
export type StageChoice = (typeof stageChoices)[number];

/** The stages of a choice, in their order. */
export function stagesOf(choice: StageChoice): readonly [Stage, ...Stage[]] {
  return choice === 'all' ? stages : [choice];
}

/** The choice of a stage and of the one that follows it, if any. */
export function choiceOf(stage: Stage, next: Stage | null | undefined): StageChoice {
  return next === 'training' && stage === 'pretraining' ? 'all' : stage;
}

/** The states that a trainer reports; the last three are final. */
export const trainerStates = ['starting', 'running', 'paused', 'finished', 'stopped', 'failed'] as const;
export type TrainerState = (typeof trainerStates)[number];

/**
 * What a run is doing. `queued`: it waits for its turn; `lost`: its process ended without reporting a final state (a
 * crash, a kill, a power cut); `unknown`: it has never reported a state, like the folders of other trainers.
 */
export const runStates = [...trainerStates, 'queued', 'lost', 'unknown'] as const;
export type RunState = (typeof runStates)[number];

/**
 * Progress of a stage from 0 to 1; null where it is not known. A stage whose number of steps was lowered may have done more
 * of them.
 */
export function progressOf(stage: {
  readonly step: number | null;
  readonly steps: number | null;
}): number | null {
  const { step, steps } = stage;
  return step === null || steps === null || steps === 0 ? null : Math.min(step / steps, 1);
}

/** Whether a process trains the run now. */
export function isLive({ state }: { readonly state: RunState }): boolean {
  return state === 'starting' || state === 'running' || state === 'paused';
}

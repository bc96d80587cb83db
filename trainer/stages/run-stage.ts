import { patchesPerStep } from '../config/index.ts';
import { toJsonNumber } from '../guards/guards.ts';
import type { RequestKind } from '../runs/control.ts';
import { jobStartOf } from '../runs/job.ts';
import { stoppedAtLimit, stoppedByScheduler } from '../runs/status.ts';
import { createCheckpointer } from './checkpointer.ts';
import { reasonToStop } from './early-stopping.ts';
import { createHints } from './hints.ts';
import { createNonFiniteGuard, type Rollback } from './non-finite.ts';
import { isPauseRequested, waitWhilePaused } from './requests.ts';
import { openSampler } from './samples.ts';
import { report, type StageContext } from './stage-context.ts';
import { endAt, type StageEnd, timeLimit } from './stage-end.ts';
import { createStepReporter } from './step-reporter.ts';
import { createThroughput } from './throughput.ts';
import { openValidator } from './validation.ts';

/**
 * The training loop of a stage.
 *
 * @throws WorkbenchError `notFinite` if a scalar is not finite and the run file does not say otherwise; `disk`; `data`
 */
export async function runStage(context: StageContext): Promise<StageEnd | Rollback> {
  const { config, stage, session, loader, trainer, steps, lastStep, stop } = context;
  const hints = createHints(stage, trainer.startPsnr, context.config);
  const skip = createSkipReporter(context);
  const validator = await openValidator(context, hints, skip);
  const saveSamples = await openSampler(context, skip);
  const nonFinite = createNonFiniteGuard(context);
  const checkpointer = createCheckpointer(context, validator, nonFinite);
  const throughput = createThroughput(loader, patchesPerStep(config), trainer.startStep);
  const reportStep = createStepReporter(context, throughput, hints);
  let step = trainer.startStep;
  reportStart(context, step);

  // The last session may have ended after it saved this step and before it measured it.
  if (step > 0) await complete([]);
  let reason = reasonToEnd();
  while (step < lastStep && reason === undefined) {
    const requests = await saveOnFailure(async () => session.takeRequests());
    if (requests.includes('stop') || stop.aborted) return await stopOnRequest();
    if (isPauseRequested(requests)) {
      await checkpointer.save(step);
      if ((await waitWhilePaused(context, completeWhilePaused)) === 'stop') return await stopOnRequest();
      throughput.restart(step);
    }

    const batch = await saveOnFailure(() => loader.next());
    const scalars = await trainer.update(batch);
    const rollback = nonFinite.check(scalars, step + 1);
    if (rollback) return rollback;
    step += 1;
    reportStep(step, batch.epoch, { ...scalars, ...nonFinite.scalars });
    // A stop may leave little time: Windows ends a process seconds after its console is closed. A resume does the rest.
    if (!stop.aborted) await complete(requests);
    reason = reasonToEnd();
  }
  await checkpointer.save(step);
  if (reason !== undefined && step < steps) return endEarly(reason);
  const end = endAt(step, steps);
  session.log(end.message ?? `Finished: ${stage}, ${steps} steps.`);
  return end;

  /** Why the stage ends at this step, by its last validation. */
  function reasonToEnd(): string | undefined {
    if (step % config.validation.every_steps !== 0) return undefined;
    const { progress } = validator;
    return reasonToStop(config, stage, { step, metrics: validator.metricsAt(step), progress });
  }

  function endEarly(reason: string): StageEnd {
    const message = `Finished: ${reason}`;
    report(context, message);
    return { reason: 'finished', step, message };
  }

  function isDue(everySteps: number): boolean {
    return step % everySteps === 0 || step === lastStep;
  }

  /** Checkpoint, validation and samples of this step: what is due or requested, and not done yet. */
  async function complete(requests: readonly RequestKind[]): Promise<void> {
    // The newest checkpoint stays one to return to: skipped steps have changed nothing.
    const isGood = nonFinite.steps.inRow === 0;
    const isSaved = (isGood && isDue(config.checkpoints.every_steps)) || requests.includes('checkpoint');
    const isValidated =
      !isMeasured() && (isDue(config.validation.every_steps) || requests.includes('validate'));
    const isSampled = isDue(config.samples.every_steps);
    // First: nothing that happens in a validation, such as running out of memory, costs the steps before it.
    if (isSaved) await checkpointer.save(step);
    await saveOnFailure(async () => {
      const validation = isValidated ? await validator.validate(step) : undefined;
      if (validation?.isBest || checkpointer.savedStep === step) await checkpointer.save(step);
      if (isSampled && !stop.aborted) await saveSamples(step);
    });
    if (isSaved || isValidated || isSampled) throughput.restart(step);
  }

  async function completeWhilePaused(requests: readonly RequestKind[]): Promise<void> {
    if (requests.includes('checkpoint')) report(context, `Step ${step} is saved already.`);
    if (!requests.includes('validate')) return;
    if (isMeasured()) report(context, `Step ${step} is validated already.`);
    else await complete(requests);
  }

  function isMeasured(): boolean {
    return Object.keys(validator.metricsAt(step)).length > 0;
  }

  /** Saves the steps done before it passes an error on; outside of an update the networks are whole. */
  async function saveOnFailure<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // The first error is the cause, also of another one here.
      await checkpointer.save(step).catch(() => {});
      throw error;
    }
  }

  async function stopOnRequest(): Promise<StageEnd> {
    await checkpointer.save(step);
    const byScheduler = stop.aborted && jobStartOf(process.env) !== undefined;
    const message =
      stop.reason === timeLimit ? stoppedAtLimit : byScheduler ? stoppedByScheduler : 'Stopped on request.';
    session.log(message);
    return { reason: 'stopped', step, message };
  }
}

/** A function that reports each reason for which a file is skipped once. */
function createSkipReporter(context: StageContext): (reason: string) => void {
  const reported = new Set<string>();
  return (reason) => {
    if (reported.has(reason)) return;
    reported.add(reason);
    report(context, `Skipped ${reason}`);
  };
}

function reportStart(
  { config, session, stage, loader, steps, checkpoint }: StageContext,
  step: number,
): void {
  session.log(
    step === 0 ? `Started: ${stage}, ${steps} steps.` : `Resumed: ${stage}, at step ${step} of ${steps}.`,
  );
  const best = checkpoint?.state.best;
  const metric = config.checkpoints.best;
  const value = best?.[metric];
  const epochs = Math.ceil(steps / loader.stepsPerEpoch);
  const epoch = Math.floor(step / loader.stepsPerEpoch);
  session.setStatus(
    {
      state: 'running',
      step,
      steps,
      epochs,
      epoch,
      psnr: best ? toJsonNumber(best.psnr) : null,
      score: value === undefined ? undefined : { metric, value: toJsonNumber(value) },
    },
    { now: true },
  );
}

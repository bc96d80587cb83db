import { toJsonNumber } from '../guards/guards.ts';
import { assertFinite } from './assert-finite.ts';
import { createCheckpointer } from './checkpointer.ts';
import { createHints } from './hints.ts';
import { isPauseRequested, waitWhilePaused } from './requests.ts';
import { createSampler } from './samples.ts';
import type { StageContext } from './stage-context.ts';
import { createStepReporter } from './step-reporter.ts';
import { createThroughput } from './throughput.ts';
import { createValidator } from './validation.ts';

export interface StageEnd {
  readonly reason: 'finished' | 'stopped';
  readonly step: number;
  readonly message: string | null;
}

/**
 * The training loop of a stage.
 *
 * @throws WorkbenchError `notFinite` if a scalar is not finite; `disk`; `data`
 */
export async function runStage(context: StageContext): Promise<StageEnd> {
  const { config, stage, session, loader, trainer, steps, lastStep } = context;
  const throughput = createThroughput(loader, config.batch_size, trainer.startStep);
  const hints = createHints(stage, trainer.startPsnr);
  const reportStep = createStepReporter(context, throughput, hints);
  const validator = createValidator(context, hints);
  const saveSamples = createSampler(context);
  const saveCheckpoint = createCheckpointer(context);
  let step = trainer.startStep;
  reportStart(context, step);

  while (step < lastStep) {
    const requests = session.takeRequests();
    if (requests.includes('stop') || context.stop.aborted) return await stopOnRequest();
    if (isPauseRequested(requests)) {
      await saveCheckpoint(step, validator.best);
      if ((await waitWhilePaused(context)) === 'stop') return await stopOnRequest();
      throughput.restart(step);
    }

    const batch = await loader.next();
    const scalars = await trainer.update(batch, step + 1);
    assertFinite(context, scalars, step + 1);
    step += 1;
    reportStep(step, batch.epoch, scalars);

    const isDue = (everySteps: number) => step % everySteps === 0 || step === lastStep;
    const isValidated = isDue(config.validation.every_steps) || requests.includes('validate');
    const isSampled = isDue(config.samples.every_steps);
    const validation = isValidated ? await validator.validate(step) : undefined;
    if (isSampled) await saveSamples(step);
    if (
      isDue(config.checkpoints.every_steps) ||
      validation?.isBest === true ||
      requests.includes('checkpoint')
    ) {
      await saveCheckpoint(step, validator.best, validation);
    }
    if (isValidated || isSampled) throughput.restart(step);
  }
  if (step === steps) return { reason: 'finished', step, message: null };
  return { reason: 'stopped', step, message: `Stopped after ${step} steps, as requested.` };

  async function stopOnRequest(): Promise<StageEnd> {
    await saveCheckpoint(step, validator.best);
    const message = 'Stopped on request.';
    session.log(message);
    return { reason: 'stopped', step, message };
  }
}

function reportStart({ session, loader, steps, best }: StageContext, step: number): void {
  const epochs = Math.ceil(steps / loader.stepsPerEpoch);
  const epoch = Math.floor(step / loader.stepsPerEpoch);
  session.setStatus(
    { state: 'running', step, steps, epochs, epoch, psnr: best && toJsonNumber(best.psnr) },
    { now: true },
  );
}

import type { Hints } from './hints.ts';
import { report, reportHint, type StageContext } from './stage-context.ts';
import type { Throughput } from './throughput.ts';

/**
 * A function that reports a step to the status, the observer and, every `log_every_steps`, the event file.
 *
 * @returns a function of the number of the step, from 1, its epoch, from 1, and its scalars; those that are not finite are
 * in no curve
 */
export function createStepReporter(
  context: StageContext,
  throughput: Throughput,
  hints: Hints,
): (step: number, epoch: number, scalars: Readonly<Record<string, number>>) => void {
  const { config, stage, session, loader, trainer, events, steps, lastStep, observer } = context;
  const epochs = Math.ceil(steps / loader.stepsPerEpoch);

  return (step, epoch, scalars) => {
    for (const notice of loader.takeNotices()) report(context, notice);
    const hint = hints.step(scalars);
    if (hint !== undefined) reportHint(context, hint);

    const loss = Object.values(scalars)[0]!;
    const rate = throughput.tick();
    const etaSeconds = (steps - step) / rate;
    const shown = Number.isFinite(loss) ? loss : null;
    session.setStatus({
      step,
      epoch: Math.floor(step / loader.stepsPerEpoch),
      loss: shown,
      rate,
      etaSeconds,
    });
    observer.step({ stage, step, steps, epoch, epochs, loss, rate, etaSeconds });
    if (step % config.log_every_steps !== 0 && step !== lastStep) return;
    const finite = Object.fromEntries(Object.entries(scalars).filter(([, value]) => Number.isFinite(value)));
    events.scalars(trainer.stepsBefore + step, {
      ...tagged('train', finite),
      ...tagged('machine', throughput.lap(step)),
    });
    events.flush();
    observer.event({ event: 'step', stage, step, steps, epoch, rate, ...finite });
  };
}

function tagged(group: string, scalars: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`${group}/${name}`, value]));
}

import type { Hints } from './hints.ts';
import { report, type StageContext } from './stage-context.ts';
import type { Throughput } from './throughput.ts';

/**
 * A function that reports a step to the status, the observer and, every `log_every_steps`, the event file.
 *
 * @returns a function of the number of the step, from 1, its epoch, from 1, and its scalars
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
    if (hint !== undefined) report(context, hint);

    const loss = Object.values(scalars)[0]!;
    const rate = throughput.tick();
    const etaSeconds = (steps - step) / rate;
    session.setStatus({ step, epoch: Math.floor(step / loader.stepsPerEpoch), loss, rate, etaSeconds });
    observer.step({ stage, step, steps, epoch, epochs, loss, rate, etaSeconds });
    if (step % config.log_every_steps !== 0 && step !== lastStep) return;
    events.scalars(trainer.stepsBefore + step, {
      ...tagged('train', scalars),
      ...tagged('machine', throughput.lap(step)),
    });
    events.flush();
    observer.event({ event: 'step', stage, step, steps, epoch, rate, ...scalars });
  };
}

function tagged(group: string, scalars: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(Object.entries(scalars).map(([name, value]) => [`${group}/${name}`, value]));
}

import { WorkbenchError } from '../errors/errors.ts';
import { listCheckpoints } from '../runs/checkpoints.ts';
import type { StageContext } from './stage-context.ts';

/**
 * Ends a run that diverged before it saves anything: it cannot recover.
 *
 * @param step number of the update that gave these scalars
 * @throws WorkbenchError `notFinite` if a scalar is not finite
 */
export function assertFinite(
  { session, config: { pretraining, training }, stage }: StageContext,
  scalars: Readonly<Record<string, number>>,
  step: number,
): void {
  const bad = Object.entries(scalars).find(([, value]) => !Number.isFinite(value));
  if (!bad) return;
  const last = listCheckpoints(session.paths, stage).at(-1);
  const rates =
    stage === 'pretraining'
      ? `\`pretraining.lr\` (now ${pretraining.lr})`
      : `\`training.g_lr\` (now ${training.g_lr}) and \`training.d_lr\` (now ${training.d_lr})`;
  throw new WorkbenchError(
    'notFinite',
    `Training diverged: ${bad[0]} is ${bad[1]} at step ${step} of ${stage}. ${
      last
        ? `The last good checkpoint is ${last.name}; \`esrgan train --resume\` continues from it.`
        : 'There is no checkpoint yet.'
    } Lower ${rates}, or look for damaged images in the training data.`,
  );
}

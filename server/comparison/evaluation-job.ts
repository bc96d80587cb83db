import { isEvaluateEvent } from '../../trainer/cli-output/events.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { TestSet } from '../../trainer/evaluate/results/test-set.ts';
import { isProtocolName, perceptualMetricOf } from '../../trainer/metrics/protocols.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type { Work } from '../jobs/jobs.ts';
import { bicubicModel, type ModelReference } from '../protocol/comparison.ts';

/**
 * Evaluates a model on a test set with `esrgan evaluate`, which writes the results into the run.
 *
 * @param scale of the run; undefined where it is not known: then bicubic upscaling cannot be measured
 */
export function evaluationWork(
  programs: CommandPrograms,
  engine: () => Promise<string>,
  { run, checkpoint, interpolatedWith }: ModelReference,
  { name, dir }: TestSet,
  protocols: readonly string[],
  scale: number | undefined,
): Work {
  return async (report, signal) => {
    const models =
      checkpoint === bicubicModel
        ? [checkpoint, '--scale', String(scale), '--save-to', run]
        : interpolatedWith === null
          ? [checkpoint]
          : [checkpoint, interpolatedWith.checkpoint, '--alpha', String(interpolatedWith.alpha)];
    const args = ['evaluate', ...models, '--data', `${name}=${dir}`];
    const pixels = protocols.filter(isProtocolName);
    if (pixels.length > 0) args.push('--protocol', pixels.join(','));
    const metrics = protocols.flatMap((protocol) => perceptualMetricOf(protocol) ?? []);
    if (metrics.length > 0) args.push('--metrics', metrics.join(','));
    args.push('--engine', await engine(), '--json', '--progress');
    let images: number | null = null;
    let unsaved: string | undefined;
    await runCommand(programs, args, {
      signal,
      onEvent(event) {
        if (!isEvaluateEvent(event)) return;
        if (event.event === 'unsaved') {
          unsaved ??= event.message;
          return;
        }
        images = event.images;
        // The event comes before its image is evaluated.
        const detail = `${event.data}, image ${event.image} of ${images}`;
        report({ detail, done: event.image - 1, total: images });
      },
    });
    // The editor reads results from the run.
    if (unsaved !== undefined) throw new WorkbenchError('disk', unsaved);
    if (images !== null) report({ detail: `${name}, ${images} images`, done: images, total: images });
  };
}

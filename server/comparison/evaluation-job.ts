import type { TestSet } from '../../trainer/evaluate/results/test-set.ts';
import { isCount, isObject, isOneOf, isString } from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type { Work } from '../jobs/jobs.ts';
import type { ModelReference } from '../protocol/comparison.ts';

const isProgress = isObject<{ event: 'progress'; data: string; image: number; images: number }>({
  event: isOneOf(['progress']),
  data: isString,
  image: isCount,
  images: isCount,
});

/** Measures a model on a test set as `esrgan evaluate` does, on the engine named; its run keeps the results. */
export function evaluationWork(
  programs: CommandPrograms,
  engine: () => Promise<string>,
  { checkpoint, interpolatedWith }: ModelReference,
  { name, dir }: TestSet,
  protocols: readonly string[],
): Work {
  return async (tell, signal) => {
    const models =
      interpolatedWith === null
        ? [checkpoint]
        : [checkpoint, interpolatedWith.checkpoint, '--alpha', String(interpolatedWith.alpha)];
    const words = ['evaluate', ...models, '--data', `${name}=${dir}`, '--protocol', protocols.join(',')];
    words.push('--engine', await engine());
    let images: number | null = null;
    await runCommand(programs, [...words, '--json', '--progress'], {
      signal,
      onEvent(event) {
        if (!isProgress(event)) return;
        images = event.images;
        // An image is told of when it begins.
        const detail = `${event.data}, image ${event.image} of ${images}`;
        tell({ detail, done: event.image - 1, total: images });
      },
    });
    if (images !== null) tell({ detail: `${name}, ${images} images`, done: images, total: images });
  };
}

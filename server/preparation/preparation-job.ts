import { isPreparationEvent } from '../../trainer/cli-output/events.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { runCommand } from '../command/run-command.ts';
import type { Work } from '../jobs/jobs.ts';
import type { PreparationTask } from '../protocol/preparation.ts';

/** Prepares images with `esrgan data …`. Images that fail are in the report, and do not fail the job. */
export function preparationWork(programs: CommandPrograms, task: PreparationTask): Work {
  return async (report, signal) => {
    let hasReport = false;
    const run = runCommand(programs, preparationArguments(task), {
      signal,
      onEvent(event) {
        if (!isPreparationEvent(event)) return;
        if (event.event === 'report') hasReport = true;
        if (event.event !== 'progress') return;
        const { done, total, path } = event;
        report({ detail: path, done, total });
      },
    });
    await run.catch((error: unknown) => {
      if (!hasReport || signal.aborted) throw error;
    });
  };
}

export function preparationArguments(task: PreparationTask): string[] {
  const { work, images, report } = task;
  const options = ['--report', report, '--json'];
  switch (task.work) {
    case 'check':
      return [
        'data',
        work,
        images,
        ...(task.dataset === null ? [] : ['--dataset', task.dataset]),
        ...options,
      ];
    case 'select':
      return ['data', work, images, task.out, ...options];
    case 'tiles':
      return [
        ...['data', work, images, task.out, '--size', String(task.size), '--step', String(task.step)],
        ...options,
      ];
    case 'downscale':
      return ['data', work, images, task.out, '--scale', String(task.scale), ...options];
  }
}

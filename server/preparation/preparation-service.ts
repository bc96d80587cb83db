import type { CommandPrograms } from '../command/programs.ts';
import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { Jobs } from '../jobs/jobs.ts';
import type { PreparationRequests } from '../protocol/preparation.ts';
import { preparationWork } from './preparation-job.ts';

interface PreparationSources {
  programs(): CommandPrograms;
  readonly jobs: Jobs;
  /** Called after a job: images may be there now. */
  filesChanged(): void;
}

/** Answers the requests about preparing images. */
export function registerPreparation(
  connection: EditorConnection,
  { programs, jobs, filesChanged }: PreparationSources,
): void {
  answerRequests<keyof PreparationRequests>(connection, {
    'esrgan/prepare'(task) {
      const work = preparationWork(programs(), task);
      const job = jobs.add({ kind: 'preparation', task }, async (report, signal) => {
        try {
          await work(report, signal);
        } finally {
          filesChanged();
        }
      });
      return { job };
    },
  });
}

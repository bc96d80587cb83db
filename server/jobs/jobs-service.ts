import { answerRequests } from '../connection/answer-requests.ts';
import type { EditorConnection } from '../connection/editor-connection.ts';
import type { JobRequests } from '../protocol/jobs.ts';
import type { Jobs } from './jobs.ts';

/** Answers the requests about jobs. */
export function registerJobs(connection: EditorConnection, jobs: Jobs): void {
  answerRequests<keyof JobRequests>(connection, {
    'esrgan/jobs': () => jobs.list(),
    'esrgan/cancelJob'({ job }) {
      jobs.cancel(job);
      return null;
    },
  });
}

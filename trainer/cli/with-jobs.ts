import { slurm } from '../cluster/slurm.ts';
import { askAboutJobs } from '../cluster/submit.ts';
import { messageOf } from '../errors/errors.ts';
import { type RunOnDisk, readRun } from '../runs/list.ts';
import { printError } from './terminal.ts';

/** The runs with the states that their jobs give them. Prints why the scheduler does not say it. */
export async function withJobs(runs: readonly RunOnDisk[], now: number): Promise<RunOnDisk[]> {
  if (runs.every(({ openJob }) => openJob === undefined)) return [...runs];
  try {
    const jobs = await askAboutJobs(runs, slurm);
    return runs.map((run) => (run.openJob && readRun(run.paths.root, now, jobs)) ?? run);
  } catch (error) {
    printError(`The states of runs on a cluster are not known: ${messageOf(error)}\n`);
    return [...runs];
  }
}

import { slurm } from '../cluster/slurm.ts';
import { askAboutJobs } from '../cluster/submit.ts';
import { type RunOnDisk, readRun } from '../runs/list.ts';
import { printError } from './terminal.ts';

/** The runs with the states that their jobs give them. Prints why the scheduler does not say it. */
export async function withJobs(runs: readonly RunOnDisk[], now: number): Promise<RunOnDisk[]> {
  if (runs.every(({ openJob }) => openJob === undefined)) return [...runs];
  const { states, problem } = await askAboutJobs(runs, slurm);
  if (problem !== undefined) printError(`The states of runs on a cluster are not known: ${problem}\n`);
  return runs.map((run) => (run.openJob && readRun(run.paths.root, now, states)) ?? run);
}

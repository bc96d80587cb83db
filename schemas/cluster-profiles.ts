// Generated from cluster-profiles.schema.json by `npm run schema`; do not edit.
// Profiles with their defaults filled in: a key is optional here only if it has no default.

/**
 * The clusters on which ESRGAN Workbench trains runs, as profiles by name: what a job requests of the scheduler, and how it is set up.
 */
export interface ClusterProfiles {
  [k: string]: ClusterProfile;
}
/**
 * A profile: what a job requests of Slurm, and how it is set up. Every key is optional; without it, the cluster's default is used.
 */
export interface ClusterProfile {
  /**
   * Partition (queue) of the job; `sinfo` lists them.
   */
  partition?: string;
  /**
   * Account that the job is charged to, where the cluster requires one.
   */
  account?: string;
  /**
   * Generic resources of the job, such as `gpu:1` or `gpu:a100:1`. A run uses one GPU.
   */
  gres?: string;
  /**
   * Processors of the job. They decode and augment images while a GPU trains.
   */
  cpus?: number;
  /**
   * Memory of the job, such as `16G`.
   */
  memory?: string;
  /**
   * Time limit of the job. A run that needs longer continues in further jobs, so a short limit costs little and often starts sooner.
   */
  time?: string | number;
  /**
   * Seconds before the time limit at which the trainer writes a checkpoint and the job is queued again: at least twice the time that a checkpoint and a validation take.
   */
  seconds_before_limit: number;
  /**
   * Further options of `sbatch`, such as `--constraint=a100`.
   */
  options: string[];
  /**
   * Lines of shell that run in the job before the training, such as `module load cuda`.
   */
  setup: string[];
  /**
   * Path of Node.js on the nodes. Default: the one that submits the run, which must be on a shared disk then.
   */
  node?: string;
}

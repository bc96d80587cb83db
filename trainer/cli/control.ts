import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { slurm } from '../cluster/slurm.ts';
import { cancelJob } from '../cluster/submit.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { isLive } from '../run-state/run-state.ts';
import { type RequestKind, requestKinds, sendRequest } from '../runs/control.ts';
import { dequeue } from '../runs/launch.ts';
import type { RunOnDisk } from '../runs/list.ts';
import { assertJobIsKnown, notKnown } from '../runs/may-start.ts';
import { jobOf } from '../runs/status.ts';
import { findRun } from './find-run.ts';
import { print } from './terminal.ts';
import { withJobs } from './with-jobs.ts';

interface Request {
  readonly description: string;
  /** What the run will do. */
  readonly effect: string;
  /** The same for a paused run. */
  readonly effectWhilePaused?: string;
}

const requests: Readonly<Record<RequestKind, Request>> = {
  stop: {
    description: 'stop a run, with a checkpoint',
    effect: 'stops after its current step, with a checkpoint',
    effectWhilePaused: 'stops, with a checkpoint',
  },
  pause: { description: 'pause a run', effect: 'pauses after its current step' },
  resume: { description: 'continue a paused run', effect: 'continues' },
  checkpoint: {
    description: 'write a checkpoint now',
    effect: 'writes a checkpoint after its current step',
    effectWhilePaused: 'is paused, and has a checkpoint of its current step already',
  },
  validate: {
    description: 'validate now',
    effect: 'validates after its current step',
    effectWhilePaused: 'validates now, and stays paused',
  },
};

/** Adds `esrgan stop`, `pause`, `resume`, `checkpoint` and `validate` to the command. */
export function registerControl(program: Command): void {
  for (const kind of requestKinds) {
    program
      .command(kind)
      .description(requests[kind].description)
      .argument('<run>', 'name or folder of a run')
      .option('--runs-dir <folder>', 'folder of the runs', 'runs')
      .option('--json', 'print one JSON object per line')
      .action(async (name: string, { runsDir, json = false }: { runsDir: string; json?: boolean }) => {
        const run = await findRunWithJob(runsDir, name);
        await requestFromRun(run, kind);
        const text = json
          ? JSON.stringify({
              request: kind,
              name: run.paths.name,
              path: run.paths.root,
              state: run.state.state,
            })
          : `Run ${run.paths.name} ${effectOf(kind, run)}.`;
        print(`${text}\n`);
      });
  }
}

async function findRunWithJob(runsDir: string, name: string): Promise<RunOnDisk> {
  const run = findRun(runsDir, name);
  const [found = run] = await withJobs([run], Date.now());
  return found;
}

function effectOf(kind: RequestKind, run: RunOnDisk): string {
  const { state } = run.state;
  const { effect, effectWhilePaused = effect } = requests[kind];
  if (state === 'queued') return 'is removed from the queue';
  const job = kind === 'pause' ? jobOf(run) : undefined;
  if (job !== undefined) return `${effect}. Job ${job.id} holds its node meanwhile; \`esrgan stop\` frees it`;
  return state === 'paused' ? effectWhilePaused : effect;
}

/**
 * Sends a request to a run. Stopping a queued run removes it from the queue. Rejects with a `run` error if no process
 * trains the run.
 */
async function requestFromRun(run: RunOnDisk, request: RequestKind): Promise<void> {
  const { paths, kind, state, openJob } = run;
  const isQueued = state.state === 'queued';
  if (openJob !== undefined && request === 'stop' && (isQueued || isLive(state))) {
    await cancelJob(run, openJob, slurm);
    return;
  }
  if (isQueued && request === 'stop') {
    dequeue(paths);
    return;
  }
  if (kind === 'external') {
    throw new WorkbenchError('run', `Cannot ${request} ${paths.root}: it is a run of another program.`);
  }
  if (!isLive(state)) {
    assertJobIsKnown(run, notKnown);
    const reason = state.reason === null ? '' : ` (${state.reason})`;
    const resume = ` Resume it with \`esrgan train ${paths.config} --resume\`.`;
    const advice = state.state !== 'finished' && existsSync(paths.config) ? resume : '';
    throw new WorkbenchError(
      'run',
      `Cannot ${request} run ${paths.name}: it is not training, its state is ${state.state}${reason}.${advice}`,
    );
  }
  sendRequest(paths, request);
}

import { readProfiles } from '../../trainer/cluster/profiles.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';
import type { Manager } from '../experiments/manager.ts';
import type { CommandTarget, LensCommand } from '../protocol/commands.ts';
import { maximumComparedRuns } from '../protocol/comparison.ts';
import type { RunSummary, StartedRun } from '../protocol/runs.ts';

/** What the commands need of the rest of the server. */
export interface CommandSources {
  manager(): Promise<Manager>;
  /** Throws if the run file is open with unsaved changes: a run is started with the file on the disk. */
  requireSaved(file: string): void;
  /** Shows runs as a page in a browser. */
  showReport(runs: readonly string[]): Promise<void>;
}

/** A command on its target. Resolves with a message about what was done, or rejects with one about what is wrong. */
type Execute = (target: CommandTarget) => Promise<string | undefined>;

/** The commands of code lenses, as editors without the extension send them. */
export function createLensCommands({
  manager,
  requireSaved,
  showReport,
}: CommandSources): Record<LensCommand, Execute> {
  const start =
    (stage: Stage): Execute =>
    async ({ file }) => {
      if (file === undefined) throw new WorkbenchError('usage', 'Save the run file first.');
      requireSaved(file);
      return startMessage(await (await manager()).start(file, stage, false));
    };

  async function summaryOf(target: CommandTarget): Promise<{ runs: Manager; summary: RunSummary }> {
    const runs = await manager();
    if (target.run === undefined) throw new WorkbenchError('usage', 'The command names no run.');
    return { runs, summary: runs.run(target.run).summary };
  }

  return {
    'esrgan.startPretraining': start('pretraining'),
    'esrgan.startTraining': start('training'),
    async 'esrgan.startOn'({ file, stage }) {
      if (file === undefined || stage === undefined)
        throw new WorkbenchError('usage', 'Save the run file first.');
      const [profile, ...others] = readProfiles().keys();
      if (profile === undefined || others.length > 0) {
        throw new WorkbenchError(
          'usage',
          `Choose the profile of a cluster in a terminal: esrgan submit ${file} --on PROFILE --stage ${stage}`,
        );
      }
      requireSaved(file);
      return startMessage(await (await manager()).submit({ file, stage, resume: false }, profile));
    },
    async 'esrgan.resumeRun'(target) {
      const { runs, summary } = await summaryOf(target);
      if (summary.state === 'paused') {
        await runs.control(summary.run, 'resume');
        return undefined;
      }
      const { file, stage } = target;
      if (file === undefined || stage === undefined) return startMessage(await runs.resume(summary.run));
      requireSaved(file);
      return startMessage(await runs.start(file, stage, true));
    },
    async 'esrgan.pauseRun'(target) {
      const { runs, summary } = await summaryOf(target);
      await runs.control(summary.run, 'pause');
      return undefined;
    },
    async 'esrgan.stopRun'(target) {
      const { runs, summary } = await summaryOf(target);
      await runs.control(summary.run, 'stop');
      return `Run ${summary.name} will stop after its current step, with a checkpoint.`;
    },
    async 'esrgan.removeFromQueue'(target) {
      const { runs, summary } = await summaryOf(target);
      await runs.removeFromQueue(summary.run);
      return undefined;
    },
    async 'esrgan.openRun'(target) {
      await showReport([(await summaryOf(target)).summary.run]);
      return undefined;
    },
    async 'esrgan.compareRuns'(target) {
      const { runs, summary } = await summaryOf(target);
      const others = (await runs.runs()).filter(({ run }) => run !== summary.run);
      await showReport([summary, ...others].slice(0, maximumComparedRuns).map(({ run }) => run));
      return undefined;
    },
  };
}

function startMessage({ run, queued, changes }: StartedRun): string {
  const changed = changes.length === 0 ? '' : ` Changed since its last training: ${changes.join(', ')}.`;
  return `${run} ${queued ? 'is queued' : 'has started'}.${changed}`;
}

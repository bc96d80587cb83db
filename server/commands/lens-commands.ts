import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readProfiles } from '../../trainer/cluster/profiles.ts';
import { readRunFileText } from '../../trainer/config/index.ts';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import type { Stage, StageChoice } from '../../trainer/run-state/run-state.ts';
import { writeFileAtomic } from '../../trainer/runs/atomic-file.ts';
import type { Manager } from '../experiments/manager.ts';
import { duplicateWithChanges } from '../presets/duplicate.ts';
import type { CommandTarget, LensCommand } from '../protocol/commands.ts';
import { maximumComparedRuns } from '../protocol/comparison.ts';
import { newRunStages, type RunSummary, type StartedRun } from '../protocol/runs.ts';

/** What the commands need of the rest of the server. */
export interface CommandSources {
  manager(): Promise<Manager>;
  /** Throws if the run file is open with unsaved changes: a run is started with the file on the disk. */
  requireSaved(file: string): void;
  /** Shows runs as a page in a browser. */
  showReport(runs: readonly string[]): Promise<void>;
  /** Shows the patches that a stage of a run file trains on as a page in a browser. */
  showPatches(file: string, stage: Stage): Promise<void>;
  /** Lets the person choose one of these actions; undefined if they choose none. */
  choose<Action extends string>(message: string, actions: readonly Action[]): Promise<Action | undefined>;
}

/** A command on its target. Resolves with a message about what was done, or rejects with one about what is wrong. */
type Execute = (target: CommandTarget) => Promise<string | undefined>;

/** The commands of code lenses, as editors without the extension send them. */
export function createLensCommands({
  manager,
  requireSaved,
  showReport,
  showPatches,
  choose,
}: CommandSources): Record<LensCommand, Execute> {
  const start =
    (stage: StageChoice): Execute =>
    async ({ file, run }) => {
      if (file === undefined) throw new WorkbenchError('usage', 'Save the run file first.');
      requireSaved(file);
      const runs = await manager();
      const { progress } = runs.plan({ file, stage });
      if (progress === 'finished') return startAgain(file, stage);
      // Both stages of a run that was stopped in its first.
      const resume = stage === 'all' && run !== undefined && progress === 'started';
      return startMessage(await runs.start(file, stage, resume));
    };

  /** A stage that is finished starts again as a new run, with a copy of the run file. */
  async function startAgain(file: string, stage: StageChoice): Promise<string | undefined> {
    const runs = await manager();
    const plan = runs.plan({ file, stage });
    const { run } = plan;
    const text = readRunFileText(file);
    const names = readdirSync(dirname(file)).map((each) => each.replace(/\.esrgan\.(ya?ml|json)$/i, ''));
    const known = (await runs.runs()).map(({ name }) => name);
    const copy = duplicateWithChanges(text, basename(run), [], [...names, ...known]);
    const asNew = `Start as New Run “${copy.name}”`;
    const action = await choose(`“${basename(run)}” was trained to its end. What do you want to do?`, [
      asNew,
      'Open',
    ]);
    if (action === 'Open') await showReport([run]);
    if (action !== asNew) return undefined;
    const path = join(dirname(file), `${copy.name}${/\.esrgan\.\w+$/.exec(file)?.[0] ?? '.esrgan.yaml'}`);
    if (existsSync(path)) throw new WorkbenchError('usage', `${path} already exists.`);
    writeFileAtomic(path, copy.text);
    return startMessage(await runs.start(path, newRunStages(plan), false));
  }

  /** Resumes a run; where the run file has changed since it was trained, the person chooses with which values. */
  async function resume({ file, stage, run }: CommandTarget & { readonly run: string }) {
    if (file !== undefined) requireSaved(file);
    const runs = await manager();
    const target = { run, file, stage };
    const { changes } = runs.plan(target);
    if (changes.length === 0) return startMessage(await runs.resume(target));
    const message = `Run ${basename(run)} was trained with other values: ${changes.map(({ text }) => text).join(', ')}`;
    const action = await choose(message, [withFile, asTrained]);
    if (action === undefined) return undefined;
    return startMessage(await runs.resume(target, action === asTrained));
  }

  async function summaryOf(target: CommandTarget): Promise<{ runs: Manager; summary: RunSummary }> {
    const runs = await manager();
    if (target.run === undefined) throw new WorkbenchError('usage', 'The command names no run.');
    return { runs, summary: runs.run(target.run).summary };
  }

  return {
    'esrgan.startPretraining': start('pretraining'),
    'esrgan.startTraining': start('training'),
    'esrgan.startBothStages': start('all'),
    async 'esrgan.runAgain'({ file, stage }) {
      if (file === undefined || stage === undefined)
        throw new WorkbenchError('usage', 'Save the run file first.');
      requireSaved(file);
      return startAgain(file, stage);
    },
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
    async 'esrgan.showTrainingPatches'({ file, stage }) {
      if (file === undefined || stage === undefined)
        throw new WorkbenchError('usage', 'Save the run file first.');
      await showPatches(file, stage);
      return undefined;
    },
    async 'esrgan.resumeRun'(target) {
      const { runs, summary } = await summaryOf(target);
      if (summary.state === 'paused') {
        await runs.control(summary.run, 'resume');
        return undefined;
      }
      return resume({ ...target, run: summary.run });
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

const withFile = 'Resume with the File’s Values';
const asTrained = 'Resume as Trained';

function startMessage({ run, queued }: StartedRun): string {
  return `${run} ${queued ? 'is queued' : 'has started'}.`;
}

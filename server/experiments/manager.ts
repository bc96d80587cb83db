import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Executor } from '../../trainer/cluster/executor.ts';
import { findProfile } from '../../trainer/cluster/profiles.ts';
import { slurm } from '../../trainer/cluster/slurm.ts';
import { cancelJob, type Submission, submitRuns } from '../../trainer/cluster/submit.ts';
import { messageOf, WorkbenchError } from '../../trainer/errors/errors.ts';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { pathIdentity, uniquePaths } from '../../trainer/files/paths.ts';
import { type NotifySettings, notifyEnvironment } from '../../trainer/notify/settings.ts';
import { sendWebhook, testEvent } from '../../trainer/notify/webhook.ts';
import type { NotesChange } from '../../trainer/run-state/notes.ts';
import {
  choiceOf,
  isLive,
  type Stage,
  type StageChoice,
  stagesOf,
} from '../../trainer/run-state/run-state.ts';
import { removeFolderAtomic, removeTemporaries } from '../../trainer/runs/atomic-file.ts';
import { listCheckpoints, setKept } from '../../trainer/runs/checkpoints.ts';
import type { RequestKind } from '../../trainer/runs/control.ts';
import { type RunOnDisk, readRun } from '../../trainer/runs/list.ts';
import { isStageStarted, lastStage } from '../../trainer/runs/manifest.ts';
import { assertJobIsKnown, assertMayStart } from '../../trainer/runs/may-start.ts';
import { changeNotes } from '../../trainer/runs/notes.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import { jobOf } from '../../trainer/runs/status.ts';
import type { Programs } from '../command/programs.ts';
import type { NewestPoints, PointCursor, PointsAnswer } from '../protocol/points.ts';
import type { RunTableAnswer } from '../protocol/run-table.ts';
import type {
  ControlAnswer,
  RunDetail,
  RunSummary,
  StartedRun,
  StartPlan,
  StartTarget,
  SubmitTarget,
} from '../protocol/runs.ts';
import type { MirrorSettings } from '../protocol/settings.ts';
import { followRun, type RunPart } from './follow.ts';
import { withHostLock } from './host-lock.ts';
import { watchJobs } from './job-states.ts';
import { planOf } from './plan.ts';
import { createPointStores } from './points.ts';
import {
  addToQueue,
  hasFreeSlot,
  moveInQueue,
  removeFromQueue,
  type Slots,
  startNext,
  waitingRuns,
} from './queue.ts';
import { readRunDetail } from './run-detail.ts';
import { createRunList, type RunsChange } from './run-list.ts';
import { createRunRows } from './run-rows.ts';
import {
  changesOf,
  launchMirror,
  launchTrainer,
  type RunRequest,
  requestFromFile,
  requestFromRun,
  runFileToResume,
} from './start.ts';
import { killTrainer, requestFromTrainer } from './stop.ts';
import type { Closable } from './watch.ts';

/** Callbacks of the manager, and the settings that it reads. */
export interface ManagerOptions {
  /** The programs to start, as the settings are now. */
  readonly programs: () => Programs;
  /** Whether queued runs may start, and a scheduler be asked about jobs: not in an untrusted workspace. */
  readonly mayStart: () => boolean;
  /** The run files of the workspace that describe a run. */
  readonly runFilesOf: (run: string) => readonly string[];
  /** How many runs may train at the same time on each GPU, or on this host, as the settings are now; from 1. */
  readonly concurrentRuns: () => number;
  /** The number of GPUs among which runs are divided; 0: none to choose from. */
  readonly devices: () => Promise<number>;
  /** The upload of runs that start, as the settings are now; null: none. */
  readonly mirror: () => MirrorSettings | null;
  /** Whom the launchers and the jobs of runs notify, as the settings are now. */
  readonly notifySettings: () => NotifySettings;
  /** A text for people with paths relative to the workspace. */
  readonly withRelativePaths: (text: string) => string;
  readonly onRunsChanged: (change: RunsChange) => void;
  readonly onRunChanged: (run: string, parts: readonly RunPart[]) => void;
  /** A queued run could not be started; `message` says what to do. */
  readonly onStartFailed: (message: string) => void;
}

/**
 * The experiment manager: starts, follows and ends runs. All its state is in the run directories; its
 * methods throw or reject with messages that a person can act on.
 */
export interface Manager extends Closable {
  setFolders(folders: readonly string[]): void;
  runs(): Promise<readonly RunSummary[]>;
  run(run: string): RunDetail;
  points(run: string, after: PointCursor | null): Promise<PointsAnswer>;
  newestPoints(run: string, count: number): Promise<NewestPoints>;
  follow(run: string, follow: boolean): void;
  start(file: string, stage: StageChoice, resume: boolean): Promise<StartedRun>;
  /** See `esrgan/plan`. */
  plan(target: StartTarget): StartPlan;
  /** The run file of the workspace that describes a run, which `resume` uses; null if there is none, or several. */
  runFile(run: string): string | null;
  resume(target: StartTarget, asTrained?: boolean): Promise<StartedRun>;
  /** Trains a run on a cluster: one of a run file, or one that exists, which continues. */
  submit(target: SubmitTarget, profile: string): Promise<StartedRun>;
  /** See `esrgan/control`. */
  control(run: string, request: RequestKind): Promise<ControlAnswer>;
  kill(run: string): Promise<void>;
  moveInQueue(run: string, by: number): Promise<void>;
  removeFromQueue(run: string): Promise<void>;
  /** See `esrgan/keepCheckpoint`. */
  keepCheckpoint(run: string, checkpoint: string, keep: boolean): void;
  /** See `esrgan/runTable`. */
  table(since: string | null): Promise<RunTableAnswer>;
  /** See `esrgan/changeNotes`. */
  changeNotes(runs: readonly string[], change: NotesChange): void;
  /** See `esrgan/testWebhook`. */
  testWebhook(): Promise<void>;
  /** Throws unless files of the run may be deleted. */
  requireDeletable(run: string): void;
  /** Closes the files of a run; throws unless it may be deleted. */
  release(run: string): void;
  deleteRun(run: string): Promise<void>;
  /** Starts waiting runs for which there is a place, and asks about jobs: after a change of the settings, or of trust. */
  startWaiting(): void;
}

export function createManager(options: ManagerOptions): Manager {
  const {
    programs,
    mayStart,
    runFilesOf,
    concurrentRuns,
    devices,
    mirror,
    notifySettings,
    withRelativePaths,
    onRunsChanged,
    onRunChanged,
    onStartFailed,
  } = options;
  const stores = createPointStores();
  const followed = new Map<string, Closable>();
  // Folders of runs that were started here stay in the list even if no run file names them.
  const ownFolders = new Set<string>();
  let namedFolders: readonly string[] = [];
  let starting: Promise<void> | undefined;
  let isClosed = false;

  /** Cancels only jobs of a trusted workspace: their ids are in its files, and may be those of any other jobs. */
  const scheduler: Executor = {
    ...slurm,
    async cancel(job) {
      if (mayStart()) return slurm.cancel(job);
      throw new WorkbenchError(
        'run',
        `Job ${job.id} is not cancelled, because the workspace is not trusted. Trust it, or use \`scancel\` in a terminal.`,
      );
    },
  };

  const jobs = watchJobs(
    scheduler,
    // Slurm has no commands for Windows.
    () => mayStart() && process.platform !== 'win32',
    () => list.onDisk(),
    (run) => list.touch(run),
  );
  const list = createRunList(
    (change) => {
      for (const run of change.removed) stores.forget(run);
      onRunsChanged(change);
      startWaiting();
      jobs.request();
    },
    { withRelativePaths, jobs: jobs.states },
  );

  const rows = createRunRows(list, withRelativePaths);

  function setFolders(): void {
    list.setFolders(uniquePaths([...namedFolders, ...ownFolders]));
  }

  /** Starts waiting runs if there are any and, as far as the list knows, a place for one. */
  function startWaiting(): void {
    if (isClosed || !mayStart() || starting !== undefined) return;
    starting = startWaitingRuns()
      .catch((error: unknown) => onStartFailed(messageOf(error)))
      .finally(() => {
        starting = undefined;
      });
  }

  async function startWaitingRuns(): Promise<void> {
    const runs = list.onDisk();
    if (waitingRuns(runs).length === 0) return;
    const now = await slots();
    if (!hasFreeSlot(runs, now)) return;
    for (const { run, error } of await startNext(now)) reportFailure(run, error);
  }

  const slots = async (): Promise<Slots> => ({
    runFolders: list.folders,
    maximum: concurrentRuns(),
    devices: await devices(),
    async launch({ run, entry }, device) {
      await launchTrainer(run, entry, device, programs(), { mirror: mirror(), notify: notifySettings() });
      list.touch(run.root);
    },
    released: whileReleased,
    jobs,
  });

  function reportFailure(run: RunPaths, error: unknown): void {
    list.touch(run.root);
    onStartFailed(messageOf(error));
  }

  /** The run by the spelling of its folder that the list has. */
  function asListed(run: RunPaths): RunPaths {
    const identity = pathIdentity(dirname(run.root));
    const folder = list.folders.find((each) => pathIdentity(each) === identity);
    return folder === undefined ? run : runPaths(join(folder, run.name));
  }

  /** The run of a request, whose folder exists and is listed from now on. */
  function listedRun(request: RunRequest): RunPaths {
    const run = asListed(request.run);
    const folder = dirname(run.root);
    try {
      createFolderSync(folder);
    } catch (error) {
      throw new WorkbenchError('disk', `Cannot create the run folder ${folder}: ${messageOf(error)}`);
    }
    ownFolders.add(folder);
    setFolders();
    return run;
  }

  async function startRun(request: RunRequest, resume: boolean): Promise<StartedRun> {
    const run = listedRun(request);
    const changes = changesOf({ ...request, run });
    // A run that has come to its last stage continues there.
    const stage =
      request.stage === 'all' && resume && isStageStarted(run, 'training') ? 'training' : request.stage;
    const failures = await addToQueue({ ...request, run, stage }, resume, await slots());
    list.touch(run.root);
    for (const failure of failures) {
      if (pathIdentity(failure.run.root) === pathIdentity(run.root)) throw failure.error;
      reportFailure(failure.run, failure.error);
    }
    const queued = readRun(run.root, Date.now())?.state.state === 'queued';
    return { run: run.root, queued, file: request.file, changes };
  }

  async function submitRun(request: RunRequest, resume: boolean, name: string): Promise<StartedRun> {
    const settings = findProfile(name);
    const run = asListed(request.run);
    const { node, esrgan } = programs();
    const { config, stage, file } = request;
    const changes = changesOf({ ...request, run });
    const submission: Submission = {
      runs: [{ config: { ...config, runs_dir: dirname(run.root), name: run.name }, file }],
      stage,
      resume,
      atOnce: 1,
      profile: { name, settings },
      command: { node: settings.node ?? node, esrgan },
    };
    await withHostLock(() => submitRuns(submission, scheduler, notifyEnvironment(notifySettings())));
    listedRun(request);
    const upload = mirror();
    if (upload !== null) await launchMirror(run, stagesOf(stage)[0], programs(), upload);
    list.touch(run.root);
    return { run: run.root, queued: true, file, changes };
  }

  /** The request of a target: of a run with its run file if there is one. */
  function requestOf(target: StartTarget, asTrained = false): RunRequest {
    if (!('run' in target)) return requestFromFile(target.file, target.stage);
    const found = find(target.run);
    const stage = choiceToResume(found, target.stage);
    if (asTrained) return requestFromRun(found.paths, stage, true);
    const file = target.file ?? runFileToResume(found.paths, runFilesOf(target.run));
    return file === undefined ? requestFromRun(found.paths, stage) : requestFromFile(file, stage, true);
  }

  function find(run: string): RunOnDisk {
    const found = readRun(run, Date.now(), jobs.states);
    if (found === undefined) throw new WorkbenchError('run', `${run} is not a run, or no longer exists.`);
    return found;
  }

  /** Does `work` while no file or folder of a run is open here: Windows moves no folder with open files. */
  async function whileReleased<T>({ root }: RunPaths, work: () => Promise<T>): Promise<T> {
    const wasFollowed = followed.has(root);
    unfollow(root);
    stores.forget(root);
    try {
      return await list.unwatched(root, work);
    } finally {
      if (wasFollowed && existsSync(root)) follow(root);
    }
  }

  function unfollow(run: string): void {
    followed.get(run)?.close();
    followed.delete(run);
  }

  function follow(run: string): void {
    const following = followRun(runPaths(run), (parts) => {
      if (parts.includes('status')) list.touch(run);
      onRunChanged(run, parts);
    });
    followed.set(run, following);
  }

  /** A run that may be deleted: no process trains it or may start to, and no job. */
  function deletable(run: string): RunPaths {
    const found = find(run);
    const { name } = found.paths;
    const { state } = found.state;
    if (isLive(found.state)) {
      throw new WorkbenchError('run', `Run ${name} is ${state}. Stop it before you delete it.`);
    }
    if (state === 'queued') {
      throw new WorkbenchError(
        'run',
        `Run ${name} is queued. Remove it from the queue before you delete it.`,
      );
    }
    assertJobIsKnown(found, jobs.whyUnknown());
    return found.paths;
  }

  return {
    setFolders(folders) {
      // Of runs whose deletion was interrupted.
      for (const folder of folders) if (!namedFolders.includes(folder)) removeTemporaries(folder);
      namedFolders = folders;
      setFolders();
    },
    runs: () => list.all(),
    run(run) {
      const summary = list.read(find(run).paths.root);
      if (summary === undefined) throw new WorkbenchError('run', `${run} no longer exists.`);
      const memory = stores.peek(run)?.last('machine/memory_bytes') ?? null;
      const detail = readRunDetail(summary, memory);
      return {
        ...detail,
        sessions: detail.sessions.map((session) => ({
          ...session,
          command: session.command && withRelativePaths(session.command),
        })),
        logTail: detail.logTail.map((line) => withRelativePaths(line)),
      };
    },
    async points(run, after) {
      const store = await stores.open(find(run).paths.root);
      return store.after(after);
    },
    async newestPoints(run, count) {
      const store = await stores.open(find(run).paths.root);
      return store.newest(count);
    },
    follow(run, isFollowed) {
      unfollow(run);
      if (isFollowed) follow(run);
    },
    async start(file, stage, resume) {
      return startRun(requestFromFile(file, stage, resume), resume);
    },
    plan(target) {
      const request = requestOf(target);
      const run = asListed(request.run);
      const found = readRun(run.root, Date.now(), jobs.states);
      if (found !== undefined) assertMayStart(found, stagesOf(request.stage)[0], true, jobs.whyUnknown());
      return planOf({ ...request, run });
    },
    runFile(run) {
      const [file, ...others] = runFilesOf(find(run).paths.root);
      return file !== undefined && others.length === 0 ? file : null;
    },
    async resume(target, asTrained = false) {
      return startRun(requestOf(target, asTrained), true);
    },
    async submit(target, profile) {
      return 'run' in target
        ? submitRun(requestOf({ run: target.run }), true, profile)
        : submitRun(requestFromFile(target.file, target.stage, target.resume), target.resume, profile);
    },
    async control(run, request) {
      const found = find(run);
      const { openJob } = found;
      let isPending = false;
      // A trainer that has not started yet would not see the request.
      if (request === 'stop' && openJob !== undefined && isLive(found.state))
        await cancelJob(found, openJob, scheduler);
      else isPending = requestFromTrainer(found, request);
      list.touch(run);
      return { isPending, job: jobOf(found)?.id ?? null };
    },
    async kill(run) {
      const found = find(run);
      const job = jobOf(found) ?? found.openJob;
      if (job !== undefined && isLive(found.state)) await scheduler.cancel(job);
      else await killTrainer(found);
      list.touch(run);
    },
    async moveInQueue(run, by) {
      if (find(run).openJob !== undefined) {
        throw new WorkbenchError(
          'run',
          `Run ${basename(run)} waits for a cluster, which decides the order of its jobs.`,
        );
      }
      await moveInQueue(runPaths(run), by, list.folders);
      for (const { run: each, queuePosition } of await list.all())
        if (queuePosition !== null) list.touch(each);
    },
    async removeFromQueue(run) {
      const found = find(run);
      const { openJob } = found;
      if (openJob !== undefined && found.state.state === 'queued')
        await whileReleased(found.paths, () => cancelJob(found, openJob, scheduler));
      else await removeFromQueue(runPaths(run), { released: whileReleased });
      list.touch(run);
    },
    keepCheckpoint(run, checkpoint, keep) {
      const found = listCheckpoints(find(run).paths).find(({ path }) => path === checkpoint);
      if (found === undefined)
        throw new WorkbenchError('run', `${checkpoint} is not a checkpoint of ${run}, or no longer exists.`);
      setKept(found.path, keep);
      onRunChanged(run, ['checkpoints']);
    },
    async testWebhook() {
      const { webhook } = notifySettings();
      if (webhook === '') throw new WorkbenchError('usage', 'The setting esrgan.notify.webhook is empty.');
      const problem = await sendWebhook(webhook, testEvent(), []);
      if (problem !== undefined)
        throw new WorkbenchError('usage', `The webhook was not reached: ${problem}.`);
    },
    table: (since) => rows.table(since),
    changeNotes(runs, change) {
      for (const { paths } of runs.map(find)) {
        changeNotes(paths, change);
        list.touch(paths.root);
      }
    },
    requireDeletable: (run) => void deletable(run),
    release(run) {
      const { root } = deletable(run);
      unfollow(root);
      stores.forget(root);
    },
    async deleteRun(run) {
      const paths = deletable(run);
      await whileReleased(paths, () => removeFolderAtomic(paths.root));
    },
    startWaiting() {
      startWaiting();
      jobs.request();
    },
    close() {
      isClosed = true;
      list.close();
      jobs.close();
      for (const following of followed.values()) following.close();
    },
  };
}

/** What a run continues with: the stage, by default the one that it was in, and the one that was to follow it. */
function choiceToResume(run: RunOnDisk, stage: StageChoice | undefined): StageChoice {
  const wanted = stage ?? stageToResume(run);
  return wanted === run.state.stage ? choiceOf(wanted, run.state.next) : wanted;
}

/** The stage that a run was in. Throws a `run` error where that stage is finished. */
function stageToResume({ paths, state }: RunOnDisk): Stage {
  const stage = state.stage ?? lastStage(paths) ?? 'pretraining';
  if (state.state === 'finished') {
    throw new WorkbenchError(
      'run',
      state.reason ??
        `The ${stage} of run ${paths.name} is finished. To train it longer, raise \`${stage}.num_epoch\` in its run file and resume from there.`,
    );
  }
  return stage;
}

import { join } from 'node:path';
import { type ResolvedConfig, serializeResolved, totalSteps } from '../config/index.ts';
import type { FilePair } from '../data/datasets.ts';
import { openLoader } from '../data/loader.ts';
import type { Engine } from '../engine/engine.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import type { Measure } from '../measures/measure.ts';
import { perceptualMeasure } from '../measures/perceptual.ts';
import { type Stage, type StageChoice, stagesOf } from '../run-state/run-state.ts';
import { writeFileAtomic } from '../runs/atomic-file.ts';
import { setAsideAfter } from '../runs/checkpoints.ts';
import { hyperParameterSummaries, sessionEndSummary, textSummary } from '../runs/event-summaries.ts';
import { createEventWriter } from '../runs/event-writer.ts';
import { jobStartOf } from '../runs/job.ts';
import { isStageStarted, isStuck, openManifest, recordStart, recordStop } from '../runs/manifest.ts';
import { createRunDirectory, type RunPaths, runPaths } from '../runs/run-directory.ts';
import { readSource, recordPatch } from '../runs/source.ts';
import { type StatusReport, stoppedAtLimit } from '../runs/status.ts';
import { toolVersion } from '../tool-version.ts';
import type { Rollback } from './non-finite.ts';
import { assertNotStarted, finishedEnd, type OpenedRun, openRun } from './open-run.ts';
import { assertPretrainingPossible, openPretraining } from './pretraining.ts';
import { runStage } from './run-stage.ts';
import { report, type StageObserver } from './stage-context.ts';
import { type StageEnd, timeLimit } from './stage-end.ts';
import { assertTrainingFiles, assertTrainingPossible, openTraining } from './training.ts';
import { fingerprints, loaderOptions, pairedSources, pairsOf, validationPairsOf } from './training-data.ts';
import { openTrainingSession, type TrainingSession } from './training-session.ts';

interface TrainOptions {
  readonly config: ResolvedConfig;
  readonly engine: Engine;
  /** With `all`, the second stage starts when the first is finished. */
  readonly stage: StageChoice;
  /** Resumes from the newest whole checkpoint; otherwise the stage must be new. */
  readonly resume: boolean;
  /** Starts the stage at step 0 even if it was trained before; earlier checkpoints are set aside. */
  readonly fromStart?: boolean;
  /** Stops with a checkpoint at this step of the stage. */
  readonly maxSteps?: number;
  /** Stops with a checkpoint after the current step. Its reason may be `timeLimit`. */
  readonly stop: AbortSignal;
  /** Milliseconds to wait for a live process that trains this run. */
  readonly lockPatience?: number;
  /** Where the run file is from, and the command line, for the manifest. */
  readonly origin?: { readonly folder: string; readonly command: readonly string[] };
  readonly observer: StageObserver;
}

interface TrainResult extends StageEnd {
  readonly paths: RunPaths;
}

/**
 * Trains one stage of a run, from its start or its newest checkpoint to its end or a stop, or all that are left of it.
 *
 * @throws WorkbenchError `run` (exists, locked, does not match), `data`, `notFinite`, `disk`
 */
export async function train(options: TrainOptions): Promise<TrainResult> {
  const { config, engine, resume, fromStart = false } = options;
  const root = join(config.runs_dir, config.name);
  // Before anything is written: what cannot be read is never replaced.
  openManifest(runPaths(root));
  const [stage, next] = stagesToTrain(options, runPaths(root));
  if (!resume && !fromStart) assertNotStarted(config, runPaths(root), stage);
  // The scheduler's jobs are known to have run by what they write.
  if (resume && next === undefined && jobStartOf(process.env) === undefined) {
    const end = finishedEnd(config, runPaths(root), stage);
    if (end !== undefined) return { ...end, paths: runPaths(root) };
  }
  if (stage === 'training') assertTrainingPossible(config, runPaths(root));
  else {
    assertPretrainingPossible(config, runPaths(root));
    // What the second stage lacks is known before the first takes hours.
    if (next !== undefined) assertTrainingFiles(config);
  }
  const measures = config.validation.metrics.map((metric) => perceptualMeasure(metric, async () => engine));
  const paths = createRunDirectory(root);
  const { observer, stop, lockPatience = 0 } = options;
  const session = await openTrainingSession(paths, startingStatus(stage, next), {
    onLine: (line) => observer.line(line),
    stop,
    lockPatience,
  });
  try {
    let end = await trainInSession(session, options, { stage, follows: false, measures });
    if (next !== undefined && end.reason === 'finished') {
      if (stop.aborted) end = { ...end, ...stoppedBetween(stop) };
      else {
        report({ session, observer }, `The ${stage} is finished. The ${next} starts.`);
        session.setStatus(startingStatus(next), { now: true });
        assertTrainingPossible(config, paths);
        end = await trainInSession(session, options, { stage: next, follows: true, measures });
      }
    }
    session.close({ state: end.reason, message: end.message });
    return { ...end, paths };
  } catch (error) {
    const cause = causeOf(session, error);
    closeAfterFailure(session, messageOf(cause));
    throw cause;
  } finally {
    for (const measure of measures) await measure.close();
  }
}

/** The stages that are left of the choice; a run that has come to its last stage continues there. */
function stagesToTrain({ stage, resume }: TrainOptions, paths: RunPaths): readonly [Stage, Stage?] {
  if (stage === 'all' && resume && isStageStarted(paths, 'training')) return ['training'];
  const [first, next] = stagesOf(stage);
  return next === undefined ? [first] : [first, next];
}

/** How a session ends that is to stop when its first stage has just finished. */
function stoppedBetween(stop: AbortSignal): Pick<StageEnd, 'reason' | 'message'> {
  return { reason: 'stopped', message: stop.reason === timeLimit ? stoppedAtLimit : 'Stopped on request.' };
}

/** Trains one stage, and records that in the manifest. */
async function trainInSession(
  session: TrainingSession,
  options: TrainOptions,
  {
    stage,
    follows,
    measures,
  }: { readonly stage: Stage; readonly follows: boolean; readonly measures: readonly Measure[] },
): Promise<StageEnd> {
  const { config, engine, stop, origin } = options;
  const sources = pairedSources(config, stage, 'train');
  const run = openRun(session, { ...options, stage, follows }, fingerprints(sources));
  const source = origin && (await readSource(origin.folder));
  recordPatch(session.writable(), source);
  recordStart(session.writable(), {
    stage,
    step: run.checkpoint?.state.step ?? 0,
    toolVersion,
    engine: engine.name,
    device: engine.device,
    command: origin?.command,
    source: source && { commit: source.commit, isDirty: source.isDirty },
  });
  let end = await trainStage(session, { ...options, stage, measures }, run, pairsOf(sources));
  while (end.reason === 'rollback') {
    // A kill from here on leads to the same: a resume finds the checkpoint that the stage returns to.
    const { checkpoint } = end;
    setAsideAfter(session.writable(), stage, checkpoint.state.step);
    end = await trainStage(
      session,
      { ...options, stage, measures },
      { ...run, isNew: false, checkpoint },
      pairsOf(sources),
    );
  }
  if (stop.reason === timeLimit && end.reason === 'stopped') assertProgress(session.paths, end.step);
  recordStop(session.writable(), { stage, step: end.step, reason: end.reason });
  return end;
}

/**
 * Ends a run that would start again and again.
 *
 * @throws WorkbenchError `run` if this session and the one before it ended where they started
 */
function assertProgress(paths: RunPaths, step: number): void {
  if (!isStuck(openManifest(paths)?.sessions ?? [], step)) return;
  throw new WorkbenchError(
    'run',
    `Two jobs in a row reached their time limit at step ${step}, before they had done a step. Raise the time limit of the job, and submit the run again.`,
  );
}

/** The loss of the lock explains every failure after it, such as missing files: the new holder cleans up. */
function causeOf(session: TrainingSession, error: unknown): unknown {
  try {
    session.writable();
    return error;
  } catch (loss) {
    return loss;
  }
}

function startingStatus(stage: Stage, next?: Stage): StatusReport {
  const none = { rate: null, etaSeconds: null, loss: null, psnr: null, score: undefined, message: null };
  return { state: 'starting', stage, next, epoch: 0, epochs: 0, step: 0, steps: 0, ...none };
}

/** By these TensorBoard ranks runs with other hyper-parameters. */
const rankingScalars = ['validation/psnr_rgb', 'validation/ssim_rgb', 'train/content_loss'];

const openStage = { pretraining: openPretraining, training: openTraining };

async function trainStage(
  session: TrainingSession,
  options: TrainOptions & { readonly stage: Stage; readonly measures: readonly Measure[] },
  { isNew, configHash, checkpoint }: OpenedRun,
  pairs: readonly FilePair[],
): Promise<StageEnd | Rollback> {
  const { config, engine, stage, observer, stop } = options;
  const startStep = checkpoint?.state.step ?? 0;
  const loader = await openLoader({ ...loaderOptions(config, stage, pairs), startStep });
  try {
    for (const { reason } of loader.skipped) report({ session, observer }, `Skipped ${reason}`);
    const steps = totalSteps(config[stage], loader.stepsPerEpoch);
    const images = countOf(pairs.length - loader.skipped.length, 'image');
    observer.line(
      `${config.name}: ${stage} on ${engine.device} (${engine.name}), ${images}, ${countOf(loader.stepsPerEpoch, 'step')} per epoch, ${countOf(steps, 'step')}.`,
    );
    const trainer = await openStage[stage](config, engine, checkpoint, session.paths);
    for (const notice of trainer.notices) report({ session, observer }, notice);
    // Only now: what does not match the checkpoint has not trained the stage.
    writeFileAtomic(session.writable().stageConfigs[stage], serializeResolved(config));
    const firstStep = trainer.stepsBefore + startStep + 1;
    const events = createEventWriter(session.paths.root, isNew ? undefined : firstStep, session.writable);
    const seconds = () => Date.now() / 1000;
    events.summaries(firstStep - 1, [
      ...hyperParameterSummaries(config, rankingScalars, seconds()),
      textSummary('run.esrgan.yaml', `\`\`\`yaml\n${serializeResolved(config)}\n\`\`\``),
    ]);
    let status: Parameters<typeof sessionEndSummary>[0] | undefined = 'failure';
    try {
      const end = await runStage({
        config,
        stage,
        engineName: engine.name,
        session,
        loader,
        trainer,
        events,
        steps,
        lastStep: Math.min(steps, options.maxSteps ?? steps),
        measures: options.measures,
        validationPairs: validationPairsOf(config, stage),
        checkpoint,
        configHash,
        stop,
        observer,
      });
      status = end.reason === 'finished' ? 'success' : undefined;
      return end;
    } finally {
      try {
        if (status) events.summaries(steps, [sessionEndSummary(status, seconds())]);
        events.close();
      } finally {
        await trainer.close();
      }
    }
  } finally {
    await loader.close();
  }
}

function closeAfterFailure(session: TrainingSession, message: string): void {
  try {
    const { stage, step } = session.status();
    session.log(`Failed: ${message}`);
    const isRecorded = openManifest(session.paths)?.sessions.at(-1)?.stop === null;
    if (isRecorded) recordStop(session.writable(), { stage, step, reason: message });
  } catch (error) {
    // A full disk, for example. The failure itself matters more than recording it.
    if (!(error instanceof WorkbenchError)) throw error;
  }
  session.close({ state: 'failed', message });
}

function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { tryReadTrainedConfig } from '../../trainer/config/index.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { toJsonNumber } from '../../trainer/guards/guards.ts';
import { readMirror } from '../../trainer/mirror/mirror-state.ts';
import { isLive, stages } from '../../trainer/run-state/run-state.ts';
import { bestCheckpoint, type Checkpoint, isKept, listCheckpoints } from '../../trainer/runs/checkpoints.ts';
import { stepsBeforeTraining } from '../../trainer/runs/global-steps.ts';
import { lastLines, lastOutput, launchPaths } from '../../trainer/runs/launch.ts';
import { readManifest, type SessionRecord } from '../../trainer/runs/manifest.ts';
import { type RunPaths, runPaths } from '../../trainer/runs/run-directory.ts';
import { parseTime } from '../../trainer/runs/time.ts';
import type { CheckpointSummary, RunDetail, RunSummary, SessionSummary } from '../protocol/runs.ts';
import { readSamples } from './samples.ts';

/** Lines of the log that a view shows, and of what a trainer that failed or was lost had printed. */
const logLines = 40;
const outputLines = 10;

/** Everything about a run but its points, read from the disk now. Never throws. */
export function readRunDetail(summary: RunSummary, memoryBytes: number | null): RunDetail {
  const paths = runPaths(summary.run);
  const manifest = readManifest(paths);
  const config = summary.stage === null ? undefined : tryReadTrainedConfig(paths, summary.stage);
  return {
    summary,
    bestMetric: config?.checkpoints.best ?? 'psnr',
    memoryBytes: isLive(summary) ? memoryBytes : null,
    sessions: manifest?.sessions.map(sessionOf) ?? [],
    checkpoints: stages.flatMap((stage) => {
      const all = listCheckpoints(paths, stage);
      const best = bestCheckpoint(all);
      return all.map((each, index) => checkpointOf(each, each.path === best?.path, index === all.length - 1));
    }),
    samples: readSamples(paths),
    stepsBeforeTraining: stepsBeforeTraining(paths, manifest),
    mirror: readMirror(paths, Date.now()),
    logTail: logTail(paths, summary),
    files: {
      config: [paths.config, launchPaths(paths).runFile].find((path) => existsSync(path)) ?? null,
      log: existsSync(paths.log) ? paths.log : null,
    },
  };
}

function sessionOf({ start, stop }: SessionRecord): SessionSummary {
  return {
    started: parseTime(start.time),
    stage: start.stage,
    step: start.step,
    engine: start.engine,
    device: start.device,
    host: start.host,
    pid: start.pid,
    toolVersion: start.toolVersion,
    command: start.command ? commandText(start.command) : null,
    source: start.source ?? null,
    stopped: stop && { time: parseTime(stop.time), step: stop.step, reason: stop.reason },
  };
}

/**
 * The command of a session without the paths of Node.js and the program, and with the run file of which the editor gave the
 * trainer a copy.
 */
function commandText([, , ...args]: readonly string[]): string {
  const at = args.indexOf('--source');
  if (at < 0) return ['esrgan', ...args].join(' ');
  const [command = '', , ...options] = args.toSpliced(at, 2);
  return ['esrgan', command, args[at + 1], ...options].join(' ');
}

function checkpointOf({ path, state }: Checkpoint, best: boolean, last: boolean): CheckpointSummary {
  const stateFile = statOf(join(path, 'state.json'));
  return {
    path,
    stage: state.stage,
    step: state.step,
    epoch: state.epoch,
    metrics: Object.fromEntries(
      Object.entries(state.metrics).map(([name, value]) => [name, toJsonNumber(value)]),
    ),
    bytes: Object.values(state.files).reduce((sum, { bytes }) => sum + bytes, stateFile?.size ?? 0),
    saved: stateFile?.mtimeMs ?? 0,
    best,
    last,
    kept: isKept(path),
  };
}

/** The log, and for a failed or lost run the output of its trainer, which may have more details. */
function logTail(paths: RunPaths, { state }: RunSummary): string[] {
  const endedBadly = state === 'failed' || state === 'lost';
  const printed = endedBadly ? lastOutput(paths, outputLines) : [];
  const log = lastLines(paths.log, logLines - printed.length);
  // A message that is in both is shown once.
  return [...log, ...printed.filter((line) => !log.some((logged) => logged.endsWith(line)))];
}

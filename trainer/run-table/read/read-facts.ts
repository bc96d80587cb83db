import { dirname } from 'node:path';
import { listEvaluations } from '../../evaluate/results/evaluation-files.ts';
import { type JsonNumber, toJsonNumber } from '../../guards/guards.ts';
import { isBetter, isValidationMetric, metricNames } from '../../metrics/metrics.ts';
import { progressOf } from '../../run-state/run-state.ts';
import { type CheckpointState, newestCheckpoint } from '../../runs/checkpoints.ts';
import { launchPaths } from '../../runs/launch.ts';
import type { RunOnDisk } from '../../runs/list.ts';
import { type Manifest, readManifest, trainedStages } from '../../runs/manifest.ts';
import { parseTime } from '../../runs/time.ts';
import type { RunFacts, SavedResult } from '../build-table.ts';
import type { ConfigReader } from './read-config.ts';

/**
 * Reads what the table shows of a run: its manifest, its run file, the state of its newest checkpoint and its evaluations. Never
 * throws.
 */
export function readFacts(run: RunOnDisk, readConfig: ConfigReader): RunFacts {
  const { paths, kind, notes, state, stageStatus: status, updated } = run;
  const manifest = kind === 'esrgan' ? readManifest(paths) : undefined;
  const last = manifest?.sessions.at(-1)?.start;
  const created = manifest?.created ?? run.launch?.queued?.time ?? run.launch?.process?.time;
  return {
    run: paths.root,
    facts: {
      name: paths.name,
      state: kind === 'external' ? 'external' : state.state,
      stage: state.stage,
      progress: status === undefined ? null : progressOf(status),
      step: status?.step ?? null,
      steps: status?.steps ?? null,
      loss: status?.loss ?? null,
      rate: state.state === 'running' ? (status?.rate ?? null) : null,
      created: created === undefined ? null : parseTime(created),
      updated,
      trained: manifest === undefined ? null : trainedSeconds(manifest, updated),
      tags: notes.tags,
      group: notes.group,
      note: notes.note === '' ? null : notes.note,
      pinned: notes.pinned,
      archived: notes.archived,
      host: last?.host ?? null,
      engine: last?.engine ?? null,
      device: last?.device ?? null,
      commit: last?.source?.commit.slice(0, 10) ?? null,
      version: last?.toolVersion ?? null,
      reason: state.reason,
      folder: dirname(paths.root),
    },
    metrics: kind === 'esrgan' ? metricsOf(run) : {},
    results: kind === 'esrgan' ? resultsOf(run) : [],
    config:
      kind === 'esrgan' ? (readConfig(paths.config) ?? readConfig(launchPaths(paths).runFile)) : undefined,
    stages: manifest === undefined ? [] : trainedStages(manifest),
  };
}

/** Seconds from start to stop of all sessions; of one that has no stop, until the run was last written to. */
function trainedSeconds({ sessions }: Manifest, updated: number | null): number {
  const seconds = sessions.map(({ start, stop }) => {
    const [from, to] = [parseTime(start.time), stop === null ? updated : parseTime(stop.time)];
    return from === null || to === null ? 0 : Math.max(0, (to - from) / 1000);
  });
  return seconds.reduce((sum, each) => sum + each, 0);
}

/** The last and the best validations of the stage of the newest checkpoint, as it records them. */
function metricsOf({ paths, status }: RunOnDisk): Record<string, JsonNumber> {
  const state = newestCheckpoint(paths)?.state;
  const isSameStage = state === undefined || state.stage === status?.stage;
  const last = {
    ...state?.metrics,
    // The status may be of a later validation than the checkpoint.
    ...(isSameStage && status?.psnr != null && { psnr: Number(status.psnr) }),
  };
  const best = {
    ...(state?.best && { psnr: state.best.psnr, ssim: state.best.ssim }),
    ...(state && bestOf(state)),
  };
  return Object.fromEntries([
    ...Object.entries(last).map(([name, value]) => [name, toJsonNumber(value)] as const),
    ...Object.entries(best).map(([name, value]) => [`best.${name}`, toJsonNumber(value)] as const),
  ]);
}

/** By metric the best of all validations: of those that were due, and of the one at the end of the stage. */
function bestOf({ progress = {}, metrics }: CheckpointState): Record<string, number> {
  const due = Object.fromEntries(Object.entries(progress).map(([name, { best }]) => [name, best]));
  const better = Object.entries(metrics).filter(([name, value]) => {
    const metric = name.slice(name.lastIndexOf('/') + 1);
    const before = due[name];
    return isValidationMetric(metric) && (before === undefined || isBetter(metric, value, before));
  });
  return { ...due, ...Object.fromEntries(better) };
}

/** The saved evaluations of its checkpoints: of a test set under a protocol that of the model which was measured last. */
function resultsOf({ paths }: RunOnDisk): SavedResult[] {
  const newest = new Map<string, { readonly time: string; readonly result: SavedResult }>();
  for (const { evaluation } of listEvaluations(paths)) {
    const { checkpoints, data, dataSha256, protocol, time } = evaluation;
    // Bicubic upscaling has none and an interpolated network two: neither is a result of the run.
    if (checkpoints?.length !== 1) continue;
    for (const metric of metricNames) {
      const value = evaluation[metric];
      if (value === undefined) continue;
      const key = [dataSha256, protocol, metric].join('\n');
      const before = newest.get(key);
      if (before !== undefined && before.time > time) continue;
      const result = {
        testSet: data,
        sha256: dataSha256,
        protocol,
        metric,
        value: toJsonNumber(value ?? Infinity),
      };
      newest.set(key, { time, result });
    }
  }
  return [...newest.values()].map(({ result }) => result);
}

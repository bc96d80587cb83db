import { WorkbenchError } from '../errors/errors.ts';
import { readJsonFile, readLocked } from '../files/small-file.ts';
import {
  isBoolean,
  isCount,
  isList,
  isNullable,
  isNumber,
  isObject,
  isOneOf,
  isOptional,
  isRecord,
  isString,
} from '../guards/guards.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { namesIn, unreadable, writeJsonAtomic } from './atomic-file.ts';
import { isEventFile } from './event-files.ts';
import { thisHost } from './processes.ts';
import { readJson } from './read-json.ts';
import type { RunPaths } from './run-directory.ts';
import type { Commit } from './source.ts';

/** What a run is, and its sessions (`run.json`). Times are ISO 8601, UTC. */
export interface Manifest {
  readonly format: 1;
  readonly name: string;
  readonly created: string;
  readonly seed: number;
  /** Of the resolved run file, SHA-256 in hex. */
  readonly configHash: string;
  /** What the run was trained on, by dataset. */
  readonly data: Readonly<Record<string, DataFingerprint>>;
  /** The weights that its stages started from; empty if they were random. */
  readonly ancestry: readonly Ancestor[];
  /** Each start of a trainer on this run, the oldest first. */
  readonly sessions: readonly SessionRecord[];
}

/** Shows whether a dataset has changed. */
export interface DataFingerprint {
  readonly path: string;
  readonly files: number;
  readonly bytes: number;
  /** SHA-256 in hex over the sorted names and sizes of the files. */
  readonly sha256: string;
}

export interface Ancestor {
  readonly stage: Stage;
  /** The file of weights: relative to the run directory if it is in its `checkpoints`, else as in the run file. */
  readonly path: string;
  /** Of that file, in hex. */
  readonly sha256: string;
}

/** From the start of a trainer to its stop; a session that was killed has no stop. */
export interface SessionRecord {
  readonly start: SessionStart;
  readonly stop: SessionStop | null;
}

interface SessionStart {
  readonly time: string;
  readonly host: string;
  readonly pid: number;
  readonly stage: Stage;
  /** Steps done before this session. */
  readonly step: number;
  readonly toolVersion: string;
  /** `cpu`, `webgpu`, `cuda` or `tensorflow`. */
  readonly engine: string;
  /** The name of the processor or graphics card. */
  readonly device: string;
  /** The command line; missing in manifests of older versions. */
  readonly command?: readonly string[] | undefined;
  /** Missing without a repository, and in manifests of older versions. */
  readonly source?: Commit | undefined;
}

interface SessionStop {
  readonly time: string;
  readonly stage: Stage;
  readonly step: number;
  /** `finished`, `stopped`, or what failed. */
  readonly reason: string;
}

const isStage = isOneOf(stages);

const isManifest = isObject<Manifest>({
  format: isOneOf([1]),
  name: isString,
  created: isString,
  seed: isNumber,
  configHash: isString,
  data: isRecord(
    isObject<DataFingerprint>({ path: isString, files: isCount, bytes: isCount, sha256: isString }),
  ),
  ancestry: isList(isObject<Ancestor>({ stage: isStage, path: isString, sha256: isString })),
  sessions: isList(
    isObject<SessionRecord>({
      start: isObject<SessionStart>({
        time: isString,
        host: isString,
        pid: isCount,
        stage: isStage,
        step: isCount,
        toolVersion: isString,
        engine: isString,
        device: isString,
        command: isOptional(isList(isString)),
        source: isOptional(isObject<Commit>({ commit: isString, isDirty: isNullable(isBoolean) })),
      }),
      stop: isNullable(
        isObject<SessionStop>({ time: isString, stage: isStage, step: isCount, reason: isString }),
      ),
    }),
  ),
});

/** The manifest of a run, to show; undefined if it is missing or not readable. Never throws. */
export function readManifest(paths: RunPaths): Manifest | undefined {
  return readJson(paths.manifest, isManifest);
}

/**
 * The manifest of a run, for a process that will write to the run; undefined only if the run was never trained.
 *
 * @throws WorkbenchError `run` if the manifest is damaged, or is missing although the run has results; `disk` if it cannot be
 * read, perhaps only now
 */
export function openManifest(paths: RunPaths): Manifest | undefined {
  const read = readLocked(() => readJsonFile(paths.manifest, isManifest));
  if (read.state === 'read') return read.value;
  if (read.state === 'unreadable') throw unreadable(paths.manifest, read.reason);
  const results = [...namesIn(paths.checkpoints), ...namesIn(paths.root).filter(isEventFile)];
  if (read.state === 'absent' && results.length === 0) return undefined;
  const problem =
    read.state === 'absent'
      ? 'is missing, but the folder has checkpoints or event files of a training'
      : `cannot be read as a run manifest of format 1 (${read.reason}): it is damaged, or a newer version wrote it`;
  throw new WorkbenchError(
    'run',
    `${paths.manifest} ${problem}. Restore a copy of the file, update ESRGAN Workbench, or change \`name\` to start a new run.`,
  );
}

/** Whether training of a stage has started. Pretraining counts as started once the run exists. @throws as `openManifest` */
export function isStageStarted(paths: RunPaths, stage: Stage): boolean {
  const manifest = openManifest(paths);
  if (stage === 'pretraining') return manifest !== undefined;
  return manifest?.sessions.some(({ start }) => start.stage === stage) ?? false;
}

/** The stage in which a run was last trained; undefined if it was never trained. @throws as `openManifest` */
export function lastStage(paths: RunPaths): Stage | undefined {
  return openManifest(paths)?.sessions.at(-1)?.start.stage;
}

/** The stages that a run has trained, in their order. */
export function trainedStages({ sessions }: Manifest): Stage[] {
  return stages.filter((stage) => sessions.some(({ start }) => start.stage === stage));
}

/** Whether the last two sessions made no step, if the last one is now at `step`. */
export function isStuck(sessions: readonly SessionRecord[], step: number): boolean {
  const [last, before] = [sessions.at(-1)?.start, sessions.at(-2)?.start];
  return last?.step === step && before?.step === step && before.stage === last.stage;
}

/** Writes the manifest of a new run. Throws a `disk` error. */
export function createManifest(
  paths: RunPaths,
  run: Pick<Manifest, 'seed' | 'configHash' | 'data' | 'ancestry'>,
): void {
  const created = new Date().toISOString();
  const manifest: Manifest = { format: 1, name: paths.name, created, ...run, sessions: [] };
  writeJsonAtomic(paths.manifest, manifest);
}

/** Records the weights that a stage starts from, instead of those recorded before. Throws a `run` error without a manifest. */
export function recordAncestor(paths: RunPaths, ancestor: Ancestor): void {
  changeManifest(paths, ({ ancestry }) => ({
    ancestry: [...ancestry.filter(({ stage }) => stage !== ancestor.stage), ancestor],
  }));
}

/** Records what a stage is trained on. Throws a `run` error without a manifest. */
export function recordData(paths: RunPaths, data: Manifest['data']): void {
  changeManifest(paths, (manifest) => ({ data: { ...manifest.data, ...data } }));
}

/** Records that this process starts to train the run. Throws a `run` error without a manifest. */
export function recordStart(paths: RunPaths, session: Omit<SessionStart, 'time' | 'host' | 'pid'>): void {
  const start = { time: new Date().toISOString(), host: thisHost, pid: process.pid, ...session };
  changeManifest(paths, ({ sessions }) => ({ sessions: [...sessions, { start, stop: null }] }));
}

/** Records how the last session of `recordStart` ended. */
export function recordStop(paths: RunPaths, stop: Omit<SessionStop, 'time'>): void {
  changeManifest(paths, ({ sessions }) => ({
    sessions: sessions.map((session, index) =>
      index === sessions.length - 1
        ? { ...session, stop: { time: new Date().toISOString(), ...stop } }
        : session,
    ),
  }));
}

function changeManifest(paths: RunPaths, change: (manifest: Manifest) => Partial<Manifest>): void {
  const manifest = openManifest(paths);
  if (manifest === undefined) {
    throw new WorkbenchError('run', `${paths.manifest} is missing. Restore a copy of the file.`);
  }
  writeJsonAtomic(paths.manifest, { ...manifest, ...change(manifest) });
}

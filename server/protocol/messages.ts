import type { ComparisonRequests } from './comparison.ts';
import type { DownloadRequests } from './downloads.ts';
import type { EngineRequests } from './engines.ts';
import type { Job, JobRequests } from './jobs.ts';
import type { PreparationRequests } from './preparation.ts';
import type { RunRequests, RunSummary } from './runs.ts';
import type { TrainingPatchesRequests } from './training-patches.ts';
import type { UpscalingProgress, UpscalingRequests } from './upscaling.ts';
import type { WorkspaceRequests } from './workspace.ts';

/**
 * Every request from the editor to the server beyond the language server protocol. The server answers, or rejects with
 * one message that a person can act on. Webviews send the same requests through the editor.
 */
export interface Requests
  extends WorkspaceRequests,
    RunRequests,
    EngineRequests,
    DownloadRequests,
    JobRequests,
    PreparationRequests,
    ComparisonRequests,
    UpscalingRequests,
    TrainingPatchesRequests {}

/** The requests that start work on files of the workspace; the editor sends none of them from an untrusted one. */
export const startingRequests = [
  'esrgan/start',
  'esrgan/submit',
  'esrgan/resume',
  'esrgan/evaluate',
  'esrgan/imageResults',
  'esrgan/interpolate',
  'esrgan/upscale',
  'esrgan/previewRegion',
  'esrgan/download',
  'esrgan/prepare',
  'esrgan/newRun',
  'esrgan/trainingPatches',
] as const satisfies readonly (keyof Requests)[];

/** The notifications from the server to the editor. */
export interface Notifications {
  /** A job was added, progressed (at most ten times a second) or ended. */
  'esrgan/jobChanged': Job;
  /** Progress of a batch of images; at most ten times a second. */
  'esrgan/upscalingProgress': UpscalingProgress;
  /** Runs appeared, were removed, or changed in the list. At most a few times a second. */
  'esrgan/runsChanged': { readonly changed: readonly RunSummary[]; readonly removed: readonly string[] };
  /** A run file whose training patches were requested has changed in its editor, or files on the disk have. */
  'esrgan/trainingPatchesChanged': { readonly file: string };
  /** Parts of a followed run changed on disk. */
  'esrgan/runChanged': {
    readonly run: string;
    readonly parts: readonly ('points' | 'status' | 'samples' | 'checkpoints' | 'evaluations' | 'log')[];
  };
}

export type RequestName = keyof Requests;
export type ParamsOf<Name extends RequestName> = Requests[Name]['params'];
export type ResultOf<Name extends RequestName> = Requests[Name]['result'];
export type NotificationName = keyof Notifications;

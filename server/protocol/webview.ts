import type { CommandTarget, TargetCommand } from './commands.ts';
import type { NotificationName, Notifications, Requests } from './messages.ts';
import type { PatchesQuery, TrainingPatches } from './training-patches.ts';
import type { DisplayableImage, RegionPreview, RegionQuery } from './upscaling.ts';

/**
 * Messages between the page of a webview and the editor that hosts it. The page is
 * `<body><main id="app" data-...></main></body>`; the data attributes of that element are its parameters: `data-run` is
 * the run directory of a run panel, `data-runs` the run directories of a comparison (JSON) and
 * `data-checkpoint` the checkpoint or `data-sample` the `SamplePlace` (JSON) that it was opened for, if any, `data-images` the
 * `ImagePair[]` of a before/after view (JSON), `data-image` the image of a preview of upscaling, `data-file` a file of weights or, with `data-stage`, the run file of a view of
 * training patches, `data-state` the saved state of the table of runs (JSON).
 *
 * The editor creates the page again whenever it becomes visible. In its state (`setState`) a page saves how it looks,
 * no data, and always its parameters under the same names (`{ run: '/runs/a', ... }`), from which the editor restores it
 * after a restart.
 *
 * A run with `color: n` is drawn in the CSS variable `--vscode-esrgan-run<n modulo the length of runColorTable>`.
 */

/** The MIME type that VS Code gives to what is dragged out of the Runs view. */
export const draggedRunsType = 'application/vnd.code.tree.esrgan.runs';

/** The commands that a page may run through `host/command`. */
export const webviewCommands = [
  'esrgan.openRun',
  'esrgan.startTraining',
  'esrgan.startBothStages',
  'esrgan.runAgain',
  'esrgan.upscaleWith',
  'esrgan.compareRuns',
  'esrgan.resumeRun',
  'esrgan.stopRun',
  'esrgan.duplicateRun',
  'esrgan.showRunLog',
  'esrgan.revealRun',
  'esrgan.deleteRun',
  'esrgan.editTags',
  'esrgan.editNote',
  'esrgan.setGroup',
  'esrgan.pinRuns',
  'esrgan.unpinRuns',
  'esrgan.archiveRuns',
  'esrgan.unarchiveRuns',
] as const satisfies readonly TargetCommand[];

/** The requests that the editor forwards to the server. */
export type ForwardedRequestName =
  | 'esrgan/runs'
  | 'esrgan/runTable'
  | 'esrgan/run'
  | 'esrgan/points'
  | 'esrgan/newestPoints'
  | 'esrgan/follow'
  | 'esrgan/control'
  | 'esrgan/comparison'
  | 'esrgan/evaluation'
  | 'esrgan/testSets'
  | 'esrgan/evaluate'
  | 'esrgan/configDifference'
  | 'esrgan/curveScale'
  | 'esrgan/imageResults'
  | 'esrgan/loggedImages'
  | 'esrgan/weightsDifference'
  | 'esrgan/interpolate'
  | 'esrgan/closeInterpolation'
  | 'esrgan/exportComparison'
  | 'esrgan/jobs'
  | 'esrgan/cancelJob'
  | 'esrgan/weights'
  | 'esrgan/tensorValues';

/** Models of a preview of upscaling. */
export interface PreviewedModel {
  readonly id: string;
  readonly name: string;
  /** Null where it is not known. */
  readonly scale: number | null;
}

/** A region of the image of a preview; `id` is that of `PreviewedModel`, null for bicubic. */
export interface PreviewRegion extends Pick<RegionQuery, 'region' | 'scale' | 'isBetter'> {
  readonly id: string | null;
}

/** The requests that the editor answers itself. A result of null or `{ path: null }` means that the person cancelled. */
interface HostRequests {
  /** The URIs under which the page can load these files, by path. Files that it may not load are left out. */
  'host/uris': { params: { paths: readonly string[] }; result: Readonly<Record<string, string>> };
  /** Saves this in a file that the person chooses. */
  'host/save': {
    params: { name: string; content: string | Uint8Array };
    result: { path: string | null };
  };
  /** Opens a file of the run in an editor beside the page. */
  'host/open': { params: { path: string }; result: null };
  /**
   * Opens the run file of the workspace that describes the run of the page; without one, the record of the run, which is
   * read-only.
   */
  'host/openRunFile': { params: null; result: null };
  /** Runs a command with a target and, if there are several, all of them; replies when it has ended. */
  'host/command': {
    params: { command: (typeof webviewCommands)[number]; args: CommandTargets };
    result: null;
  };
  /** Saves the state of the table of runs (JSON) in the workspace. */
  'host/saveState': { params: { state: string }; result: null };
  /** Opens the diff editor with two files of the runs. */
  'host/diff': { params: { left: string; right: string }; result: null };
  /** Lets the person pick runs to compare; `runs` are preselected. */
  'host/pickRuns': { params: { runs: readonly string[] }; result: { runs: readonly string[] | null } };
  /** The runs to which dropped files belong. Each URI is a run directory or a file in one. */
  'host/runsOf': { params: { uris: readonly string[] }; result: { runs: readonly string[] } };
  /** The runs that were last dragged out of the Runs view. A drop event on the page has only their MIME type. */
  'host/draggedRuns': { params: null; result: { runs: readonly string[] } };
  /**
   * Sets the runs of a comparison. If the page may not load their files yet, the editor grants that, which reloads the
   * page with its saved state.
   */
  'host/setRuns': { params: { runs: readonly string[] }; result: null };
  /** An image of the page's list as a file that browsers display, and its URI. */
  'host/displayableImage': { params: { path: string }; result: DisplayableImage & { readonly uri: string } };
  /** The models of the preview. */
  'host/previewedModels': { params: null; result: { models: readonly PreviewedModel[] } };
  /** Lets the person pick models to add; the same models as before if the person cancels. */
  'host/addPreviewedModel': { params: null; result: { models: readonly PreviewedModel[] } };
  'host/removePreviewedModel': { params: { id: string }; result: { models: readonly PreviewedModel[] } };
  /** Upscales a region of the image of the page. */
  'host/previewRegion': {
    params: PreviewRegion;
    result: Omit<RegionPreview, 'path'> & { readonly uri: string };
  };
  /** Ends the requests `host/previewRegion` that are in progress; they fail. */
  'host/cancelPreview': { params: null; result: null };
  /** Upscales the image of the page with models of the preview; replies when that has ended. */
  'host/upscalePreviewed': { params: { id: string }; result: null };
  /** Upscales images that the person picks with the weights that the page shows. */
  'host/upscaleWith': { params: null; result: null };
  /** Converts the weights to a file that the person chooses. */
  'host/convertWeights': { params: null; result: { path: string | null } };
  /** Lets the person pick another file of weights. */
  'host/pickWeights': { params: null; result: { path: string | null } };
  /** Training patches of the run file of the page. A newer request cancels the one before it. */
  'host/trainingPatches': { params: PatchesQuery; result: TrainingPatches };
  /** Opens the file of the page as text, in its place. */
  'host/openAsText': { params: null; result: null };
}

/** The arguments of a command, as trees pass them. */
export type CommandTargets = readonly [CommandTarget] | readonly [CommandTarget, readonly CommandTarget[]];

export type HostRequestName = keyof HostRequests;

/** Every request that a page can send. */
export interface WebviewRequests extends Pick<Requests, ForwardedRequestName>, HostRequests {}

export type WebviewRequestName = keyof WebviewRequests;

/** A request of a page; `id` is a number that the page has not used before. */
export type WebviewRequest<Names extends WebviewRequestName = WebviewRequestName> = {
  [Name in Names]: {
    readonly kind: 'request';
    readonly id: number;
    readonly name: Name;
    readonly params: WebviewRequests[Name]['params'];
  };
}[Names];

/** The editor's reply to the request with this `id`. */
type WebviewReply =
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/**
 * A notification of the server that the editor forwards to pages: `esrgan/runsChanged`, `esrgan/jobChanged`, and
 * `esrgan/runChanged` for runs that the page follows, `esrgan/trainingPatchesChanged` for the run file of the page. After a restart of the server the editor reports all parts of
 * these runs as changed. What a page follows is forgotten when the page is hidden.
 */
type WebviewNotification = {
  [Name in NotificationName]: {
    readonly kind: 'notification';
    readonly name: Name;
    readonly params: Notifications[Name];
  };
}[NotificationName];

/** Everything that the editor posts to a page. */
export type WebviewMessage = WebviewReply | WebviewNotification;

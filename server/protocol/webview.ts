import type { CommandTarget, TargetCommand } from './commands.ts';
import type { NotificationName, Notifications, Requests } from './messages.ts';
import type { DrawableImage } from './upscaling.ts';

/**
 * What a webview and the editor that hosts it say to each other. The page of an app is
 * `<body><main id="app" data-...></main></body>`: its parameters are the data attributes of that element
 * (`data-run`: the run directory of a run panel; `data-runs`: those of a comparison, as JSON; `data-images`:
 * what a page of before and after shows, `ImagePair[]` as JSON; `data-file`: a file of weights). Pages are made anew
 * whenever they come into view: an app keeps in its state (`setState`) how it looks, never data, and always its
 * parameters under the same names (`{ run: '/runs/a', ... }`, `{ runs: ['/runs/a'], ... }`), so that the editor can
 * bring it back after a restart.
 *
 * The color of a run with `color: n` is the CSS variable `--vscode-esrgan-run<n modulo runColors>`.
 */

/** How many colors of runs there are. */
export const runColors = 8;

/** The type of what is dragged out of the view of runs, as the editor names it. */
export const draggedRunsType = 'application/vnd.code.tree.esrgan.runs';

/** The requests to the server that a webview may make; the editor passes them on. */
export const webviewServerRequests = [
  'esrgan/runs',
  'esrgan/run',
  'esrgan/points',
  'esrgan/newestPoints',
  'esrgan/follow',
  'esrgan/control',
  'esrgan/comparison',
  'esrgan/evaluation',
  'esrgan/testSets',
  'esrgan/evaluate',
  'esrgan/configDifference',
  'esrgan/curveScale',
  'esrgan/imageResults',
  'esrgan/weightsDifference',
  'esrgan/interpolate',
  'esrgan/closeInterpolation',
  'esrgan/exportComparison',
  'esrgan/jobs',
  'esrgan/cancelJob',
  'esrgan/weights',
  'esrgan/tensorValues',
] as const satisfies readonly (keyof Requests)[];

/** The commands that a webview may run through `host/command`. */
export const webviewCommands = [
  'esrgan.openRun',
  'esrgan.resumeRun',
  'esrgan.stopRun',
  'esrgan.duplicateRun',
  'esrgan.showRunLog',
  'esrgan.revealRun',
] as const satisfies readonly TargetCommand[];

/** What a webview may ask. What was followed is forgotten when the page goes out of view. */
export interface WebviewRequests extends Pick<Requests, (typeof webviewServerRequests)[number]> {
  /** The addresses under which the page can load these files, by path. Files outside the run are left out. */
  'host/uris': { params: { paths: readonly string[] }; result: Readonly<Record<string, string>> };
  /** Asks the person where to save this and does so; `path` is null where they thought better of it. */
  'host/save': {
    params: { name: string; content: string | Uint8Array };
    result: { path: string | null };
  };
  /** Shows a file of the run in an editor beside. */
  'host/open': { params: { path: string }; result: null };
  /** Runs a command of `webviewCommands`; the answer comes when it is done. */
  'host/command': {
    params: { command: (typeof webviewCommands)[number]; args: readonly [CommandTarget] };
    result: null;
  };
  /** Shows the differences of two files of the runs in the editor's own diff editor, beside. */
  'host/diff': { params: { left: string; right: string }; result: null };
  /** Asks the person for runs to compare, with `runs` chosen already; null where they thought better of it. */
  'host/pickRuns': { params: { runs: readonly string[] }; result: { runs: readonly string[] | null } };
  /** The runs that things dropped on the page belong to, from their addresses: run directories or files in them. */
  'host/runsOf': { params: { uris: readonly string[] }; result: { runs: readonly string[] } };
  /** The runs that what was dragged last out of the view of runs belongs to: a page hears no more of it than its type. */
  'host/draggedRuns': { params: null; result: { runs: readonly string[] } };
  /**
   * The runs that a comparison shows from now on. Where the page may not load their files yet, the editor lets it and
   * makes it anew, with the state that it has kept.
   */
  'host/setRuns': { params: { runs: readonly string[] }; result: null };
  /** An image of the page's list in a form that it can draw, and the address of that. */
  'host/drawableImage': { params: { path: string }; result: DrawableImage & { readonly uri: string } };
  /** Upscales images, which the person picks, with the file of weights that the page shows. */
  'host/upscaleWith': { params: null; result: null };
  /** Writes it in another format, where the person says; null where they thought better of it. */
  'host/convertWeights': { params: null; result: { path: string | null } };
  /** Asks the person for another file of weights; null where they thought better of it. */
  'host/pickWeights': { params: null; result: { path: string | null } };
  /** Shows the file of the page as a text in its place. */
  'host/openAsText': { params: null; result: null };
}

export type WebviewRequestName = keyof WebviewRequests;

/** A webview asks; `id` is a number that it has not used before. */
export type WebviewRequest<Names extends WebviewRequestName = WebviewRequestName> = {
  [Name in Names]: {
    readonly kind: 'request';
    readonly id: number;
    readonly name: Name;
    readonly params: WebviewRequests[Name]['params'];
  };
}[Names];

/** The editor answers the request of that id with the result, or says why it cannot. */
export type WebviewReply =
  | { readonly kind: 'answer'; readonly id: number; readonly result: unknown }
  | { readonly kind: 'failure'; readonly id: number; readonly message: string };

/**
 * The editor passes on what the server tells: `esrgan/runsChanged`, `esrgan/jobChanged`, and `esrgan/runChanged` of runs that this page
 * follows. When the server had to be started again, it tells the pages that all parts of what they follow changed.
 */
export type WebviewNotification = {
  [Name in NotificationName]: {
    readonly kind: 'notification';
    readonly name: Name;
    readonly params: Notifications[Name];
  };
}[NotificationName];

/** Everything that the editor posts to a webview. */
export type WebviewMessage = WebviewReply | WebviewNotification;

import type { NotifySettings } from '../../trainer/notify/settings.ts';

/**
 * The settings of the editor that the server reads, as the section `esrgan` of `workspace/configuration`; for
 * each folder of the workspace its own, as its file `.vscode/settings.json` may differ.
 */
export interface Settings {
  /** Folders with runs besides those that run files name; a relative path starts at the folder of the workspace. */
  readonly runsFolders: readonly string[];
  /** Folders of test sets besides the data folders; a relative path starts at the folder of the workspace. */
  readonly testSetFolders: readonly string[];
  /** How many runs may train at the same time on this machine; more are queued. From 1. */
  readonly concurrentRuns: number;
  /** A Node.js that runs the trainers; empty: the one that runs the server. */
  readonly nodePath: string;
  /** The upload of the runs that start here to W&B; null: none. */
  readonly mirror: MirrorSettings | null;
  /** Whom to notify of runs that end. */
  readonly notify: NotifySettings;
}

/** Empty: the default. */
export interface MirrorSettings {
  readonly project: string;
  readonly entity: string;
  readonly group: string;
}

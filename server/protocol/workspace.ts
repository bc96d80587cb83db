import type { TextEdit } from 'vscode-languageserver-types';
import { isBoolean, isObject } from '../../trainer/guards/guards.ts';

/** What the extension reports when it starts the server, as `initializationOptions`; other editors report nothing. */
export interface StartOptions {
  /** Whether the workspace is trusted; in an untrusted workspace no run starts. */
  readonly isTrusted: boolean;
}

export const isStartOptions = isObject<StartOptions>({ isTrusted: isBoolean });

/** A template of a run file. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  /** Its purpose and its cost, one line. */
  readonly description: string;
  readonly text: string;
}

/** The requests about the workspace and its run files. */
export interface WorkspaceRequests {
  /** The workspace has become trusted: queued runs may start. */
  'esrgan/trust': { params: null; result: null };
  /** Data sets or weights may have changed: the server checks open run files again. */
  'esrgan/filesChanged': { params: null; result: null };
  /** Paths of the run files of the workspace and of those opened from elsewhere, without the copies in run directories. */
  'esrgan/runFiles': { params: null; result: readonly string[] };
  'esrgan/presets': { params: null; result: readonly Preset[] };
  /**
   * Writes a run file for a folder of images that makes the most of a time, measured on this machine, under an unused
   * name in `folder`.
   */
  'esrgan/newRun': {
    params: { images: string; minutes: number; folder: string };
    result: { file: string };
  };
  /**
   * A copy of a run file, also of one in a run directory, under a name that is not in `taken`; all else is unchanged.
   * `name` is the current name of the run; `init`: weights that the training of the copy starts from.
   */
  'esrgan/duplicate': {
    params: { text: string; name: string; taken: readonly string[]; init?: string };
    result: { text: string; name: string };
  };
  /**
   * The edits that give a data set of a run file the images of a folder. `text` is that of the file, with its unsaved
   * changes.
   */
  'esrgan/replaceImages': {
    params: { uri: string; text: string; dataset: string; folder: string };
    result: readonly TextEdit[];
  };
  /** The edits that name a file of weights for the perceptual loss. `text` is as above. */
  'esrgan/nameWeights': { params: { uri: string; text: string; file: string }; result: readonly TextEdit[] };
  /** Converts an option file of another program to a run file with the name of its run. */
  'esrgan/importOptions': { params: { text: string }; result: { text: string; name: string } };
}

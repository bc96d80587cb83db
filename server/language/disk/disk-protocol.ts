import type { Diagnostic } from 'vscode-languageserver-types';

/** A request to the disk thread, which handles one at a time. */
export type DiskRequest =
  /** The problems of a run file that depend on the disk. */
  | { readonly kind: 'problems'; readonly text: string; readonly file: string; readonly uri: string }
  /** The number of images that a folder or glob contains. */
  | { readonly kind: 'count'; readonly pattern: string };

/** The response to a request; `error` is a defect of the program. */
export type DiskResponse =
  | { readonly problems: readonly Diagnostic[] }
  | { readonly count: number | undefined }
  | { readonly error: string };

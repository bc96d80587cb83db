import type { Diagnostic } from 'vscode-languageserver-types';

/** What the thread that looks at the disk is asked, one at a time. */
export type DiskRequest =
  /** Which problems of a run file does only the disk tell? */
  | { readonly kind: 'problems'; readonly text: string; readonly file: string }
  /** How many images are in a folder or behind a glob? */
  | { readonly kind: 'count'; readonly pattern: string };

/** The answer; the error is a defect of ours. */
export type DiskResponse =
  | { readonly problems: readonly Diagnostic[] }
  | { readonly count: number | undefined }
  | { readonly error: string };

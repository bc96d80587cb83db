import type { Diagnostic } from 'vscode-languageserver-types';
import type { ImageSizes } from './image-sizes.ts';

/** A request to the disk thread, which handles one at a time. */
export type DiskRequest =
  /** The problems of a run file that depend on the disk. */
  | { readonly kind: 'problems'; readonly text: string; readonly file: string; readonly uri: string }
  /** The number of images that a folder or glob contains. */
  | { readonly kind: 'count'; readonly pattern: string }
  /** The numbers and the size of the images of some folders or globs. */
  | { readonly kind: 'sizes'; readonly patterns: readonly string[] };

/** The response to a request; `error` is a defect of the program. */
export type DiskResponse =
  | { readonly problems: readonly Diagnostic[] }
  | { readonly count: number | undefined }
  | { readonly sizes: ImageSizes }
  | { readonly error: string };

import { join } from 'node:path';
import type { DocumentLink } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import type { RunDocument } from './document.ts';
import { type PathProbe, pathValues } from './path-values.ts';

/** Links to all existing folders and files in the text. */
export function documentLinks(document: RunDocument, disk: PathProbe): DocumentLink[] {
  return pathValues(document, disk).flatMap(({ span, target, meaning }) => {
    const opened = openable(target, disk);
    if (opened === undefined) return [];
    return [{ range: document.rangeOf(span), target: URI.file(opened).toString(), tooltip: meaning }];
  });
}

/** The path to open for a path: for a checkpoint's folder, its weights. */
export function openable(path: string, disk: PathProbe): string | undefined {
  const weights = join(path, 'generator.safetensors');
  switch (disk.kindOf(path)) {
    case 'folder':
      return disk.kindOf(weights) === 'file' ? weights : path;
    case 'file':
      return path;
    default:
      return undefined;
  }
}

import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver-types';
import { isCollection, visit } from 'yaml';
import type { RunDocument } from './document.ts';
import type { Line } from './lines.ts';

/** The foldable ranges: sections, lists, brackets and blocks of comment lines. */
export function foldingRanges(document: RunDocument): FoldingRange[] {
  const { lines } = document.outline;
  const byStart = new Map<number, FoldingRange>();
  for (const range of [...sections(lines), ...brackets(document), ...comments(lines)]) {
    if (!byStart.has(range.startLine)) byStart.set(range.startLine, range);
  }
  return [...byStart.values()].toSorted((a, b) => a.startLine - b.startLine);
}

/** By indentation alone, so that a broken line affects only itself. */
function sections(lines: readonly Line[]): FoldingRange[] {
  return lines.flatMap((line, startLine) => {
    if (line.kind !== 'key' && line.kind !== 'item') return [];
    let endLine = startLine;
    for (let next = startLine + 1; next < lines.length; next++) {
      const below = lines[next];
      if (!below || below.kind === 'blank' || below.kind === 'comment') continue;
      // A list may have the same indentation as its key.
      const isItem = below.kind === 'item' && line.kind === 'key' && below.indent === line.indent;
      if (below.kind === 'flow' || (below.indent <= line.indent && !isItem)) break;
      endLine = next;
    }
    return endLine > startLine ? [{ startLine, endLine }] : [];
  });
}

/** The line of the closing bracket stays visible. */
function brackets({ tree, positionAt }: RunDocument): FoldingRange[] {
  const ranges: FoldingRange[] = [];
  visit(tree, {
    Collection(_, node) {
      if (!isCollection(node) || !node.flow || !node.range) return;
      const startLine = positionAt(node.range[0]).line;
      const endLine = positionAt(node.range[1]).line - 1;
      if (endLine > startLine) ranges.push({ startLine, endLine });
    },
  });
  return ranges;
}

function comments(lines: readonly Line[]): FoldingRange[] {
  return lines.flatMap((line, startLine) => {
    if (line.kind !== 'comment' || lines[startLine - 1]?.kind === 'comment') return [];
    let endLine = startLine;
    while (lines[endLine + 1]?.kind === 'comment') endLine++;
    return endLine > startLine ? [{ startLine, endLine, kind: FoldingRangeKind.Comment }] : [];
  });
}

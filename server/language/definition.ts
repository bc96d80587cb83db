import type { LocationLink } from 'vscode-languageserver-types';
import { URI } from 'vscode-uri';
import { type Alias, visit } from 'yaml';
import { withoutAlias } from '../../trainer/config/index.ts';
import { datasetNameAt } from './dataset-names.ts';
import type { RunDocument } from './document.ts';
import type { Span } from './lines.ts';
import { openable } from './links.ts';
import { entryAt, innerSpan, wholeSpan } from './nodes.ts';
import { type PathProbe, pathValues } from './path-values.ts';

/**
 * The definition of what is at an offset: the entry of a data set, the anchor of an alias, or the file of a path. None
 * for missing files and for folders.
 *
 * @param uri of the document
 */
export function definition(
  document: RunDocument,
  uri: string,
  offset: number,
  disk: PathProbe,
): LocationLink[] {
  return (
    aliasDefinition(document, uri, offset) ??
    datasetDefinition(document, uri, offset) ??
    fileDefinition(document, offset, disk)
  );
}

function aliasDefinition(document: RunDocument, uri: string, offset: number): LocationLink[] | undefined {
  let found: Alias | undefined;
  visit(document.tree, {
    Alias(_, alias) {
      if (alias.range && alias.range[0] <= offset && offset <= alias.range[1]) found = alias;
    },
  });
  const anchor = withoutAlias(found, document.tree);
  if (!found?.range || !anchor?.range) return undefined;
  const [start] = anchor.range;
  const mark = `&${found.source}`;
  const markStart = document.text.lastIndexOf(mark, start);
  const name = { start: markStart, end: markStart + mark.length };
  return [
    link(
      document,
      uri,
      { start: found.range[0], end: found.range[1] },
      { start: markStart, end: anchor.range[1] },
      name,
    ),
  ];
}

function datasetDefinition(document: RunDocument, uri: string, offset: number): LocationLink[] | undefined {
  const use = datasetNameAt(document, offset);
  const entry = use && entryAt(document, ['datasets', use.name]);
  const whole = entry && wholeSpan(entry);
  if (!use || !entry?.keySpan || !whole) return undefined;
  return [link(document, uri, use.written, whole, innerSpan(document, entry.keySpan))];
}

function fileDefinition(document: RunDocument, offset: number, disk: PathProbe): LocationLink[] {
  const value = pathValues(document, disk).find(({ span }) => span.start <= offset && offset <= span.end);
  const file = value && openable(value.target, disk);
  if (!value || file === undefined || disk.kindOf(file) !== 'file') return [];
  const start = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
  return [
    {
      originSelectionRange: document.rangeOf(value.span),
      targetUri: URI.file(file).toString(),
      targetRange: start,
      targetSelectionRange: start,
    },
  ];
}

function link(document: RunDocument, uri: string, origin: Span, target: Span, name: Span): LocationLink {
  return {
    originSelectionRange: document.rangeOf(origin),
    targetUri: uri,
    targetRange: document.rangeOf(target),
    targetSelectionRange: document.rangeOf(name),
  };
}

import { openDocument, type RunDocument } from '../../../../server/language/document.ts';

/** A document from a text in which `|` marks the cursor, and the cursor's offset. */
export function withCursor(
  marked: string,
  file = '/p/run.esrgan.yaml',
): { document: RunDocument; offset: number } {
  const offset = marked.indexOf('|');
  if (offset < 0 || marked.indexOf('|', offset + 1) >= 0) throw new Error(`Not one cursor in:\n${marked}`);
  return { document: openDocument(marked.slice(0, offset) + marked.slice(offset + 1), file), offset };
}

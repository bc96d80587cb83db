import { type CodeAction, CodeActionKind, TextEdit } from 'vscode-languageserver-types';
import { Document, isMap, isScalar, visit } from 'yaml';
import type { RunDocument } from './document.ts';
import { schemaAt } from './schema.ts';

/** Converts a JSON document to YAML: a `.json` file to a new file next to it, any other text in place. */
export function convertToYaml(document: RunDocument): CodeAction[] {
  const { uri } = document;
  const newText = document.isJson && document.repairedLines.size === 0 ? yamlOf(document.data) : undefined;
  if (newText === undefined) return [];
  const title = 'Convert to YAML';
  const kind = CodeActionKind.RefactorRewrite;
  if (!/^file:.*\.json$/i.test(uri)) {
    const whole = document.rangeOf({ start: 0, end: document.text.length });
    return [{ title, kind, edit: { changes: { [uri]: [TextEdit.replace(whole, newText)] } } }];
  }
  const target = uri.replace(/\.json$/i, '.yaml');
  const start = { line: 0, character: 0 };
  return [
    {
      title,
      kind,
      edit: {
        documentChanges: [
          { kind: 'create', uri: target, options: { overwrite: false } },
          { textDocument: { uri: target, version: null }, edits: [TextEdit.insert(start, newText)] },
        ],
      },
    },
  ];
}

/**
 * The data of a run file as YAML, with lists on one line and the first sentence of each section's description as a
 * comment above it; `undefined` if the data is not a map.
 */
function yamlOf(data: unknown): string | undefined {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) return undefined;
  const document = new Document(data);
  visit(document, {
    Seq(_, list) {
      list.flow = true;
    },
  });
  const { contents } = document;
  for (const [i, { key, value }] of (isMap(contents) ? contents.items : []).entries()) {
    if (!isScalar(key) || !isMap(value)) continue;
    const sentence = /^.*?[.:](?=\s|$)/.exec(schemaAt([String(key.value)])?.description ?? '')?.[0];
    if (sentence) key.commentBefore = ` ${sentence.replace(/:$/, '.')}`;
    key.spaceBefore = i > 0;
  }
  return document.toString({ lineWidth: 0 });
}

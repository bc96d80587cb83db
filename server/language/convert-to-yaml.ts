import { type CodeAction, CodeActionKind, TextEdit } from 'vscode-languageserver-types';
import { Document, isMap, isScalar, visit } from 'yaml';
import type { Problem } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';
import { schemaAt } from './schema.ts';

/**
 * Converts a JSON document to YAML: a `.json` file to a new file next to it, any other text in place. Not offered for a
 * text that would lose something, such as comments.
 *
 * @param problems of the document
 */
export function convertToYaml(document: RunDocument, problems: readonly Problem[]): CodeAction[] {
  const { uri } = document;
  const isRead = !problems.some(({ code }) => code === 'syntax' || code === 'duplicate-key');
  const newText = document.isJson && isRead && !hasComments(document) ? yamlOf(document.data) : undefined;
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

/** Whether a text has comments, those of YAML or `//` and `/*`, which YAML reads as a part of the next key or value. */
function hasComments({ tree }: RunDocument): boolean {
  let isFound = Boolean(tree.comment ?? tree.commentBefore);
  visit(tree, {
    Node(_, node) {
      const isInName = isScalar(node) && /^\/[/*]/.test(node.source ?? '');
      if (node.comment || node.commentBefore || isInName) isFound = true;
    },
  });
  return isFound;
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
    const sentence = /^.*?[.:](?=\s|$)/.exec(schemaAt([String(key.value)], data)?.description ?? '')?.[0];
    if (sentence) key.commentBefore = ` ${sentence.replace(/:$/, '.')}`;
    key.spaceBefore = i > 0;
  }
  return document.toString({ lineWidth: 0 });
}

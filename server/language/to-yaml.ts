import { Document, isMap, isScalar, visit } from 'yaml';
import { schemaAt } from './schema.ts';

/**
 * A run file's data as YAML, lists in one line and each section under the first sentence of its meaning;
 * `undefined` where it is no map.
 */
export function yamlOf(data: unknown): string | undefined {
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

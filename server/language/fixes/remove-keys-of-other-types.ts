import { isMap, isPair, isScalar } from 'yaml';
import { removal } from '../removal.ts';
import { typesWithKey } from '../schema.ts';
import type { QuickFix } from './fix.ts';

/** Removes all keys of a section that only other types than its `type` have, as after a change of the type. */
export const removeKeysOfOtherTypes: QuickFix = {
  codes: ['unknown-key'],
  fixes(document, { path }) {
    const [section, key] = path;
    if (path.length !== 2 || typeof section !== 'string' || typesWithKey(section, String(key)).length === 0)
      return [];
    const map = document.tree.get(section);
    const type = isMap(map) && map.get('type');
    if (!isMap(map) || typeof type !== 'string') return [];
    const spans = map.items.flatMap((item) => {
      if (!isPair(item) || !isScalar(item.key) || !item.key.range) return [];
      const types = typesWithKey(section, String(item.key.value));
      if (types.length === 0 || types.includes(type)) return [];
      return [removal(document, item.key.range[0])];
    });
    const edits = spans.flatMap((span) => (span ? [{ ...span, newText: '' }] : []));
    const areApart = edits.every(({ start }, i) => start >= (edits[i - 1]?.end ?? 0));
    if (edits.length < 2 || edits.length < spans.length || !areApart) return [];
    return [{ title: `Remove the ${edits.length} keys of other types`, edits, isClear: false }];
  },
};

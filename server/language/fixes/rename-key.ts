import { closest } from '../../../trainer/config/index.ts';
import { isKnownKey, schemaAt } from '../schema.ts';
import { replaceKey } from './edits.ts';
import type { QuickFix } from './fix.ts';

/** Renames a misspelled key to the nearest one that its section lacks. A key of another section is hardly misspelled. */
export const renameKey: QuickFix = {
  codes: ['unknown-key'],
  fixes(document, problem) {
    const section = problem.path.slice(0, -1);
    const known = Object.keys(schemaAt(section, document.data)?.properties ?? {});
    const free = known.filter((key) => document.nodeAt([...section, key]) === undefined);
    const name = closest(String(problem.path.at(-1)), free);
    const isClear = !isKnownKey(String(problem.path.at(-1)));
    return name === undefined
      ? []
      : [{ ...replaceKey(document, problem, name), adds: [...section, name], isClear }];
  },
};

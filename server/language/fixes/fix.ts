import type { Path, Problem } from '../../../trainer/config/index.ts';
import type { RunDocument } from '../document.ts';
import type { Edit } from '../insert.ts';

/** The quick fix for some problems, one file each in this folder. `registry.ts` lists them all. */
export interface QuickFix {
  /** Codes of the problems that it can fix. */
  readonly codes: readonly string[];
  /** The ways to fix a problem with one of these codes; none if the text does not allow it. */
  fixes(document: RunDocument, problem: Problem): Fix[];
}

/** One way to fix a problem. */
export interface Fix {
  readonly title: string;
  /** They do not overlap. */
  readonly edits: readonly Edit[];
  /** The key that the text has only after it. */
  readonly adds?: Path;
  /** Almost certainly what the author meant. Clear fixes are preferred, and applied by "fix all", unless two of them clash. */
  readonly isClear: boolean;
}

import type { Stage } from '../run-state/run-state.ts';
import type { Path, Problem } from './problem.ts';
import type { Dataset, ResolvedConfig } from './resolved.ts';
import type { Source } from './source.ts';

/** A run file that has passed the schema, as the checks of its meaning see it. */
export interface RunFile {
  readonly config: ResolvedConfig;
  readonly source: Source;
  /** Every data set that it could name. */
  readonly known: ReadonlyMap<string, Dataset>;
}

/** A problem before it has its place in the text. */
export interface Finding {
  readonly code: string;
  /** An error unless said otherwise. */
  readonly severity?: Problem['severity'];
  readonly message: string;
  readonly path: Path;
  /** The name of the key is wrong, not its value. */
  readonly onKey?: boolean;
  /** The other keys that take part in the clash, and what they are to it. */
  readonly related?: readonly (readonly [path: Path, message: string])[];
  readonly stage?: Stage;
}

/**
 * Puts a finding where a person can mend it: at its own key, or, if the text leaves that to its default, at
 * the first related one that it gives.
 */
export function problemOf(source: Source, finding: Finding): Problem {
  const { code, severity = 'error', message, path, onKey, related = [], stage } = finding;
  const places = [path, ...related.map(([place]) => place)];
  const place = places.find((candidate) => source.has(candidate)) ?? places.at(-1) ?? path;
  const others = related
    .filter(([other]) => other !== place && source.has(other))
    .map(([other, text]) => ({ message: text, ...source.rangeOf(other) }));
  return {
    code,
    severity,
    message,
    path,
    ...(onKey && place === path ? source.rangeOfKey(place) : source.rangeOf(place)),
    ...(others.length > 0 && { related: others }),
    ...(stage && { stage }),
  };
}

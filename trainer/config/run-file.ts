import type { Stage } from '../run-state/run-state.ts';
import type { Path, Problem } from './problem.ts';
import type { Dataset, ResolvedConfig } from './resolved.ts';
import type { Source } from './source.ts';

/** The part of a run file that is valid by the schema, as the semantic checks receive it. */
export interface RunFile {
  readonly config: ResolvedConfig;
  readonly source: Source;
  /** All data sets that it can use, by name. */
  readonly known: ReadonlyMap<string, Dataset>;
  /** Problems of the schema, whose values are replaced by defaults. */
  readonly removed: readonly Problem[];
}

/** A problem without its place in the text. */
export interface Finding {
  readonly code: string;
  /** Default: error. */
  readonly severity?: Problem['severity'];
  readonly message: string;
  readonly path: Path;
  /** Mark the key instead of its value. */
  readonly onKey?: boolean;
  /** The other keys involved, each with a message. */
  readonly related?: readonly (readonly [path: Path, message: string])[];
  readonly stage?: Stage;
  /** The keys that it depends on. Default: its path and the related ones. */
  readonly inputs?: readonly Path[];
}

/** Places a finding in the text: at its own key, or at the first related key if its own is a default that the text lacks. */
export function problemOf(source: Source, finding: Finding): Problem {
  const { code, severity = 'error', message, path, onKey, related = [], stage } = finding;
  const places = [path, ...related.map(([place]) => place)];
  const place = places.find((candidate) => source.has(candidate)) ?? places.at(-1) ?? path;
  const others = related
    .filter(([other]) => other !== place && source.has(other))
    .map(([other, text]) => ({ message: text, ...source.rangeOf(other) }))
    // Two paths lead to one place if the text has an alias.
    .filter(({ start }, i, all) => all.findIndex((each) => each.start.offset === start.offset) === i);
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

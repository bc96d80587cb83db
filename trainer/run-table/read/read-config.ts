import { parse } from 'yaml';
import { flattenConfig } from '../../config/diff.ts';
import { readRunFileContent } from '../../config/index.ts';
import { isPlainObject } from '../../guards/guards.ts';

/** The values of a run file by dotted key, in parts that equal run files share. */
type Parts = readonly ReadonlyMap<string, unknown>[];

/** Reads run files as they were resolved; see `createConfigReader`. */
export type ConfigReader = (file: string) => Parts | undefined;

/** Parts that are remembered at most. */
const mostParts = 20_000;

/**
 * Reads the run files of many runs, whose sections are mostly the same: each different section is parsed once. They were
 * checked when they were written, so they are not checked again. Returns undefined for a file that is missing or not YAML.
 */
export function createConfigReader(): ConfigReader {
  const parts = new Map<string, ReadonlyMap<string, unknown> | undefined>();
  const partOf = (text: string) => {
    if (parts.has(text)) return parts.get(text);
    const part = flattened(text);
    if (parts.size >= mostParts) parts.clear();
    parts.set(text, part);
    return part;
  };
  return (file) => {
    const read = readRunFileContent(file);
    if (read.state !== 'read') return undefined;
    const sections = read.value.split(/^(?=[A-Za-z_"'])/m).map(partOf);
    const known = sections.flatMap((part) => part ?? []);
    if (known.length === sections.length) return known.filter(({ size }) => size > 0);
    const whole = flattened(read.value);
    return whole && [whole];
  };
}

/** The values in YAML by dotted key; none for comments; undefined if it is not YAML, or no map. */
function flattened(text: string): ReadonlyMap<string, unknown> | undefined {
  try {
    const data: unknown = parse(text);
    if (data === null) return new Map();
    return isPlainObject(data) ? flattenConfig(data) : undefined;
  } catch {
    return undefined;
  }
}

import { type Path, type ResolvedConfig, readRunFile } from '../../trainer/config/index.ts';
import type { RunDocument } from './document.ts';

/** More rounds than errors can hide behind one another. */
const rounds = 10;

/**
 * The config of a text as if what is wrong in it were left to its default, so that one mistake does not take away all
 * that can be said of the rest. `undefined` where even that gives none. Nothing on the disk is looked at.
 */
export function lenientConfig(document: RunDocument): ResolvedConfig | undefined {
  const config = known.has(document) ? known.get(document) : read(document);
  known.set(document, config);
  return config;
}

/** Hints and lenses ask for the same documents. */
const known = new WeakMap<RunDocument, ResolvedConfig | undefined>();

function read(document: RunDocument): ResolvedConfig | undefined {
  let data: unknown = structuredClone(document.data);
  for (let round = 0; round < rounds; round++) {
    const { config, problems } = readRunFile(JSON.stringify(data) ?? '{}', { file: document.file });
    if (config) return config;
    for (const { path, severity } of problems) if (severity === 'error') data = without(data, path);
  }
  return undefined;
}

/** The data less what is at a path; of a list in which an item is wrong nothing stays. */
function without(data: unknown, path: Path): unknown {
  const firstItem = path.findIndex((step) => typeof step === 'number');
  const keys = firstItem < 0 ? path : path.slice(0, firstItem);
  const [key, ...rest] = keys;
  if (key === undefined || !isMap(data)) return {};
  const entries = Object.entries(data).flatMap(([name, value]): [string, unknown][] => {
    if (name !== key) return [[name, value]];
    return rest.length === 0 ? [] : [[name, without(value, rest)]];
  });
  return Object.fromEntries(entries);
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

import { dirname, resolve } from 'node:path';
import { allDatasets } from '../../trainer/config/datasets.ts';
import type { ResolvedConfig } from '../../trainer/config/index.ts';
import { resolveConfig } from '../../trainer/config/resolve.ts';
import { validPart } from '../../trainer/config/valid-part.ts';
import type { RunDocument } from './document.ts';

/** Cache, because hints and lenses use the same documents. */
const known = new WeakMap<RunDocument, ResolvedConfig | undefined>();

/**
 * The config of a text with defaults in place of invalid values, so that one mistake does not disable all hints. Values
 * may still contradict each other. `undefined` if there is no such config. Does not access the disk.
 */
export function lenientConfig(document: RunDocument): ResolvedConfig | undefined {
  const config = known.has(document) ? known.get(document) : read(document);
  known.set(document, config);
  return config;
}

function read(document: RunDocument): ResolvedConfig | undefined {
  const file = resolve(document.file);
  const valid = validPart(document.data)?.config;
  return valid && resolveConfig(valid, file, allDatasets(valid, dirname(file)));
}

import { join } from 'node:path';
import { WorkbenchError } from '../errors/errors.ts';
import { isNullable, isNumber, isObject, isOneOf, isString } from '../guards/guards.ts';
import { writeNewFileAtomic } from '../runs/atomic-file.ts';
import { readJson } from '../runs/read-json.ts';
import { createFolder } from './disk-failure.ts';
import type { SizeRequest } from './output-size.ts';
import { resultName } from './plan.ts';

/** The model whose results several shares write to a folder. */
export interface SharedModel {
  readonly name: string;
  /** SHA-256 of its file in hex; null for bicubic. */
  readonly weights: string | null;
  readonly scale: number;
  /** Of the results, if it was chosen; part of their names. */
  readonly size?: SizeRequest;
}

const isSharedModel = isObject<Omit<SharedModel, 'size'> & { format: number }>({
  format: isOneOf([1]),
  name: isString,
  weights: isNullable(isString),
  scale: isNumber,
});

/**
 * Makes sure that all shares which write results with this pattern of names to a folder have one model: the first records
 * it there. So an existing result is one of this model, also after a restart.
 *
 * @throws WorkbenchError `data` if the folder has results of another model, `disk` if it cannot be written
 */
export function claimFolder(folder: string, pattern: string, model: SharedModel): void {
  const record = join(folder, `.esrgan-${resultName(pattern, 'shares', model)}.json`);
  createFolder(folder);
  const { name, weights, scale } = model;
  if (writeNewFileAtomic(record, `${JSON.stringify({ format: 1, name, weights, scale }, null, 2)}\n`)) return;
  const earlier = readJson(record, isSharedModel);
  if (earlier?.weights === weights && earlier.scale === scale) return;
  const found = earlier === undefined ? 'is not readable' : `names ${described(earlier)}`;
  throw new WorkbenchError(
    'data',
    `The results in ${folder} may be of another model: ${record} ${found}, and this is ${described(model)}. Use another --out or --name, or delete that file and the results.`,
  );
}

function described({ name, weights, scale }: SharedModel): string {
  return `${name} x${scale}${weights === null ? '' : ` (SHA-256 ${weights.slice(0, 8)}…)`}`;
}

import { join, relative, sep } from 'node:path';
import { WorkbenchError } from '../../trainer/errors/errors.ts';
import { formatBytes } from '../../trainer/format/format.ts';
import { isBoolean, isCount, isList, isNullable, isObject, isString } from '../../trainer/guards/guards.ts';
import type { InventoryItem, InventoryReport } from '../protocol/machine.ts';

/** A line of `esrgan data list --json`: the images of one folder of a data set. */
interface DataEntry {
  readonly name: string;
  readonly split: string;
  readonly kind: string;
  readonly folder: string;
  readonly images: number;
  readonly download: { readonly bytes: number | null; readonly hasAddress: boolean };
}

/** A line of `esrgan weights list --json`. */
interface WeightsEntry {
  readonly name: string;
  readonly path: string;
  /** Null where there is no such file. */
  readonly bytes: number | null;
}

const isDataList = isList(
  isObject<DataEntry>({
    name: isString,
    split: isString,
    kind: isString,
    folder: isString,
    images: isCount,
    download: isObject<DataEntry['download']>({ bytes: isNullable(isCount), hasAddress: isBoolean }),
  }),
);
const isWeightsList = isList(
  isObject<WeightsEntry>({ name: isString, path: isString, bytes: isNullable(isCount) }),
);

/**
 * The data sets of a data folder (absolute) and the weights of this machine. `ask` runs the command with these words and
 * gives what it prints as JSON.
 */
export async function readInventory(
  ask: (words: readonly string[]) => Promise<unknown>,
  dataDir: string,
  scale: number,
): Promise<InventoryReport> {
  const [data, weights] = await Promise.all([
    ask(['data', 'list', '--json', '--data-dir', dataDir, '--scale', String(scale)]),
    ask(['weights', 'list', '--json']),
  ]);
  return { items: [...dataItems(data, dataDir), ...weightsItems(weights)] };
}

/** Throws an `internal` error where the answer makes no sense. */
export function dataItems(answer: unknown, dataDir: string): InventoryItem[] {
  if (!isDataList(answer)) throw strangeAnswer('data list');
  const names = [...new Set(answer.map(({ name }) => name))];
  return names.map((name) => {
    const entries = answer.filter((entry) => entry.name === name);
    const present = entries.some(({ images }) => images > 0);
    const hr = entries.filter(({ kind }) => kind === 'HR');
    const counts = hr.map(({ images, split }) => (hr.length > 1 ? `${images} ${split}` : String(images)));
    const download = entries[0]?.download;
    return {
      kind: 'data',
      name,
      present,
      description: present ? `${counts.join(' / ')} images` : downloadSize(download?.bytes ?? null),
      path: topFolder(dataDir, entries[0]?.folder ?? dataDir),
      canGet: download?.hasAddress === true,
    };
  });
}

/** Throws an `internal` error where the answer makes no sense. */
export function weightsItems(answer: unknown): InventoryItem[] {
  if (!isWeightsList(answer)) throw strangeAnswer('weights list');
  return answer.map(({ name, path, bytes }) => ({
    kind: 'weights',
    name,
    present: bytes !== null,
    description:
      bytes === null ? 'for the perceptual loss' : `${formatBytes(bytes)}, for the perceptual loss`,
    path,
    canGet: true,
  }));
}

function strangeAnswer(words: string): WorkbenchError {
  return new WorkbenchError(
    'internal',
    `\`esrgan ${words} --json\` gave an answer of another version. Reinstall the extension.`,
  );
}

function downloadSize(bytes: number | null): string {
  return bytes === null ? 'size not known' : formatBytes(bytes);
}

/** The folder directly in the data folder that another one lies in. */
function topFolder(dataDir: string, folder: string): string {
  const [first = ''] = relative(dataDir, folder).split(sep);
  return join(dataDir, first);
}

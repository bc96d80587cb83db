import { join, relative, sep } from 'node:path';
import { formatBytes } from '../../trainer/format/format.ts';
import { isBoolean, isCount, isList, isNullable, isObject, isString } from '../../trainer/guards/guards.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { InventoryItem, InventoryReport } from '../protocol/downloads.ts';

/** An entry of `esrgan data list --json`: the images in one folder of a data set. */
interface DataEntry {
  readonly name: string;
  readonly split: string;
  readonly kind: string;
  readonly folder: string;
  readonly images: number;
  readonly download: { readonly bytes: number | null; readonly hasAddress: boolean };
}

/** An entry of `esrgan weights list --json`. */
interface WeightsEntry {
  readonly name: string;
  readonly path: string;
  /** Null when the file does not exist. */
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

/** The data sets of a data folder (absolute) at a scale, and the weights of this machine. */
export async function readInventory(
  programs: CommandPrograms,
  { folder, dataDir, scale }: { readonly folder: string; readonly dataDir: string; readonly scale: number },
): Promise<InventoryReport> {
  const listData = ['data', 'list', '--json', '--data-dir', dataDir, '--scale', String(scale)];
  const [data, weights] = await Promise.all([
    readCommandJson(programs, listData, isDataList, folder),
    readCommandJson(programs, ['weights', 'list', '--json'], isWeightsList, folder),
  ]);
  return { items: [...dataItems(data, dataDir), ...weights.map(weightsItem)] };
}

function dataItems(list: readonly DataEntry[], dataDir: string): InventoryItem[] {
  const names = [...new Set(list.map(({ name }) => name))];
  return names.map((name) => {
    const entries = list.filter((entry) => entry.name === name);
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

function weightsItem({ name, path, bytes }: WeightsEntry): InventoryItem {
  return {
    kind: 'weights',
    name,
    present: bytes !== null,
    description:
      bytes === null ? 'for the perceptual loss' : `${formatBytes(bytes)}, for the perceptual loss`,
    path,
    canGet: true,
  };
}

function downloadSize(bytes: number | null): string {
  return bytes === null ? 'size unknown' : formatBytes(bytes);
}

/** The direct subfolder of the data folder that contains `folder`. */
function topFolder(dataDir: string, folder: string): string {
  const [first = ''] = relative(dataDir, folder).split(sep);
  return join(dataDir, first);
}

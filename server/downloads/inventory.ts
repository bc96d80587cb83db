import { join, relative, sep } from 'node:path';
import {
  type DatasetsReport,
  isDatasetsReport,
  isWeightsListReport,
  type WeightsListReport,
} from '../../trainer/cli-output/reports.ts';
import { statOf } from '../../trainer/files/regular-file.ts';
import { formatBytes } from '../../trainer/format/format.ts';
import { vggDownloadMegabytes, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { InventoryItem } from '../protocol/downloads.ts';

/** A data folder (absolute), and the scale of its LR images. */
interface DataFolder {
  readonly dataDir: string;
  readonly scale: number;
}

/** What the command listed, and the times of change of all folders and files that it looked at. */
interface Listed {
  readonly paths: readonly string[];
  readonly state: string;
  readonly items: InventoryItem[];
}

/**
 * Lists the data sets of a data folder and the weights of this machine. The command runs again only when a folder or file that
 * it listed, or would list, has changed.
 */
export function createInventory(
  programs: () => CommandPrograms,
): (folder: DataFolder) => Promise<readonly InventoryItem[]> {
  const known = new Map<string, Listed>();
  return async (folder) => {
    const key = JSON.stringify([folder.dataDir, folder.scale]);
    const last = known.get(key);
    if (last !== undefined && last.state === stateOf(last.paths)) return last.items;
    // Before it runs: what changes meanwhile is listed the next time.
    const before = last && stateOf(last.paths);
    const { items, paths } = await readInventory(programs(), folder);
    const state = last !== undefined && String(last.paths) === String(paths) ? before : stateOf(paths);
    known.set(key, { paths, state: state ?? '', items });
    return items;
  };
}

function stateOf(paths: readonly string[]): string {
  return paths
    .map((path) => {
      const found = statOf(path);
      return found === undefined ? '-' : `${found.mtimeMs} ${found.size}`;
    })
    .join('\n');
}

async function readInventory(
  programs: CommandPrograms,
  { dataDir, scale }: DataFolder,
): Promise<Pick<Listed, 'paths' | 'items'>> {
  const listData = ['data', 'list', '--json', '--data-dir', dataDir, '--scale', String(scale)];
  const [data, weights] = await Promise.all([
    readCommandJson(programs, listData, isDatasetsReport),
    readCommandJson(programs, ['weights', 'list', '--json'], isWeightsListReport),
  ]);
  return {
    items: [...dataItems(data, dataDir, scale), ...weights.map(weightsItem)],
    paths: [dataDir, ...data.map(({ folder }) => folder), ...weights.map(({ path }) => path)],
  };
}

function dataItems(list: DatasetsReport, dataDir: string, scale: number): InventoryItem[] {
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
      scale,
    };
  });
}

function weightsItem({ name, path, bytes }: WeightsListReport[number]): InventoryItem {
  return {
    kind: 'weights',
    name,
    present: bytes !== null,
    description: bytes === null ? downloadSize(weightBytes(name)) : formatBytes(bytes),
    path,
    canGet: true,
    scale: null,
  };
}

/** Of the download: VGG's with its classifier, which is not saved; of the others the few kilobytes of their weights. */
function weightBytes(name: string): number | null {
  const type = vggTypes.find((each) => each === name);
  if (type !== undefined) return vggDownloadMegabytes[type] * 1e6;
  return smallWeights[name] ?? null;
}

const smallWeights: Readonly<Record<string, number>> = { lpips: 7e3, dists: 12e3, niqe: 12e3 };

/** Empty where it is not known. */
function downloadSize(bytes: number | null): string {
  return bytes === null ? '' : formatBytes(bytes);
}

/** The direct subfolder of the data folder that contains `folder`. */
function topFolder(dataDir: string, folder: string): string {
  const [first = ''] = relative(dataDir, folder).split(sep);
  return join(dataDir, first);
}

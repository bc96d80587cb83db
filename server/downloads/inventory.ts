import { join, relative, sep } from 'node:path';
import {
  type DatasetsReport,
  isDatasetsReport,
  isVggReport,
  type VggReport,
} from '../../trainer/cli-output/reports.ts';
import { formatBytes } from '../../trainer/format/format.ts';
import { vggDownloadMegabytes, vggTypes } from '../../trainer/models/vgg/shapes.ts';
import type { CommandPrograms } from '../command/programs.ts';
import { readCommandJson } from '../command/run-command.ts';
import type { InventoryItem } from '../protocol/downloads.ts';

/** The data sets of a data folder (absolute) at a scale, and the weights of this machine. */
export async function readInventory(
  programs: CommandPrograms,
  { dataDir, scale }: { readonly dataDir: string; readonly scale: number },
): Promise<InventoryItem[]> {
  const listData = ['data', 'list', '--json', '--data-dir', dataDir, '--scale', String(scale)];
  const [data, weights] = await Promise.all([
    readCommandJson(programs, listData, isDatasetsReport),
    readCommandJson(programs, ['weights', 'list', '--json'], isVggReport),
  ]);
  return [...dataItems(data, dataDir, scale), ...weights.map(weightsItem)];
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

function weightsItem({ name, path, bytes }: VggReport[number]): InventoryItem {
  return {
    kind: 'weights',
    name,
    present: bytes !== null,
    description: bytes === null ? downloadSize(vggBytes(name)) : formatBytes(bytes),
    path,
    canGet: true,
    scale: null,
  };
}

function vggBytes(name: string): number | null {
  const type = vggTypes.find((each) => each === name);
  return type === undefined ? null : vggDownloadMegabytes[type] * 1e6;
}

function downloadSize(bytes: number | null): string {
  return bytes === null ? 'size unknown' : formatBytes(bytes);
}

/** The direct subfolder of the data folder that contains `folder`. */
function topFolder(dataDir: string, folder: string): string {
  const [first = ''] = relative(dataDir, folder).split(sep);
  return join(dataDir, first);
}

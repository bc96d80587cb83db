import { stat } from 'node:fs/promises';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';
import { listHrImages } from '../../trainer/image-files/list-images.ts';
import type { TestSetSummary } from '../protocol/comparison.ts';
import type { InventoryItem, OwnImages } from '../protocol/downloads.ts';
import type { OwnDataset } from '../workspace/run-files.ts';

/** The data sets of run files, each combination of name and folders once, then the test sets. */
export async function ownImages(
  runFiles: readonly { readonly datasets: readonly OwnDataset[] }[],
  testSets: readonly TestSetSummary[],
): Promise<OwnImages[]> {
  const datasets = new Map(
    runFiles
      .flatMap((runFile) => runFile.datasets)
      .filter(({ hr }) => hr.length > 0)
      .map((dataset) => [
        [dataset.name, ...dataset.hr.map((path) => pathIdentity(path))].join('\n'),
        dataset,
      ]),
  );
  return [
    ...(await Promise.all(
      [...datasets.values()].map(async ({ name, hr }): Promise<OwnImages> => {
        const lists = hr.map((path) => listHrImages(path) ?? []);
        return { kind: 'dataset', name, description: await describe(lists), paths: hr };
      }),
    )),
    ...(await Promise.all(
      testSets.map(
        async ({ name, folder, images }): Promise<OwnImages> => ({
          kind: 'testSet',
          name,
          description: await describe([images]),
          paths: [folder],
        }),
      ),
    )),
  ];
}

/** Without the test sets that are items: predefined data sets. */
export function withoutItems(
  own: readonly OwnImages[],
  items: readonly Pick<InventoryItem, 'path'>[],
): OwnImages[] {
  const known = new Set(items.map(({ path }) => pathIdentity(path)));
  return own.filter(
    ({ kind, paths }) => kind === 'dataset' || !paths.some((path) => known.has(pathIdentity(path))),
  );
}

async function describe(lists: readonly (readonly string[])[]): Promise<string> {
  const counts = lists.map(({ length }) => formatCount(length)).join(' / ');
  let bytes = 0;
  // An image may be deleted at this moment.
  for (const path of lists.flat()) bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  return `${counts} ${lists.flat().length === 1 ? 'image' : 'images'} · ${formatBytes(bytes)}`;
}

import { stat } from 'node:fs/promises';
import { pathIdentity } from '../../trainer/files/paths.ts';
import { formatBytes, formatCount } from '../../trainer/format/format.ts';
import type { ImageSizes } from '../language/disk/image-sizes.ts';
import type { TestSetSummary } from '../protocol/comparison.ts';
import type { InventoryItem, OwnImages } from '../protocol/downloads.ts';
import type { RunFilePlaces } from '../workspace/run-files.ts';

/**
 * The data sets of run files, each combination of name and folders once, then the test sets.
 *
 * @param sizesOf see `imageSizes`
 */
export async function ownImages(
  runFiles: readonly Pick<RunFilePlaces, 'file' | 'datasets'>[],
  testSets: readonly TestSetSummary[],
  sizesOf: (patterns: readonly string[]) => Promise<ImageSizes>,
): Promise<OwnImages[]> {
  const datasets = new Map(
    runFiles
      .flatMap(({ file, datasets: own }) => own.map((dataset) => ({ ...dataset, file })))
      .filter(({ hr }) => hr.length > 0)
      .map((dataset) => [
        [dataset.name, ...dataset.hr.map((path) => pathIdentity(path))].join('\n'),
        dataset,
      ]),
  );
  return [
    ...(await Promise.all(
      [...datasets.values()].map(async ({ name, hr, file }): Promise<OwnImages> => {
        return { kind: 'dataset', name, description: describe(await sizesOf(hr)), paths: hr, runFile: file };
      }),
    )),
    ...(await Promise.all(
      testSets.map(
        async ({ name, folder, images }): Promise<OwnImages> => ({
          kind: 'testSet',
          name,
          description: describe({ counts: [images.length], bytes: await bytesOf(images) }),
          paths: [folder],
          runFile: null,
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

function describe({ counts, bytes }: ImageSizes): string {
  const [train = 0, val] = counts.map((count) => formatCount(count));
  const text =
    val === undefined
      ? `${train} ${counts[0] === 1 ? 'image' : 'images'}`
      : `${train} to train, ${val} to validate`;
  return `${text} · ${formatBytes(bytes)}`;
}

async function bytesOf(files: readonly string[]): Promise<number> {
  let bytes = 0;
  // A file may be deleted at this moment.
  for (const path of files) bytes += (await stat(path).catch(() => undefined))?.size ?? 0;
  return bytes;
}

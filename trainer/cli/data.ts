import { Argument, type Command, Option } from 'commander';
import type { DatasetsReport } from '../cli-output/reports.ts';
import { downloadDataset, isExtracted } from '../data/download/download-dataset.ts';
import { type InventoryEntry, inventory } from '../data/download/inventory.ts';
import { archivesOf, type DatasetName, datasetNames } from '../data/download/sources.ts';
import { registerDataCheck } from './data-check.ts';
import { registerDataDownscale } from './data-downscale.ts';
import { registerDataPreview } from './data-preview.ts';
import { registerDataSelect } from './data-select.ts';
import { registerDataTiles } from './data-tiles.ts';
import { createDownloadProgress } from './download-progress.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print } from './terminal.ts';

interface DownloadFlags {
  readonly to: string;
  readonly scale: string;
  readonly mirror?: string;
  readonly json?: boolean;
}

interface ListFlags {
  readonly dataDir: string;
  readonly scale: string;
  readonly json?: boolean;
}

/** Adds `esrgan data` to the command; here are `download` and `list`. */
export function registerData(program: Command): void {
  const data = program
    .command('data')
    .description('download, list, check, select, cut, downscale and preview images');
  registerDataTiles(data);
  registerDataDownscale(data);
  registerDataCheck(data);
  registerDataSelect(data);
  const scale = () =>
    new Option('--scale <factor>', 'scale factor of the LR images')
      .choices(['1', '2', '4', '8'])
      .default('4');
  data
    .command('download')
    .alias('get')
    .description('download, verify and extract a data set; an interrupted download continues')
    .addArgument(new Argument('<name>', 'name of the data set').choices(datasetNames))
    .option('--to <folder>', 'data folder: data_dir of the run file', 'data')
    .addOption(scale())
    .addOption(
      new Option('--mirror <source>', 'URL or folder with the archives, instead of the authors’ servers').env(
        'ESRGAN_DATA_MIRROR',
      ),
    )
    .option('--json', 'print one JSON object per line')
    .action(async (name: DatasetName, { to, scale, mirror, json = false }: DownloadFlags) => {
      const reporter = createReporter({ json, stream: process.stdout });
      const report = createDownloadProgress(reporter);
      const cancel = cancelOnRequest();
      const archives = archivesOf(name, Number(scale)).filter((archive) => !isExtracted(archive, to));
      reporter.event({
        event: 'plan',
        archives: archives.map(({ file, bytes = null }) => ({ archive: file, bytes })),
      });
      try {
        await downloadDataset(name, {
          to,
          scale: Number(scale),
          ...(mirror === undefined ? {} : { mirror }),
          signal: cancel.signal,
          observer: {
            progress: (archive, phase, done, total) => report({ archive, phase }, done, total),
            line(text) {
              reporter.line(text);
              reporter.event({ event: 'line', text });
            },
          },
        });
      } finally {
        cancel.release();
        reporter.done();
      }
      reporter.line(`${name} is in ${to}.`);
      reporter.event({ event: 'done', name, to });
    });
  registerDataPreview(data);
  data
    .command('list')
    .description('list the predefined data sets with the number and sizes of their images')
    .option('--data-dir <folder>', 'data folder: data_dir of the run file', 'data')
    .addOption(scale())
    .option('--json', 'print JSON')
    .action(({ dataDir, scale, json }: ListFlags) => {
      const entries = inventory(dataDir, Number(scale));
      const report: DatasetsReport = entries.map((entry) => ({
        ...entry,
        download: downloadOf(entry.name, Number(scale)),
      }));
      print(json ? `${JSON.stringify(report)}\n` : `${inventoryTable(entries).join('\n')}\n`);
    });
}

/** Download size in bytes, null if the authors do not publish it; and whether the data set has a permanent URL. */
function downloadOf(
  name: DatasetName,
  scale: number,
): { readonly bytes: number | null; readonly hasAddress: boolean } {
  const archives = archivesOf(name, scale);
  const sizes = archives.flatMap(({ bytes }) => bytes ?? []);
  return {
    bytes: sizes.length === archives.length ? sizes.reduce((sum, size) => sum + size, 0) : null,
    hasAddress: archives.every(({ url }) => url !== undefined),
  };
}

/** Sizes are width x height of the smallest and the largest image. */
function inventoryTable(entries: readonly InventoryEntry[]): string[] {
  const rows = entries.map(({ name, split, kind, folder, images, smallest, largest }) => [
    name,
    split,
    kind,
    images === 0 ? 'missing' : `${images} images`,
    smallest && largest ? [...new Set([smallest.join('x'), largest.join('x')])].join(' to ') : '-',
    folder,
  ]);
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]!.length))) ?? [];
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}

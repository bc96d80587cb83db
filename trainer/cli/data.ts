import { Argument, type Command, Option } from 'commander';
import type { DatasetsReport } from '../cli-output/reports.ts';
import { type DownloadObserver, downloadDataset, isExtracted } from '../data/download/download-dataset.ts';
import { type InventoryEntry, inventory } from '../data/download/inventory.ts';
import { archivesOf, type DatasetName, datasetNames } from '../data/download/sources.ts';
import { formatBytes } from '../format/format.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, type Reporter } from './terminal.ts';

interface GetFlags {
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

/** Adds `esrgan data get` and `esrgan data list` to the command. */
export function registerData(program: Command): void {
  const data = program.command('data').description('get the usual data sets, and say which are there');
  const scale = () =>
    new Option('--scale <factor>', 'of the LR images').choices(['1', '2', '4', '8']).default('4');
  data
    .command('get')
    .description('download a data set, check it and unpack it; what was interrupted goes on')
    .addArgument(new Argument('<name>', 'which').choices(datasetNames))
    .option('--to <folder>', 'the data folder: data_dir of the run file', 'data')
    .addOption(scale())
    .addOption(
      new Option(
        '--mirror <source>',
        'address or folder where the archives lie, instead of the authors’',
      ).env('ESRGAN_DATA_MIRROR'),
    )
    .option('--json', 'one JSON object a line')
    .action(async (name: DatasetName, { to, scale, mirror, json = false }: GetFlags) => {
      const reporter = createReporter({ json, stream: process.stdout });
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
          observer: observe(reporter),
        });
      } finally {
        cancel.release();
        reporter.done();
      }
      reporter.line(`${name} is in ${to}.`);
      reporter.event({ event: 'done', name, to });
    });
  data
    .command('list')
    .description('say which of the usual data sets are there, with how many images of which sizes')
    .option('--data-dir <folder>', 'the data folder: data_dir of the run file', 'data')
    .addOption(scale())
    .option('--json', 'print JSON')
    .action(({ dataDir, scale, json }: ListFlags) => {
      const entries = inventory(dataDir, Number(scale));
      const report: DatasetsReport = entries.map((entry) => ({
        ...entry,
        download: downloadOf(entry.name, Number(scale)),
      }));
      process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${inventoryTable(entries).join('\n')}\n`);
    });
}

/** What getting a data set takes: bytes, or null where its authors do not say; whether it has a lasting address. */
export function downloadOf(
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

function observe(reporter: Reporter): DownloadObserver {
  let told = '';
  return {
    progress(archive, phase, done, total) {
      const percent = total === null ? null : Math.floor((100 * done) / total);
      const share = total === null ? '' : ` of ${formatBytes(total)}, ${percent} %`;
      reporter.progress(`${archive}: ${phase} ${formatBytes(done)}${share}`);
      // A program hears of each percent, or of each 64 MiB, not of each packet.
      const now = `${archive} ${phase} ${percent ?? Math.floor(done / 2 ** 26)}`;
      if (now !== told) reporter.event({ event: 'progress', archive, phase, done, total });
      told = now;
    },
    line(text) {
      reporter.line(text);
      reporter.event({ event: 'line', text });
    },
  };
}

/** The lines of the table; sizes are width x height of the smallest and the largest image. */
export function inventoryTable(entries: readonly InventoryEntry[]): string[] {
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

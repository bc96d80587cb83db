import { type Command, InvalidArgumentError, Option } from 'commander';
import type { PublishedModelsReport } from '../cli-output/reports.ts';
import { formatBytes } from '../format/format.ts';
import {
  downloadModel,
  findModel,
  type PublishedModel,
  publishedModels,
  searchModels,
} from '../weights/model-list.ts';
import { createDownloadProgress } from './download-progress.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print, printError } from './terminal.ts';

interface Flags {
  readonly mirror?: string;
  readonly refresh?: boolean;
  readonly json?: boolean;
}

const mirrorOption = () =>
  new Option('--mirror <address>', 'URL of a folder with another models.json and its files, <id>.<type>')
    .env('ESRGAN_MODELS_MIRROR')
    .argParser(parseMirror);

/** The address without slashes at its end. */
function parseMirror(text: string): string {
  const { protocol = '' } = URL.canParse(text) ? new URL(text) : {};
  if (!/^https?:$/.test(protocol)) {
    throw new InvalidArgumentError('It must be an address that starts with https:// or http://.');
  }
  return text.replace(/\/+$/, '');
}

/** Adds `esrgan models search` and `esrgan models download` to the command. */
export function registerModels(program: Command): void {
  const models = program
    .command('models')
    .description('find and download models that people publish on OpenModelDB (https://openmodeldb.info)');
  models
    .command('search')
    .description('list the models that this program can read, with all of these words')
    .argument('[word...]', 'of the name, author, architecture, tags, license or description')
    .option('--scale <factor>', 'only models of this scale', parseScale)
    .option('--refresh', 'download the list again; else it is at most a day old')
    .addOption(mirrorOption())
    .option('--json', 'print JSON')
    .action(async (words: string[], flags: Flags & { readonly scale?: number }) => {
      const { scale, json = false } = flags;
      const found = searchModels(await listOf(flags), words, scale);
      const report: PublishedModelsReport = found.map(reportOf);
      const lines = json ? [JSON.stringify(report)] : found.map(modelLine);
      for (const line of lines) print(`${line}\n`);
      if (!json && found.length === 0) print('No model has all of these words.\n');
    });
  models
    .command('download')
    .alias('get')
    .description('download a model and verify its SHA-256; an interrupted download continues')
    .argument('<model>', 'id or name, as `esrgan models search` prints it')
    .option('--to <folder>', 'folder for the file', 'models')
    .option('--refresh', 'download the list again; else it is at most a day old')
    .addOption(mirrorOption())
    .option('--json', 'print one JSON object per line')
    .action(async (name: string, flags: Flags & { readonly to: string }) => {
      const { mirror, to, json = false } = flags;
      const reporter = createReporter({ json, stream: process.stdout });
      const report = createDownloadProgress(reporter);
      const cancel = cancelOnRequest();
      try {
        const model = findModel(await listOf(flags, cancel.signal), name);
        reporter.line(modelLine(model));
        const path = await downloadModel(model, to, {
          mirror,
          signal: cancel.signal,
          onProgress: (done, total) => report({ net: model.id }, done, total),
          onWait(text) {
            reporter.line(text);
            reporter.event({ event: 'line', text });
          },
        });
        reporter.done();
        reporter.line(`${path}: its checksum is correct. Upscale with --model ${path}.`);
        reporter.event({ event: 'done', net: model.id, to: path });
      } finally {
        cancel.release();
        reporter.done();
      }
    });
}

function listOf({ mirror, refresh = false }: Flags, signal?: AbortSignal): Promise<PublishedModel[]> {
  return publishedModels({
    mirror,
    refresh,
    onProblem: (message) => printError(`${message}\n`),
    ...(signal && { signal }),
  });
}

function reportOf({ id, name, authors, license, architecture, scale, tags, file }: PublishedModel) {
  return { id, name, authors, license, architecture, scale, tags, type: file.type, bytes: file.bytes };
}

function modelLine({ id, scale, architecture, file, license, authors, tags }: PublishedModel): string {
  return [
    id,
    `x${scale}`,
    architecture,
    `${file.type}${file.bytes === null ? '' : ` ${formatBytes(file.bytes)}`}`,
    license ?? 'no license',
    `by ${authors.join(', ')}`,
    tags.join(', '),
  ].join('  ');
}

function parseScale(text: string): number {
  if (!/^[1-9]\d?$/.test(text)) throw new InvalidArgumentError('It must be a whole number from 1 to 99.');
  return Number(text);
}

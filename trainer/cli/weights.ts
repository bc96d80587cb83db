import { statSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import type { VggReport } from '../cli-output/reports.ts';
import { defaultVggFile } from '../config/index.ts';
import { formatBytes } from '../format/format.ts';
import type { VggType } from '../models/vgg/shapes.ts';
import { downloadVgg, torchvisionAddress, torchvisionFiles } from '../weights/vgg-download.ts';
import { createDownloadProgress } from './download-progress.ts';
import { assertNew, overwriteOption } from './overwrite.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print } from './terminal.ts';

interface DownloadFlags {
  readonly to?: string;
  readonly mirror: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan weights download` and `esrgan weights list` to the command. */
export function registerWeights(program: Command): void {
  const weights = program
    .command('weights')
    .description('download and list the weights for the perceptual loss');
  weights
    .command('download')
    .alias('get')
    .description('download and verify a torchvision model; only its convolutions are saved')
    .addArgument(new Argument('<model>', 'name of the model').choices(Object.keys(torchvisionFiles)))
    .option('--to <file>', '.safetensors file to write (default: where every run finds it)')
    .addOption(
      new Option('--mirror <address>', 'URL of the folder with torchvision’s files')
        .env('ESRGAN_WEIGHTS_MIRROR')
        .default(torchvisionAddress),
    )
    .option(...overwriteOption)
    .option('--json', 'print one JSON object per line')
    .action(async (model: VggType, flags: DownloadFlags) => {
      const { to = defaultVggFile(model), mirror, overwrite = false, json = false } = flags;
      // The file where every run finds it is only ever this download.
      if (flags.to !== undefined) assertNew(to, overwrite);
      const reporter = createReporter({ json, stream: process.stdout });
      const report = createDownloadProgress(reporter);
      const cancel = cancelOnRequest();
      try {
        await downloadVgg(model, `${mirror.replace(/\/+$/, '')}/${torchvisionFiles[model]}`, to, {
          signal: cancel.signal,
          onProgress: (done, total) => report({ net: model }, done, total),
          onWait(text) {
            reporter.line(text);
            reporter.event({ event: 'line', text });
          },
        });
      } finally {
        cancel.release();
        reporter.done();
      }
      reporter.line(`${model} is in ${to}.`);
      reporter.event({ event: 'done', net: model, to });
    });
  weights
    .command('list')
    .description('list the models for the perceptual loss and their files')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const entries: VggReport = Object.keys(torchvisionFiles)
        .filter(isVggType)
        .map((name) => {
          const path = defaultVggFile(name);
          return { name, path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? null };
        });
      const lines = json ? [JSON.stringify(entries)] : entries.map(weightsLine);
      for (const line of lines) print(`${line}\n`);
    });
}

function isVggType(name: string): name is VggType {
  return name in torchvisionFiles;
}

function weightsLine({ name, path, bytes }: { name: string; path: string; bytes: number | null }): string {
  return `${name}  ${bytes === null ? 'missing' : formatBytes(bytes)}  ${path}`;
}

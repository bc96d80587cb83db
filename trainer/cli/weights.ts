import { statSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import type { WeightsListReport } from '../cli-output/reports.ts';
import { defaultWeightsFile, type WeightsName, weightsNames } from '../config/index.ts';
import { formatBytes } from '../format/format.ts';
import { downloadWeights, weightsSources } from '../weights/download-weights.ts';
import { createDownloadProgress } from './download-progress.ts';
import { assertNew, overwriteOption } from './overwrite.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print } from './terminal.ts';

interface DownloadFlags {
  readonly to?: string;
  readonly mirror?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan weights download` and `esrgan weights list` to the command. */
export function registerWeights(program: Command): void {
  const weights = program
    .command('weights')
    .description('download and list the weights for losses and metrics');
  weights
    .command('download')
    .alias('get')
    .description('download and verify weights; of VGG, only the convolutions are saved')
    .addArgument(new Argument('<model>', 'name of the model').choices(weightsNames))
    .option('--to <file>', '.safetensors file to write (default: where every run finds it)')
    .addOption(
      new Option('--mirror <address>', 'URL of another folder with the file of the authors').env(
        'ESRGAN_WEIGHTS_MIRROR',
      ),
    )
    .option(...overwriteOption)
    .option('--json', 'print one JSON object per line')
    .action(async (model: WeightsName, flags: DownloadFlags) => {
      const { to = defaultWeightsFile(model), mirror, overwrite = false, json = false } = flags;
      // The file where every run finds it is only ever this download.
      if (flags.to !== undefined) assertNew(to, overwrite);
      const reporter = createReporter({ json, stream: process.stdout });
      const report = createDownloadProgress(reporter);
      const cancel = cancelOnRequest();
      try {
        await downloadWeights(weightsSources[model], to, {
          address: mirror?.replace(/\/+$/, ''),
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
    .description('list the weights for losses and metrics and their files')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const entries: WeightsListReport = weightsNames.map((name) => {
        const path = defaultWeightsFile(name);
        return { name, path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? null };
      });
      const lines = json ? [JSON.stringify(entries)] : entries.map(weightsLine);
      for (const line of lines) print(`${line}\n`);
    });
}

function weightsLine({ name, path, bytes }: { name: string; path: string; bytes: number | null }): string {
  return `${name}  ${bytes === null ? 'missing' : formatBytes(bytes)}  ${path}`;
}

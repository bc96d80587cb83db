import { statSync } from 'node:fs';
import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import type { WeightsListReport } from '../cli-output/reports.ts';
import { defaultWeightsFile, type WeightsName, weightsNames } from '../config/index.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { formatBytes } from '../format/format.ts';
import { downloadWeights, shownAddress, weightsSources } from '../weights/download-weights.ts';
import { createDownloadProgress } from './download-progress.ts';
import { assertNew, overwriteOption } from './overwrite.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter, print, type Reporter } from './terminal.ts';

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
    .addArgument(new Argument('<model...>', 'names of the models').argParser(parseNames))
    .option('--to <file>', '.safetensors file to write, of one model (default: where every run finds it)')
    .addOption(
      new Option('--mirror <address>', 'URL of another folder with the file of the authors').env(
        'ESRGAN_WEIGHTS_MIRROR',
      ),
    )
    .option(...overwriteOption)
    .option('--json', 'print one JSON object per line')
    .action(async (models: readonly WeightsName[], flags: DownloadFlags) => {
      const { to, mirror, overwrite = false, json = false } = flags;
      if (to !== undefined && models.length > 1) {
        throw new WorkbenchError(
          'usage',
          `--to names one file, and ${models.length} models are to be downloaded. Leave it out, or download one model at a time.`,
        );
      }
      // The file where every run finds it is only ever this download.
      if (to !== undefined) assertNew(to, overwrite);
      const reporter = createReporter({ json, stream: process.stdout });
      for (const model of models) {
        await download(model, to ?? defaultWeightsFile(model), mirror?.replace(/\/+$/, ''), reporter);
      }
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

/** Collects names of weights, each once. */
function parseNames(text: string, earlier: readonly WeightsName[] = []): readonly WeightsName[] {
  const name = weightsNames.find((each) => each === text);
  if (name === undefined) throw new InvalidArgumentError(`Allowed choices are ${weightsNames.join(', ')}.`);
  return earlier.includes(name) ? earlier : [...earlier, name];
}

async function download(
  model: WeightsName,
  to: string,
  address: string | undefined,
  reporter: Reporter,
): Promise<void> {
  const source = weightsSources[model];
  const report = createDownloadProgress(reporter);
  const cancel = cancelOnRequest();
  let isSizeShown = false;
  try {
    await downloadWeights(source, to, {
      address,
      signal: cancel.signal,
      onProgress(done, total) {
        if (!isSizeShown) {
          const size = total === null ? '' : ` (${formatBytes(total)})`;
          reporter.line(`Downloading ${model} from ${shownAddress(source, address)}${size}.`);
          isSizeShown = true;
        }
        report({ net: model }, done, total);
      },
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
}

function weightsLine({ name, path, bytes }: { name: string; path: string; bytes: number | null }): string {
  return `${name}  ${bytes === null ? 'missing' : formatBytes(bytes)}  ${path}`;
}

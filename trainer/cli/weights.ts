import { statSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import type { VggReport } from '../cli-output/reports.ts';
import { formatBytes } from '../format/format.ts';
import type { VggType } from '../models/vgg/shapes.ts';
import { downloadVgg, torchvisionAddress, torchvisionFiles } from '../weights/vgg-download.ts';
import { defaultVggFile } from '../weights/vgg-file.ts';
import { cancelOnRequest } from './parent.ts';
import { createReporter } from './terminal.ts';

interface GetFlags {
  readonly to?: string;
  readonly mirror: string;
  readonly json?: boolean;
}

/** Adds `esrgan weights get` and `esrgan weights list` to the command. */
export function registerWeights(program: Command): void {
  const weights = program.command('weights').description('get the weights that the perceptual loss needs');
  weights
    .command('get')
    .description('download a model of torchvision, check it and keep its convolutions')
    .addArgument(new Argument('<model>', 'which').choices(Object.keys(torchvisionFiles)))
    .option('--to <file>', 'the .safetensors file to write; by default where every run finds it')
    .addOption(
      new Option('--mirror <address>', 'where the files of torchvision lie')
        .env('ESRGAN_WEIGHTS_MIRROR')
        .default(torchvisionAddress),
    )
    .option('--json', 'one JSON object a line')
    .action(async (model: VggType, { to = defaultVggFile(model), mirror, json = false }: GetFlags) => {
      const reporter = createReporter({ json, stream: process.stdout });
      const cancel = cancelOnRequest();
      let told: number | undefined;
      try {
        await downloadVgg(model, `${mirror.replace(/\/+$/, '')}/${torchvisionFiles[model]}`, to, {
          signal: cancel.signal,
          onProgress(done, total) {
            const percent = total === null ? undefined : Math.floor((100 * done) / total);
            const share = total === null ? '' : ` of ${formatBytes(total)}, ${percent} %`;
            reporter.progress(`${model}: ${formatBytes(done)}${share}`);
            // A program hears of each percent, or of each 64 MiB, not of each packet.
            const now = percent ?? Math.floor(done / 2 ** 26);
            if (now !== told) reporter.event({ event: 'progress', model, done, total });
            told = now;
          },
        });
      } finally {
        cancel.release();
        reporter.done();
      }
      reporter.line(`${model} is in ${to}.`);
      reporter.event({ event: 'done', model, to });
    });
  weights
    .command('list')
    .description('say which models for the perceptual loss are there, and where')
    .option('--json', 'print JSON')
    .action(({ json = false }: { json?: boolean }) => {
      const entries: VggReport = Object.keys(torchvisionFiles)
        .filter(isVggType)
        .map((name) => {
          const path = defaultVggFile(name);
          return { name, path, bytes: statSync(path, { throwIfNoEntry: false })?.size ?? null };
        });
      const lines = json ? [JSON.stringify(entries)] : entries.map(weightsLine);
      for (const line of lines) process.stdout.write(`${line}\n`);
    });
}

function isVggType(name: string): name is VggType {
  return name in torchvisionFiles;
}

function weightsLine({ name, path, bytes }: { name: string; path: string; bytes: number | null }): string {
  return `${name}  ${bytes === null ? 'missing' : formatBytes(bytes)}  ${path}`;
}

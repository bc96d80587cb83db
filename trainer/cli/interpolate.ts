import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readGenerator } from '../weights/generator-file.ts';
import { interpolate } from '../weights/interpolate.ts';
import { writeGenerator } from '../weights/write-generator.ts';
import { weightsOf } from './open-model.ts';
import { createReporter } from './terminal.ts';

interface Flags {
  readonly alpha: number;
  readonly json?: boolean;
}

/** Adds `esrgan interpolate` to the command. */
export function registerInterpolate(program: Command): void {
  program
    .command('interpolate')
    .description('mix two generators of one kind: (1 - alpha) * PSNR + alpha * ESRGAN')
    .argument('<psnr>', 'the faithful one: a file of weights, a checkpoint, or a run')
    .argument('<esrgan>', 'the sharp one')
    .argument('<out>', 'what to write: its name ends in .safetensors, .pth or .onnx')
    .option('--alpha <share>', 'share of the sharp one, 0 to 1', parseShare, 0.8)
    .option('--json', 'one JSON object')
    .action((psnr: string, esrgan: string, output: string, { alpha, json = false }: Flags) => {
      const [faithful, sharp] = [weightsOf(psnr), weightsOf(esrgan)];
      const mixed = interpolate(readGenerator(faithful), readGenerator(sharp), alpha, [faithful, sharp]);
      writeGenerator(output, mixed, {
        metadata: {
          stage: 'interpolation',
          alpha: String(alpha),
          psnr_parent: basename(faithful),
          psnr_parent_sha256: sha256(faithful),
          esrgan_parent: basename(sharp),
          esrgan_parent_sha256: sha256(sharp),
        },
      });
      const reporter = createReporter({ json, stream: process.stdout });
      reporter.line(`${output}: ${1 - alpha} of ${faithful} and ${alpha} of ${sharp}`);
      reporter.event({ event: 'done', psnr: faithful, esrgan: sharp, alpha, output });
    });
}

/** A share as it is typed: 0 to 1. */
export function parseShare(text: string): number {
  const share = Number(text);
  if (text.trim() === '' || !(share >= 0 && share <= 1)) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return share;
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

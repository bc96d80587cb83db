import { basename } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import { readGenerator } from '../weights/generator-file.ts';
import { interpolate } from '../weights/interpolate.ts';
import { sha256OfWeights } from '../weights/weights-sha256.ts';
import { writeGenerator } from '../weights/write-generator.ts';
import { wholeWeightsOf } from './open-model.ts';
import { assertNew, existingFile, overwriteOption } from './overwrite.ts';
import { createReporter } from './terminal.ts';

interface Flags {
  readonly alpha: number;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan interpolate` to the command. */
export function registerInterpolate(program: Command): void {
  program
    .command('interpolate')
    .description('interpolate two generators: (1 - alpha) * PSNR + alpha * ESRGAN')
    .argument('<psnr>', 'model trained for PSNR: a file of weights, a checkpoint, or a run')
    .argument('<esrgan>', 'model trained as a GAN')
    .argument('<out>', 'file to write: .safetensors, .pth, .onnx or .param')
    .option('--alpha <alpha>', 'weight of ESRGAN, 0 to 1', parseAlpha, 0.8)
    .option(...overwriteOption)
    .option('--json', 'print one JSON object')
    .action((psnr: string, esrgan: string, output: string, flags: Flags) => {
      const { alpha, overwrite = false, json = false } = flags;
      assertNew(output, overwrite);
      const files = [wholeWeightsOf(psnr), wholeWeightsOf(esrgan)] as const;
      const [psnrFile, esrganFile] = files;
      const interpolated = interpolate(readGenerator(psnrFile), readGenerator(esrganFile), alpha, files);
      const isWritten = writeGenerator(output, interpolated, {
        isNew: !overwrite,
        metadata: {
          stage: 'interpolation',
          alpha: String(alpha),
          psnr_parent: basename(psnrFile),
          psnr_parent_sha256: sha256OfWeights(psnrFile),
          esrgan_parent: basename(esrganFile),
          esrgan_parent_sha256: sha256OfWeights(esrganFile),
        },
      });
      if (!isWritten) throw existingFile(output);
      const reporter = createReporter({ json, stream: process.stdout });
      reporter.line(`${output}: (1 - ${alpha}) * ${psnrFile} + ${alpha} * ${esrganFile}`);
      reporter.event({ event: 'done', psnr: psnrFile, esrgan: esrganFile, alpha, output });
    });
}

export function parseAlpha(text: string): number {
  const alpha = Number(text);
  if (text.trim() === '' || !(alpha >= 0 && alpha <= 1)) {
    throw new InvalidArgumentError('It must be a number from 0 to 1.');
  }
  return alpha;
}

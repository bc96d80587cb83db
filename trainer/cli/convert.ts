import { statSync } from 'node:fs';
import { basename } from 'node:path';
import { type Command, Option } from 'commander';
import { writableLayouts } from '../models/generators.ts';
import { readGenerator } from '../weights/generator-file.ts';
import { writeGenerator } from '../weights/write-generator.ts';
import { wholeWeightsOf } from './open-model.ts';
import { assertNew, existingFile, overwriteOption } from './overwrite.ts';
import { createReporter } from './terminal.ts';

interface Flags {
  readonly layout?: string;
  readonly half?: boolean;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan convert` to the command. */
export function registerConvert(program: Command): void {
  program
    .command('convert')
    .description('convert a generator to another format, or to the tensor names of another program')
    .argument('<in>', 'a file of weights (.safetensors, .pth), a checkpoint, or a run')
    .argument('<out>', 'file to write: .safetensors, .pth or .onnx')
    .addOption(new Option('--layout <program>', 'program whose tensor names to use').choices(writableLayouts))
    .option('--half', 'save 16-bit floats')
    .option(...overwriteOption)
    .option('--json', 'print one JSON object')
    .action((input: string, output: string, flags: Flags) => {
      const { layout, half = false, overwrite = false, json = false } = flags;
      assertNew(output, overwrite);
      const path = wholeWeightsOf(input);
      const generator = readGenerator(path);
      const isWritten = writeGenerator(output, generator, {
        isNew: !overwrite,
        ...(layout === undefined ? {} : { layout }),
        precision: half ? 'F16' : 'F32',
        metadata: { ...generator.metadata, converted_from: basename(path) },
      });
      if (!isWritten) throw existingFile(output);
      const reporter = createReporter({ json, stream: process.stdout });
      const { size: bytes } = statSync(output);
      reporter.line(`${output}: ${generator.parameters.size} tensors, ${(bytes / 1e6).toFixed(1)} MB`);
      reporter.event({ event: 'done', input: path, output, tensors: generator.parameters.size, bytes });
    });
}

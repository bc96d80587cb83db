import { statSync } from 'node:fs';
import { basename, extname, parse } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { WorkbenchError } from '../errors/errors.ts';
import { writableLayouts } from '../models/generators.ts';
import { weightFiles } from '../tensor-files/ncnn-file.ts';
import { describeWeights } from '../weights/describe.ts';
import { readGenerator } from '../weights/generator-file.ts';
import { type ModelDescription, modelSpec } from '../weights/model-spec.ts';
import { writeGenerator } from '../weights/write-generator.ts';
import { wholeWeightsOf } from './open-model.ts';
import { assertNew, existingFile, overwriteOption } from './overwrite.ts';
import { createReporter } from './terminal.ts';

interface Flags extends ModelDescription {
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
    .argument('<in>', 'a file of weights (.safetensors, .pth, .param), a checkpoint, or a run')
    .argument('<out>', 'file to write: .safetensors, .pth, .onnx or .param (with a .bin, for ncnn)')
    .addOption(new Option('--layout <program>', 'program whose tensor names to use').choices(writableLayouts))
    .option('--half', 'save 16-bit floats')
    .option(
      '--title <text>',
      'title in the metadata (ModelSpec, .safetensors and .onnx); the name of the output',
    )
    .option('--author <text>', 'author in the metadata')
    .option('--license <id>', 'license in the metadata, such as CC-BY-4.0')
    .option('--description <text>', 'description in the metadata')
    .option('--tags <list>', 'tags in the metadata, separated by commas', tagList)
    .option('--date <date>', 'date in the metadata, such as 2026-11-30', isoDate)
    .option(...overwriteOption)
    .option('--json', 'print one JSON object')
    .action((input: string, output: string, flags: Flags) => {
      const { layout, half = false, overwrite = false, json = false, ...described } = flags;
      refuseDescription(output, described);
      assertNew(output, overwrite);
      const path = wholeWeightsOf(input);
      const generator = readGenerator(path);
      const isWritten = writeGenerator(output, generator, {
        isNew: !overwrite,
        ...(layout === undefined ? {} : { layout }),
        precision: half ? 'F16' : 'F32',
        metadata: {
          ...generator.metadata,
          converted_from: basename(path),
          ...modelSpec(described, generator.options, generator.metadata, parse(output).name),
        },
      });
      if (!isWritten) throw existingFile(output);
      const reporter = createReporter({ json, stream: process.stdout });
      const bytes = weightFiles(output).reduce((sum, each) => sum + statSync(each).size, 0);
      const tensors = describeWeights(output).tensors.length;
      reporter.line(`${output}: ${tensors} tensors, ${(bytes / 1e6).toFixed(1)} MB`);
      reporter.event({ event: 'done', input: path, output, tensors, bytes });
    });
}

/** Throws a `usage` error for a description that the file cannot hold. */
function refuseDescription(output: string, described: ModelDescription): void {
  const [name] = Object.entries(described).flatMap(([key, text]) => (text === undefined ? [] : [key]));
  const extension = extname(output).toLowerCase();
  if (name === undefined || extension === '.safetensors' || extension === '.onnx') return;
  throw new WorkbenchError(
    'usage',
    `${output}: ${extension} files have no metadata, so --${name} would be lost. Leave it out, or write .safetensors or .onnx.`,
  );
}

/** `a, b,,c` as `a,b,c`. */
function tagList(text: string): string {
  const tags = text.split(',').map((tag) => tag.trim());
  return tags.filter((tag) => tag !== '').join(',');
}

function isoDate(text: string): string {
  const day = /^\d{4}-\d{2}-\d{2}/.exec(text)?.[0];
  if (day === undefined || Number.isNaN(Date.parse(text)))
    throw new InvalidArgumentError('It must be a date such as 2026-11-30.');
  return text;
}

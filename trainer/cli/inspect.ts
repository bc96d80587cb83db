import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { BriefReport, TensorReport, WeightsReport } from '../cli-output/reports.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { formatCount } from '../format/format.ts';
import { generatorShapes } from '../models/shapes.ts';
import { tensorStatistics } from '../tensor-files/statistics.ts';
import { describeWeights, notFiniteTensors, type WeightsDescription } from '../weights/describe.ts';
import { openNetwork } from '../weights/recognize.ts';
import { sha256OfWeights } from '../weights/weights-sha256.ts';
import { expandPattern } from './expand-pattern.ts';
import { weightsOf } from './open-model.ts';
import { print } from './terminal.ts';

interface Flags {
  readonly brief?: boolean;
  readonly values?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan inspect` to the command. */
export function registerInspect(program: Command): void {
  program
    .command('inspect')
    .description('describe files of weights, without executing their contents')
    .argument(
      '<file...>',
      'a file of weights (.safetensors, .pth, .onnx, .param), a checkpoint, or a run',
      expandPattern,
    )
    .option('--brief', 'print one line for each file, even if it cannot be read')
    .option('--values', 'print statistics of each tensor')
    .option(
      '--json',
      'print one JSON object per file, without --brief with all tensors and the SHA-256; per tensor with --values',
    )
    .action((names: string[], { brief = false, values = false, json = false }: Flags) => {
      for (const name of names) {
        const lines = brief
          ? briefLines(name, json)
          : values
            ? valueLines(name, json)
            : wholeLines(name, json);
        for (const line of lines) print(`${line}\n`);
      }
    });
}

interface InspectedWeights extends WeightsDescription {
  readonly notFinite: WeightsReport['notFinite'];
}

function wholeLines(name: string, json: boolean): string[] {
  const path = weightsOf(name);
  const description: InspectedWeights = { ...describeWeights(path), notFinite: notFiniteTensors(path) };
  if (!json) return descriptionLines(description);
  const report: WeightsReport = {
    ...description,
    options: description.options && { ...description.options },
    sha256: sha256OfWeights(path),
  };
  return [JSON.stringify(report)];
}

/** A problem of the file is part of the report, so that the other files are described as well. */
function briefReport(name: string): BriefReport {
  try {
    const { bytes, format, architecture, options, metadata, reason } = describeWeights(weightsOf(name));
    const shapes = options && generatorShapes(options);
    return {
      path: name,
      bytes,
      format,
      architecture,
      scale: options?.scale_factor ?? null,
      blocks: shapes?.blocks ?? null,
      channels: shapes?.channels ?? null,
      metadata,
      problem: format === 'ONNX' ? null : reason,
    };
  } catch (error) {
    const problem =
      error instanceof WorkbenchError
        ? error.message
        : `${name} cannot be described: ${messageOf(error)}. This is a defect of the program.`;
    const unknown = { format: null, architecture: null, scale: null, blocks: null, channels: null };
    return { path: name, bytes: sizeOf(name), ...unknown, metadata: {}, problem };
  }
}

/** Bytes of a file; 0 where it cannot be found. */
function sizeOf(path: string): number {
  try {
    return statSync(path).size;
  } catch {
    return 0;
  }
}

function briefLines(name: string, json: boolean): string[] {
  const brief = briefReport(name);
  if (json) return [JSON.stringify(brief)];
  const { path, bytes, format, architecture, scale, blocks, problem } = brief;
  const facts = [
    path,
    ...(scale === null ? [] : [`x${scale}`]),
    ...(blocks === null ? [architecture ?? []].flat() : [`${blocks} blocks`]),
    ...(format === null ? [] : [format]),
    `${(bytes / 1e6).toFixed(1)} MB`,
    ...(problem === null ? [] : [problem]),
  ];
  return [onOneLine(facts.join('  '))];
}

function valueLines(name: string, json: boolean): string[] {
  const { file } = openNetwork(weightsOf(name));
  return [...file.entries.keys()].map((tensor) => {
    const statistics = tensorStatistics(file.read(tensor).data);
    const report: TensorReport = { name: tensor, ...statistics };
    if (json) return JSON.stringify(report);
    const facts = Object.entries(statistics).map(([key, value]) => `${key} ${shortNumber(value)}`);
    return onOneLine([tensor, ...facts].join('  '));
  });
}

function shortNumber(value: number | null): string {
  return value === null ? '-' : Number.isInteger(value) ? String(value) : value.toPrecision(4);
}

/** Width of the column of names at most. Keys of metadata can have any length. */
const widestName = 40;

/** A description as text; it lists the tensors of an unknown architecture. */
function descriptionLines({ notFinite, ...description }: InspectedWeights): string[] {
  const { path, bytes, format, architecture, reason, layout, options, wrapper, others, tensors } =
    description;
  const facts: [string, string][] = [
    ['file', path],
    ['format', `${format}, ${(bytes / 1e6).toFixed(1)} MB`],
    ['architecture', architecture ?? 'unknown'],
    ...(layout === null ? [] : [['layout', layout] satisfies [string, string]]),
    ...Object.entries(options ?? {}).map(([key, value]): [string, string] => [key, String(value)]),
    ...(wrapper.length === 0 ? [] : [['wrapped in', wrapper.join(' > ')] satisfies [string, string]]),
    ...others.map((prefix): [string, string] => ['also contains', `another generator: ${prefix}`]),
    ['tensors', `${tensors.length} of ${description.dtypes.join(', ')}`],
    ['parameters', parametersText(description)],
    ...(notFinite.length === 0 ? [] : [['not finite', notFiniteText(notFinite)] satisfies [string, string]]),
    ...Object.entries(description.metadata).map(([key, text]): [string, string] => [`metadata ${key}`, text]),
  ];
  const width = facts.reduce((most, [key]) => Math.max(most, Math.min(key.length, widestName)), 0) + 2;
  const list = tensors.map(({ name, dtype, shape }) => `  ${name}  ${dtype} [${shape.join(', ')}]`);
  return [
    ...facts.map(([key, value]) => `${onOneLine(key).padEnd(width)}${onOneLine(value)}`),
    ...(reason === null ? [] : ['', reason, '', ...list.map(onOneLine)]),
  ];
}

/** Numbers in the file; where training has another form of the network, as that of SPAN, also what it trains. */
function parametersText({ parameters, options }: WeightsDescription): string {
  const shapes = options && generatorShapes(options).parameters.values();
  const trained = [...(shapes ?? [])].reduce(
    (sum, shape) => sum + shape.reduce((product, extent) => product * extent, 1),
    0,
  );
  const inFile = formatCount(parameters);
  return shapes === null || trained === parameters
    ? inFile
    : `${inFile} in the file, ${formatCount(trained)} trained`;
}

function notFiniteText(tensors: WeightsReport['notFinite']): string {
  const values = tensors.reduce((sum, { count }) => sum + count, 0);
  const names = tensors.slice(0, 3).map(({ name }) => name);
  const rest = tensors.length > names.length ? ` and ${formatCount(tensors.length - names.length)} more` : '';
  return `${formatCount(values)} values are infinite or NaN, in ${names.join(', ')}${rest}; the model is unusable`;
}

/** Text of a file on one line, and short. */
function onOneLine(text: string): string {
  const shown = text.replaceAll(/\s/g, ' ');
  return shown.length > 300 ? `${shown.slice(0, 300)}…` : shown;
}

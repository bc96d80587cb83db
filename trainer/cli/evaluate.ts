import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Evaluation, TestSet } from '../evaluate/evaluate.ts';
import { evaluateOnce, fingerprintTestSet, runOfWeights, type Subject } from '../evaluate/store.ts';
import { evaluationTables } from '../evaluate/table.ts';
import type { ProtocolName } from '../metrics/protocols.ts';
import { isProtocolName, protocols } from '../metrics/protocols.ts';
import { sha256OfFile } from '../runs/checkpoints.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { createReporter } from './terminal.ts';
import type { OpenModel } from './upscale.ts';

interface Flags {
  readonly data: TestSet[];
  readonly protocol: ProtocolName[];
  readonly scale: number;
  readonly engine: string;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan evaluate` to the command. `weightsOf` tells the file of weights of a model that has one. */
export function registerEvaluate(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string) => string | undefined,
): void {
  program
    .command('evaluate')
    .description('measure models on test sets')
    .argument('<model...>', 'checkpoints, runs, .safetensors files, or bicubic')
    .requiredOption(
      '--data <name=folder>',
      'test set: a folder with HR/ and, if given, LR_x<scale>/; may be repeated',
      parseTestSet,
    )
    .option(
      '--protocol <names>',
      `with commas between them: ${Object.keys(protocols).join(', ')}`,
      parseProtocols,
      ['paper-y', 'rgb'],
    )
    .option('--scale <factor>', 'enlargement by bicubic; a net has its own', parseScale, 4)
    .option('--engine <engine>', 'cuda, tensorflow, webgpu, cpu, or auto', 'auto')
    .option('--again', 'compute also what the run keeps from earlier')
    .option('--json', 'print JSON')
    .action(async (models: string[], { data, protocol, scale, engine, again = false, json }: Flags) => {
      const testSets = await Promise.all(data.map(fingerprintTestSet));
      const evaluations: Evaluation[] = [];
      for (const model of models) {
        const subject =
          model === 'bicubic'
            ? { name: model, weights: null, run: undefined, open: async () => bicubicUpscaler(scale) }
            : subjectOf(model, weightsOf(model), () => openModel(model, { engine }));
        for (const testSet of testSets) {
          evaluations.push(...(await evaluateWithProgress(subject, testSet, protocol, { again })));
        }
      }
      process.stdout.write(json ? `${JSON.stringify(evaluations)}\n` : evaluationTables(evaluations));
    });
}

function subjectOf(model: string, path: string | undefined, open: Subject['open']): Subject {
  if (path === undefined) return { name: model, weights: null, run: undefined, open };
  return { name: relative('', path), weights: sha256OfFile(path), run: runOfWeights(path), open };
}

/** As `evaluateOnce`, with each image told on a terminal. */
export async function evaluateWithProgress(
  ...[subject, testSet, protocolNames, options]: Parameters<typeof evaluateOnce>
): Promise<Evaluation[]> {
  if (!process.stderr.isTTY) return evaluateOnce(subject, testSet, protocolNames, options);
  const reporter = createReporter({ json: false, stream: process.stderr });
  try {
    return await evaluateOnce(subject, testSet, protocolNames, {
      ...options,
      onImage: (image, images) =>
        reporter.progress(`${subject.name} on ${testSet.name}: image ${image} of ${images}`),
    });
  } finally {
    reporter.done();
  }
}

/** Collects `--data name=folder`. */
export function parseTestSet(text: string, earlier: TestSet[] = []): TestSet[] {
  const equals = text.indexOf('=');
  if (equals < 1 || equals === text.length - 1) {
    throw new InvalidArgumentError('It must be a name and a folder, such as set5=data/set5.');
  }
  return [...earlier, { name: text.slice(0, equals), dir: text.slice(equals + 1) }];
}

/** The protocols named with commas between them. */
export function parseProtocols(text: string): ProtocolName[] {
  const names = text.split(',').map((name) => name.trim());
  return names.map((name) => {
    if (isProtocolName(name)) return name;
    throw new InvalidArgumentError(`${name} is none of ${Object.keys(protocols).join(', ')}.`);
  });
}

function parseScale(text: string): number {
  if (!/^[1248]$/.test(text)) throw new InvalidArgumentError('It must be 1, 2, 4 or 8.');
  return Number(text);
}

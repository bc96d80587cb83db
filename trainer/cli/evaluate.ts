import { relative } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { Evaluation, TestSet } from '../evaluate/evaluate.ts';
import { evaluateOnce, fingerprintTestSet, runOfWeights, type Subject } from '../evaluate/store.ts';
import { evaluationTables } from '../evaluate/table.ts';
import { sha256OfFile } from '../runs/checkpoints.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import { createReporter } from './terminal.ts';
import type { OpenModel } from './upscale.ts';

interface Flags extends MeasureFlags {
  readonly data: TestSet[];
  readonly scale: number;
  readonly again?: boolean;
  readonly json?: boolean;
}

/** Adds `esrgan evaluate` to the command. `weightsOf` tells the file of weights of a model that has one. */
export function registerEvaluate(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string) => string | undefined,
): void {
  withMeasureOptions(program.command('evaluate'))
    .description('measure models on test sets')
    .argument('<model...>', 'runs, checkpoints, files (.safetensors, .pth, .onnx), or bicubic')
    .requiredOption(
      '--data <name=folder>',
      'test set: a folder with HR/ and, if given, LR_x<scale>/; may be repeated',
      parseTestSet,
    )
    .option('--scale <factor>', 'enlargement by bicubic; a net has its own', parseScale, 4)
    .option('--engine <engine>', 'cuda, tensorflow, webgpu, cpu, or auto', 'auto')
    .option('--again', 'compute also what the run keeps from earlier')
    .option('--json', 'print JSON')
    .action(async (models: string[], flags: Flags) => {
      const { data, scale, engine, again = false, json } = flags;
      const testSets = await Promise.all(data.map(fingerprintTestSet));
      const printed = await withMeasures(flags, async (measures) => {
        const evaluations: Evaluation[] = [];
        for (const model of models) {
          const subject =
            model === 'bicubic'
              ? { name: model, weights: null, run: undefined, open: async () => bicubicUpscaler(scale) }
              : subjectOf(model, weightsOf(model), () => openModel(model, { engine }));
          for (const testSet of testSets) {
            evaluations.push(...(await evaluateWithProgress(subject, testSet, measures, { again })));
          }
        }
        return json ? `${JSON.stringify(evaluations)}\n` : evaluationTables(evaluations, measures);
      });
      process.stdout.write(printed);
    });
}

function subjectOf(model: string, path: string | undefined, open: Subject['open']): Subject {
  if (path === undefined) return { name: model, weights: null, run: undefined, open };
  return { name: relative('', path), weights: sha256OfFile(path), run: runOfWeights(path), open };
}

/** As `evaluateOnce`, with each image told on a terminal. */
export async function evaluateWithProgress(
  ...[subject, testSet, measures, options]: Parameters<typeof evaluateOnce>
): Promise<Evaluation[]> {
  if (!process.stderr.isTTY) return evaluateOnce(subject, testSet, measures, options);
  const reporter = createReporter({ json: false, stream: process.stderr });
  try {
    return await evaluateOnce(subject, testSet, measures, {
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

function parseScale(text: string): number {
  if (!/^[1248]$/.test(text)) throw new InvalidArgumentError('It must be 1, 2, 4 or 8.');
  return Number(text);
}

import { type Command, InvalidArgumentError } from 'commander';
import { engineChoices } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Measure } from '../evaluate/measure.ts';
import type { Evaluation } from '../evaluate/results/evaluation.ts';
import { fingerprintTestSet, type KnownTestSet, type TestSet } from '../evaluate/results/test-set.ts';
import { type EvaluateOnceOptions, evaluateOnce, type Subject } from '../evaluate/store.ts';
import { fileSubject, interpolatedSubject } from '../evaluate/subject.ts';
import { evaluationTables } from '../evaluate/table.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { parseShare } from './interpolate.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import { modelOpener } from './open-model.ts';
import { endWithParent } from './parent.ts';
import { createReporter } from './terminal.ts';
import type { OpenModel } from './upscale.ts';

interface Flags extends MeasureFlags {
  readonly data: TestSet[];
  readonly alpha?: number;
  readonly scale: number;
  readonly again?: boolean;
  readonly json?: boolean;
  readonly progress?: boolean;
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
      'test set: a folder with HR/ and, if given, LR_x<scale>/, or of HR images; may be repeated',
      parseTestSet,
    )
    .option('--alpha <share>', 'measure the mean of two models, with this share of the second', parseShare)
    .option('--scale <factor>', 'factor of bicubic upscaling; a network has its own', parseScale, 4)
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--again', 'compute also what the run keeps from earlier')
    .option('--json', 'print JSON')
    .option('--progress', 'tell of each image on standard error, one JSON object a line')
    .action(async (models: string[], flags: Flags) => {
      const { data, again = false, json, progress = false } = flags;
      const subjects = subjectsOf(models, flags);
      if (progress) endWithParent();
      const testSets = await Promise.all(data.map((testSet) => fingerprintTestSet(testSet)));
      const printed = await withMeasures(flags, async (measures) => {
        const evaluations: Evaluation[] = [];
        for (const subject of subjects) {
          for (const testSet of testSets) {
            const options = { again, json: progress };
            evaluations.push(...(await evaluateWithProgress(subject, testSet, measures, options)));
          }
        }
        return json ? `${JSON.stringify(evaluations)}\n` : evaluationTables(evaluations, measures);
      });
      process.stdout.write(printed);
    });

  function subjectsOf(models: readonly string[], { alpha, engine, scale }: Flags): Subject[] {
    if (alpha !== undefined) {
      const [first, second, ...others] = models.map((model) => weightsOf(model));
      if (first === undefined || second === undefined || others.length > 0) {
        throw new WorkbenchError(
          'usage',
          '--alpha makes one model of two: name the faithful one and the sharp one, and no other.',
        );
      }
      return [interpolatedSubject([first, second], alpha, modelOpener(engine).openInterpolated)];
    }
    return models.map((model) => {
      const nothing = { name: model, weights: null, run: undefined };
      if (model === 'bicubic') return { ...nothing, open: async () => bicubicUpscaler(scale) };
      const open = () => openModel(model, { engine });
      const file = weightsOf(model);
      return file === undefined ? { ...nothing, open } : fileSubject(file, open);
    });
  }
}

/** As `evaluateOnce`, with each image told: on a terminal, or with `json` as an object a line on standard error. */
export async function evaluateWithProgress(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { json = false, ...options }: EvaluateOnceOptions & { readonly json?: boolean } = {},
): Promise<Evaluation[]> {
  if (!process.stderr.isTTY && !json) return evaluateOnce(subject, testSet, measures, options);
  const reporter = createReporter({ json, stream: process.stderr });
  try {
    return await evaluateOnce(subject, testSet, measures, {
      ...options,
      onImage(image, images) {
        reporter.progress(`${subject.name} on ${testSet.name}: image ${image} of ${images}`);
        reporter.event({ event: 'progress', model: subject.name, data: testSet.name, image, images });
      },
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

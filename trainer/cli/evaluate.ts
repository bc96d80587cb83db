import { type Command, InvalidArgumentError } from 'commander';
import { engineChoices } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Measure } from '../evaluate/measure.ts';
import type { Evaluation } from '../evaluate/results/evaluation.ts';
import { fingerprintTestSet, type KnownTestSet, type TestSet } from '../evaluate/results/test-set.ts';
import { evaluateOnce, type Subject } from '../evaluate/store.ts';
import { fileSubject, interpolatedSubject } from '../evaluate/subject.ts';
import { evaluationTables } from '../evaluate/table.ts';
import { bicubicUpscaler } from '../upscale/bicubic.ts';
import { parseAlpha } from './interpolate.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import { modelOpener, type OnProblem } from './open-model.ts';
import { endWithParent } from './parent.ts';
import { createReporter, print, printError } from './terminal.ts';
import type { OpenModel } from './upscale.ts';

interface Flags extends MeasureFlags {
  readonly data: TestSet[];
  readonly alpha?: number;
  readonly scale: number;
  readonly again?: boolean;
  readonly json?: boolean;
  readonly progress?: boolean;
}

/** Adds `esrgan evaluate` to the command. `weightsOf` returns the file of weights of a model; undefined if it has none. */
export function registerEvaluate(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string, onProblem: OnProblem) => string | undefined,
): void {
  withMeasureOptions(program.command('evaluate'))
    .description('measure models on test sets')
    .argument('<model...>', 'runs, checkpoints, files (.safetensors, .pth, .onnx), or bicubic')
    .requiredOption(
      '--data <name=folder>',
      'test set: a folder with HR/ and optionally LR_x<scale>/, or with HR images; repeatable',
      parseTestSet,
    )
    .option('--alpha <alpha>', 'interpolate two models, with this weight of the second, 0 to 1', parseAlpha)
    .option('--scale <factor>', 'factor of bicubic upscaling; models have their own', parseScale, 4)
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--again', 'measure again even if the run has saved results')
    .option('--json', 'print JSON')
    .option('--progress', 'report each image on standard error, one JSON object per line')
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
      print(printed);
    });

  function subjectsOf(
    models: readonly string[],
    { alpha, engine, scale, progress = false }: Flags,
  ): Subject[] {
    const onProblem = (message: string) =>
      printError(progress ? `${JSON.stringify({ event: 'warning', message })}\n` : `${message}\n`);
    if (alpha !== undefined) {
      const [first, second, ...others] = models.map((model) => weightsOf(model, onProblem));
      if (first === undefined || second === undefined || others.length > 0) {
        throw new WorkbenchError(
          'usage',
          '--alpha interpolates two models: give exactly two, PSNR and ESRGAN.',
        );
      }
      return [interpolatedSubject([first, second], alpha, modelOpener(engine).openInterpolated)];
    }
    return models.map((model) => {
      const unsaved = { name: model, weights: null, run: undefined };
      if (model === 'bicubic') return { ...unsaved, open: async () => bicubicUpscaler(scale) };
      const file = weightsOf(model, onProblem);
      const open = () => openModel(file ?? model, { engine, onProblem: () => {} });
      return file === undefined ? { ...unsaved, open } : fileSubject(file, open);
    });
  }
}

/**
 * `evaluateOnce` with messages on standard error, as events with `json`: the progress, which a log does not need, and
 * results that could not be saved.
 */
export async function evaluateWithProgress(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  { again, json = false }: { readonly again: boolean; readonly json?: boolean },
): Promise<Evaluation[]> {
  const isProgressShown = process.stderr.isTTY || json;
  const reporter = createReporter({ json, stream: process.stderr });
  try {
    return await evaluateOnce(subject, testSet, measures, {
      again,
      onImage(image, images) {
        if (!isProgressShown) return;
        reporter.progress(`${subject.name} on ${testSet.name}: image ${image} of ${images}`);
        reporter.event({ event: 'progress', model: subject.name, data: testSet.name, image, images });
      },
      onUnsaved(reason) {
        const message = `The result of ${subject.name} on ${testSet.name} was measured, but is not saved in its run. ${reason}`;
        reporter.line(message);
        reporter.event({ event: 'unsaved', model: subject.name, data: testSet.name, message });
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
    throw new InvalidArgumentError('Use the form name=folder, such as set5=data/set5.');
  }
  return [...earlier, { name: text.slice(0, equals), dir: text.slice(equals + 1) }];
}

function parseScale(text: string): number {
  if (!/^[1248]$/.test(text)) throw new InvalidArgumentError('It must be 1, 2, 4 or 8.');
  return Number(text);
}

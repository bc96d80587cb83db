import { type Command, InvalidArgumentError, Option } from 'commander';
import { engineChoices } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { Evaluation } from '../evaluate/results/evaluation.ts';
import { fingerprintTestSet, type KnownTestSet, type TestSet } from '../evaluate/results/test-set.ts';
import { type EvaluateOnceOptions, evaluateOnce, type Subject } from '../evaluate/store.ts';
import { bicubicSubject, fileSubject, interpolatedSubject } from '../evaluate/subject.ts';
import { evaluationTables } from '../evaluate/table.ts';
import type { Share } from '../image-files/share.ts';
import type { Measure } from '../measures/measure.ts';
import { isRunDirectory } from '../runs/list.ts';
import { type RunPaths, runPaths } from '../runs/run-directory.ts';
import { sha256OfText } from '../runs/sha256.ts';
import { selfEnsemble } from '../upscale/self-ensemble.ts';
import { expandPattern } from './expand-pattern.ts';
import { parseAlpha } from './interpolate.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import type { OpenModel } from './open-chain.ts';
import { modelOpener, type OnProblem } from './open-model.ts';
import { endWithParent } from './parent.ts';
import { createReporter, print } from './terminal.ts';
import { parseShare } from './upscale.ts';

interface Flags extends MeasureFlags {
  readonly data: TestSet[];
  readonly alpha?: number;
  readonly tta?: boolean;
  readonly scale: number;
  readonly saveTo?: string;
  readonly again?: boolean;
  readonly share?: Share;
  readonly parts?: string;
  readonly json?: boolean;
  readonly progress?: boolean;
}

const shareHelp = `
Several processes, also on several machines, divide the images of the test sets:
  esrgan evaluate runs/photos --data big=big --share 1/20    … up to --share 20/20
Each measures the images whose names hash to its number. One that was killed continues when it is started again.
The last one prints and saves the whole evaluation. Without --share, the command uses what shares have measured,
and measures what is missing.
`;

/** Adds `esrgan evaluate` to the command. `weightsOf` returns the file of weights of a model; undefined if it has none. */
export function registerEvaluate(
  program: Command,
  openModel: OpenModel,
  weightsOf: (model: string, onProblem: OnProblem) => string | undefined,
): void {
  withMeasureOptions(program.command('evaluate'))
    .description('measure models on test sets')
    .argument(
      '<model...>',
      'runs, checkpoints, files (.safetensors, .pth, .onnx, .param), or bicubic',
      expandPattern,
    )
    .requiredOption(
      '--data <name=folder>',
      'test set: a folder with HR/ and optionally LR_x<scale>/, or with HR images; repeatable',
      parseTestSet,
    )
    .option('--alpha <alpha>', 'interpolate two models, with this weight of the second, 0 to 1', parseAlpha)
    .option('--tta', 'test-time augmentation, 8 times as long; the name of the model ends with +')
    .option('--scale <factor>', 'factor of bicubic upscaling; models have their own', parseScale, 4)
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--save-to <run>', 'run that stores the results of bicubic, next to those of its models')
    .option('--again', 'measure again even if the run has saved results')
    .addOption(
      new Option(
        '--share <number/count>',
        'measure only this part of the images, as one of several processes',
      )
        .argParser(parseShare)
        .conflicts('again'),
    )
    .option('--parts <folder>', 'folder for what shares have measured; default: a folder of the run')
    .option('--json', 'print JSON')
    .option('--progress', 'report each image on standard error, one JSON object per line')
    .addHelpText('after', shareHelp)
    .action(async (models: string[], flags: Flags) => {
      const { data, again = false, share, parts, json, progress = false } = flags;
      const found = subjectsOf(models, flags);
      const subjects = flags.tta ? found.map(ensembleSubject) : found;
      if (progress) endWithParent();
      const testSets = await Promise.all(data.map((testSet) => fingerprintTestSet(testSet)));
      const failures: string[] = [];
      const onFailed = ({ message }: WorkbenchError) => failures.push(message);
      const printed = await withMeasures(flags, async (measures) => {
        const evaluations: Evaluation[] = [];
        for (const subject of subjects) {
          for (const testSet of testSets) {
            const options = {
              again,
              json: progress,
              ...(parts === undefined ? {} : { parts }),
              ...(share && { share, onFailed }),
            };
            evaluations.push(...(await evaluateWithProgress(subject, testSet, measures, options)));
          }
        }
        if (json) return `${JSON.stringify(evaluations)}\n`;
        return evaluations.length === 0 ? '' : evaluationTables(evaluations, measures);
      });
      print(printed);
      if (failures.length > 0) {
        throw new WorkbenchError(
          'partial',
          `${failures.length} images failed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`,
        );
      }
    });

  function subjectsOf(
    models: readonly string[],
    { alpha, engine, scale, saveTo, progress = false }: Flags,
  ): Subject[] {
    const reporter = createReporter({ json: progress, stream: process.stderr });
    const onProblem = (message: string) => {
      reporter.line(message);
      reporter.event({ event: 'warning', message });
    };
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
      const unsaved = { name: model, weights: sha256OfText(`${model} x${scale}`), run: undefined };
      if (model === 'bicubic') return bicubicSubject(scale, saveTo === undefined ? undefined : runOf(saveTo));
      const file = weightsOf(model, onProblem);
      const open = () => openModel(file ?? model, { engine, onProblem: () => {} });
      return file === undefined ? { ...unsaved, open } : fileSubject(file, open);
    });
  }
}

/** A model with test-time augmentation. No run stores its results, which are not those of the model alone. */
function ensembleSubject({ name, weights, open }: Subject): Subject {
  return {
    name: `${name}+`,
    weights: sha256OfText(`${weights} self-ensemble`),
    run: undefined,
    open: async () => selfEnsemble(await open()),
  };
}

function runOf(folder: string): RunPaths {
  if (isRunDirectory(folder)) return runPaths(folder);
  throw new WorkbenchError('run', `${folder} is not a run. Give the folder of a run to --save-to.`);
}

/**
 * `evaluateOnce` with messages on standard error, as events with `json`: the progress, which a log does not need, and
 * results that could not be saved.
 */
export async function evaluateWithProgress(
  subject: Subject,
  testSet: KnownTestSet,
  measures: readonly Measure[],
  {
    json = false,
    ...options
  }: Omit<EvaluateOnceOptions, 'onImage' | 'onUnsaved'> & { readonly json?: boolean },
): Promise<Evaluation[]> {
  const isProgressShown = process.stderr.isTTY || json;
  const reporter = createReporter({ json, stream: process.stderr });
  try {
    const evaluations = await evaluateOnce(subject, testSet, measures, {
      ...options,
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
    const { share } = options;
    if (share && evaluations.length < measures.length) {
      reporter.line(
        `Share ${share.number}/${share.count} of ${subject.name} on ${testSet.name} is measured; other images are missing.`,
      );
    }
    return evaluations;
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

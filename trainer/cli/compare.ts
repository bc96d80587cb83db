import type { Command } from 'commander';
import { tryReadConfig } from '../config/index.ts';
import { engineChoices } from '../engine/engines.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { compareRuns } from '../evaluate/compare.ts';
import {
  comparisonCsv,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
} from '../evaluate/compare-report.ts';
import type { ComparedRun } from '../evaluate/results/comparability.ts';
import { fingerprintTestSet, type TestSet } from '../evaluate/results/test-set.ts';
import { readManifest } from '../runs/manifest.ts';
import { evaluateWithProgress, parseTestSet } from './evaluate.ts';
import { findRun } from './find-run.ts';
import { parseShare } from './interpolate.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import { modelOpener } from './open-model.ts';

interface Flags extends MeasureFlags {
  readonly data?: TestSet[];
  readonly baseline?: string;
  readonly alpha: number;
  readonly published?: boolean;
  readonly again?: boolean;
  readonly runsDir: string;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly markdown?: boolean;
}

/** Adds `esrgan compare` to the command. */
export function registerCompare(program: Command): void {
  withMeasureOptions(program.command('compare'))
    .description('put runs beside each other: their models on test sets, and where their run files differ')
    .argument('<run...>', 'names or folders of runs')
    .option('--data <name=folder>', 'test set, as for evaluate; may be repeated', parseTestSet)
    .option('--baseline <run>', 'the run whose numbers the others are compared with; else the first')
    .option('--alpha <share>', 'of the ESRGAN in the interpolated model, 0 to 1', parseShare, 0.8)
    .option('--published', 'put the numbers that the original program published beside')
    .option('--again', 'compute also what the runs keep from earlier')
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV: a line for each model, test set and protocol')
    .option('--markdown', 'print Markdown')
    .action(async (names: string[], flags: Flags) => {
      const { data = [], published = false, runsDir } = flags;
      const runs = names.map((name) => openRun(runsDir, name));
      const baseline = findRun(runsDir, flags.baseline ?? names[0]!).paths.name;
      if (!runs.some(({ paths }) => paths.name === baseline)) {
        throw new WorkbenchError(
          'usage',
          `The baseline ${baseline} is none of the runs compared: name it too.`,
        );
      }
      const protocol = [...new Set([...flags.protocol, ...(published ? ['seed' as const] : [])])];
      const testSets = await Promise.all(data.map((testSet) => fingerprintTestSet(testSet)));
      const comparison = await withMeasures({ ...flags, protocol }, (measures) =>
        compareRuns(runs, {
          testSets,
          measures,
          alpha: flags.alpha,
          opener: modelOpener(flags.engine),
          evaluate: evaluateWithProgress,
          again: flags.again === true,
        }),
      );
      const options = { baseline, isPublishedShown: published };
      const print = flags.csv ? comparisonCsv : flags.markdown ? comparisonMarkdown : comparisonText;
      process.stdout.write(
        flags.json ? `${JSON.stringify(comparisonJson(comparison, options))}\n` : print(comparison, options),
      );
    });
}

function openRun(runsDir: string, name: string): ComparedRun {
  const { paths, kind } = findRun(runsDir, name);
  const manifest = readManifest(paths);
  const config = kind === 'esrgan' ? tryReadConfig(paths.config) : undefined;
  if (config && manifest) return { paths, config, manifest };
  throw new WorkbenchError(
    'run',
    `${paths.root} cannot be compared: it lacks a readable run.json or run.esrgan.yaml, as runs of \`esrgan train\` have.`,
  );
}

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
import { distinctNames } from '../evaluate/results/distinct-names.ts';
import { fingerprintTestSet, type TestSet } from '../evaluate/results/test-set.ts';
import type { RunOnDisk } from '../runs/list.ts';
import { readManifest } from '../runs/manifest.ts';
import { evaluateWithProgress, parseTestSet } from './evaluate.ts';
import { expandPattern } from './expand-pattern.ts';
import { findRun } from './find-run.ts';
import { parseAlpha } from './interpolate.ts';
import { type MeasureFlags, withMeasureOptions, withMeasures } from './measures.ts';
import { modelOpener } from './open-model.ts';
import { print } from './terminal.ts';

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
    .description('compare runs: their models on test sets, and the differences of their run files')
    .argument('<run...>', 'names or folders of runs', expandPattern)
    .option('--data <name=folder>', 'test set, as for evaluate; repeatable', parseTestSet)
    .option('--baseline <run>', 'run to which differences are computed (default: the first)')
    .option('--alpha <alpha>', 'weight of ESRGAN in the interpolated model, 0 to 1', parseAlpha, 0.8)
    .option('--published', 'add the published results of the original program')
    .option('--again', 'measure again even if the runs have saved results')
    .option('--engine <engine>', engineChoices, 'auto')
    .option('--runs-dir <folder>', 'folder of the runs', 'runs')
    .option('--json', 'print JSON')
    .option('--csv', 'print CSV: one line for each model, test set and protocol')
    .option('--markdown', 'print Markdown')
    .action(async (names: string[], flags: Flags) => {
      const { data = [], published = false, runsDir } = flags;
      const runs = openRuns(names.map((name) => findRun(runsDir, name)));
      const baselineRun = findRun(runsDir, flags.baseline ?? names[0]!).paths;
      const baseline = runs.find(({ paths }) => paths.root === baselineRun.root)?.name;
      if (baseline === undefined) {
        throw new WorkbenchError(
          'usage',
          `The baseline ${baselineRun.name} is not among the compared runs. Add it to the arguments.`,
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
      const toText = flags.csv ? comparisonCsv : flags.markdown ? comparisonMarkdown : comparisonText;
      print(
        flags.json ? `${JSON.stringify(comparisonJson(comparison, options))}\n` : toText(comparison, options),
      );
    });
}

/** The runs to compare, each once. */
function openRuns(found: readonly RunOnDisk[]): ComparedRun[] {
  const distinct = [...new Map(found.map((run) => [run.paths.root, run])).values()];
  const names = distinctNames(distinct.map(({ paths }) => paths.root));
  return distinct.map((run, index) => ({ name: names[index] ?? run.paths.name, ...openRun(run) }));
}

function openRun({ paths, kind }: RunOnDisk): Omit<ComparedRun, 'name'> {
  const manifest = readManifest(paths);
  const config = kind === 'esrgan' ? tryReadConfig(paths.config) : undefined;
  if (config && manifest) return { paths, config, manifest };
  throw new WorkbenchError(
    'run',
    `${paths.root} cannot be compared: it has no valid run.json and run.esrgan.yaml. Compare runs of \`esrgan train\`.`,
  );
}

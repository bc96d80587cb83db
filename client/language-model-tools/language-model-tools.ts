import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  LanguageModelToolResult,
  l10n,
  lm,
  workspace,
} from 'vscode';
import { defaultModels } from '../../server/protocol/comparison.ts';
import type { RunSummary } from '../../server/protocol/runs.ts';
import { codeSpan } from '../../trainer/format/markup.ts';
import type { StageChoice } from '../../trainer/run-state/run-state.ts';
import type { Services } from '../services.ts';
import { comparisonReport } from './comparison-report.ts';
import { collectCurves, comparedRun, findRun, listedRun, runReport } from './run-report.ts';
import { possiblePlaces } from './workspace-file.ts';

type NoInput = Record<string, never>;
interface RunInput {
  /** Name or path of the run directory. */
  readonly run: string;
}
interface RunsInput {
  readonly runs: readonly string[];
}
interface StartInput {
  /** Absolute, or relative to a workspace folder. */
  readonly file: string;
  readonly stage: StageChoice;
  readonly resume?: boolean;
}

/**
 * Registers the tools by which language models read runs and, after confirmation, start and stop them. The messages to
 * the person are localized, the results for the model are not.
 */
export function registerLanguageModelTools({ link, runs }: Services): Disposable[] {
  const find = async (name: string): Promise<RunSummary> => findRun(await runs.all(), name);
  const curvesOf = (run: string) => collectCurves((after) => link.request('esrgan/points', { run, after }));
  const detailOf = (run: string) => link.request('esrgan/run', { run });

  const listRuns: LanguageModelTool<NoInput> = {
    prepareInvocation: () => ({ invocationMessage: l10n.t('Listing runs') }),
    invoke: async () => answer((await runs.all()).map(listedRun)),
  };
  const getRunMetrics: LanguageModelTool<RunInput> = {
    prepareInvocation: ({ input }) => ({ invocationMessage: l10n.t('Reading the curves of {0}', input.run) }),
    async invoke({ input }) {
      const { run } = await find(input.run);
      return answer(runReport(await detailOf(run), await curvesOf(run)));
    },
  };
  const compareRuns: LanguageModelTool<RunsInput> = {
    prepareInvocation: ({ input }) => ({
      invocationMessage: l10n.t('Comparing {0} runs', input.runs.length),
    }),
    async invoke({ input }) {
      const found = await Promise.all(input.runs.map(find));
      const paths = found.map(({ run }) => run);
      const query = { runs: paths, models: defaultModels, protocols: [], baseline: paths[0] ?? null };
      const [comparison, config, runs] = await Promise.all([
        link.request('esrgan/comparison', query),
        link.request('esrgan/configDifference', { runs: paths }),
        Promise.all(paths.map(async (run) => comparedRun(await detailOf(run), await curvesOf(run)))),
      ]);
      return answer({ runs, ...comparisonReport(comparison, config) });
    },
  };
  const startRun: LanguageModelTool<StartInput> = {
    prepareInvocation: ({ input: { file, stage, resume } }) => ({
      invocationMessage: l10n.t('Starting {0} of {1}', labelOf(stage), basename(file)),
      confirmationMessages: {
        title: resume === true ? l10n.t('Resume {0}?', labelOf(stage)) : l10n.t('Start {0}?', labelOf(stage)),
        message: l10n.t('This trains {0} on this machine, which can take days.', codeSpan(file)),
      },
    }),
    async invoke({ input: { file, stage, resume = false } }) {
      return answer(await link.request('esrgan/start', { file: fileOf(file), stage, resume }));
    },
  };
  const stopRun: LanguageModelTool<RunInput> = {
    prepareInvocation: ({ input: { run } }) => ({
      invocationMessage: l10n.t('Stopping {0}', run),
      confirmationMessages: {
        title: l10n.t('Stop the run?'),
        message: l10n.t(
          '{0} saves a checkpoint after its current step and stops. It can be resumed.',
          codeSpan(run),
        ),
      },
    }),
    async invoke({ input }) {
      const { run, name } = await find(input.run);
      await link.request('esrgan/control', { run, request: 'stop' });
      return answer({ requested: `${name} stops after its current step.` });
    },
  };
  return [
    lm.registerTool('esrgan_listRuns', listRuns),
    lm.registerTool('esrgan_getRunMetrics', getRunMetrics),
    lm.registerTool('esrgan_compareRuns', compareRuns),
    lm.registerTool('esrgan_startRun', startRun),
    lm.registerTool('esrgan_stopRun', stopRun),
  ];
}

function answer(value: object): LanguageModelToolResult {
  return new LanguageModelToolResult([new LanguageModelTextPart(JSON.stringify(value))]);
}

function labelOf(stage: StageChoice): string {
  return stage === 'all' ? l10n.t('both stages') : stage;
}

/** The file of the workspace that a path names. Throws an error that lists the searched places. */
function fileOf(file: string): string {
  const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  const places = possiblePlaces(file, folders);
  const found = places.filter((place) => existsSync(place));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined)
    throw new Error(`Several files are named ${file}: ${found.join(', ')}. Use an absolute path.`);
  throw new Error(`File not found: ${file}. Searched: ${places.join(', ')}.`);
}

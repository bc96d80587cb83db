import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import {
  type Disposable,
  LanguageModelTextPart,
  type LanguageModelTool,
  LanguageModelToolResult,
  lm,
  workspace,
} from 'vscode';
import { defaultModels } from '../server/protocol/comparison.ts';
import type { RunSummary } from '../server/protocol/runs.ts';
import type { Stage } from '../trainer/run-state/run-state.ts';
import { comparedNumbers } from './comparison/compared-numbers.ts';
import { possiblePlaces } from './run-files/workspace-file.ts';
import { collectCurves, comparedRun, findRun, listedRun, runReport } from './runs/curves.ts';
import type { Workbench } from './workbench.ts';

type NoInput = Record<string, never>;
interface RunInput {
  /** Name or folder. */
  readonly run: string;
}
interface RunsInput {
  readonly runs: readonly string[];
}
interface StartInput {
  /** A path, from a folder of the workspace on if it is not absolute. */
  readonly file: string;
  readonly stage: Stage;
  readonly resume?: boolean;
}

/** What language models in the editor can see of runs, and, each time with the person's consent, do to them. */
export function registerLanguageModelTools({ link, runs }: Workbench): Disposable[] {
  const find = async (name: string): Promise<RunSummary> => findRun(await runs.all(), name);
  const curvesOf = (run: string) => collectCurves((after) => link.request('esrgan/points', { run, after }));
  const detailOf = (run: string) => link.request('esrgan/run', { run });

  const listRuns: LanguageModelTool<NoInput> = {
    prepareInvocation: () => ({ invocationMessage: 'Listing runs' }),
    invoke: async () => answer((await runs.all()).map(listedRun)),
  };
  const getRunMetrics: LanguageModelTool<RunInput> = {
    prepareInvocation: ({ input }) => ({ invocationMessage: `Reading the curves of ${input.run}` }),
    async invoke({ input }) {
      const { run } = await find(input.run);
      return answer(runReport(await detailOf(run), await curvesOf(run)));
    },
  };
  const compareRuns: LanguageModelTool<RunsInput> = {
    prepareInvocation: ({ input }) => ({ invocationMessage: `Comparing ${input.runs.length} runs` }),
    async invoke({ input }) {
      const found = await Promise.all(input.runs.map(find));
      const paths = found.map(({ run }) => run);
      const query = { runs: paths, models: defaultModels, protocols: [], baseline: paths[0] ?? null };
      const [comparison, config, runs] = await Promise.all([
        link.request('esrgan/comparison', query),
        link.request('esrgan/configDifference', { runs: paths }),
        Promise.all(paths.map(async (run) => comparedRun(await detailOf(run), await curvesOf(run)))),
      ]);
      return answer({ runs, ...comparedNumbers(comparison, config) });
    },
  };
  const startRun: LanguageModelTool<StartInput> = {
    prepareInvocation: ({ input: { file, stage, resume } }) => ({
      invocationMessage: `Starting ${stage} of ${basename(file)}`,
      confirmationMessages: {
        title: `${resume === true ? 'Resume' : 'Start'} ${stage}?`,
        message: `This trains \`${file.replaceAll('`', '')}\` on this machine, which can take days.`,
      },
    }),
    async invoke({ input: { file, stage, resume = false } }) {
      return answer(await link.request('esrgan/start', { file: fileOf(file), stage, resume }));
    },
  };
  const stopRun: LanguageModelTool<RunInput> = {
    prepareInvocation: ({ input: { run } }) => ({
      invocationMessage: `Stopping ${run}`,
      confirmationMessages: {
        title: 'Stop the run?',
        message: `\`${run.replaceAll('`', '')}\` writes a checkpoint after its step and ends. It can be resumed.`,
      },
    }),
    async invoke({ input }) {
      const { run, name } = await find(input.run);
      await link.request('esrgan/control', { run, request: 'stop' });
      return answer({ asked: `${name} stops after its current step.` });
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

/** The one file of the workspace that is meant. Throws an error that says where it was looked for. */
function fileOf(file: string): string {
  const folders = (workspace.workspaceFolders ?? []).map(({ name, uri }) => ({ name, path: uri.fsPath }));
  const places = possiblePlaces(file, folders);
  const found = places.filter((place) => existsSync(place));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  if (only !== undefined)
    throw new Error(`There are several ${file}: ${found.join(', ')}. Name one in full.`);
  throw new Error(`There is no ${file} in this workspace. It was looked for here: ${places.join(', ')}.`);
}

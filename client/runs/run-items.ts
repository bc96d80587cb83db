import { dirname } from 'node:path';
import { l10n } from 'vscode';
import type { SamplePlace } from '../../server/protocol/comparison.ts';
import type { CheckpointSummary, RunDetail, RunSummary } from '../../server/protocol/runs.ts';
import { isInside } from '../../trainer/files/paths.ts';
import { formatCount } from '../../trainer/format/format.ts';
import { isObject, isString } from '../../trainer/guards/guards.ts';
import type { ServerLink } from '../server/server-link.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import type { RunList } from './run-list.ts';

/** What commands on checkpoints and samples use of an item of the list. */
export type RunItem = Pick<TreeNode, 'file' | 'model' | 'image' | 'folder'>;

/** The right-clicked place of a page, as its `data-vscode-context` says. */
const isPage = isObject({ webviewSection: isString });
const isPlace = isObject({ webviewSection: isString, sample: isString });

/** How `runItem` looks up runs. */
interface RunLookup {
  all(): Promise<readonly RunSummary[]>;
  detail(run: string): Promise<RunDetail>;
}

/**
 * The item of a command: that of the list, or the sample that was right-clicked in a page. The page has the path, so it
 * counts only if a listed run has a sample with it.
 */
export async function runItem(value: unknown, { all, detail }: RunLookup): Promise<RunItem> {
  if (isPlace(value)) {
    const run = runOf(await all(), value.sample);
    const sample = run === undefined ? undefined : findSample(await detail(run), value.sample);
    if (sample === undefined) throw new Error(l10n.t('{0} is not a sample of a run.', value.sample));
    return sample;
  }
  if (isPage(value)) return {};
  return {
    ...(isObject({ file: isString })(value) && { file: value.file }),
    ...(isObject({ model: isString })(value) && { model: value.model }),
    ...(isObject({ image: isString })(value) && { image: value.image }),
    ...(isObject({ folder: isString })(value) && { folder: value.folder }),
  };
}

/** How commands look up runs. */
export function runLookup({ runs, link }: { readonly runs: RunList; readonly link: ServerLink }): RunLookup {
  return { all: runs.all, detail: (run) => link.request('esrgan/run', { run }) };
}

/** The run, of those that are listed, that a path belongs to. */
export function runOf(runs: readonly Pick<RunSummary, 'run'>[], path: string): string | undefined {
  return runs.find(({ run }) => isInside(run, path))?.run;
}

/** The sample of a run whose result has this path. */
export function findSample({ samples }: Pick<RunDetail, 'samples'>, path: string): RunItem | undefined {
  for (const { images, steps } of samples) {
    for (const { sr } of steps) {
      const image = images.find(({ key }) => sr[key] === path);
      if (image !== undefined) return { file: path, image: image.lr };
    }
  }
  return undefined;
}

/** Where a comparison shows a sample, or the samples in a folder; undefined where the run has none with this path. */
export function samplePlace(
  { samples, stepsBeforeTraining }: Pick<RunDetail, 'samples' | 'stepsBeforeTraining'>,
  path: string,
): SamplePlace | undefined {
  for (const { stage, steps } of samples) {
    for (const { step, sr } of steps) {
      const found = Object.entries(sr).find(([, file]) => file === path || dirname(file) === path);
      if (found === undefined) continue;
      const [key, file] = found;
      const before = stage === 'training' ? stepsBeforeTraining : 0;
      return { sample: file === path ? key : null, step: before + step };
    }
  }
  return undefined;
}

/** What is lost with a checkpoint, besides its own files: sentences, none if nothing is. */
export function lossesWith(checkpoint: CheckpointSummary, all: readonly CheckpointSummary[]): string[] {
  const { stage, best, last, kept } = checkpoint;
  const others = all.filter((each) => each.stage === stage && each.path !== checkpoint.path);
  const previous = Math.max(...others.map(({ step }) => step));
  const only = others.length === 0;
  return [
    ...(only
      ? [l10n.t('It is the only checkpoint of the {0}, which cannot be resumed without it.', stage)]
      : []),
    ...(last && !only
      ? [
          l10n.t(
            'It is the newest: a resume would repeat the {0} from step {1}.',
            stage,
            formatCount(previous),
          ),
        ]
      : []),
    ...(best && !only ? [l10n.t('It is the best of the {0}.', stage)] : []),
    ...(kept ? [l10n.t('It was marked to be kept.')] : []),
  ];
}

import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { l10n } from 'vscode';
import { actionsOf } from '../../server/protocol/run-actions.ts';
import {
  bestOfRun,
  bicubicOf,
  type CheckpointSummary,
  type MeasuredCheckpoint,
  type MirrorSummary,
  type RunDetail,
  type RunSummary,
  type StageSamples,
} from '../../server/protocol/runs.ts';
import { formatBytes, formatCount, formatShortCount } from '../../trainer/format/format.ts';
import { metricText, scoreText } from '../../trainer/metrics/metric-text.ts';
import { metricNames } from '../../trainer/metrics/metrics.ts';
import { isLive } from '../../trainer/run-state/run-state.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import { colorId, describeRun, spokenRun, stateIcons } from './run-labels.ts';

/** A run has samples of thousands of steps. The tree lists the newest; the run's panel has a slider for all. */
const shownSampleSteps = 20;

/** The item of a run. Its tooltip changes with every step, and is made when it appears. */
export function runNode(run: RunSummary): TreeNode {
  return {
    id: run.run,
    label: run.name,
    description: describeRun(run),
    icon: stateIcons[run.state],
    color: colorId(run.color),
    context: [
      'run',
      run.kind,
      run.notes.pinned ? 'pinned' : 'unpinned',
      run.notes.archived ? 'archived' : 'unarchived',
      ...actionsOf(run),
    ].join(' '),
    spoken: spokenRun(run),
    target: { run: run.run },
    children: 'later',
  };
}

/** The runs whose items have changed; `all` if runs were added, removed or reordered. */
export function changedItems(
  before: readonly RunSummary[],
  now: readonly RunSummary[],
): readonly string[] | 'all' {
  if (before.length !== now.length) return 'all';
  const changed: string[] = [];
  for (const [index, run] of now.entries()) {
    const old = before[index];
    if (old?.run !== run.run) return 'all';
    if (old !== run && !isDeepStrictEqual(runNode(old), runNode(run))) changed.push(run.run);
  }
  return changed;
}

/** The children of a run: checkpoints, samples, run file, log and upload, as far as they exist. */
export function runChildren(detail: RunDetail): readonly TreeNode[] {
  const { summary, checkpoints, samples, files, mirror } = detail;
  const { run, name } = summary;
  const nodes: TreeNode[] = [];
  if (checkpoints.length > 0) nodes.push(checkpointsNode(detail));
  const stages = samples.filter(({ steps }) => steps.length > 0);
  if (stages.length > 0) nodes.push(samplesNode(summary, stages));
  if (files.config !== null) {
    const label = baseName(files.config);
    nodes.push({
      id: `${run}#config`,
      label,
      icon: 'settings-gear',
      context: 'file',
      spoken: l10n.t('Resolved run file of {0}: {1}', name, label),
      file: files.config,
      children: 'none',
    });
  }
  if (files.log !== null) {
    nodes.push({
      id: `${run}#log`,
      label: baseName(files.log),
      icon: 'output',
      context: 'file',
      spoken: l10n.t('Log of {0}', name),
      file: files.log,
      children: 'none',
    });
  }
  if (mirror !== null) nodes.push(mirrorNode(run, mirror));
  return nodes;
}

const mirrorLabels: Readonly<Record<MirrorSummary['state'], string>> = {
  uploading: l10n.t('uploading'),
  waiting: l10n.t('waiting'),
  uploaded: l10n.t('uploaded'),
  failed: l10n.t('failed'),
  interrupted: l10n.t('interrupted'),
};

function mirrorNode(run: string, { state, link, problem }: MirrorSummary): TreeNode {
  const description = problem === null ? mirrorLabels[state] : `${mirrorLabels[state]} · ${problem}`;
  return {
    id: `${run}#mirror`,
    label: 'W&B',
    description,
    icon: state === 'failed' ? 'warning' : 'cloud-upload',
    spoken: l10n.t('Upload to Weights & Biases: {0}', description),
    ...(link !== null && { link }),
    children: 'none',
  };
}

function checkpointsNode(detail: RunDetail): TreeNode {
  const { summary, checkpoints } = detail;
  const best = bestOfRun(detail);
  const bicubic = best && bicubicText(best);
  const count = checkpoints.length;
  const newestFirst = [...checkpoints].reverse();
  return {
    id: `${summary.run}#checkpoints`,
    label: l10n.t('Checkpoints ({0})', count),
    ...(best !== undefined && {
      description: [
        l10n.t(
          '★ best {0} · {1} @ {2}',
          metricText(best.score, 'with unit'),
          best.checkpoint.stage,
          formatShortCount(best.checkpoint.step),
        ),
        ...(bicubic === undefined ? [] : [bicubic]),
      ].join(' · '),
    }),
    icon: 'save-all',
    spoken:
      best === undefined
        ? l10n.t('{0} checkpoints', count)
        : [
            l10n.t(
              '{0} checkpoints, best {1} in {2} at step {3}',
              count,
              metricText(best.score, 'with unit'),
              best.checkpoint.stage,
              best.checkpoint.step,
            ),
            ...(bicubic === undefined ? [] : [bicubic]),
          ].join(', '),
    children: newestFirst.map((checkpoint) => checkpointNode(checkpoint, detail)),
  };
}

/** `bicubic 28.42 dB`, or that the checkpoint is below it. */
function bicubicText({ checkpoint, score: { metric } }: MeasuredCheckpoint): string | undefined {
  const bicubic = bicubicOf(checkpoint, metric);
  if (bicubic === undefined) return undefined;
  const text = scoreText(bicubic.score);
  return bicubic.isBetter ? l10n.t('below bicubic ({0})', text) : l10n.t('bicubic {0}', text);
}

function checkpointNode(
  checkpoint: CheckpointSummary,
  { summary, bestMetric }: Pick<RunDetail, 'summary' | 'bestMetric'>,
): TreeNode {
  const { stage, step, epoch, metrics, bytes, best, last, kept } = checkpoint;
  const facts = [
    ...metricNames.flatMap((metric) => {
      const value = metrics[metric];
      return value === undefined ? [] : [metricText({ metric, value }, 'without unit')];
    }),
    ...(bicubicOf(checkpoint, bestMetric)?.isBetter ? [l10n.t('below bicubic')] : []),
    formatBytes(bytes),
    ...(best ? [l10n.t('best')] : []),
    ...(last ? [l10n.t('newest')] : []),
    ...(kept ? [l10n.t('kept')] : []),
  ];
  return {
    id: checkpoint.path,
    label: l10n.t('{0} · step {1}', stage, formatCount(step)),
    description: facts.join(' · '),
    tooltip: l10n.t('Epoch {0}, saved {1}', formatCount(epoch), new Date(checkpoint.saved).toLocaleString()),
    icon: best ? 'star-full' : kept ? 'pinned' : 'save',
    context: ['checkpoint', kept ? 'kept' : 'unkept', ...(isLive(summary) ? [] : ['delete'])].join(' '),
    model: checkpoint.path,
    spoken: l10n.t('Checkpoint of {0} at step {1}, {2}', stage, step, facts.join(', ')),
    file: join(checkpoint.path, 'generator.safetensors'),
    children: 'none',
  };
}

function samplesNode(summary: RunSummary, stages: readonly StageSamples[]): TreeNode {
  const steps = stages.flatMap((samples) => samples.steps.map(({ step, sr }) => ({ samples, step, sr })));
  const shown = steps.slice(-shownSampleSteps).reverse();
  return {
    id: `${summary.run}#samples`,
    label: l10n.t('Samples ({0})', steps.length),
    ...(shown.length < steps.length && { description: l10n.t('newest {0}', shown.length) }),
    icon: 'file-media',
    spoken: l10n.t('Samples at {0} steps', steps.length),
    children: shown.map(({ samples: { stage, images }, step, sr }) => {
      const nodes = images.flatMap(({ key, lr }) => {
        const file = sr[key];
        return file === undefined ? [] : [sampleNode(key, file, lr, isLive(summary))];
      });
      const [first] = Object.values(sr);
      return {
        id: `${summary.run}#samples/${stage}/${step}`,
        label: l10n.t('{0} · step {1}', stage, formatCount(step)),
        icon: 'file-media',
        context: isLive(summary) ? 'samples' : 'samples delete',
        ...(first !== undefined && { folder: dirname(first) }),
        spoken: l10n.t('Samples of {0} at step {1}', stage, step),
        children: nodes,
      };
    }),
  };
}

function sampleNode(key: string, file: string, image: string, isLiveRun: boolean): TreeNode {
  const label = key.replace(/^\d+-/, '');
  const context = isLiveRun ? 'file sample' : 'file sample delete';
  return { id: file, label, context, spoken: label, file, image, children: 'none' };
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

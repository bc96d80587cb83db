import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { CheckpointSummary, RunDetail, RunSummary, StageSamples } from '../../server/protocol/runs.ts';
import { formatBytes, formatCount, formatShortCount } from '../../trainer/format/format.ts';
import type { TreeNode } from '../tree/tree-node.ts';
import { abilitiesOf } from './run-actions.ts';
import { colorId, describeRun, runTooltip, spokenRun, stateIcons } from './run-labels.ts';

/** A run keeps thousands of samples; the tree shows the newest, the run's panel has a slider for all. */
const shownSampleSteps = 20;

/** A run's own line. */
export function runNode(run: RunSummary): TreeNode {
  return {
    id: run.run,
    label: run.name,
    description: describeRun(run),
    tooltip: runTooltip(run),
    icon: stateIcons[run.state],
    color: colorId(run.color),
    context: ['run', run.kind, ...abilitiesOf(run)].join(' '),
    spoken: spokenRun(run),
    target: { run: run.run },
    children: 'later',
  };
}

/** The runs whose lines say something else than before; `all` where runs came, went or changed places. */
export function differentLines(
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

/** What stands below a run: checkpoints, samples, run file and log, each where there is one. */
export function runChildren({ summary, checkpoints, samples, files }: RunDetail): readonly TreeNode[] {
  const { run, name } = summary;
  const nodes: TreeNode[] = [];
  if (checkpoints.length > 0) nodes.push(checkpointsNode(run, checkpoints));
  const stages = samples.filter(({ steps }) => steps.length > 0);
  if (stages.length > 0) nodes.push(samplesNode(run, stages));
  if (files.config !== null) {
    const label = baseName(files.config);
    nodes.push({
      id: `${run}#config`,
      label,
      icon: 'settings-gear',
      context: 'file',
      spoken: `Run file of ${name}, as it was resolved: ${label}`,
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
      spoken: `Log of ${name}`,
      file: files.log,
      children: 'none',
    });
  }
  return nodes;
}

function checkpointsNode(run: string, checkpoints: readonly CheckpointSummary[]): TreeNode {
  const best = checkpoints.findLast((checkpoint) => checkpoint.best);
  const psnr = best?.metrics.psnr;
  const newestFirst = [...checkpoints].reverse();
  return {
    id: `${run}#checkpoints`,
    label: `Checkpoints (${checkpoints.length})`,
    ...(best !== undefined &&
      psnr !== undefined && {
        description: `★ best ${psnr.toFixed(2)} dB @ ${formatShortCount(best.step)}`,
      }),
    icon: 'save-all',
    spoken:
      best === undefined || psnr === undefined
        ? `${checkpoints.length} checkpoints`
        : `${checkpoints.length} checkpoints, the best ${psnr.toFixed(2)} decibels at step ${best.step}`,
    children: newestFirst.map(checkpointNode),
  };
}

function checkpointNode(checkpoint: CheckpointSummary): TreeNode {
  const { stage, step, epoch, metrics, bytes, best, last } = checkpoint;
  const facts = [
    ...(metrics.psnr === undefined ? [] : [`PSNR ${metrics.psnr.toFixed(2)}`]),
    ...(metrics.ssim === undefined ? [] : [`SSIM ${metrics.ssim.toFixed(4)}`]),
    formatBytes(bytes),
    ...(best ? ['best'] : []),
    ...(last ? ['newest'] : []),
  ];
  return {
    id: checkpoint.path,
    label: `${stage} · step ${formatCount(step)}`,
    description: facts.join(' · '),
    tooltip: `Epoch ${formatCount(epoch)}, saved ${new Date(checkpoint.saved).toLocaleString()}`,
    icon: best ? 'star-full' : 'save',
    context: 'checkpoint',
    spoken: `Checkpoint of ${stage} at step ${step}, ${facts.join(', ')}`,
    file: join(checkpoint.path, 'generator.safetensors'),
    children: 'none',
  };
}

function samplesNode(run: string, stages: readonly StageSamples[]): TreeNode {
  const steps = stages.flatMap((samples) => samples.steps.map(({ step, sr }) => ({ samples, step, sr })));
  const shown = steps.slice(-shownSampleSteps).reverse();
  return {
    id: `${run}#samples`,
    label: `Samples (${steps.length})`,
    ...(shown.length < steps.length && { description: `the newest ${shown.length}` }),
    icon: 'file-media',
    spoken: `Samples at ${steps.length} steps`,
    children: shown.map(({ samples: { stage, images }, step, sr }) => ({
      id: `${run}#samples/${stage}/${step}`,
      label: `${stage} · step ${formatCount(step)}`,
      icon: 'file-media',
      spoken: `Samples of ${stage} at step ${step}`,
      children: images.flatMap(({ key }) => {
        const file = sr[key];
        if (file === undefined) return [];
        const label = key.replace(/^\d+-/, '');
        return [{ id: file, label, context: 'file', spoken: label, file, children: 'none' as const }];
      }),
    })),
  };
}

function baseName(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}

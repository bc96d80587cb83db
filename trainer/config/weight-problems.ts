import { type Stage, stages } from '../run-state/run-state.ts';
import { type DatasetFiles, missing } from './image-problems.ts';
import { initFile } from './initial-weights.ts';
import { type LossSettings, type LossWeights, lossWeights, pathOfLoss } from './losses.ts';
import type { Path } from './problem.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';
import { defaultWeightsFile, metricWeights } from './weight-files.ts';

/** Reports weight files that do not exist. */
export function weightFindings(run: RunFile, files: DatasetFiles): Finding[] {
  const { pretraining, training, discriminator } = run.config;
  const ofPretraining = pretraining.init === undefined ? undefined : initFile(pretraining.init);
  const ofTraining = initFile(training.init);
  const start = ['last', 'best'].includes(ofTraining) ? undefined : ofTraining;
  const named: [path: readonly string[], file: string | undefined, stage: Stage][] = [
    [initPath('pretraining', pretraining.init), ofPretraining, 'pretraining'],
    [initPath('training', training.init), start, 'training'],
    [['discriminator', 'init'], discriminator.init, 'training'],
  ];
  return [
    ...named.flatMap(([path, file, stage]): Finding[] => {
      if (file === undefined || files.exists(file)) return [];
      return [{ code: 'weights-missing', message: `${subject(path)}: ${missing(file)}`, path, stage }];
    }),
    ...lossFindings(run, files),
    ...metricFindings(run, files),
  ];
}

function initPath(stage: Stage, init: unknown): readonly string[] {
  return typeof init === 'object' ? [stage, 'init', 'from'] : [stage, 'init'];
}

/** Reports losses whose networks do not exist. */
function lossFindings(run: RunFile, files: DatasetFiles): Finding[] {
  return stages.flatMap((stage) =>
    run.config[stage].losses.flatMap((loss, index) => {
      const path = pathOfLoss(run, stage, index, loss);
      return lossWeights(loss).flatMap((weights) =>
        files.exists(weights.file) ? [] : missingWeights(stage, loss, path, weights),
      );
    }),
  );
}

/** Reports metrics of the validation whose weights are not downloaded. */
function metricFindings({ config }: RunFile, files: DatasetFiles): Finding[] {
  const { metrics } = config.validation;
  return metrics.flatMap((metric, index) =>
    metricWeights[metric].flatMap((network): Finding[] => {
      if (files.exists(defaultWeightsFile(network))) return [];
      return [
        {
          code: 'metric-weights-missing',
          message: `\`${metric}\` needs the weights of ${network}, which are not downloaded: run \`esrgan weights download ${network}\`, or remove it`,
          path: ['validation', 'metrics', index, network],
          related: [[['validation', 'metrics', index], 'the metric']],
        },
      ];
    }),
  );
}

function missingWeights(
  stage: Stage,
  { type }: LossSettings,
  entry: Path,
  { key, network, isNamed, file }: LossWeights,
): Finding {
  const path = [...entry, key];
  if (isNamed) return { code: 'weights-missing', message: `${subject(path)}: ${missing(file)}`, path, stage };
  const isShorthand = entry.length === 1;
  const without = isShorthand ? 'set `perceptual_loss: false`' : 'remove it';
  const title = type === 'perceptual' ? 'the perceptual loss' : `the loss \`${type}\``;
  const place = type === 'perceptual' ? [...entry, 'vgg_type'] : path;
  return {
    code: 'vgg-missing',
    message: `${title} needs the weights of ${network}, which are not downloaded: run \`esrgan weights download ${network}\`, or ${without}`,
    path: place,
    related: [
      [entry, type === 'perceptual' ? 'perceptual loss' : 'the loss'],
      ...(isShorthand
        ? ([[['training'], 'this stage has a perceptual loss unless `perceptual_loss` is `false`']] as const)
        : []),
    ],
    stage,
    inputs: [place, path, [stage, 'losses']],
  };
}

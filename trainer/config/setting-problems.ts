import { isWindowsPathElsewhere } from '../files/paths.ts';
import { type PatchganOptions, patchganShapes } from '../models/discriminator/patchgan/shapes.ts';
import { discriminatorOptions, discriminatorShapes } from '../models/discriminator/shapes.ts';
import { unetAlignment } from '../models/discriminator/unet/shapes.ts';
import {
  pooledSide,
  type VggDiscriminatorOptions,
  vggBlocks,
  vggHead,
} from '../models/discriminator/vgg/shapes.ts';
import { generatorOptions, generatorShapes } from '../models/shapes.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { betaCount } from './optimizer-settings.ts';
import type { Path } from './problem.ts';
import type { Finding, RunFile } from './run-file.ts';
import { short, subject } from './schema-problems.ts';

/** Parameters of one layer; more than this (400 MB, and three times that to train) are a mistake. */
const largestLayer = 100_000_000;

/** Settings that contradict each other. */
export function settingFindings(run: RunFile): Finding[] {
  return [
    ...deviceFindings(run),
    ...augmentationFindings(run),
    ...generatorFindings(run),
    ...discriminatorFindings(run),
    ...featureFindings(run),
    ...optimizerFindings(run),
    ...stopFindings(run),
    ...bestDatasetFindings(run),
    ...metricFindings(run),
  ];
}

/** A run that was moved from Windows would train into a folder with this path as its name. */
export function placeFindings({ config: { runs_dir } }: RunFile): Finding[] {
  if (!isWindowsPathElsewhere(runs_dir)) return [];
  const message = `\`runs_dir\` is ${runs_dir}, a path of Windows: set it to a folder of this system`;
  return [{ code: 'runs-dir-of-windows', message, path: ['runs_dir'] }];
}

function generatorFindings({ config }: RunFile): Finding[] {
  const { problem } = generatorShapes(generatorOptions(config));
  if (!problem) return [];
  return [{ code: 'generator-sizes', message: problem.message, path: problem.path }];
}

/** A stage that does not validate on `best_dataset` decides by all its images. */
function bestDatasetFindings({ config }: RunFile): Finding[] {
  const all = [...new Set(stages.flatMap((stage) => config[stage].val_datasets))];
  return [
    ...notValidated(config.checkpoints.best_dataset, all, ['checkpoints', 'best_dataset']),
    ...stages.flatMap((stage) =>
      (['early_stopping', 'stop_at'] as const).flatMap((key) =>
        notValidated(
          config[stage][key]?.dataset ?? null,
          config[stage].val_datasets,
          [stage, key, 'dataset'],
          stage,
        ),
      ),
    ),
  ];
}

/** A data set that should decide, but is not one of those of the validation. */
function notValidated(
  name: string | null,
  validated: readonly string[],
  path: Path,
  stage?: Stage,
): Finding[] {
  if (name === null || validated.includes(name) || validated.length === 0) return [];
  const where = stage ? `\`${stage}.val_datasets\`` : '`val_datasets` of any stage';
  const message = `\`${path.at(-1)}\` is ${short(name)}, which is not in ${where}: use one of ${validated.map(short).join(', ')}, or add it there`;
  return [{ code: 'best-dataset', message, path, ...(stage && { stage }) }];
}

function deviceFindings({ config: { device, engine } }: RunFile): Finding[] {
  if (device === 'auto' || !['webgpu', 'cpu'].includes(engine)) return [];
  const takes = engine === 'cpu' ? 'uses no GPU' : 'always takes the first GPU of the system';
  return [
    {
      code: 'device-unused',
      severity: 'warning',
      message: `\`device: ${device}\` has no effect: the engine ${engine} ${takes}`,
      path: ['device'],
      related: [[['engine'], `\`engine\` is ${engine}`]],
    },
  ];
}

function augmentationFindings({ config }: RunFile): Finding[] {
  const { spatial, compression } = config.augmentation;
  const findings: Finding[] = [];
  if (spatial && spatial.p > 0 && spatial.flip + spatial.transpose + spatial.rotate === 0) {
    findings.push({
      code: 'weights-zero',
      message:
        '`flip`, `transpose` and `rotate` are all 0: set one of them, or turn them off with `spatial: false`',
      path: ['augmentation', 'spatial', 'flip'],
      related: [[['augmentation', 'spatial', 'transpose'], 'also 0']],
    });
  }
  if (compression && compression.quality[0] > compression.quality[1]) {
    const [low, high] = compression.quality;
    findings.push({
      code: 'quality-order',
      message: `\`quality\` is [${low}, ${high}]: put the lower value first`,
      path: ['augmentation', 'compression', 'quality'],
      stage: 'pretraining',
    });
  }
  return findings;
}

/** Smallest crop of which NIQE can be computed, without the border. */
const smallestNiqe = 192;

/** Metrics that a rule needs and no validation measures, and crops that are too small for a metric. */
function metricFindings({ config }: RunFile): Finding[] {
  const { metrics, crop_size: crop } = config.validation;
  const measured: readonly string[] = ['psnr', 'ssim', 'psnr_y', 'ssim_y', ...metrics];
  const needed: readonly (readonly [Path, string, Stage?])[] = [
    [['checkpoints', 'best'], config.checkpoints.best],
    ...stages.flatMap((stage) =>
      (['early_stopping', 'stop_at'] as const).flatMap((key) => {
        const metric = config[stage][key]?.metric;
        return metric === undefined ? [] : [[[stage, key, 'metric'], metric, stage] as const];
      }),
    ),
  ];
  const unmeasured = needed.flatMap(([path, metric, stage]): Finding[] => {
    if (measured.includes(metric)) return [];
    return [
      {
        code: 'metric-not-measured',
        message: `${subject(path)} is ${metric}, which no validation measures: add it to \`validation.metrics\``,
        path,
        related: [[['validation', 'metrics'], 'the measured metrics, besides PSNR and SSIM']],
        ...(stage && { stage }),
      },
    ];
  });
  const place = metrics.indexOf('niqe');
  const smallest = smallestNiqe + 2 * config.scale_factor;
  if (place < 0 || crop === null || Math.min(...crop) >= smallest) return unmeasured;
  return [
    ...unmeasured,
    {
      code: 'metric-crop',
      message: `NIQE needs crops of at least ${smallest}x${smallest} pixels, but \`crop_size\` is [${crop.join(', ')}]: use a larger crop, or \`null\` for whole images`,
      path: ['validation', 'crop_size'],
      related: [[['validation', 'metrics', place], 'the metric']],
    },
  ];
}

/** Stops that depend on validations that never happen, or on values that no image reaches. */
function stopFindings({ config }: RunFile): Finding[] {
  return stages.flatMap((stage) => {
    const { stop_at: target, val_datasets } = config[stage];
    const findings: Finding[] = [];
    if (val_datasets.length === 0) {
      for (const key of ['early_stopping', 'stop_at'] as const) {
        if (config[stage][key] === undefined) continue;
        findings.push({
          code: 'stop-without-validation',
          message: `${subject([stage, key])} needs a validation, but \`val_datasets\` is empty`,
          path: [stage, key],
          onKey: true,
          related: [[[stage, 'val_datasets'], 'no validation']],
          stage,
        });
      }
    }
    if (target?.metric === 'ssim' && target.value > 1) {
      findings.push({
        code: 'ssim-out-of-range',
        message: `${subject([stage, 'stop_at', 'value'])} is ${target.value}, but SSIM is at most 1`,
        path: [stage, 'stop_at', 'value'],
        related: [[[stage, 'stop_at', 'metric'], 'the metric']],
        stage,
      });
    }
    return findings;
  });
}

function optimizerFindings({ config: { pretraining, training } }: RunFile): Finding[] {
  const optimizers = [
    ['pretraining', 'optimizer', pretraining.optimizer],
    ['training', 'g_optimizer', training.g_optimizer],
    ['training', 'd_optimizer', training.d_optimizer],
  ] as const;
  return optimizers.flatMap(([stage, key, { type, betas }]) => {
    const count = betaCount(type);
    if (betas.length === count) return [];
    return {
      code: 'betas-count',
      message: `${subject([stage, key, 'betas'])} has ${betas.length} values, but ${type} needs ${count}`,
      path: [stage, key, 'betas'],
      related: [[[stage, key, 'type'], 'the optimizer']],
      stage,
    } satisfies Finding;
  });
}

function discriminatorFindings({ config }: RunFile): Finding[] {
  const options = discriminatorOptions(config);
  const patch = config.training.cr_patch_size;
  if (options.type === 'vgg') return vggFindings(options, patch);
  if (options.type === 'patchgan') return patchganFindings(options, patch);
  if (options.type !== 'unet' || !options.skip_connection) return [];
  if (patch.every((side) => side % unetAlignment === 0)) return [];
  return [
    {
      code: 'discriminator-patch',
      message: `the discriminator halves the patch three times and adds maps of the same size, so height and width must be multiples of ${unetAlignment}: the patch is ${patch.join('x')}`,
      path: ['training', 'cr_patch_size'],
      related: [[['discriminator', 'type'], '`type` is unet']],
      stage: 'training',
    },
  ];
}

/** Layers for feature matching that the discriminator does not have. */
function featureFindings({ config }: RunFile): Finding[] {
  const layers = config.training.feature_matching?.layers ?? [];
  const { features } = discriminatorShapes(discriminatorOptions(config));
  return layers.flatMap((layer, index): Finding[] => {
    if (layer <= features) return [];
    return [
      {
        code: 'feature-layer',
        message: `the discriminator has ${features} layers with features, numbered from 1: there is no ${layer}`,
        path: ['training', 'feature_matching', 'layers', index],
        related: [[['discriminator', 'type'], 'the discriminator']],
        stage: 'training',
      },
    ];
  });
}

function patchganFindings(options: PatchganOptions, patch: readonly [number, number]): Finding[] {
  const [height, width] = patch;
  const { size } = patchganShapes(options).layers(height, width).at(-1)!;
  if (Math.min(...size) > 0) return [];
  return [
    {
      code: 'discriminator-patch',
      message: `the patch of ${patch.join('x')} is too small for the convolutions of the discriminator: use a larger patch, or \`padding: 2\``,
      path: ['training', 'cr_patch_size'],
      related: [[['discriminator', 'n_layers'], `\`n_layers\` is ${options.n_layers}`]],
      stage: 'training',
    },
  ];
}

function vggFindings(options: VggDiscriminatorOptions, patch: readonly number[]): Finding[] {
  const findings: Finding[] = [];
  const halvings = vggBlocks(options).filter(({ stride }) => stride === 2).length;
  const side = Math.ceil(Math.min(...patch) / 2 ** halvings);
  if (side < pooledSide) {
    findings.push({
      code: 'discriminator-too-deep',
      severity: 'warning',
      message: `the discriminator halves the patch ${halvings} times, to ${side}x${side} pixels, but then pools to ${pooledSide}x${pooledSide}: use a larger patch or fewer repeated channels`,
      path: ['discriminator', 'vgg_blk_ch'],
      related: [[['training', 'cr_patch_size'], 'patch size']],
      stage: 'training',
    });
  }
  const layers = vggHead(options);
  const wide = layers.findIndex(({ inputs, outputs }) => inputs * outputs > largestLayer);
  const layer = layers[wide];
  if (layer) {
    const millions = Math.round((layer.inputs * layer.outputs) / 1e6);
    findings.push({
      code: 'discriminator-too-wide',
      severity: 'warning',
      message: `\`fc_features\` creates a layer with ${millions} million parameters from ${layer.inputs} inputs: use fewer features`,
      path: ['discriminator', 'fc_features', wide],
      related: [
        [
          ['discriminator', 'vgg_blk_ch'],
          `its last value times ${pooledSide}x${pooledSide} is the number of inputs`,
        ],
      ],
      stage: 'training',
    });
  }
  return findings;
}

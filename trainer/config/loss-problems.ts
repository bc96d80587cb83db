import { isPlainObject } from '../guards/guards.ts';
import { smallestMsSsimPatch } from '../models/ms-ssim/shapes.ts';
import { lastLayerInBlock, vggConvolutions } from '../models/vgg/shapes.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { isReservedLossName, type LossSettings, pathOfLoss } from './losses.ts';
import type { Path } from './problem.ts';
import type { Finding, RunFile } from './run-file.ts';
import { subject } from './schema-problems.ts';

/** Losses that cannot be computed, or have no effect. */
export function lossFindings(run: RunFile): Finding[] {
  return stages.flatMap((stage) => [
    ...shorthandFindings(run, stage),
    ...nameFindings(run, stage),
    ...run.config[stage].losses.flatMap((loss, index) => {
      const path = pathOfLoss(run, stage, index, loss);
      return [
        ...weightFindings(run, stage, loss, path),
        ...channelFindings(run, stage, loss, path),
        ...ofType(run, stage, loss, path),
      ];
    }),
  ]);
}

/** Keys of the original that a list replaces. */
function shorthandFindings({ source }: RunFile, stage: Stage): Finding[] {
  if (!source.has([stage, 'losses'])) return [];
  const replaced: Path[] =
    stage === 'training' ? [['training', 'g_content_loss_scaling'], ['perceptual_loss']] : [];
  // The other stage may use it.
  if (stage === 'training' && source.has(['pretraining', 'losses'])) replaced.push(['content_loss']);
  return replaced.flatMap((path): Finding[] => {
    if (!source.has(path) || isOff(source.data, path)) return [];
    return [
      {
        code: 'loss-unused',
        severity: 'warning',
        message: `${subject(path)} has no effect, because \`${stage}.losses\` lists the losses: remove it, or add it to the list`,
        path,
        onKey: true,
        related: [[[stage, 'losses'], 'the list']],
        stage,
      },
    ];
  });
}

/** Whether a key of the original turns its loss off, as the list does that has no such loss. */
function isOff(data: unknown, [key]: Path): boolean {
  return key === 'perceptual_loss' && isPlainObject(data) && data.perceptual_loss === false;
}

function nameFindings({ config }: RunFile, stage: Stage): Finding[] {
  const names = config[stage].losses.map(({ name }) => name);
  return names.flatMap((name, index): Finding[] => {
    const isReserved = isReservedLossName(name);
    if (!isReserved && names.indexOf(name) === index) return [];
    const why = isReserved
      ? 'is reserved for another curve or value of a step'
      : 'is the name of another loss of the list';
    return [
      {
        code: 'loss-name',
        message: `\`${name}\` ${why}: choose another one`,
        path: [stage, 'losses', index, 'name'],
        stage,
      },
    ];
  });
}

function weightFindings({ source }: RunFile, stage: Stage, loss: LossSettings, path: Path): Finding[] {
  // A weight of 0 in the keys of the original turns the content loss off.
  if (loss.weight > 0 || !source.has([stage, 'losses'])) return [];
  return [
    {
      code: 'loss-weight-zero',
      severity: 'warning',
      message: `the loss \`${loss.type}\` has the weight 0: it costs time and has a curve, but trains nothing`,
      path: [...path, 'weight'],
      stage,
    },
  ];
}

/** Losses of RGB images; all but that of chroma also take gray images, as RGB with equal channels. */
const lossesOfColor: readonly LossSettings['type'][] = [
  'perceptual',
  'lpips',
  'dists',
  'gradient_variance',
  'color',
];

function channelFindings(
  { config: { img_channels: channels } }: RunFile,
  stage: Stage,
  loss: LossSettings,
  path: Path,
): Finding[] {
  const { type } = loss;
  if (channels === 3 || !lossesOfColor.includes(type) || (channels === 1 && type !== 'color')) return [];
  const why = channels === 1 ? 'gray images have no chroma' : 'it takes RGB images, without alpha';
  const remedy = path[0] === 'perceptual_loss' ? 'set `perceptual_loss: false`' : 'remove it from the list';
  return [
    {
      code: 'loss-channels',
      message: `the loss \`${type}\` cannot be used with \`img_channels: ${channels}\`: ${why}; ${remedy}`,
      path,
      related: [[['img_channels'], `\`img_channels\` is ${channels}`]],
      inputs: [path, ['img_channels']],
      stage,
    },
  ];
}

function ofType({ config }: RunFile, stage: Stage, loss: LossSettings, path: Path): Finding[] {
  const patch = config[stage].cr_patch_size;
  const smallest = Math.min(...patch);
  const patchPlace = [[stage, 'cr_patch_size'], `the patch is ${patch.join('x')}`] as const;
  switch (loss.type) {
    case 'perceptual':
      return layerFindings(stage, loss, path);
    case 'ms_ssim': {
      const needed = smallestMsSsimPatch(loss.scales);
      if (smallest >= needed) return [];
      const scales = [4, 3, 2, 1].find((each) => smallestMsSsimPatch(each) <= smallest);
      const remedy = scales === undefined ? '' : `set \`scales: ${scales}\`, or `;
      return [
        {
          code: 'loss-patch',
          message: `\`ms_ssim\` with ${loss.scales} scale${loss.scales === 1 ? '' : 's'} needs a patch of at least ${needed} pixels, but the patch is ${patch.join('x')}: ${remedy}use a larger patch`,
          path: [...path, 'scales'],
          related: [[[...path, 'type'], 'the loss'], patchPlace],
          stage,
        },
      ];
    }
    case 'focal_frequency':
      if (patch.every((side) => side % loss.patch_factor === 0)) return [];
      return [
        {
          code: 'loss-patch',
          message: `\`patch_factor\` is ${loss.patch_factor}, but the patch of ${patch.join('x')} cannot be divided into that many parts: use a factor of both sides`,
          path: [...path, 'patch_factor'],
          related: [patchPlace],
          stage,
        },
      ];
    case 'color':
    case 'gradient_variance': {
      const [key, size] =
        loss.type === 'color' ? (['scale', loss.scale] as const) : (['patch_size', loss.patch_size] as const);
      if (size <= smallest) return [];
      return [
        {
          code: 'loss-patch',
          message: `\`${key}\` is ${size}, but the patch is only ${patch.join('x')}: use a smaller value`,
          path: [...path, key],
          related: [patchPlace],
          stage,
        },
      ];
    }
    case 'lpips':
    case 'dists':
      if (smallest >= 16) return [];
      return [
        {
          code: 'loss-patch',
          message: `\`${loss.type}\` needs a patch of at least 16 pixels, but the patch is ${patch.join('x')}: use a larger patch`,
          path: [...path, 'type'],
          related: [patchPlace],
          stage,
        },
      ];
    case 'ldl':
      if (config.ema.decay > 0) return [];
      return [
        {
          code: 'ldl-without-ema',
          message:
            '`ldl` compares with the image of the EMA generator, but the run tracks no EMA: set `ema: { decay: 0.999 }`, or remove the loss',
          path: [...path, 'type'],
          related: [[['ema', 'decay'], '`decay` is 0']],
          stage,
        },
      ];
    default:
      return [];
  }
}

function layerFindings(
  stage: Stage,
  { layer_weights, vgg_type }: Extract<LossSettings, { type: 'perceptual' }>,
  path: Path,
): Finding[] {
  const layers = vggConvolutions(vgg_type).map(({ layer }) => layer);
  return Object.keys(layer_weights).flatMap((layer): Finding[] => {
    if (layers.includes(layer)) return [];
    const last = lastLayerInBlock(vgg_type, layer);
    return [
      {
        code: 'unknown-layer',
        message: `${vgg_type} has no layer \`${layer}\`: the last layer of that block is \`${last}\``,
        path: [...path, 'layer_weights', layer],
        onKey: true,
        related: [[[...path, 'vgg_type'], `\`vgg_type\` is ${vgg_type}`]],
        stage,
      },
    ];
  });
}

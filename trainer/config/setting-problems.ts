import type { Finding, RunFile } from './run-file.ts';

/** Convolutions in each of VGG's five blocks (Simonyan and Zisserman 2015, table 1, columns A, B, D, E). */
const vggBlocks = {
  vgg11: [1, 1, 2, 2, 2],
  vgg13: [2, 2, 2, 2, 2],
  vgg16: [2, 2, 3, 3, 3],
  vgg19: [2, 2, 4, 4, 4],
} as const;

/** Side length, in features, of the discriminator's pooled output. */
const pooledSide = 7;

/** Parameters of one layer; more than this (400 MB, and three times that to train) are a mistake. */
const largestLayer = 100_000_000;

/** Settings that contradict each other. */
export function settingFindings(run: RunFile): Finding[] {
  return [...augmentationFindings(run), ...layerFindings(run), ...discriminatorFindings(run)];
}

function augmentationFindings({ config }: RunFile): Finding[] {
  const { spatial, compression } = config.augmentation;
  const findings: Finding[] = [];
  if (spatial && spatial.p > 0 && spatial.flip + spatial.transpose === 0) {
    findings.push({
      code: 'weights-zero',
      message: '`flip` and `transpose` are both 0: set one of them, or turn both off with `spatial: false`',
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

function layerFindings({ config }: RunFile): Finding[] {
  if (!config.perceptual_loss) return [];
  const { layer_weights, vgg_type } = config.perceptual_loss;
  const blocks = vggBlocks[vgg_type];
  return Object.keys(layer_weights).flatMap((layer) => {
    const [block, convolution] = layer.slice('conv'.length).split('_').map(Number);
    const last = blocks[(block ?? 0) - 1] ?? 0;
    if ((convolution ?? 0) <= last) return [];
    return {
      code: 'unknown-layer',
      message: `${vgg_type} has no layer \`${layer}\`: its block ${block} ends with \`conv${block}_${last}\``,
      path: ['perceptual_loss', 'layer_weights', layer],
      onKey: true,
      related: [[['perceptual_loss', 'vgg_type'], `\`vgg_type\` is ${vgg_type}`]],
      stage: 'training',
    } satisfies Finding;
  });
}

function discriminatorFindings({ config }: RunFile): Finding[] {
  const { vgg_blk_ch, fc_features } = config.discriminator;
  const findings: Finding[] = [];
  const halvings = vgg_blk_ch.filter(
    (channels, i) => channels === (vgg_blk_ch[i - 1] ?? config.img_channels),
  ).length;
  const side = Math.ceil(Math.min(...config.training.cr_patch_size) / 2 ** halvings);
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
  const inputs = (vgg_blk_ch.at(-1) ?? 0) * pooledSide ** 2;
  const widths = [inputs, ...fc_features];
  const wide = fc_features.findIndex((width, i) => width * (widths[i] ?? 0) > largestLayer);
  if (wide >= 0) {
    const millions = Math.round((widths[wide]! * widths[wide + 1]!) / 1e6);
    findings.push({
      code: 'discriminator-too-wide',
      severity: 'warning',
      message: `\`fc_features\` creates a layer with ${millions} million parameters from ${widths[wide]} inputs: use fewer features`,
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

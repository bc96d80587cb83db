import { isWindowsPathElsewhere } from '../files/paths.ts';
import { discriminatorBlocks, discriminatorLayers, pooledSide } from '../models/discriminator/shapes.ts';
import { lastLayerInBlock, vggConvolutions } from '../models/vgg/shapes.ts';
import type { Finding, RunFile } from './run-file.ts';

/** Parameters of one layer; more than this (400 MB, and three times that to train) are a mistake. */
const largestLayer = 100_000_000;

/** Settings that contradict each other. */
export function settingFindings(run: RunFile): Finding[] {
  return [...augmentationFindings(run), ...layerFindings(run), ...discriminatorFindings(run)];
}

/** A run that was moved from Windows would train into a folder with this path as its name. */
export function placeFindings({ config: { runs_dir } }: RunFile): Finding[] {
  if (!isWindowsPathElsewhere(runs_dir)) return [];
  const message = `\`runs_dir\` is ${runs_dir}, a path of Windows: set it to a folder of this system`;
  return [{ code: 'runs-dir-of-windows', message, path: ['runs_dir'] }];
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
  const layers = vggConvolutions(vgg_type).map(({ layer }) => layer);
  return Object.keys(layer_weights).flatMap((layer) => {
    if (layers.includes(layer)) return [];
    const last = lastLayerInBlock(vgg_type, layer);
    return {
      code: 'unknown-layer',
      message: `${vgg_type} has no layer \`${layer}\`: the last layer of that block is \`${last}\``,
      path: ['perceptual_loss', 'layer_weights', layer],
      onKey: true,
      related: [[['perceptual_loss', 'vgg_type'], `\`vgg_type\` is ${vgg_type}`]],
      stage: 'training',
    } satisfies Finding;
  });
}

function discriminatorFindings({ config }: RunFile): Finding[] {
  const options = { img_channels: config.img_channels, ...config.discriminator };
  const findings: Finding[] = [];
  const halvings = discriminatorBlocks(options).filter(({ stride }) => stride === 2).length;
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
  const layers = discriminatorLayers(options);
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

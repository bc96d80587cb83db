import type * as tf from '@tensorflow/tfjs-core';
import { type Image, toFloatImage, toRgb } from '../data/image.ts';
import type { Engine, HostTensors, Program, Tensors } from '../engine/engine.ts';
import { type PerceptualSettings, perceptualLoss } from '../losses/perceptual.ts';
import type { Metric } from '../metrics/metrics.ts';
import { perceptualProtocols } from '../metrics/protocols.ts';
import { dists, distsLayers } from '../models/dists/network.ts';
import { lpips, lpipsLayers } from '../models/lpips/network.ts';
import { rank4 } from '../models/rank4.ts';
import { type VggConvolution, type VggType, vggConvolutions } from '../models/vgg/shapes.ts';
import { readDists } from '../weights/dists-file.ts';
import { readLpips } from '../weights/lpips-file.ts';
import { readVgg } from '../weights/vgg-file.ts';
import { describeMeasure, fingerprint, type Measure } from './measure.ts';

/** The distance between two batches `[N, H, W, 3]` in 0..1, a scalar. */
type Distance = (parameters: Tensors, sr: tf.Tensor4D, hr: tf.Tensor4D) => tf.Scalar;

/**
 * The perceptual loss with the defaults of the run file as a measure: the mean absolute difference of VGG's features
 * before the activation, summed over `layers`, of images normalized by ImageNet's mean and deviation. No border is
 * cropped.
 *
 * @param path file with VGG's weights, by torchvision's names
 * @throws WorkbenchError `data` if the file does not contain that network
 */
export function vggDistance(
  openEngine: () => Promise<Engine>,
  path: string,
  type: VggType,
  layers: readonly string[],
): Measure {
  const convolutions = vggConvolutions(type, layers);
  const ordered = convolutions.map(({ layer }) => layer).filter((layer) => layers.includes(layer));
  const settings: PerceptualSettings = {
    vgg_type: type,
    layer_weights: Object.fromEntries(ordered.map((layer) => [layer, 1])),
    criterion: 'l1',
    style_weight: 0,
    normalize_input: true,
    normalize_loss: false,
  };
  return featureDistance(openEngine, {
    metric: 'distance',
    protocol: [type, ...ordered].join('-'),
    description: `perceptual distance, the L1 distance of the features of ${type.toUpperCase()} before the activation at ${ordered.join(' and ')}, as in the perceptual loss; no border cropped`,
    parameters: readVgg(path, type, ordered),
    smallest: smallestInput(convolutions),
    distance: (parameters, sr, hr) => perceptualLoss(settings, parameters, sr, hr),
  });
}

/**
 * LPIPS 0.1 on VGG16 as a measure. No border is cropped.
 *
 * @param linearPath file with the channel weights, `vgg.pth` of the Python package lpips
 * @param vggPath file with VGG16's weights, by torchvision's names
 * @throws WorkbenchError `data` if a file does not contain these weights
 */
export function lpipsDistance(
  openEngine: () => Promise<Engine>,
  linearPath: string,
  vggPath: string,
): Measure {
  const { name, description } = perceptualProtocols.lpips;
  return featureDistance(openEngine, {
    metric: 'lpips',
    protocol: name,
    description,
    parameters: new Map([...readLpips(linearPath), ...readVgg(vggPath, 'vgg16', lpipsLayers)]),
    smallest: smallestInput(vggConvolutions('vgg16', lpipsLayers)),
    distance: lpips,
  });
}

/**
 * DISTS on VGG16 as a measure. No border is cropped, and no image resized.
 *
 * @param path file with the weights of texture and structure, see `readDists`
 * @param vggPath file with VGG16's weights, by torchvision's names
 * @throws WorkbenchError `data` if a file does not contain these weights
 */
export function distsDistance(openEngine: () => Promise<Engine>, path: string, vggPath: string): Measure {
  const { name, description } = perceptualProtocols.dists;
  return featureDistance(openEngine, {
    metric: 'dists',
    protocol: name,
    description,
    parameters: new Map([...readDists(path), ...readVgg(vggPath, 'vgg16', distsLayers)]),
    smallest: smallestInput(vggConvolutions('vgg16', distsLayers)),
    distance: dists,
  });
}

/** Smallest side of an image, in pixels, after which the last convolution has an output of at least one pixel. */
function smallestInput(convolutions: readonly VggConvolution[]): number {
  return 2 ** convolutions.filter(({ isPooled }) => isPooled).length;
}

interface FeatureNetwork {
  readonly metric: Metric;
  readonly protocol: string;
  readonly description: string;
  readonly parameters: HostTensors;
  /** Smallest side of an image, in pixels. */
  readonly smallest: number;
  readonly distance: Distance;
}

/** A distance between features as a measure. The engine is opened for the first pair of images. */
function featureDistance(
  openEngine: () => Promise<Engine>,
  { metric, protocol, description, parameters, smallest, distance }: FeatureNetwork,
): Measure {
  const net = fingerprint(parameters);
  let engine: Promise<Engine> | undefined;
  let compiled: { readonly size: string; readonly program: Program } | undefined;

  async function close(): Promise<void> {
    await compiled?.program.close();
    compiled = undefined;
  }

  async function programFor(height: number, width: number): Promise<Program> {
    const size = `${height}x${width}`;
    if (compiled?.size === size) return compiled.program;
    await close();
    engine ??= openEngine();
    const shape = [1, height, width, 3];
    const program = await (await engine).freeze(
      ({ sr, hr }, weights) => ({ outputs: { distance: distance(weights, rank4(sr!), rank4(hr!)) } }),
      { sr: shape, hr: shape },
      parameters,
    );
    compiled = { size, program };
    return program;
  }

  return {
    protocol,
    description: describeMeasure(description, net),
    net,
    metrics: [metric],
    smallest: () => smallest,
    async measure(sr, hr) {
      const program = await programFor(hr.height, hr.width);
      const found = await program.run({ sr: numbersOf(sr), hr: numbersOf(hr) });
      return { [metric]: found.distance![0]! };
    },
    close,
  };
}

function numbersOf(image: Image): Float32Array {
  return toFloatImage(image.channels === 1 ? toRgb(image) : image).data;
}

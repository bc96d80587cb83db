import type { NcnnLayer } from '../../tensor-files/ncnn-param.ts';
import type { TensorMap } from '../../tensor-files/tensors.ts';
import { ncnnExport } from '../ncnn-export.ts';
import { diagonal, filter } from '../ncnn-filters.ts';
import { epsilon } from './network.ts';
import {
  blockName,
  largeKernelChannels,
  lastName,
  normName,
  type RealplksrOptions,
  realplksrConvolutions,
} from './shapes.ts';

/** Names of the 1x1 convolutions of a layer normalization: of the difference to the mean, the variance, and scale and shift. */
const ofNorm = (name: string) => ({
  centered: `${name}.centered`,
  variance: `${name}.variance`,
  scaled: `${name}.scaled`,
});

/**
 * The graph of a RealPLKSR generator for ncnn, see {@link ncnnExport}. Means over channels
 * are 1x1 convolutions, because Upscayl is built without ncnn's layers for them.
 */
export function realplksrNcnn(options: RealplksrOptions): NcnnLayer[] {
  const graph = ncnnExport();
  const { dim, scale_factor: scale } = options;
  const large = largeKernelChannels(options);
  const convolutions = new Map(realplksrConvolutions(options).map((each) => [each.name, each]));
  const convolve = (x: string, name: string): string => {
    const convolution = convolutions.get(name);
    if (!convolution) throw new Error(`The generator has no ${name}.`);
    return graph.convolve(x, convolution);
  };
  const pointwise = (x: string, name: string) =>
    graph.convolve(x, { name, inputs: dim, outputs: dim, size: 1 });
  const layerNormalized = (x: string, norm: string): string => {
    const { centered, variance, scaled } = ofNorm(norm);
    const difference = pointwise(x, centered);
    const ofSquares = pointwise(graph.binary(difference, difference, 'multiply'), variance);
    const standardized = graph.binary(difference, graph.scalar(ofSquares, -0.5, 'power'), 'multiply');
    return pointwise(standardized, scaled);
  };
  const largeKernel = (x: string, name: string): string =>
    large === dim
      ? convolve(x, name)
      : graph.concat([convolve(graph.channels(x, 0, large), name), graph.channels(x, large, dim - large)]);
  const block = (input: string, name: string): string => {
    let x = layerNormalized(input, normName(name, options));
    const mixed = graph.mish(convolve(x, `${name}.channel_mixer.0`), 2 * dim);
    x = convolve(mixed, `${name}.channel_mixer.2`);
    x = largeKernel(x, `${name}.lk.conv`);
    if (options.use_ea) x = graph.binary(x, graph.sigmoid(convolve(x, `${name}.attn.f.0`), dim), 'multiply');
    return graph.add(convolve(x, `${name}.refine`), input);
  };

  let x = convolve(graph.input, 'feats.0');
  for (let index = 0; index < options.n_blocks; index++) x = block(x, blockName(index));
  const shuffled = graph.pixelShuffle(convolve(x, lastName(options)), scale);
  return graph.finish(graph.add(shuffled, graph.upsample(graph.input, scale)));
}

/** The tensors of the graph by the names of its layers. */
export function realplksrNcnnTensors(options: RealplksrOptions, parameters: TensorMap): TensorMap {
  const { dim, n_blocks } = options;
  const tensors: TensorMap = new Map(parameters);
  const bias = (value: number) => ({ shape: [dim], data: new Float32Array(dim).fill(value) });
  for (let index = 0; index < n_blocks; index++) {
    const norm = normName(blockName(index), options);
    const { centered, variance, scaled } = ofNorm(norm);
    tensors.set(
      `${centered}.weight`,
      filter(dim, (output, input) => Number(output === input) - 1 / dim),
    );
    tensors.set(`${centered}.bias`, bias(0));
    tensors.set(
      `${variance}.weight`,
      filter(dim, () => 1 / dim),
    );
    tensors.set(`${variance}.bias`, bias(epsilon.layer));
    tensors.set(`${scaled}.weight`, diagonal([...parameters.get(`${norm}.weight`)!.data]));
    tensors.set(`${scaled}.bias`, parameters.get(`${norm}.bias`)!);
  }
  return tensors;
}

/** Why programs on ncnn cannot load a generator, in words that follow "because"; undefined if they can. */
export function ncnnObstacle({ layer_norm, norm_groups }: RealplksrOptions): string | undefined {
  if (layer_norm) return undefined;
  return `its blocks have group normalization (norm_groups ${norm_groups}), and Upscayl and other programs are built without ncnn's layer for that (GroupNorm)`;
}

import { type NcnnLayer, numberParam } from '../../tensor-files/ncnn-param.ts';
import { ncnnExport, ncnnKeys } from '../ncnn-export.ts';
import { scales } from '../shapes.ts';
import { type CompactOptions, compactLayers } from './shapes.ts';

/** The slope of `leakyrelu`. */
const leak = 0.1;

/** The graph of a compact generator for ncnn, see {@link ncnnExport}. */
export function compactNcnn(options: CompactOptions): NcnnLayer[] {
  const graph = ncnnExport();
  const { scale_factor: scale, act } = options;
  let x = graph.input;
  for (const layer of compactLayers(options)) {
    x = graph.convolve(x, layer);
    if (layer.activation === undefined) continue;
    x =
      act === 'prelu'
        ? graph.prelu(x, layer.activation, layer.outputs)
        : graph.relu(x, act === 'relu' ? 0 : leak);
  }
  return graph.finish(graph.add(graph.pixelShuffle(x, scale), graph.upsample(graph.input, scale)));
}

/** The hyperparameters of a compact generator with these layers, if it is one; undefined if it cannot be one. */
export function compactOfNcnn(layers: readonly NcnnLayer[]): CompactOptions | undefined {
  const convolutions = layers.filter(({ type }) => type === 'Convolution');
  const shuffle = layers.find(({ type }) => type === 'PixelShuffle');
  const [first] = convolutions;
  if (!first || !shuffle || convolutions.length < 2) return undefined;
  const { convolution } = ncnnKeys;
  const factor = numberParam(shuffle, ncnnKeys.shuffle.factor, 1);
  const scale = scales.find((each) => each === factor);
  if (scale === undefined) return undefined;
  const relu = layers.find(({ type }) => type === 'ReLU');
  const slope = relu ? numberParam(relu, ncnnKeys.relu.slope) : numberParam(first, convolution.slopes);
  return {
    type: 'compact',
    img_channels: numberParam(first, convolution.weights) / (9 * numberParam(first, convolution.outputs)),
    scale_factor: scale,
    num_feat: numberParam(first, convolution.outputs),
    num_conv: convolutions.length - 2,
    act: layers.some(({ type }) => type === 'PReLU') ? 'prelu' : slope === 0 ? 'relu' : 'leakyrelu',
  };
}

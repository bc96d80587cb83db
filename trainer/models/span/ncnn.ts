import type { NcnnLayer } from '../../tensor-files/ncnn-param.ts';
import type { TensorMap } from '../../tensor-files/tensors.ts';
import { ncnnExport } from '../ncnn-export.ts';
import { diagonal } from '../ncnn-filters.ts';
import { mergedSpan } from './merge.ts';
import { meanColor, type SpanOptions, spanConvolutions } from './shapes.ts';

/** Name of the 1x1 convolution that subtracts the mean color and multiplies by `img_range`. */
const normalization = 'normalization';

/**
 * The graph of a SPAN generator with merged convolutions for ncnn, see {@link ncnnExport}.
 */
export function spanNcnn(options: SpanOptions): NcnnLayer[] {
  const graph = ncnnExport();
  const { feature_channels: features, img_channels: image } = options;
  const convolutions = new Map(spanConvolutions(options).map((each) => [each.name, each]));
  const convolve = (x: string, name: string): string => {
    const convolution = convolutions.get(name);
    if (!convolution) throw new Error(`The generator has no ${name}.`);
    return graph.convolve(x, { ...convolution, size: convolution.kind === '1x1' ? 1 : 3 });
  };
  const silu = (x: string) => graph.binary(x, graph.sigmoid(x, features), 'multiply');
  const block = (input: string, name: string): [result: string, first: string] => {
    const first = silu(convolve(input, `${name}.c1_r`));
    const third = convolve(silu(convolve(first, `${name}.c2_r`)), `${name}.c3_r`);
    const attention = graph.scalar(graph.sigmoid(third, features), 0.5, 'subtract');
    return [graph.binary(graph.add(third, input), attention, 'multiply'), first];
  };

  const input = options.norm
    ? graph.convolve(graph.input, { name: normalization, inputs: image, outputs: image, size: 1 })
    : graph.input;
  const first = convolve(input, 'conv_1');
  let [x, ofFirstBlock, inLastBlock] = [first, first, first];
  for (let index = 1; index <= options.num_blocks; index++) {
    [x, inLastBlock] = block(x, `block_${index}`);
    if (index === 1) ofFirstBlock = x;
  }
  const joined = graph.concat([first, convolve(x, 'conv_2'), ofFirstBlock, inLastBlock]);
  const last = convolve(convolve(joined, 'conv_cat'), 'upsampler.0');
  return graph.finish(graph.pixelShuffle(last, options.scale_factor));
}

/** The tensors of the graph by the names of its layers. */
export function spanNcnnTensors(options: SpanOptions, parameters: TensorMap): TensorMap {
  const tensors: TensorMap = new Map();
  for (const [name, tensor] of mergedSpan(options, parameters))
    tensors.set(name.replace('.eval_conv', ''), tensor);
  const { norm, img_range: range, img_channels } = options;
  if (norm) {
    const mean = meanColor(img_channels);
    tensors.set(`${normalization}.weight`, diagonal(mean.map(() => range)));
    const bias = Float32Array.from(mean, (value) => -range * value);
    tensors.set(`${normalization}.bias`, { shape: [bias.length], data: bias });
  }
  return tensors;
}

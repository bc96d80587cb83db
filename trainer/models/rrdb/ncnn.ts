import { listParam, type NcnnLayer, numberParam } from '../../tensor-files/ncnn-param.ts';
import { ncnnExport, ncnnKeys } from '../ncnn-export.ts';
import { type RrdbOptions, rrdbConvolutions, upsamplings } from './shapes.ts';

/** The graph of an RRDB generator for ncnn, see {@link ncnnExport}. */
export function rrdbNcnn(options: RrdbOptions): NcnnLayer[] {
  const graph = ncnnExport();
  const { residual_scaling: beta, input_unshuffle: unshuffle = 1 } = options;
  const convolutions = new Map(rrdbConvolutions(options).map((each) => [each.name, each]));
  const convolve = (x: string, name: string): string => {
    const convolution = convolutions.get(name);
    if (!convolution) throw new Error(`The generator has no ${name}.`);
    return graph.convolve(x, convolution);
  };
  const activate = (x: string) => graph.relu(x, 0.2);
  const denseBlock = (input: string, name: string): string => {
    const maps = [input];
    for (let k = 1; k < options.num_residual_blocks; k++) {
      maps.push(activate(convolve(graph.concat(maps), `${name}.conv${k}`)));
    }
    return graph.add(convolve(graph.concat(maps), `${name}.conv${options.num_residual_blocks}`), input, beta);
  };
  const upsample = (x: string, name: string): string =>
    options.use_subpixel_conv
      ? activate(graph.pixelShuffle(convolve(x, name), 2))
      : activate(convolve(graph.upsample(x, 2), name));

  const input = unshuffle > 1 ? graph.pixelUnshuffle(graph.input, unshuffle) : graph.input;
  const first = convolve(input, 'conv_first');
  let x = first;
  for (let block = 0; block < options.num_basic_blocks; block++) {
    const from = x;
    for (let dense = 1; dense <= options.num_dense_blocks; dense++)
      x = denseBlock(x, `body.${block}.rdb${dense}`);
    x = graph.add(x, from, beta);
  }
  x = graph.add(convolve(x, 'conv_body'), first);
  for (let up = 1; up <= upsamplings(options); up++) x = upsample(x, `conv_up${up}`);
  return graph.finish(convolve(activate(convolve(x, 'conv_hr')), 'conv_last'));
}

/** Why programs on ncnn cannot load a generator, in words that follow "because"; undefined if they can. */
export function ncnnObstacle({ input_unshuffle: unshuffle }: RrdbOptions): string | undefined {
  if (unshuffle === undefined) return undefined;
  return `it has a pixel-unshuffle at its input (input_unshuffle ${unshuffle}), and Upscayl and other programs are built without ncnn's layer for that (Reorg)`;
}

/** The hyperparameters of an RRDB generator with these layers, if it is one; undefined if it cannot be one. */
export function rrdbOfNcnn(layers: readonly NcnnLayer[]): RrdbOptions | undefined {
  const { convolution, eltwise, binary, reorg } = ncnnKeys;
  const of = (...types: string[]) => layers.filter(({ type }) => types.includes(type));
  const outputs = (layer: NcnnLayer) => numberParam(layer, convolution.outputs);
  const inputs = (layer: NcnnLayer) => numberParam(layer, convolution.weights) / (9 * outputs(layer));
  const convolutions = of('Convolution');
  const [first, dense, ...rest] = convolutions;
  const last = rest.at(-1);
  if (!first || !dense || !last || of('Concat').length === 0) return undefined;

  const isProduct = (layer: NcnnLayer) =>
    layer.type === 'BinaryOp' && numberParam(layer, binary.isScalar) === 1;
  const product = layers.find(isProduct);
  const coefficients = of('Eltwise').flatMap((layer) => listParam(layer, eltwise.coefficients));
  const coefficient = coefficients.find((each) => each !== 1) ?? 1;
  const sums = of('Eltwise', 'BinaryOp').filter((layer) => !isProduct(layer)).length;
  const ups = of('Interp', 'PixelShuffle').length;
  // The inputs grow within a dense block. All convolutions but five or more are in dense blocks.
  const growing = convolutions.slice(1);
  const inDense = growing.findIndex(
    (each, index) => index > 0 && inputs(each) <= inputs(growing[index - 1]!),
  );
  const denseBlocks = (convolutions.length - 4 - ups) / inDense;
  const blocks = sums - denseBlocks - 1;
  const unshuffle = of('Reorg').map((layer) => numberParam(layer, reorg.stride, 1))[0] ?? 1;
  const scale = 2 ** ups / unshuffle;
  const counts = [inDense, denseBlocks, blocks, denseBlocks / blocks];
  if (!counts.every((count) => Number.isSafeInteger(count) && count > 0)) return undefined;
  if (unshuffle !== 1 && unshuffle !== 2 && unshuffle !== 4) return undefined;
  if (scale !== 1 && scale !== 2 && scale !== 4 && scale !== 8) return undefined;
  return {
    type: 'rrdb',
    img_channels: outputs(last),
    scale_factor: scale,
    rrdb_channels: outputs(first),
    growth_channels: outputs(dense),
    num_basic_blocks: blocks,
    num_dense_blocks: denseBlocks / blocks,
    num_residual_blocks: inDense,
    residual_scaling: product ? numberParam(product, binary.scalar) : coefficient,
    use_subpixel_conv: of('PixelShuffle').length > 0,
    ...(unshuffle === 1 ? {} : { input_unshuffle: unshuffle }),
  };
}

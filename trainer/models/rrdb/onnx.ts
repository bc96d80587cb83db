import type { Precision } from '../../tensor-files/dtypes.ts';
import type { Metadata, Tensor, TensorMap } from '../../tensor-files/tensors.ts';
import { onnxExport } from '../onnx-export.ts';
import { type RrdbOptions, upsamplings } from './shapes.ts';

/**
 * Encodes an RRDB generator as an ONNX model, see {@link onnxExport}. If the network has a pixel-unshuffle, the model pads
 * its input by reflection and crops its output.
 */
export function encodeRrdbOnnx(
  options: RrdbOptions,
  parameters: TensorMap,
  precision: Precision,
  metadata: Metadata,
): Uint8Array {
  const model = onnxExport(parameters, precision);
  const { node, integers } = model;
  const { img_channels: channels, input_unshuffle: unshuffle = 1, scale_factor: scale } = options;
  const beta = model.numbers('residual_scaling', {
    shape: [],
    data: Float32Array.of(options.residual_scaling),
  });
  const twice = model.scales('twice', 2);

  const { convolve } = model;
  const activate = (x: string) => node('LeakyRelu', [x], { alpha: { float: 0.2 } });
  const skip = (branch: string, from: string) => node('Add', [node('Mul', [branch, beta]), from]);
  const join = (maps: readonly string[]) =>
    maps.length === 1 ? maps[0]! : node('Concat', maps, { axis: 1 });

  const denseBlock = (input: string, name: string): string => {
    const maps = [input];
    for (let k = 1; k < options.num_residual_blocks; k++) {
      maps.push(activate(convolve(join(maps), `${name}.conv${k}`)));
    }
    return skip(convolve(join(maps), `${name}.conv${options.num_residual_blocks}`), input);
  };
  const upsample = (x: string, name: string): string =>
    options.use_subpixel_conv
      ? activate(model.pixelShuffle(convolve(x, name), 2))
      : activate(convolve(model.upsample(x, twice), name));

  let x = 'input';
  const size = unshuffle > 1 ? node('Shape', [x], { start: 2 }) : undefined;
  if (size !== undefined) {
    const missing = node('Mod', [node('Neg', [size]), integers('unshuffle', unshuffle)]);
    const pads = node('Concat', [integers('no_pads', 0, 0, 0, 0, 0, 0), missing], { axis: 0 });
    x = node('SpaceToDepth', [node('Pad', [x, pads], { mode: 'reflect' })], { blocksize: unshuffle });
  }
  const filter = blockMajor(model.parameter('conv_first.weight'), channels);
  const first = convolve(model.toPrecision(x), 'conv_first', filter);
  x = first;
  for (let block = 0; block < options.num_basic_blocks; block++) {
    const from = x;
    for (let dense = 1; dense <= options.num_dense_blocks; dense++)
      x = denseBlock(x, `body.${block}.rdb${dense}`);
    x = skip(x, from);
  }
  x = node('Add', [first, convolve(x, 'conv_body')]);
  for (let up = 1; up <= upsamplings(options); up++) x = upsample(x, `conv_up${up}`);
  x = model.fromPrecision(convolve(activate(convolve(x, 'conv_hr')), 'conv_last'));
  if (size !== undefined) {
    const ends = node('Mul', [size, integers('scale', scale)]);
    x = node('Slice', [x, integers('starts', 0, 0), ends, integers('axes', 2, 3)]);
  }
  return model.encode(x, channels, metadata);
}

/**
 * Reorders the inputs of the first filter `[O, I, 3, 3]`: PyTorch's pixel-unshuffle numbers channels by color first
 * (`color * s * s + position`), ONNX's SpaceToDepth by position first.
 */
function blockMajor(filter: Tensor, colors: number): Tensor {
  const [outputs = 0, inputs = 0, height = 0, width = 0] = filter.shape;
  const positions = inputs / colors;
  const taps = height * width;
  const data = new Float32Array(filter.data.length);
  for (let output = 0; output < outputs; output++) {
    for (let position = 0; position < positions; position++) {
      for (let color = 0; color < colors; color++) {
        const from = (output * inputs + color * positions + position) * taps;
        const to = (output * inputs + position * colors + color) * taps;
        data.set(filter.data.subarray(from, from + taps), to);
      }
    }
  }
  return { shape: filter.shape, data };
}

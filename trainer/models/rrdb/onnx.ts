import {
  encodeOnnx,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxTensor,
  onnxTypes,
} from '../../engine/onnx.ts';
import { type Precision, toHalf } from '../../tensor-files/dtypes.ts';
import type { Metadata, Tensor, TensorMap } from '../../tensor-files/tensors.ts';
import type { RrdbOptions } from './shapes.ts';

/**
 * Encodes a generator as an ONNX model for images of any size: from `input` `[batch, channels, height, width]` in 0..1 to
 * `output`, upscaled and not clamped, both 32-bit floats. With precision F16 it computes in 16 bits. If the network has a
 * pixel-unshuffle, the model pads its input by reflection and crops its output.
 *
 * The engine's graphs have fixed sizes, so this one is written by hand; the tests compare the two.
 */
export function encodeRrdbOnnx(
  options: RrdbOptions,
  parameters: TensorMap,
  precision: Precision,
  metadata: Metadata,
): Uint8Array {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  const node = (
    type: string,
    inputs: readonly string[],
    attributes: Record<string, OnnxAttribute> = {},
    output = `${type}_${nodes.length}`,
  ): string => {
    nodes.push({ type, inputs: [...inputs], outputs: [output], attributes });
    return output;
  };
  const constant = (name: string, shape: readonly number[], data: OnnxTensor['data']): string => {
    constants.push({ name, shape, data });
    return name;
  };
  const integers = (name: string, ...values: number[]) =>
    constant(name, [values.length], BigInt64Array.from(values, BigInt));
  const numbers = (name: string, { shape, data }: Tensor) =>
    constant(name, shape, precision === 'F32' ? data : Uint16Array.from(data, toHalf));

  const { img_channels: channels, input_unshuffle: unshuffle = 1, scale_factor: scale } = options;
  const beta = numbers('residual_scaling', { shape: [], data: Float32Array.of(options.residual_scaling) });
  const twice = constant('twice', [4], Float32Array.of(1, 1, 2, 2));

  const convolve = (x: string, name: string): string => {
    const weight = parameters.get(`${name}.weight`);
    const bias = parameters.get(`${name}.bias`);
    if (!weight || !bias) throw new Error(`The generator has no parameters ${name}.`);
    const filter = name === 'conv_first' ? blockMajor(weight, channels) : weight;
    const inputs = [x, numbers(`${name}.weight`, filter), numbers(`${name}.bias`, bias)];
    return node('Conv', inputs, { kernel_shape: [3, 3], pads: [1, 1, 1, 1] });
  };
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
  const upsample = (x: string, name: string): string => {
    if (options.use_subpixel_conv) {
      return activate(node('DepthToSpace', [convolve(x, name)], { blocksize: 2, mode: 'CRD' }));
    }
    const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };
    return activate(convolve(node('Resize', [x, '', twice], nearest), name));
  };

  let x = 'input';
  const size = unshuffle > 1 ? node('Shape', [x], { start: 2 }) : undefined;
  if (size !== undefined) {
    const missing = node('Mod', [node('Neg', [size]), integers('unshuffle', unshuffle)]);
    const pads = node('Concat', [integers('no_pads', 0, 0, 0, 0, 0, 0), missing], { axis: 0 });
    x = node('SpaceToDepth', [node('Pad', [x, pads], { mode: 'reflect' })], { blocksize: unshuffle });
  }
  if (precision === 'F16') x = node('Cast', [x], { to: onnxTypes.float16 });
  const first = convolve(x, 'conv_first');
  x = first;
  for (let block = 0; block < options.num_basic_blocks; block++) {
    const from = x;
    for (let dense = 1; dense <= options.num_dense_blocks; dense++)
      x = denseBlock(x, `body.${block}.rdb${dense}`);
    x = skip(x, from);
  }
  x = node('Add', [first, convolve(x, 'conv_body')]);
  for (let up = 1; up <= Math.log2(scale * unshuffle); up++) x = upsample(x, `conv_up${up}`);
  x = convolve(activate(convolve(x, 'conv_hr')), 'conv_last');
  if (precision === 'F16') x = node('Cast', [x], { to: onnxTypes.float32 });
  if (size !== undefined) {
    const ends = node('Mul', [size, integers('scale', scale)]);
    x = node('Slice', [x, integers('starts', 0, 0), ends, integers('axes', 2, 3)]);
  }
  node('Identity', [x], {}, 'output');
  return encodeOnnx({
    nodes,
    constants,
    inputs: [{ name: 'input', shape: ['batch', channels, 'height', 'width'] }],
    outputs: [{ name: 'output', shape: ['batch', channels, 'output_height', 'output_width'] }],
    metadata,
  });
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

import { encodeOnnx, type OnnxAttribute, type OnnxNode, type OnnxTensor, onnxTypes } from '../engine/onnx.ts';
import { type Precision, toHalf } from '../tensor-files/dtypes.ts';
import type { Metadata, Tensor, TensorMap } from '../tensor-files/tensors.ts';

/**
 * An ONNX model of a generator in the making, for images of any size: from `input` `[batch, channels, height, width]` in
 * 0..1 to `output`, upscaled and not clamped, both 32-bit floats. With precision F16 it computes in 16 bits.
 *
 * The engine's graphs have fixed sizes, so these models are written by hand; the tests compare the two.
 */
export function onnxExport(parameters: TensorMap, precision: Precision) {
  const nodes: OnnxNode[] = [];
  const constants: OnnxTensor[] = [];
  /** @returns the name of the result */
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
  const parameter = (name: string): Tensor => {
    const tensor = parameters.get(name);
    if (!tensor) throw new Error(`The generator has no ${name}.`);
    return tensor;
  };
  /** A tensor in the precision of the model. */
  const numbers = (name: string, { shape, data }: Tensor) =>
    constant(name, shape, precision === 'F32' ? data : Uint16Array.from(data, toHalf));
  const scales = (name: string, factor: number) => constant(name, [4], Float32Array.of(1, 1, factor, factor));
  const nearest = { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' };

  return {
    node,
    parameter,
    numbers,
    integers: (name: string, ...values: number[]) =>
      constant(name, [values.length], BigInt64Array.from(values, BigInt)),
    /** Factors of {@link upsample}, to be used any number of times. */
    scales,
    /** A convolution with a bias and an odd filter `[O, I, k, k]`; `filter` replaces its weight. */
    convolve: (x: string, name: string, filter = parameter(`${name}.weight`)): string => {
      const [, , size = 1] = filter.shape;
      const inputs = [
        x,
        numbers(`${name}.weight`, filter),
        numbers(`${name}.bias`, parameter(`${name}.bias`)),
      ];
      const pad = (size - 1) / 2;
      return node('Conv', inputs, { kernel_shape: [size, size], pads: [pad, pad, pad, pad] });
    },
    /** Repeats each pixel. */
    upsample: (x: string, factors: string): string => node('Resize', [x, '', factors], nearest),
    pixelShuffle: (x: string, factor: number): string =>
      node('DepthToSpace', [x], { blocksize: factor, mode: 'CRD' }),
    /** The input in the precision of the model. */
    toPrecision: (x: string): string =>
      precision === 'F16' ? node('Cast', [x], { to: onnxTypes.float16 }) : x,
    fromPrecision: (x: string): string =>
      precision === 'F16' ? node('Cast', [x], { to: onnxTypes.float32 }) : x,
    /** @param channels of the input and of `result` */
    encode(result: string, channels: number, metadata: Metadata): Uint8Array {
      node('Identity', [result], {}, 'output');
      return encodeOnnx({
        nodes,
        constants,
        inputs: [{ name: 'input', shape: ['batch', channels, 'height', 'width'] }],
        outputs: [{ name: 'output', shape: ['batch', channels, 'output_height', 'output_width'] }],
        metadata,
      });
    },
  };
}

import type { Precision } from '../../tensor-files/dtypes.ts';
import type { Metadata, TensorMap } from '../../tensor-files/tensors.ts';
import { onnxExport } from '../onnx-export.ts';
import { mergedSpan } from './merge.ts';
import { meanColor, type SpanOptions } from './shapes.ts';

/** Encodes a SPAN generator, with merged convolutions, as an ONNX model, see {@link onnxExport}. */
export function encodeSpanOnnx(
  options: SpanOptions,
  parameters: TensorMap,
  precision: Precision,
  metadata: Metadata,
): Uint8Array {
  const model = onnxExport(mergedSpan(options, parameters), precision);
  const { node, convolve } = model;
  const convolveMerged = (x: string, name: string) => convolve(x, `${name}.eval_conv`);
  const { img_channels: channels, scale_factor: scale } = options;
  const scalar = (name: string, value: number) =>
    model.numbers(name, { shape: [], data: Float32Array.of(value) });
  const half = scalar('half', 0.5);
  const silu = (x: string) => node('Mul', [x, node('Sigmoid', [x])]);
  const block = (input: string, name: string): [result: string, first: string] => {
    const first = silu(convolveMerged(input, `${name}.c1_r`));
    const third = convolveMerged(silu(convolveMerged(first, `${name}.c2_r`)), `${name}.c3_r`);
    const attention = node('Sub', [node('Sigmoid', [third]), half]);
    return [node('Mul', [node('Add', [third, input]), attention]), first];
  };
  const normalized = (x: string): string => {
    const mean = meanColor(channels);
    const data = Float32Array.from(mean);
    const centered = node('Sub', [x, model.numbers('mean', { shape: [mean.length, 1, 1], data })]);
    return node('Mul', [centered, scalar('img_range', options.img_range)]);
  };

  const input = model.toPrecision('input');
  const first = convolveMerged(options.norm ? normalized(input) : input, 'conv_1');
  let [x, ofFirstBlock, inLastBlock] = [first, first, first];
  for (let index = 1; index <= options.num_blocks; index++) {
    [x, inLastBlock] = block(x, `block_${index}`);
    if (index === 1) ofFirstBlock = x;
  }
  const joined = node('Concat', [first, convolveMerged(x, 'conv_2'), ofFirstBlock, inLastBlock], { axis: 1 });
  const upsampled = model.pixelShuffle(convolve(convolve(joined, 'conv_cat'), 'upsampler.0'), scale);
  return model.encode(model.fromPrecision(upsampled), channels, metadata);
}

import type { Precision } from '../../tensor-files/dtypes.ts';
import type { Metadata, TensorMap } from '../../tensor-files/tensors.ts';
import { onnxExport } from '../onnx-export.ts';
import { type CompactOptions, compactLayers } from './shapes.ts';

/** Encodes a compact generator as an ONNX model, see {@link onnxExport}. */
export function encodeCompactOnnx(
  options: CompactOptions,
  parameters: TensorMap,
  precision: Precision,
  metadata: Metadata,
): Uint8Array {
  const model = onnxExport(parameters, precision);
  const { img_channels: channels, scale_factor: scale, act } = options;
  const activate = (x: string, name: string): string => {
    if (act === 'relu') return model.node('Relu', [x]);
    if (act === 'leakyrelu') return model.node('LeakyRelu', [x], { alpha: { float: 0.1 } });
    const { shape, data } = model.parameter(`${name}.weight`);
    // ONNX broadcasts along the last dimensions; the channels are the third last.
    return model.node('PRelu', [x, model.numbers(`${name}.weight`, { shape: [...shape, 1, 1], data })]);
  };
  const input = model.toPrecision('input');
  let x = input;
  for (const { name, activation } of compactLayers(options)) {
    x = model.convolve(x, name);
    if (activation !== undefined) x = activate(x, activation);
  }
  const base = model.upsample(input, model.scales('scales', scale));
  const sum = model.node('Add', [model.pixelShuffle(x, scale), base]);
  return model.encode(model.fromPrecision(sum), channels, metadata);
}

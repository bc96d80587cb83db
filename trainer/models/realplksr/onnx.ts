import type { Precision } from '../../tensor-files/dtypes.ts';
import type { Metadata, TensorMap } from '../../tensor-files/tensors.ts';
import { onnxExport } from '../onnx-export.ts';
import { epsilon } from './network.ts';
import { blockName, largeKernelChannels, lastName, normName, type RealplksrOptions } from './shapes.ts';

/** Encodes a RealPLKSR generator as an ONNX model, see {@link onnxExport}. */
export function encodeRealplksrOnnx(
  options: RealplksrOptions,
  parameters: TensorMap,
  precision: Precision,
  metadata: Metadata,
): Uint8Array {
  const model = onnxExport(parameters, precision);
  const { node, convolve, integers, numbers } = model;
  const { img_channels: channels, scale_factor: scale, dim, norm_groups: groups } = options;
  const large = largeKernelChannels(options);
  const channelAxis = integers('channel_axis', 1);
  const vector = (name: string, values: Float32Array) =>
    numbers(name, { shape: [values.length], data: values });

  /** Factor and summand of each channel, the third last dimension. */
  const scaled = (x: string, name: string): string => {
    const part = (key: string) => numbers(key, { shape: [dim, 1, 1], data: model.parameter(key).data });
    return node('Add', [node('Mul', [x, part(`${name}.weight`)]), part(`${name}.bias`)]);
  };
  const layerNormalized = (x: string): string => {
    const mean = (of: string) => node('ReduceMean', [of, channelAxis], { keepdims: 1 });
    const centered = node('Sub', [x, mean(x)]);
    const variance = node('Add', [mean(node('Mul', [centered, centered])), tiny()]);
    return node('Div', [centered, node('Sqrt', [variance])]);
  };
  let tinyName: string | undefined;
  const tiny = () => (tinyName ??= numbers('epsilon', { shape: [], data: Float32Array.of(epsilon.layer) }));
  /** An instance is the rows of a group. */
  const groupNormalized = (() => {
    if (options.layer_norm) return (x: string) => x;
    const shape = integers('groups', 0, groups, -1);
    const ones = vector('ones', new Float32Array(groups).fill(1));
    const zeros = vector('zeros', new Float32Array(groups));
    const attributes = { epsilon: { float: epsilon.group } };
    return (x: string): string => {
      const normalized = node(
        'InstanceNormalization',
        [node('Reshape', [x, shape]), ones, zeros],
        attributes,
      );
      return node('Reshape', [normalized, node('Shape', [x])]);
    };
  })();
  const mish = (x: string) => node('Mul', [x, node('Tanh', [node('Softplus', [x])])]);
  const [start, middle, end] = [integers('start', 0), integers('large', large), integers('dim', dim)];
  const largeKernel = (x: string, name: string): string => {
    if (large === dim) return convolve(x, name);
    const part = (from: string, to: string) => node('Slice', [x, from, to, channelAxis]);
    return node('Concat', [convolve(part(start, middle), name), part(middle, end)], { axis: 1 });
  };
  const block = (input: string, name: string): string => {
    const norm = normName(name, options);
    let x = options.layer_norm ? scaled(layerNormalized(input), norm) : input;
    x = convolve(mish(convolve(x, `${name}.channel_mixer.0`)), `${name}.channel_mixer.2`);
    x = largeKernel(x, `${name}.lk.conv`);
    if (options.use_ea) x = node('Mul', [x, node('Sigmoid', [convolve(x, `${name}.attn.f.0`)])]);
    x = convolve(x, `${name}.refine`);
    if (!options.layer_norm) x = scaled(groupNormalized(x), norm);
    return node('Add', [x, input]);
  };

  const input = model.toPrecision('input');
  let x = convolve(input, 'feats.0');
  for (let index = 0; index < options.n_blocks; index++) x = block(x, blockName(index));
  const difference = model.pixelShuffle(convolve(x, lastName(options)), scale);
  const sum = node('Add', [difference, model.upsample(input, model.scales('scales', scale))]);
  return model.encode(model.fromPrecision(sum), channels, metadata);
}

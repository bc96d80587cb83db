import type { Tensor, TensorMap } from '../../tensor-files/tensors.ts';
import type { ParameterSource } from '../generators.ts';
import { type Branch, branches, type SpanConvolution, type SpanOptions, spanConvolutions } from './shapes.ts';

/**
 * The network for inference, by the names of files: `<name>.eval_conv.weight` `[O, I, 3, 3]` and `<name>.eval_conv.bias` for
 * each merged convolution. The result of 1x1, 3x3 and 1x1 convolutions W0, W1, W2 with biases b0, b1, b2 is a 3x3
 * convolution whose taps are W2 W1[tap] W0 and whose bias is W2 (sum of taps W1[tap] b0 + b1) + b2; the 1x1 convolution `sk`
 * adds to the tap in the center.
 *
 * @param parameters by the names of `trainedConvolutions`
 */
export function mergedSpan(options: SpanOptions, parameters: TensorMap): TensorMap {
  const merged: TensorMap = new Map();
  for (const { name, inputs, outputs, kind } of spanConvolutions(options)) {
    if (kind === 'merged') {
      const { weight, bias } = mergeBranches(parameters, name, inputs, outputs);
      merged.set(`${name}.eval_conv.weight`, weight).set(`${name}.eval_conv.bias`, bias);
    } else {
      for (const key of [`${name}.weight`, `${name}.bias`]) merged.set(key, need(parameters, key));
    }
  }
  return merged;
}

/**
 * The same network with the branches of {@link branchesOfMerged}, in which interpolated parameters have the interpolated
 * merged form. Trained branches do not have this property: their product is not linear.
 */
export function interpolableSpan(options: SpanOptions, parameters: TensorMap): TensorMap {
  const merged = mergedSpan(options, parameters);
  const tensors: TensorMap = new Map();
  for (const convolution of spanConvolutions(options)) {
    const { name, kind } = convolution;
    if (kind === 'merged') {
      for (const [key, source] of branchesOfMerged(convolution)) {
        const tensor = need(merged, source.name);
        tensors.set(key, source.convert?.(tensor) ?? tensor);
      }
    } else {
      for (const key of [`${name}.weight`, `${name}.bias`]) tensors.set(key, need(merged, key));
    }
  }
  return tensors;
}

function mergeBranches(parameters: TensorMap, name: string, inputs: number, outputs: number) {
  const data = (branch: string) => need(parameters, `${name}.${branch}`).data;
  const [into, middle, outOf] = [data('conv.0.weight'), data('conv.1.weight'), data('conv.2.weight')];
  const [skip, wideInputs] = [data('sk.weight'), 2 * inputs];
  const weight = new Float32Array(outputs * inputs * 9);
  // W1[tap] W0, and the sum over the taps of W1[tap] b0, for each of the 2O maps in the middle.
  const row = new Float64Array(inputs * 9);
  const sums = Array.from(data('sk.bias'), (value, output) => value + data('conv.2.bias')[output]!);
  const total = new Float64Array(weight.length);
  for (let wide = 0; wide < 2 * outputs; wide++) {
    row.fill(0);
    let constant = data('conv.1.bias')[wide]!;
    for (let from = 0; from < wideInputs; from++) {
      const taps = middle.subarray((wide * wideInputs + from) * 9, (wide * wideInputs + from + 1) * 9);
      if (taps.every((value) => value === 0)) continue;
      for (const value of taps) constant += value * data('conv.0.bias')[from]!;
      for (let input = 0; input < inputs; input++) {
        const factor = into[from * inputs + input]!;
        if (factor === 0) continue;
        for (let tap = 0; tap < 9; tap++) row[input * 9 + tap]! += factor * taps[tap]!;
      }
    }
    for (let output = 0; output < outputs; output++) {
      const factor = outOf[output * 2 * outputs + wide]!;
      if (factor === 0) continue;
      sums[output]! += factor * constant;
      for (let index = 0; index < row.length; index++)
        total[output * row.length + index]! += factor * row[index]!;
    }
  }
  for (let filter = 0; filter < outputs * inputs; filter++) total[filter * 9 + 4]! += skip[filter]!;
  weight.set(total);
  return {
    weight: { shape: [outputs, inputs, 3, 3], data: weight },
    bias: { shape: [outputs], data: Float32Array.from(sums) },
  };
}

/**
 * How the branches of a convolution follow from a file that has its merged form only, `<name>.eval_conv`: its filter between
 * two 1x1 convolutions that change nothing, all other weights zero.
 */
export function branchesOfMerged(convolution: Omit<SpanConvolution, 'kind'>): [string, ParameterSource][] {
  const { name, inputs, outputs } = convolution;
  const merged = `${name}.eval_conv`;
  /** Weight of a branch from one map to another, from the taps of the merged filter between these maps, if it has them. */
  const weights: Record<Branch, (output: number, input: number, tap: number | undefined) => number> = {
    sk: () => 0,
    'conv.0': (output, input) => Number(output === input),
    'conv.1': (_output, _input, tap) => tap ?? 0,
    'conv.2': (output, input) => Number(output === input),
  };
  return branches(convolution).flatMap(({ name: full, branch, shape }): [string, ParameterSource][] => {
    const [rows, columns, height, width] = shape;
    const taps = height * width;
    const weight = ({ data }: Tensor): Tensor => ({
      shape,
      data: Float32Array.from({ length: rows * columns * taps }, (_, index) => {
        const [filter, tap] = [Math.floor(index / taps), index % taps];
        const [output, input] = [Math.floor(filter / columns), filter % columns];
        const isInside = output < outputs && input < inputs;
        return weights[branch](
          output,
          input,
          isInside ? data[(output * inputs + input) * taps + tap] : undefined,
        );
      }),
    });
    const bias = (tensor: Tensor): Tensor =>
      branch === 'conv.2' ? tensor : { shape: [rows], data: new Float32Array(rows) };
    return [
      [`${full}.weight`, { name: `${merged}.weight`, convert: weight }],
      [`${full}.bias`, { name: `${merged}.bias`, convert: bias }],
    ];
  });
}

function need(parameters: TensorMap, name: string): Tensor {
  const tensor = parameters.get(name);
  if (!tensor) throw new Error(`The generator has no ${name}.`);
  return tensor;
}

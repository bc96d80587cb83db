import type { FilterForm, Graph, Shape, Value } from './graph.ts';
import { isWinogradFaster, winogradConvolution, winogradFilter } from './winograd.ts';

export interface FrozenOptions {
  /** Names of the filters. */
  readonly frozen: ReadonlySet<string>;
  /** Whether Winograd's algorithm may be used. */
  readonly winograd: boolean;
}

/**
 * Rewrites a convolution with a filter that never changes, such as VGG's, or its input gradient: the filter is transformed
 * once before the first step instead of at every step.
 *
 * @param x the convolution's input, already rewritten
 * @returns undefined if it is no such convolution, or reads the filter as it is
 */
export function convolutionWithFrozenFilter(
  graph: Graph,
  value: Value,
  x: Value,
  { frozen, winograd }: FrozenOptions,
): Value | undefined {
  const { operation, inputs } = value;
  if (operation.kind !== 'convolution' && operation.kind !== 'convolutionInputGradient') return undefined;
  const filter = inputs[1]!;
  if (filter.operation.kind !== 'input' || !frozen.has(filter.operation.name)) return undefined;
  const [kernelHeight = 0, kernelWidth = 0] = filter.shape;
  const { strides, pads } = operation.window;
  const isPlain =
    [kernelHeight, kernelWidth].every((size) => size === 3) &&
    strides.every((stride) => stride === 1) &&
    pads.every((pad) => pad === 1);
  if (!isPlain || inputs.length > 2) return undefined;
  const [, , filterInputs = 0, filterOutputs = 0] = filter.shape;
  const isGradient = operation.kind === 'convolutionInputGradient';
  if (winograd && isWinogradFaster(x.shape, isGradient ? filterInputs : filterOutputs)) {
    const shape = [36, filterOutputs, filterInputs];
    const prepared = graph.prepared(isGradient ? 'turned winograd' : 'winograd', filter, shape);
    return winogradConvolution(graph, x, prepared, isGradient);
  }
  if (!isGradient) return undefined;
  const exchanged = [kernelHeight, kernelWidth, filterOutputs, filterInputs];
  return graph.convolution(x, graph.prepared('turned', filter, exchanged), operation.window);
}

/** Transforms the data of a filter `[O, I, kh, kw]`. */
export function preparedFilter(form: FilterForm, data: Float32Array, shape: Shape): Float32Array {
  return form === 'turned' ? turnedFilter(data, shape) : winogradFilter(data, form === 'turned winograd');
}

/** `[O, I, kh, kw]` to `[I, O, kh, kw]`, each kernel turned by 180 degrees. */
function turnedFilter(
  data: Float32Array,
  [outputs = 0, inputs = 0, height = 0, width = 0]: Shape,
): Float32Array {
  const taps = height * width;
  const turned = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let tap = 0; tap < taps; tap++)
        turned[(i * outputs + o) * taps + (taps - 1 - tap)] = data[(o * inputs + i) * taps + tap]!;
  return turned;
}

import { type Graph, isPlain, type Shape, type Value } from './graph.ts';

/**
 * The input gradient of a convolution with a filter that never changes, such as VGG's, is a convolution with the turned
 * filter. The filter is turned once before the first step instead of at every step.
 *
 * @param frozen names of the filters
 * @param dy the gradient's input, already rewritten
 * @returns undefined if it is no such gradient
 */
export function frozenInputGradient(
  graph: Graph,
  { operation, inputs }: Value,
  dy: Value,
  frozen: ReadonlySet<string>,
): Value | undefined {
  if (operation.kind !== 'convolutionInputGradient') return undefined;
  const filter = inputs[1]!;
  if (filter.operation.kind !== 'input' || !frozen.has(filter.operation.name)) return undefined;
  const [height = 0, width = 0, filterInputs = 0, filterOutputs = 0] = filter.shape;
  if (!isPlain(operation.window, filter.shape)) return undefined;
  const shape = [height, width, filterOutputs, filterInputs];
  return graph.convolution(dy, graph.turned(filter, shape), operation.window);
}

/** `[O, I, kh, kw]` to `[I, O, kh, kw]`, each kernel turned by 180 degrees. */
export function turnedFilter(
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

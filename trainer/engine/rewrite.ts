import { frozenInputGradient } from './frozen-filters.ts';
import {
  countUses,
  type Graph,
  isFill,
  isPlain,
  type Shape,
  sameShape,
  topologicalOrder,
  type Value,
  type Window,
} from './graph.ts';
import type { Traced } from './trace.ts';
import {
  convolvedTiles,
  filterGradientOfTiles,
  gradientTiles,
  inputGradientTiles,
  mapOfTiles,
  mapTiles,
  winogradLimits,
} from './winograd.ts';

/**
 * Rewrites with the same results, except for rounding, that run faster on a CPU: few wide convolutions and matrix
 * products instead of many narrow ones.
 */
export function rewriteForCpu(traced: Traced): Traced {
  return applied(traced, [
    foldBiases,
    activationGradients,
    skipUpsampling,
    joinFilterGradients,
    winograd(winogradLimits.training),
  ]);
}

/**
 * The same for inference, where ONNX Runtime computes all other convolutions in its blocked layout.
 *
 * @param hasAvx512 whether it does so with AVX-512
 */
export function rewriteForInference(traced: Traced, hasAvx512: boolean): Traced {
  return applied(traced, hasAvx512 ? [foldBiases] : [foldBiases, winograd(winogradLimits.inference)]);
}

/** Rewrites that pay off on every device. */
export function rewriteForDevice(traced: Traced, frozen: ReadonlySet<string>): Traced {
  return applied(traced, [turnFrozenFilters(frozen)]);
}

function applied(traced: Traced, passes: readonly Pass[]): Traced {
  return passes.reduce((current, pass) => rewritten(current, pass(current)), traced);
}

/** The replacement of a value, undefined to leave it as it is. `rewrite` gives the replacement of any other value. */
type Rule = (value: Value, rewrite: Rewrite) => Value | undefined;
type Rewrite = (value: Value) => Value;
type Pass = (traced: Traced) => Rule;

function rewritten(traced: Traced, rule: Rule): Traced {
  const done = new Map<Value, Value>();
  const rewrite = (value: Value): Value => {
    let result = done.get(value);
    if (!result) {
      result = rule(value, rewrite) ?? traced.graph.rebuilt(value, value.inputs.map(rewrite));
      done.set(value, result);
    }
    return result;
  };
  // Inputs first, so that the recursion stays shallow.
  for (const value of topologicalOrder(results(traced))) rewrite(value);
  const all = (values: Readonly<Record<string, Value>>) =>
    Object.fromEntries(Object.entries(values).map(([name, value]) => [name, rewrite(value)]));
  return { graph: traced.graph, outputs: all(traced.outputs), state: all(traced.state) };
}

function results(traced: Traced): Value[] {
  return [...Object.values(traced.outputs), ...Object.values(traced.state)];
}

function turnFrozenFilters(frozen: ReadonlySet<string>): Pass {
  return ({ graph }) =>
    (value, rewrite) => {
      const [x] = value.inputs;
      return x && frozenInputGradient(graph, value, rewrite(x), frozen);
    };
}

/** conv(x, w) + b becomes one operation. */
const foldBiases: Pass =
  ({ graph }) =>
  (value, rewrite) => {
    if (value.operation.kind !== 'binary' || value.operation.fn !== 'Add') return undefined;
    const [sum, bias] = value.inputs;
    if (sum?.operation.kind !== 'convolution' || sum.inputs.length !== 2) return undefined;
    if (!bias || !sameShape(bias.shape, [value.shape[3]!])) return undefined;
    const [x, filter] = sum.inputs;
    return graph.convolution(rewrite(x!), rewrite(filter!), sum.operation.window, rewrite(bias));
  };

/** Every normal number times this is outside of -1 to 1, so that clipping the product gives a step function. */
const steep = 3e38;

/**
 * The gradient of y = leakyRelu(x, a) is dy where x is positive, and a * dy elsewhere; that of y = relu(x) is the same with
 * a = 0. This is dy * clip(steep * y, a, 1): two fast operations instead of a comparison and a selection. As y has the sign
 * of x, x can be freed earlier.
 */
const activationGradients: Pass = (traced) => {
  const activations = new Map<Value, Value>();
  for (const value of topologicalOrder(results(traced))) {
    const { kind } = value.operation;
    if (kind === 'leakyRelu' || (value.operation.kind === 'unary' && value.operation.fn === 'Relu'))
      activations.set(value.inputs[0]!, value);
  }
  const { graph } = traced;
  /** The activation that a selection by the sign of its operand belongs to. */
  const selected = ({ operation, inputs: [condition] }: Value): Value | undefined => {
    if (operation.kind !== 'select') return undefined;
    if (condition?.operation.kind !== 'binary' || condition.operation.fn !== 'Greater') return undefined;
    const [x, zero] = condition.inputs;
    return isFill(zero, 0) ? activations.get(x!) : undefined;
  };
  const slopes = (activation: Value, rewrite: Rewrite, alpha: number): Value =>
    graph.clip(graph.binary('Mul', rewrite(activation), graph.fill(steep, [])), alpha, 1);
  return (value, rewrite) => {
    const activation = selected(value);
    if (activation?.operation.kind === 'leakyRelu') {
      const { alpha } = activation.operation;
      const [, gradient, scaled] = value.inputs;
      if (alpha <= 0 || alpha >= 1) return undefined;
      if (scaled?.operation.kind !== 'binary' || scaled.operation.fn !== 'Mul') return undefined;
      if (scaled.inputs[0] !== gradient || !isFill(scaled.inputs[1], alpha)) return undefined;
      return graph.binary('Mul', rewrite(gradient!), slopes(activation, rewrite, alpha));
    }
    if (value.operation.kind !== 'binary' || value.operation.fn !== 'Mul') return undefined;
    const [gradient, step] = value.inputs;
    const rectified = selected(step!);
    if (rectified?.operation.kind !== 'unary') return undefined;
    if (!isFill(step!.inputs[1], 1) || !isFill(step!.inputs[2], 0)) return undefined;
    return graph.binary('Mul', rewrite(gradient!), slopes(rectified, rewrite, 0));
  };
};

/**
 * A 3x3 convolution of a map that was upsampled by 2 repeats work, because neighboring pixels of the large map are the
 * same pixel of the small one. It is the transposed 4x4 convolution of the small map with stride 2, whose taps are sums of
 * the filter's: row Y of the result reads row floor((Y + r - 1) / 2) of the small map by tap r, so row i of the small map
 * goes to rows 2i - 1 to 2i + 2. That takes 16 products per pixel of the small map instead of 36, in all three passes.
 */
const skipUpsampling: Pass =
  ({ graph }) =>
  (value, rewrite) => {
    const { operation, inputs, shape } = value;
    const [x] = inputs;
    if (operation.kind === 'convolution' && isDoubled(x!) && isPlain(operation.window, inputs[1]!.shape)) {
      const filter = summedFilter(graph, rewrite(inputs[1]!));
      const result = graph.convolutionInputGradient(rewrite(x!.inputs[0]!), filter, summedWindow, shape);
      return inputs[2] ? graph.binary('Add', result, rewrite(inputs[2])) : result;
    }
    if (operation.kind === 'convolutionFilterGradient' && isDoubled(x!) && isPlain(operation.window, shape)) {
      const summedShape = [4, 4, shape[3]!, shape[2]!];
      const [small, dy] = [rewrite(x!.inputs[0]!), rewrite(inputs[1]!)];
      return filterOfSummed(graph, graph.convolutionFilterGradient(dy, small, summedWindow, summedShape));
    }
    if (operation.kind === 'sumBlocks' && isDouble(operation.factor)) {
      if (x!.operation.kind !== 'convolutionInputGradient') return undefined;
      const [dy, filter] = x!.inputs;
      if (!isPlain(x!.operation.window, filter!.shape)) return undefined;
      return graph.convolution(rewrite(dy!), summedFilter(graph, rewrite(filter!)), summedWindow);
    }
    return undefined;
  };

function isDoubled({ operation }: Value): boolean {
  return operation.kind === 'upsampleNearest' && isDouble(operation.factor);
}

const summedWindow: Window = { strides: [2, 2], pads: [1, 1, 1, 1] };

/** Weights `[9, 16]` of the taps of a filter in the taps of its sums. */
const summedWeights = Float32Array.from({ length: 9 * 16 }, (_, index) => {
  const [tap, sum] = [Math.floor(index / 16), index % 16];
  const counts = (r: number, u: number) => (r + u === 2 || r + u === 3 ? 1 : 0);
  return counts(Math.floor(tap / 3), Math.floor(sum / 4)) * counts(tap % 3, sum % 4);
});

/** The filter `[4, 4, O, I]` on the small map's gradient, from a filter `[3, 3, I, O]` on the upsampled map. */
function summedFilter(graph: Graph, filter: Value): Value {
  const [, , inputs = 0, outputs = 0] = filter.shape;
  const taps = graph.reshape(graph.transpose(filter, [2, 3, 0, 1]), [inputs * outputs, 9]);
  const sums = graph.matmul(taps, graph.constant(summedWeights, [9, 16]), false, false);
  return graph.transpose(graph.reshape(sums, [inputs, outputs, 4, 4]), [2, 3, 1, 0]);
}

/** The gradient by a filter `[3, 3, I, O]` from that by its {@link summedFilter}. */
function filterOfSummed(graph: Graph, gradient: Value): Value {
  const [, , outputs = 0, inputs = 0] = gradient.shape;
  const sums = graph.reshape(graph.transpose(gradient, [3, 2, 0, 1]), [inputs * outputs, 16]);
  const taps = graph.matmul(sums, graph.constant(summedWeights, [9, 16]), false, true);
  return graph.transpose(graph.reshape(taps, [inputs, outputs, 3, 3]), [2, 3, 0, 1]);
}

function isDouble(factor: readonly [number, number]): boolean {
  return factor[0] === 2 && factor[1] === 2;
}

/**
 * 3x3 convolutions of maps of some channels and their gradients by Winograd's algorithm, see winograd.ts. A map of a dense
 * block is cut into tiles once for all its readers. Maps are concatenated in the domain; the gradient of a map is one
 * product of the tiles of all its readers' gradients with their filters, so that each map is put together once.
 *
 * @param limits see {@link winogradLimits}
 */
const winograd =
  (limits: (typeof winogradLimits)[keyof typeof winogradLimits]): Pass =>
  (traced) => {
    const { graph } = traced;
    const uses = countUses(results(traced));
    const isForWinograd = (window: Window, [, height = 0, width = 0]: Shape, filter: Shape): boolean =>
      isPlain(window, filter) &&
      Math.max(height, width) <= limits.side &&
      Math.min(...filter.slice(2)) >= limits.shared;
    /** Whether it is such a convolution. */
    const isConvolved = ({ operation, inputs: [x, filter] }: Value): boolean =>
      operation.kind === 'convolution' && isForWinograd(operation.window, x!.shape, filter!.shape);
    const readers = new Map<Value, number>();
    for (const value of topologicalOrder(results(traced)).filter(isConvolved))
      for (const map of parts(value.inputs[0]!)) readers.set(map, (readers.get(map) ?? 0) + 1);
    const isWorthTiles = (x: Value): boolean =>
      x.shape[3]! >= limits.alone || parts(x).some((map) => (readers.get(map) ?? 0) > 1);

    /** Whether it is the input gradient of such a convolution, or some of its channels. */
    const isPartOfInputGradient = (value: Value): boolean => {
      const gradient = isSlice(value) ? value.inputs[0]! : value;
      return (
        gradient.operation.kind === 'convolutionInputGradient' &&
        isForWinograd(gradient.operation.window, gradient.shape, gradient.inputs[1]!.shape) &&
        // A part of the channels, not of the rows, columns or images.
        sameShape(gradient.shape.slice(0, 3), value.shape.slice(0, 3))
      );
    };
    /** The terms of a sum whose partial sums are not used elsewhere. */
    const addends = (value: Value): Value[] =>
      isSumOfMaps(value)
        ? value.inputs.flatMap((input) => (uses.get(input) === 1 ? addends(input) : [input]))
        : [value];

    /** Numbers of convolutions so far that read a filter. */
    const readersOfFilter = new Map<Value, number>();

    function convolved({ inputs, shape }: Value, rewrite: Rewrite): Value {
      const [x, filter, bias] = inputs;
      const reader = readersOfFilter.get(filter!) ?? 0;
      readersOfFilter.set(filter!, reader + 1);
      const tiles = graph.concat(
        parts(x!).map((map) => mapTiles(graph, rewrite(map))),
        2,
      );
      const result = mapOfTiles(graph, convolvedTiles(graph, tiles, rewrite(filter!), reader), shape);
      return bias ? graph.binary('Add', result, rewrite(bias)) : result;
    }

    return (value, rewrite) => {
      const { operation, inputs } = value;
      if (isConvolved(value) && isWorthTiles(inputs[0]!)) return convolved(value, rewrite);
      if (
        operation.kind === 'convolutionFilterGradient' &&
        isForWinograd(operation.window, inputs[0]!.shape, value.shape)
      ) {
        const [x, dy] = inputs;
        return filterGradientOfTiles(graph, mapTiles(graph, rewrite(x!)), gradientTiles(graph, rewrite(dy!)));
      }
      const terms = addends(value);
      const gradients = terms.filter(isPartOfInputGradient);
      if (gradients.length === 0) return undefined;
      const sources = gradients.map((term) => {
        const [dy, filter] = (isSlice(term) ? term.inputs[0]! : term).inputs;
        return {
          tiles: mapTiles(graph, rewrite(dy!)),
          filter: graph.sliceAxis(rewrite(filter!), 2, firstChannel(term), term.shape[3]!),
        };
      });
      const tiles = graph.concat(
        sources.map((source) => source.tiles),
        2,
      );
      const filter = graph.concat(
        sources.map((source) => source.filter),
        3,
      );
      const gradient = mapOfTiles(graph, inputGradientTiles(graph, tiles, filter), value.shape);
      const others = terms.filter((term) => !gradients.includes(term)).map(rewrite);
      return others.reduce((total, term) => graph.binary('Add', total, term), gradient);
    };
  };

/**
 * One product of all maps of a dense block with all output gradients contains the gradients of all its filters. The
 * filters of early convolutions read few of the maps and ignore the rest of the product. Still, one wide product is
 * faster than many narrow ones, and every map is shifted only once.
 */
const joinFilterGradients: Pass = (traced) => {
  const { graph } = traced;
  const groups = new Map<string, Value[]>();
  const afterGradient = new Set<Value>();
  for (const value of topologicalOrder(results(traced))) {
    const isGradient = value.operation.kind === 'convolutionFilterGradient';
    if (value.inputs.some((input) => afterGradient.has(input))) {
      // A joined gradient must not depend on another one: that would be a cycle.
      afterGradient.add(value);
      continue;
    }
    if (!isGradient) continue;
    afterGradient.add(value);
    const key = `${parts(value.inputs[0]!)[0]!.id} ${geometry(value, value.shape)}`;
    groups.set(key, [...(groups.get(key) ?? []), value]);
  }
  const joined = new Map<Value, { longest: Value; members: readonly Value[] }>();
  for (const gradients of groups.values()) {
    const longest = gradients.reduce((a, b) => (a.shape[2]! >= b.shape[2]! ? a : b));
    const all = parts(longest.inputs[0]!);
    const members = gradients.filter((gradient) =>
      parts(gradient.inputs[0]!).every((map, index) => map === all[index]),
    );
    if (members.length > 1) for (const member of members) joined.set(member, { longest, members });
  }

  return (value, rewrite) => {
    const group = joined.get(value);
    if (!group || value.operation.kind !== 'convolutionFilterGradient') return undefined;
    const { longest, members } = group;
    const gradients = graph.concat(
      members.map((member) => rewrite(member.inputs[1]!)),
      3,
    );
    const shape = [...longest.shape.slice(0, 3), gradients.shape[3]!];
    const product = graph.convolutionFilterGradient(
      rewrite(longest.inputs[0]!),
      gradients,
      value.operation.window,
      shape,
    );
    const before = members.slice(0, members.indexOf(value));
    const begin = before.reduce((sum, member) => sum + member.shape[3]!, 0);
    return graph.slice(product, [0, 0, 0, begin], value.shape);
  };
};

function isSumOfMaps({ operation, inputs, shape }: Value): boolean {
  const isSum = operation.kind === 'binary' && operation.fn === 'Add' && shape.length === 4;
  return isSum && inputs.every((input) => sameShape(input.shape, shape));
}

function isSlice({ operation }: Value): boolean {
  return operation.kind === 'slice';
}

function firstChannel({ operation }: Value): number {
  return operation.kind === 'slice' ? (operation.begin[3] ?? 0) : 0;
}

/** The maps that a map concatenates along the channels; the map itself if it is no concatenation. */
function parts(map: Value): readonly Value[] {
  return map.operation.kind === 'concat' && map.operation.axis === 3 ? map.inputs : [map];
}

/** Window and filter size, which convolutions must share to be computed as one. */
function geometry({ operation }: Value, [height, width]: Shape): string {
  const window = 'window' in operation ? operation.window : undefined;
  return `${JSON.stringify(window)} ${height}x${width}`;
}

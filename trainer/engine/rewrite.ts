import { convolutionWithFrozenFilter, type FrozenOptions } from './frozen-filters.ts';
import {
  countUses,
  type Graph,
  isFill,
  sameShape,
  topologicalOrder,
  type Value,
  type Window,
} from './graph.ts';
import type { Traced } from './trace.ts';

/**
 * Rewrites with the same results, except for rounding, that run faster on a CPU: few wide convolutions and matrix
 * products instead of many narrow ones.
 */
export function rewriteForCpu(traced: Traced, frozen: ReadonlySet<string>): Traced {
  return applied(traced, [
    prepareFrozenFilters({ frozen, winograd: true }),
    foldBiases,
    leakyReluGradients,
    skipUpsampling,
    distributeConvolutions,
    accumulateInputGradients,
    joinFilterGradients,
  ]);
}

/** Rewrites that pay off on every device. */
export function rewriteForDevice(traced: Traced, frozen: ReadonlySet<string>): Traced {
  return applied(traced, [prepareFrozenFilters({ frozen, winograd: false })]);
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

function prepareFrozenFilters(options: FrozenOptions): Pass {
  return ({ graph }) =>
    (value, rewrite) => {
      const [x] = value.inputs;
      return x && convolutionWithFrozenFilter(graph, value, rewrite(x), options);
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
 * The gradient of y = leakyRelu(x, a) is dy where x is positive, and a * dy elsewhere. This is dy * clip(steep * y, a, 1):
 * two fast operations instead of a comparison and a selection. As y has the sign of x, x can be freed earlier.
 */
const leakyReluGradients: Pass = (traced) => {
  const activations = new Map<Value, Value>();
  for (const value of topologicalOrder(results(traced))) {
    if (value.operation.kind === 'leakyRelu') activations.set(value.inputs[0]!, value);
  }
  return (value, rewrite) => {
    if (value.operation.kind !== 'select') return undefined;
    const [condition, gradient, scaled] = value.inputs;
    if (condition?.operation.kind !== 'binary' || condition.operation.fn !== 'Greater') return undefined;
    const [x, zero] = condition.inputs;
    const activation = activations.get(x!);
    if (activation?.operation.kind !== 'leakyRelu' || !isFill(zero, 0)) return undefined;
    const { alpha } = activation.operation;
    if (alpha <= 0 || alpha >= 1) return undefined;
    if (scaled?.operation.kind !== 'binary' || scaled.operation.fn !== 'Mul') return undefined;
    if (scaled.inputs[0] !== gradient || !isFill(scaled.inputs[1], alpha)) return undefined;
    const { graph } = traced;
    const ramp = graph.binary('Mul', rewrite(activation), graph.fill(steep, []));
    return graph.binary('Mul', rewrite(gradient!), graph.clip(ramp, alpha, 1));
  };
};

/**
 * The input gradient of a 3x3 convolution of a map that was upsampled by 2 repeats work, because neighboring pixels of
 * the large map are the same pixel of the small one. Computed at the size of the small map, it needs 16 products per
 * pixel instead of 36.
 */
const skipUpsampling: Pass =
  ({ graph }) =>
  (value, rewrite) => {
    const [gradient] = value.inputs;
    if (value.operation.kind !== 'sumBlocks' || !isDouble(value.operation.factor)) return undefined;
    if (gradient?.operation.kind !== 'convolutionInputGradient') return undefined;
    const [dy, filter] = gradient.inputs;
    if (!isPlain(gradient, filter!)) return undefined;
    return graph.upsampledInputGradient(rewrite(dy!), rewrite(filter!), value.shape);
  };

function isDouble(factor: readonly [number, number]): boolean {
  return factor[0] === 2 && factor[1] === 2;
}

/** Whether it is a 3x3 convolution with stride 1 and padding 1. */
function isPlain(value: Value, filter: Value): boolean {
  const plain = JSON.stringify({ strides: [1, 1], pads: [1, 1, 1, 1] });
  return geometry(value, filter) === `${plain} 3x3`;
}

/**
 * In a dense block, every later convolution reads map p as a part of a concatenation. A convolution of a concatenation is
 * the sum of convolutions of its parts. So one convolution with many outputs computes what map p contributes to all its
 * readers: up to twice as fast as several convolutions with few outputs, and nothing is concatenated. The next map's
 * convolution adds to these partial sums.
 */
const distributeConvolutions: Pass = (traced) => {
  const { graph } = traced;
  const outputsOf = (convolution: Value) => convolution.shape[3]!;
  /** Convolutions whose input starts with the same maps. */
  const readers = new Map<string, Value[]>();
  const readersOf = (maps: readonly Value[], convolution: Value): readonly Value[] =>
    readers.get(`${maps.map(({ id }) => id)} ${geometry(convolution, convolution.inputs[1]!)}`) ?? [];
  for (const convolution of topologicalOrder(results(traced))) {
    if (!isDistributable(convolution)) continue;
    for (const maps of prefixes(parts(convolution.inputs[0]!))) {
      const key = `${maps.map(({ id }) => id)} ${geometry(convolution, convolution.inputs[1]!)}`;
      readers.set(key, [...(readers.get(key) ?? []), convolution]);
    }
  }

  /** The partial sums of `maps` in each of the convolutions `together`, concatenated along the channels. */
  function sums(maps: readonly Value[], window: Window, together: readonly Value[], rewrite: Rewrite): Value {
    const before = maps.slice(0, -1);
    const map = maps.at(-1)!;
    const offset = before.reduce((sum, { shape }) => sum + shape[3]!, 0);
    const filters = together.map(({ inputs }) =>
      graph.sliceAxis(rewrite(inputs[1]!), 2, offset, map.shape[3]!),
    );
    const isBiased = before.length === 0 && together.some(({ inputs }) => inputs[2]);
    const biases = together.map(
      (convolution) => convolution.inputs[2] ?? graph.fill(0, [outputsOf(convolution)]),
    );
    const bias = isBiased ? graph.concat(biases, 0) : undefined;
    const wide = graph.convolution(rewrite(map), graph.concat(filters, 3), window, bias);
    if (before.length === 0) return wide;
    const earlier = together.map((convolution) => contribution(before, window, convolution, rewrite));
    return graph.binary('Add', wide, sideBySide(graph, earlier));
  }

  /** The partial sum of `maps` in one convolution. */
  function contribution(maps: readonly Value[], window: Window, convolution: Value, rewrite: Rewrite): Value {
    const together = readersOf(maps, convolution);
    const before = together.slice(0, together.indexOf(convolution));
    const begin = before.reduce((sum, other) => sum + outputsOf(other), 0);
    return graph.sliceAxis(sums(maps, window, together, rewrite), 3, begin, outputsOf(convolution));
  }

  return (value, rewrite) => {
    if (value.operation.kind !== 'convolution' || !isDistributable(value)) return undefined;
    const maps = parts(value.inputs[0]!);
    if (prefixes(maps).every((first) => readersOf(first, value).length === 1)) return undefined;
    return contribution(maps, value.operation.window, value, rewrite);
  };
};

/** The non-empty prefixes of a list, shortest first. */
function prefixes<Item>(items: readonly Item[]): Item[][] {
  return items.map((_, index) => items.slice(0, index + 1));
}

/** Concatenates slices along the channels; adjacent slices of one tensor become one slice. */
function sideBySide(graph: Graph, slices: readonly Value[]): Value {
  const joined: Value[] = [];
  for (const slice of slices) {
    const last = joined.at(-1);
    const [source] = slice.inputs;
    if (
      last &&
      isSlice(last) &&
      isSlice(slice) &&
      last.inputs[0] === source &&
      channelsEnd(last) === firstChannel(slice)
    ) {
      const size = last.shape[3]! + slice.shape[3]!;
      joined[joined.length - 1] = graph.sliceAxis(source!, 3, firstChannel(last), size);
    } else {
      joined.push(slice);
    }
  }
  return graph.concat(joined, 3);
}

/** Whether it can be computed together with others: its filter is an input, so that no cycle can arise. */
function isDistributable({ operation, inputs }: Value): boolean {
  if (operation.kind !== 'convolution' || operation.window.strides.some((stride) => stride !== 1))
    return false;
  return inputs.slice(1).every(({ operation: { kind } }) => kind === 'input' || kind === 'constant');
}

/**
 * The gradient of a map of a dense block is the sum of slices of its readers' input gradients. The sum starts with the
 * widest gradient, and each further convolution adds its own to it, so that no separate addition of wide maps is needed.
 */
const accumulateInputGradients: Pass = (traced) => {
  const { graph } = traced;
  const uses = countUses(results(traced));
  /** The terms of a sum whose partial sums are not used elsewhere. */
  const addends = (value: Value): Value[] =>
    isSumOfMaps(value)
      ? value.inputs.flatMap((input) => (uses.get(input) === 1 ? addends(input) : [input]))
      : [value];
  return (value, rewrite) => {
    if (!isSumOfMaps(value)) return undefined;
    const terms = addends(value);
    if (terms.length < 2) return undefined;
    const gradients = terms.filter(isPartOfInputGradient);
    const [first] = gradients;
    if (!first || gradients.length < 2) return undefined;
    const begin = firstChannel(first);
    if (gradients.some((term) => firstChannel(term) !== begin)) return undefined;
    const widestFirst = gradients
      .map((term) => (isSlice(term) ? term.inputs[0]! : term))
      .toSorted((a, b) => b.shape[3]! - a.shape[3]!);
    const accumulated = widestFirst
      .map(rewrite)
      .reduce((sum, gradient) =>
        graph.binary('Add', gradient, graph.sliceAxis(sum, 3, 0, gradient.shape[3]!)),
      );
    const others = terms.filter((term) => !isPartOfInputGradient(term)).map(rewrite);
    return [graph.sliceAxis(accumulated, 3, begin, value.shape[3]!), ...others].reduce((sum, term) =>
      graph.binary('Add', sum, term),
    );
  };
};

function isSumOfMaps({ operation, inputs, shape }: Value): boolean {
  const isSum = operation.kind === 'binary' && operation.fn === 'Add' && shape.length === 4;
  return isSum && inputs.every((input) => sameShape(input.shape, shape));
}

function isPartOfInputGradient(value: Value): boolean {
  const gradient = isSlice(value) ? value.inputs[0]! : value;
  const { kind } = gradient.operation;
  // A part of the channels, not of the rows, columns or images.
  return (
    kind === 'convolutionInputGradient' && sameShape(gradient.shape.slice(0, 3), value.shape.slice(0, 3))
  );
}

function isSlice({ operation }: Value): boolean {
  return operation.kind === 'slice';
}

function firstChannel({ operation }: Value): number {
  return operation.kind === 'slice' ? (operation.begin[3] ?? 0) : 0;
}

function channelsEnd(value: Value): number {
  return firstChannel(value) + value.shape[3]!;
}

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
    const key = `${parts(value.inputs[0]!)[0]!.id} ${geometry(value, value)}`;
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

/** The maps that a map concatenates along the channels; the map itself if it is no concatenation. */
function parts(map: Value): readonly Value[] {
  return map.operation.kind === 'concat' && map.operation.axis === 3 ? map.inputs : [map];
}

/** Window and filter size, which convolutions must share to be computed as one. */
function geometry({ operation }: Value, filter: Value): string {
  const window = 'window' in operation ? operation.window : undefined;
  return `${JSON.stringify(window)} ${filter.shape[0]}x${filter.shape[1]}`;
}

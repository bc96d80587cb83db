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
 * Rewrites that give the same numbers (but for rounding) in a form that a CPU computes faster: few, wide
 * convolutions and matrix products in place of many narrow ones.
 */
export function rewriteForCpu(traced: Traced, frozen: ReadonlySet<string>): Traced {
  return applied(traced, [
    prepareFrozenFilters({ frozen, winograd: true }),
    foldBiases,
    slopeByActivation,
    skipUpsampling,
    distributeConvolutions,
    carryInputGradients,
    joinFilterGradients,
  ]);
}

/** What every device gains from. */
export function rewriteForDevice(traced: Traced, frozen: ReadonlySet<string>): Traced {
  return applied(traced, [prepareFrozenFilters({ frozen, winograd: false })]);
}

function applied(traced: Traced, passes: readonly Pass[]): Traced {
  return passes.reduce((current, pass) => rewritten(current, pass(current)), traced);
}

/** What a pass makes of a value: given the value and a way to get any other one rewritten. */
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
  // In this order the recursion stays shallow.
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

/** Times this, every normal number is beyond 1: a ramp as steep as a step. */
const steep = 3e38;

/**
 * The gradient of y = leakyRelu(x, a) is dy where x is positive and a * dy elsewhere. That is dy times a
 * ramp of y from a to 1, steep as a step: two fast operations in place of a comparison and a selection. And
 * x, which is positive just where y is, need not be kept until then.
 */
const slopeByActivation: Pass = (traced) => {
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
 * The gradient of a 3x3 convolution of a map upscaled by two repeats work: neighbouring pixels of the large
 * map are the same pixel of the small one. Taken at the size of the small map, it needs 16 products for each
 * of its pixels in place of 36.
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

/** Whether a 3x3 filter slides by one over a border of one. */
function isPlain(value: Value, filter: Value): boolean {
  const plain = JSON.stringify({ strides: [1, 1], pads: [1, 1, 1, 1] });
  return geometry(value, filter) === `${plain} 3x3`;
}

/**
 * In a dense block, map p is read by every later convolution as a part of a concatenation. A convolution
 * of a concatenation is the sum of convolutions of its parts, so all readers of one map are computed at
 * once by one convolution with many outputs, which is up to twice as fast as several with few, and
 * nothing is concatenated. The sums of those that read on are carried to the next map's convolution.
 */
const distributeConvolutions: Pass = (traced) => {
  const { graph } = traced;
  const outputsOf = (convolution: Value) => convolution.shape[3]!;
  /** Convolutions that read the same maps first. */
  const readers = new Map<string, Value[]>();
  const readersOf = (maps: readonly Value[], convolution: Value): readonly Value[] =>
    readers.get(`${maps.map(({ id }) => id)} ${geometry(convolution, convolution.inputs[1]!)}`) ?? [];
  for (const convolution of topologicalOrder(results(traced))) {
    if (!isDistributable(convolution)) continue;
    for (const maps of beginnings(parts(convolution.inputs[0]!))) {
      const key = `${maps.map(({ id }) => id)} ${geometry(convolution, convolution.inputs[1]!)}`;
      readers.set(key, [...(readers.get(key) ?? []), convolution]);
    }
  }

  /** What `maps` contribute to each of the convolutions that begin with them, side by side. */
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

  /** What `maps` contribute to one convolution. */
  function contribution(maps: readonly Value[], window: Window, convolution: Value, rewrite: Rewrite): Value {
    const together = readersOf(maps, convolution);
    const before = together.slice(0, together.indexOf(convolution));
    const begin = before.reduce((sum, other) => sum + outputsOf(other), 0);
    return graph.sliceAxis(sums(maps, window, together, rewrite), 3, begin, outputsOf(convolution));
  }

  return (value, rewrite) => {
    if (value.operation.kind !== 'convolution' || !isDistributable(value)) return undefined;
    const maps = parts(value.inputs[0]!);
    if (beginnings(maps).every((first) => readersOf(first, value).length === 1)) return undefined;
    return contribution(maps, value.operation.window, value, rewrite);
  };
};

/** The first, the first two, ... of a list, and at last all. */
function beginnings<Item>(items: readonly Item[]): Item[][] {
  return items.map((_, index) => items.slice(0, index + 1));
}

/** Channels side by side; neighbouring slices of one tensor become one slice. */
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

/** Its filter is known from the start, so computing it early together with others cannot make a cycle. */
function isDistributable({ operation, inputs }: Value): boolean {
  if (operation.kind !== 'convolution' || operation.window.strides.some((stride) => stride !== 1))
    return false;
  return inputs.slice(1).every(({ operation: { kind } }) => kind === 'input' || kind === 'constant');
}

/**
 * The gradient of a map of a dense block is the sum of parts of the gradients by its readers' concatenated
 * inputs. The widest comes first; each next convolution adds to what is carried on, so that no two wide
 * gradients are added up apart from it.
 */
const carryInputGradients: Pass = (traced) => {
  const { graph } = traced;
  const uses = countUses(results(traced));
  /** What is added up to a map and to nothing else. */
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
    const carried = widestFirst
      .map(rewrite)
      .reduce((sum, gradient) =>
        graph.binary('Add', gradient, graph.sliceAxis(sum, 3, 0, gradient.shape[3]!)),
      );
    const others = terms.filter((term) => !isPartOfInputGradient(term)).map(rewrite);
    return [graph.sliceAxis(carried, 3, begin, value.shape[3]!), ...others].reduce((sum, term) =>
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
 * The filters of a dense block get their gradients from one product: all maps of the block with all output
 * gradients. Of its entries, a filter that reads only the first maps uses only those; the rest is computed
 * in vain, but one wide product is faster than many narrow ones, and every map is shifted only once.
 */
const joinFilterGradients: Pass = (traced) => {
  const { graph } = traced;
  const groups = new Map<string, Value[]>();
  const afterGradient = new Set<Value>();
  for (const value of topologicalOrder(results(traced))) {
    const isGradient = value.operation.kind === 'convolutionFilterGradient';
    if (value.inputs.some((input) => afterGradient.has(input))) {
      // Joining what depends on another gradient could make a cycle.
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

/** The maps that a map is a concatenation of channels of; itself where it is not. */
function parts(map: Value): readonly Value[] {
  return map.operation.kind === 'concat' && map.operation.axis === 3 ? map.inputs : [map];
}

/** What two operations must share to be done as one: how the filter slides, and its height and width. */
function geometry({ operation }: Value, filter: Value): string {
  const window = 'window' in operation ? operation.window : undefined;
  return `${JSON.stringify(window)} ${filter.shape[0]}x${filter.shape[1]}`;
}

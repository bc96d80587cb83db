import { isFill, sameShape, topologicalOrder, type Value } from './graph.ts';
import type { Traced } from './trace.ts';

/**
 * Rewrites that give the same numbers (but for rounding) in a form that a CPU computes faster: few, wide
 * convolutions and matrix products in place of many narrow ones.
 */
export function rewriteForCpu(traced: Traced): Traced {
  return [foldBiases, slopeByActivation, skipEnlargement, distributeConvolutions, joinFilterGradients].reduce(
    (current, pass) => rewritten(current, pass(current)),
    traced,
  );
}

/** What a pass makes of a value: given the value and a way to get any other one rewritten. */
type Rule = (value: Value, rewrite: (value: Value) => Value) => Value | undefined;
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
 * The gradient of a 3x3 convolution of a map enlarged by two repeats work: neighbouring pixels of the large
 * map are the same pixel of the small one. Taken at the size of the small map, it needs 16 products for each
 * of its pixels in place of 36.
 */
const skipEnlargement: Pass =
  ({ graph }) =>
  (value, rewrite) => {
    const [gradient] = value.inputs;
    if (value.operation.kind !== 'sumBlocks' || !isDouble(value.operation.factor)) return undefined;
    if (gradient?.operation.kind !== 'convolutionInputGradient') return undefined;
    const [dy, filter] = gradient.inputs;
    if (!isPlain(gradient, filter!)) return undefined;
    return graph.enlargedInputGradient(rewrite(dy!), rewrite(filter!), value.shape);
  };

function isDouble(factor: readonly [number, number]): boolean {
  return factor[0] === 2 && factor[1] === 2;
}

/** Whether a 3x3 filter slides by one over a border of one. */
function isPlain(value: Value, filter: Value): boolean {
  const plain = JSON.stringify({ strides: [1, 1], pads: [1, 1, 1, 1] });
  return geometry(value, filter) === `${plain} 3x3`;
}

interface Reader {
  readonly convolution: Value;
  /** First input channel of its filter that reads the map. */
  readonly offset: number;
}

/**
 * In a dense block, map p is read by every later convolution as a part of a concatenation. A convolution
 * of a concatenation is the sum of convolutions of its parts, so all readers of one map are computed at
 * once by one convolution with many outputs, which is up to twice as fast as several with few, and
 * nothing is concatenated.
 */
const distributeConvolutions: Pass = (traced) => {
  const { graph } = traced;
  const readers = new Map<string, Reader[]>();
  const keyOf = (convolution: Value, map: Value) =>
    `${map.id} ${geometry(convolution, convolution.inputs[1]!)}`;
  for (const convolution of topologicalOrder(results(traced))) {
    if (!isDistributable(convolution)) continue;
    let offset = 0;
    for (const map of parts(convolution.inputs[0]!)) {
      const key = keyOf(convolution, map);
      readers.set(key, [...(readers.get(key) ?? []), { convolution, offset }]);
      offset += map.shape[3]!;
    }
  }
  const outputsOf = ({ convolution }: Reader) => convolution.shape[3]!;
  const outputsWithBias = (reader: Reader): Value =>
    (reader.offset === 0 ? reader.convolution.inputs[2] : undefined) ?? graph.fill(0, [outputsOf(reader)]);

  return (value, rewrite) => {
    if (value.operation.kind !== 'convolution' || !isDistributable(value)) return undefined;
    const { window } = value.operation;
    const maps = parts(value.inputs[0]!);
    if (maps.every((map) => readers.get(keyOf(value, map))!.length === 1)) return undefined;
    const contributions = maps.map((map) => {
      const together = readers.get(keyOf(value, map))!;
      const filters = together.map(({ convolution, offset }) =>
        graph.sliceAxis(rewrite(convolution.inputs[1]!), 2, offset, map.shape[3]!),
      );
      const isBiased = together.some((reader) => reader.offset === 0 && reader.convolution.inputs[2]);
      const bias = isBiased ? graph.concat(together.map(outputsWithBias), 0) : undefined;
      const wide = graph.convolution(rewrite(map), graph.concat(filters, 3), window, bias);
      const before = together.slice(
        0,
        together.findIndex((reader) => reader.convolution === value),
      );
      const begin = before.reduce((sum, reader) => sum + outputsOf(reader), 0);
      return graph.sliceAxis(wide, 3, begin, value.shape[3]!);
    });
    return contributions.reduce((sum, contribution) => graph.binary('Add', sum, contribution));
  };
};

/** Its filter is known from the start, so computing it early together with others cannot make a cycle. */
function isDistributable({ operation, inputs }: Value): boolean {
  if (operation.kind !== 'convolution' || operation.window.strides.some((stride) => stride !== 1))
    return false;
  return inputs.slice(1).every(({ operation: { kind } }) => kind === 'input' || kind === 'constant');
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

import {
  countUses,
  type DataType,
  type Operation,
  type Shape,
  sameShape,
  sizeOf,
  topologicalOrder,
  type Value,
} from './graph.ts';
import {
  arranged,
  channelsFirst,
  exchangedFilterLayout,
  filterLayout,
  identity,
  type Layout,
  permuted,
} from './layout.ts';
import {
  type Convolution,
  convolution,
  filterGradient,
  type NamedTensor,
  stridedInputGradient,
  turnedFilter,
  turnedWindow,
} from './lower-convolution.ts';
import { type MatrixOperand, OnnxBuilder, type Target } from './onnx-builder.ts';

interface Lowered {
  readonly model: Uint8Array;
  readonly nodes: number;
  /** Further inputs of the model. */
  readonly turned: readonly TurnedInput[];
}

/** A filter of the state, turned. */
export interface TurnedInput {
  readonly name: string;
  /** Name of the filter in the state. */
  readonly filter: string;
  /** In memory. */
  readonly shape: Shape;
}

/** Name of a state tensor's new value among the model's outputs. */
export function stateOutput(name: string): string {
  return `next ${name}`;
}

/**
 * Writes a graph as an ONNX model. Inputs and outputs have the graph's order in memory, but state tensors of rank four
 * are filters and have the order of files, `[O, I, kh, kw]`.
 */
export function lower(
  outputs: Readonly<Record<string, Value>>,
  state: Readonly<Record<string, Value>>,
  declared: readonly Value[],
  target: Target,
): Lowered {
  // Written last, the outputs, among them the norms of the gradients, are computed first (see `inWrittenOrder`): all gradients
  // before any update, so that the new state takes no memory beside the maps.
  const results = [...Object.values(state), ...Object.values(outputs)];
  const lowering = new Lowering(target, target.fusedConvolution ? fusedSums(results) : new Map());
  for (const value of declared) lowering.declare(value);
  for (const value of inWrittenOrder(results)) lowering.lower(value);
  for (const [name, value] of Object.entries(outputs)) {
    lowering.output(name, value, identity(value.shape.length));
  }
  for (const [name, value] of Object.entries(state)) {
    lowering.output(stateOutput(name), value, stateLayout(value.shape));
  }
  return { ...lowering.model.finish(), turned: lowering.turned };
}

/**
 * ONNX Runtime starts with that input of a node which was written last, and computes all that it depends on. What the
 * state alone determines, such as the transform of a filter, is written first: so it is computed just before it is used.
 */
function inWrittenOrder(results: readonly Value[]): Value[] {
  const order = topologicalOrder(results);
  const ofData = new Set<Value>();
  for (const value of order) {
    const isData = value.operation.kind === 'input' && value.operation.role === 'data';
    if (isData || value.inputs.some((input) => ofData.has(input))) ofData.add(value);
  }
  return [...order.filter((value) => !ofData.has(value)), ...order.filter((value) => ofData.has(value))];
}

function stateLayout(shape: Shape): Layout {
  return shape.length === 4 ? filterLayout : identity(shape.length);
}

/** A sum with a convolution that nothing else reads: one node computes both. */
interface FusedSum {
  readonly summand: Value;
  readonly addend: Value;
}

function fusedSums(results: readonly Value[]): Map<Value, FusedSum> {
  const uses = countUses(results);
  const sums = new Map<Value, FusedSum>();
  for (const value of topologicalOrder(results)) {
    if (value.operation.kind !== 'binary' || value.operation.fn !== 'Add') continue;
    const summand = value.inputs.findLast((input) => isConvolution(input) && uses.get(input) === 1);
    const addend = value.inputs.find((input) => input !== summand);
    if (!summand || !addend || !sameShape(summand.shape, addend.shape)) continue;
    sums.set(value, { summand, addend });
  }
  return sums;
}

/** Whether ONNX's `Conv` computes it. */
function isConvolution({ operation }: Value): boolean {
  if (operation.kind === 'convolution') return true;
  return (
    operation.kind === 'convolutionInputGradient' && operation.window.strides.every((stride) => stride === 1)
  );
}

/** Where the model has a value: the tensor's name and the order of its dimensions in memory. */
interface Stored {
  readonly name: string;
  readonly layout: Layout;
}

/** Writes the nodes of one operation. Undefined where they are written at each use, in the order that the use needs. */
type Rule<Kind extends Operation['kind']> = (
  lowering: Lowering,
  operation: Operation<Kind>,
  value: Value,
) => Stored | undefined;

const writtenAtUse = () => undefined;

const rules: { readonly [Kind in Operation['kind']]: Rule<Kind> } = {
  input: writtenAtUse,
  constant: writtenAtUse,
  fill: writtenAtUse,
  broadcast: writtenAtUse,
  turned: (lowering, _, { inputs: [filter], shape }) => lowering.turn(filter!, shape),

  unary: (lowering, { fn }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.node(fn, [name])),
  leakyRelu: (lowering, { alpha }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.node('LeakyRelu', [name], { alpha: { float: alpha } })),
  prelu: (lowering, _, value) => lowering.prelu(value),
  clip: (lowering, { min, max }, { inputs: [x] }) => {
    const bounds = [lowering.model.scalar(min), lowering.model.scalar(max)];
    return lowering.inOwnLayout(x!, (name) => lowering.model.node('Clip', [name, ...bounds]));
  },
  cast: (lowering, { to }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.cast(name, to)),
  binary: (lowering, { fn }, value) => lowering.fusedSum(value) ?? lowering.elementWise(fn, value),
  select: (lowering, _, value) => lowering.elementWise('Where', value),

  reshape: (lowering, _, { inputs: [x], shape }) => ({
    name: lowering.model.reshape(lowering.read(x!), shape),
    layout: identity(shape.length),
  }),
  // A transposition only gives the dimensions another order: nothing is copied until a use needs one.
  transpose: (lowering, { perm }, { inputs: [x] }) => {
    const { name, layout } = lowering.stored(x!);
    return { name, layout: layout.map((axis) => perm.indexOf(axis)) };
  },
  concat: (lowering, { axis }, { inputs }) => {
    const layout = lowering.layoutOf(inputs[0]!);
    const parts = inputs.map((input) => lowering.read(input, layout));
    return { name: lowering.model.concat(parts, layout.indexOf(axis)), layout };
  },
  slice: (lowering, { begin }, { inputs: [x], shape }) =>
    lowering.inOwnLayout(x!, (name, layout) => lowering.model.slice(name, x!.shape, layout, begin, shape)),
  pad: (lowering, { before, after, value }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name, layout) =>
      lowering.model.pad(name, [...arranged(before, layout), ...arranged(after, layout)], value),
    ),
  tile: (lowering, { repeats }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name, layout) =>
      lowering.model.node('Tile', [name, lowering.model.integers(arranged(repeats, layout))]),
    ),
  reduce: (lowering, { fn, axes, keepDims }, { inputs: [x] }) => {
    const { name, layout } = lowering.inOwnLayout(x!, (source, from) => {
      const positions = axes.map((axis) => from.indexOf(axis)).sort((a, b) => a - b);
      const inputs = [source, lowering.model.integers(positions)];
      return lowering.model.node(`Reduce${fn}`, inputs, { keepdims: keepDims ? 1 : 0 });
    });
    if (keepDims) return { name, layout };
    const left = layout.filter((axis) => !axes.includes(axis));
    const sorted = left.toSorted((a, b) => a - b);
    return { name, layout: left.map((axis) => sorted.indexOf(axis)) };
  },
  matmul: (lowering, { transposeA, transposeB }, { inputs: [a, b], shape }) => ({
    name: lowering.model.matmul(lowering.matrix(a!, transposeA), lowering.matrix(b!, transposeB)),
    layout: identity(shape.length),
  }),

  // A convolution of one channel in three dimensions, of which two have windows of one entry.
  slide: (lowering, { stride, before }, { inputs: [x, matrix], shape }) => {
    const { model } = lowering;
    const [a = 0, b = 0, length = 0, d = 0] = x!.shape;
    const [rows = 0, width = 0] = matrix!.shape;
    const after = stride * (shape[3]! - 1) + width - before - length;
    const map = model.reshape(lowering.read(x!), [a, 1, b, length, d]);
    const filters = model.reshape(lowering.read(matrix!), [rows, 1, 1, width, 1]);
    const window = { strides: [1, stride, 1], pads: [0, before, 0, 0, after, 0] };
    return { name: model.node('Conv', [map, filters], window), layout: identity(5) };
  },
  unslide: (lowering, _, { inputs: [x, matrix] }) => {
    const single = lowering.model.reshape(lowering.read(matrix!), [1, ...matrix!.shape]);
    const inputs = [single, lowering.read(x!)];
    return {
      name: lowering.model.node('FusedMatMul', inputs, { transBatchB: 1 }, 'com.microsoft'),
      layout: identity(3),
    };
  },

  convolution: (lowering, _, value) => lowering.convolution(value),
  convolutionInputGradient: (lowering, { window }, value) => {
    if (isConvolution(value)) return lowering.convolution(value);
    const [dy, filter] = value.inputs;
    const operands = [lowering.map(dy!), lowering.filter(filter!)] as const;
    return inMaps(stridedInputGradient(lowering.model, ...operands, window, value.shape));
  },
  convolutionFilterGradient: (lowering, { window }, { inputs: [x, dy], shape }) =>
    filterGradient(lowering.model, lowering.map(x!), lowering.map(dy!), window, shape),
  upsampleNearest: (lowering, { factor }, { inputs: [x] }) => {
    const scales = lowering.model.floats([1, 1, ...factor], [4]);
    return inMaps(
      lowering.model.node('Resize', [lowering.map(x!).name, '', scales], {
        mode: 'nearest',
        coordinate_transformation_mode: 'asymmetric',
        nearest_mode: 'floor',
      }),
    );
  },
  maxBlocks: (lowering, { factor }, { inputs: [x] }) =>
    inMaps(
      lowering.model.node('MaxPool', [lowering.map(x!).name], { kernel_shape: factor, strides: factor }),
    ),
  sumBlocks: (lowering, { factor }, { inputs: [x] }) => {
    const { model } = lowering;
    const kernel = { kernel_shape: factor, strides: factor };
    const mean = model.node('AveragePool', [lowering.map(x!).name], kernel);
    return inMaps(model.node('Mul', [mean, model.scalar(factor[0] * factor[1])]));
  },
};

function inMaps(name: string): Stored {
  return { name, layout: channelsFirst };
}

class Lowering {
  readonly model: OnnxBuilder;
  readonly turned: TurnedInput[] = [];
  private readonly values = new Map<Value, Stored>();
  /** Values that the node of their sum computes. */
  private readonly summed: ReadonlySet<Value>;

  constructor(
    target: Target,
    private readonly sums: ReadonlyMap<Value, FusedSum>,
  ) {
    this.model = new OnnxBuilder(target);
    this.summed = new Set([...sums.values()].map(({ summand }) => summand));
  }

  declare(value: Value): void {
    if (value.operation.kind !== 'input') throw new Error('Only inputs are declared.');
    const { name, role } = value.operation;
    const layout = role === 'state' ? stateLayout(value.shape) : identity(value.shape.length);
    const port = { name, shape: arranged(value.shape, layout) };
    if (role === 'data' && value.shape.length === 4) this.model.batch(port);
    else this.model.input(port);
    this.values.set(value, { name, layout });
  }

  output(name: string, value: Value, layout: Layout): void {
    const read = this.read(value, layout);
    const source = value.type === 'float32' ? read : this.model.cast(read);
    this.model.output(source, { name, shape: arranged(value.shape, layout) });
  }

  /** Writes the nodes that compute `value`; its inputs have been lowered before. */
  lower(value: Value): void {
    if (this.summed.has(value)) return;
    const stored = this.applyRule(value.operation, value);
    if (stored) this.values.set(value, stored);
  }

  private applyRule<Kind extends Operation['kind']>(
    operation: Operation<Kind>,
    value: Value,
  ): Stored | undefined {
    return rules[operation.kind](this, operation, value);
  }

  turn({ operation }: Value, graphShape: Shape): Stored {
    if (operation.kind !== 'input') throw new Error('Only filters of the state can be turned.');
    const layout = stateLayout(graphShape);
    const port = { name: `turned ${operation.name}`, shape: arranged(graphShape, layout) };
    this.model.input(port);
    this.turned.push({ ...port, filter: operation.name });
    return { name: port.name, layout };
  }

  /** The tensor of `value` in the given order, by default the graph's; transposed where it has another. */
  read(value: Value, layout: Layout = identity(value.shape.length)): string {
    const { operation, shape } = value;
    if (operation.kind === 'constant') {
      return this.model.array(permuted(operation.data, shape, layout), arranged(shape, layout));
    }
    if (operation.kind === 'fill' || operation.kind === 'broadcast') {
      const source =
        operation.kind === 'fill'
          ? this.fillScalar(operation.value, value.type)
          : this.operand(value.inputs[0]!, layout);
      const sizes = arranged(shape, layout);
      return sizes.length === 0 ? source : this.model.node('Expand', [source, this.model.integers(sizes)]);
    }
    const stored = this.values.get(value);
    if (!stored) throw new Error(`A ${operation.kind} was used before it was computed.`);
    return this.model.transpose(stored.name, stored.layout, layout);
  }

  /** A value as it is in the model. */
  stored(value: Value): Stored {
    return this.values.get(value) ?? { name: this.read(value), layout: identity(value.shape.length) };
  }

  layoutOf(value: Value): Layout {
    return this.values.get(value)?.layout ?? identity(value.shape.length);
  }

  /** A map as ONNX's convolutions read it, `[N, C, H, W]`. */
  map(value: Value): NamedTensor {
    return { name: this.read(value, channelsFirst), shape: value.shape };
  }

  /** A filter as ONNX's convolutions read it, `[O, I, kh, kw]`. */
  filter(value: Value): NamedTensor {
    return { name: this.read(value, filterLayout), shape: value.shape };
  }

  /** An operation that leaves the dimensions of `x` in their order. */
  inOwnLayout(x: Value, write: (name: string, layout: Layout) => string): Stored {
    const layout = this.layoutOf(x);
    return { name: write(this.read(x, layout), layout), layout };
  }

  elementWise(type: string, { inputs, shape }: Value): Stored {
    const layout = this.commonLayout(inputs, shape.length);
    return { name: this.model.node(type, this.operands(inputs, layout, shape)), layout };
  }

  prelu({ inputs, shape }: Value): Stored {
    const layout = this.commonLayout(inputs, shape.length);
    const [x = '', slopes = ''] = this.operands(inputs, layout, shape);
    return { name: this.model.prelu(x, slopes), layout };
  }

  fusedSum(value: Value): Stored | undefined {
    const sum = this.sums.get(value);
    if (!sum) return undefined;
    const { summand, addend } = sum;
    const operands = this.convolutionOperands(summand);
    return inMaps(convolution(this.model, operands, this.read(addend, channelsFirst)));
  }

  matrix(value: Value, isTransposed: boolean): MatrixOperand {
    return { name: this.read(value), rank: value.shape.length, isTransposed };
  }

  /** A convolution, or the input gradient of one with stride 1, which is a convolution too. */
  convolution(value: Value): Stored {
    return inMaps(convolution(this.model, this.convolutionOperands(value)));
  }

  private convolutionOperands({ operation, inputs: [x, filter, bias] }: Value): Convolution {
    if (operation.kind === 'convolutionInputGradient') {
      const exchanged = this.read(filter!, exchangedFilterLayout);
      const turned = turnedFilter(this.model, exchanged, filter!.shape);
      return {
        inputs: [this.map(x!).name, turned],
        window: turnedWindow(filter!.shape, operation.window),
      };
    }
    if (operation.kind !== 'convolution') throw new Error(`A ${operation.kind} is no convolution.`);
    const inputs = [this.map(x!).name, this.filter(filter!).name];
    if (bias) inputs.push(this.read(bias));
    return { inputs, window: operation.window };
  }

  /** Operands of an element-wise operation: repeated ones stay small where another has the full shape. */
  private operands(inputs: readonly Value[], layout: Layout, shape: Shape): string[] {
    const isImplied = inputs.some(
      (input) => sameShape(input.shape, shape) && !['fill', 'broadcast'].includes(input.operation.kind),
    );
    return inputs.map((input) =>
      isImplied || !sameShape(input.shape, shape) ? this.operand(input, layout) : this.read(input, layout),
    );
  }

  /** An operand of an element-wise operation whose result has `layout`: small ones stay small. */
  private operand(value: Value, layout: Layout): string {
    if (value.operation.kind === 'fill') return this.fillScalar(value.operation.value, value.type);
    const rank = value.shape.length;
    if (rank === layout.length) {
      return value.operation.kind === 'broadcast'
        ? this.operand(value.inputs[0]!, layout)
        : this.read(value, layout);
    }
    const name = this.read(value);
    const graphLayout = identity(layout.length);
    if (rank === 0 || sameShape(layout, graphLayout)) return name;
    const full = [...Array(layout.length - rank).fill(1), ...value.shape];
    // With one long dimension, another order is only another shape.
    if (full.filter((dimension) => dimension !== 1).length <= 1)
      return this.model.reshape(name, arranged(full, layout));
    return this.model.transpose(this.model.reshape(name, full), graphLayout, layout);
  }

  /** The layout of the largest operand of full rank. */
  private commonLayout(inputs: readonly Value[], rank: number): Layout {
    const candidates = inputs.filter((input) => input.shape.length === rank && this.values.has(input));
    const [largest] = candidates.toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
    return largest ? this.layoutOf(largest) : identity(rank);
  }

  private fillScalar(value: number, type: DataType): string {
    const scalar = this.model.scalar(value);
    return type === 'float32' ? scalar : this.model.cast(scalar, type);
  }
}

import {
  countUses,
  type DataType,
  type FilterForm,
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
  type Rank4,
  stridedInputGradient,
  summedFilter,
  summedWindow,
  turnedFilter,
  turnedWindow,
} from './lower-convolution.ts';
import { OnnxBuilder, type Target } from './onnx-builder.ts';

interface Lowered {
  readonly model: Uint8Array;
  readonly nodes: number;
  /** Further inputs of the model. */
  readonly prepared: readonly PreparedInput[];
}

/** A filter of the state in another form. */
export interface PreparedInput {
  readonly name: string;
  readonly form: FilterForm;
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
  const results = [...Object.values(outputs), ...Object.values(state)];
  const lowering = new Lowering(target, target.fusedConvolution ? convolutionSums(results) : new Map());
  for (const value of declared) lowering.declare(value);
  for (const value of topologicalOrder(results)) lowering.lower(value);
  for (const [name, value] of Object.entries(outputs)) {
    lowering.output(name, value, identity(value.shape.length));
  }
  for (const [name, value] of Object.entries(state)) {
    lowering.output(stateOutput(name), value, stateLayout(value.shape));
  }
  return { ...lowering.model.finish(), prepared: lowering.prepared };
}

function stateLayout(shape: Shape): Layout {
  return shape.length === 4 ? filterLayout : identity(shape.length);
}

/** A sum with a convolution that nothing else reads: one node computes both. */
interface ConvolutionSum {
  readonly convolution: Value;
  readonly addend: Value;
}

function convolutionSums(results: readonly Value[]): Map<Value, ConvolutionSum> {
  const uses = countUses(results);
  const sums = new Map<Value, ConvolutionSum>();
  for (const value of topologicalOrder(results)) {
    if (value.operation.kind !== 'binary' || value.operation.fn !== 'Add') continue;
    const summand = value.inputs.find((input) => isConvolution(input) && uses.get(input) === 1);
    const addend = value.inputs.find((input) => input !== summand);
    if (!summand || !addend || !sameShape(summand.shape, addend.shape)) continue;
    sums.set(value, { convolution: summand, addend });
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
  prepared: (lowering, { form }, { inputs: [filter], shape }) => lowering.prepare(form, filter!, shape),

  unary: (lowering, { fn }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.node(fn, [name])),
  leakyRelu: (lowering, { alpha }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.node('LeakyRelu', [name], { alpha: { float: alpha } })),
  clip: (lowering, { min, max }, { inputs: [x] }) => {
    const bounds = [lowering.model.scalar(min), lowering.model.scalar(max)];
    return lowering.inOwnLayout(x!, (name) => lowering.model.node('Clip', [name, ...bounds]));
  },
  cast: (lowering, { to }, { inputs: [x] }) =>
    lowering.inOwnLayout(x!, (name) => lowering.model.cast(name, to)),
  binary: (lowering, { fn }, value) => lowering.sumWithConvolution(value) ?? lowering.elementWise(fn, value),
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
    name: lowering.model.matmul(
      { name: lowering.read(a!), rank: a!.shape.length, isTransposed: transposeA },
      { name: lowering.read(b!), rank: b!.shape.length, isTransposed: transposeB },
    ),
    layout: identity(shape.length),
  }),

  convolution: (lowering, _, value) => lowering.convolution(value),
  convolutionInputGradient: (lowering, { window }, value) => {
    if (isConvolution(value)) return lowering.convolution(value);
    const [dy, filter] = value.inputs;
    const operands = [lowering.map(dy!), lowering.filter(filter!)] as const;
    return inMaps(stridedInputGradient(lowering.model, ...operands, window, value.shape));
  },
  convolutionFilterGradient: (lowering, { window }, { inputs: [x, dy], shape }) => ({
    name: filterGradient(lowering.model, lowering.map(x!), lowering.map(dy!), window, shape),
    layout: filterLayout,
  }),
  upsampledInputGradient: (lowering, _, { inputs: [dy, filter] }) => {
    const { model } = lowering;
    const summed = summedFilter(model, lowering.read(filter!, exchangedFilterLayout), filter!.shape);
    return inMaps(convolution(model, { inputs: [lowering.map(dy!).name, summed], window: summedWindow }));
  },
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
  readonly prepared: PreparedInput[] = [];
  private readonly values = new Map<Value, Stored>();
  /** Convolutions that the node of their sum computes. */
  private readonly summed: ReadonlySet<Value>;

  constructor(
    target: Target,
    private readonly sums: ReadonlyMap<Value, ConvolutionSum>,
  ) {
    this.model = new OnnxBuilder(target);
    this.summed = new Set([...sums.values()].map((sum) => sum.convolution));
  }

  declare(value: Value): void {
    if (value.operation.kind !== 'input') throw new Error('Only inputs are declared.');
    const { name, role } = value.operation;
    const layout = role === 'state' ? stateLayout(value.shape) : identity(value.shape.length);
    this.model.input({ name, shape: arranged(value.shape, layout) });
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

  prepare(form: FilterForm, { operation }: Value, graphShape: Shape): Stored {
    if (operation.kind !== 'input') throw new Error('Only filters of the state can be prepared.');
    const layout = stateLayout(graphShape);
    const port = { name: `${form} ${operation.name}`, shape: arranged(graphShape, layout) };
    this.model.input(port);
    this.prepared.push({ ...port, form, filter: operation.name });
    return { name: port.name, layout };
  }

  /** The tensor of `value` in the given order, by default the graph's; transposed where it has another. */
  read(value: Value, layout: Layout = identity(value.shape.length)): string {
    const { operation, shape } = value;
    if (operation.kind === 'constant') {
      return this.model.floats(permuted(operation.data, shape, layout), arranged(shape, layout));
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
  map(value: Value): Rank4 {
    return { name: this.read(value, channelsFirst), shape: value.shape };
  }

  /** A filter as ONNX's convolutions read it, `[O, I, kh, kw]`. */
  filter(value: Value): Rank4 {
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

  sumWithConvolution(value: Value): Stored | undefined {
    const sum = this.sums.get(value);
    if (!sum) return undefined;
    const operands = this.convolutionOperands(sum.convolution);
    return inMaps(convolution(this.model, operands, this.read(sum.addend, channelsFirst)));
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

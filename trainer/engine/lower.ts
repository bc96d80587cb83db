import {
  countUses,
  type DataType,
  type FilterForm,
  type Shape,
  sameShape,
  sizeOf,
  topologicalOrder,
  type Value,
  type Window,
} from './graph.ts';
import {
  encodeOnnx,
  type OnnxAttribute,
  type OnnxNode,
  type OnnxPort,
  type OnnxTensor,
  onnxTypes,
} from './onnx.ts';

/** What differs between the places where a graph can run. */
export interface Target {
  /** Has Microsoft's matrix product that reads an operand transposed. */
  readonly fusedMatMul: boolean;
  /** Has Microsoft's convolution that adds to what is there already. */
  readonly fusedConvolution: boolean;
}

/**
 * A tensor's order in memory: dimension `i` there is dimension `layout[i]` of the graph's value.
 * ONNX wants maps as `[N, C, H, W]` and filters as `[O, I, kh, kw]`; the graph has TensorFlow's order.
 */
type Layout = readonly number[];
const channelsFirst: Layout = [0, 3, 1, 2];
const filterLayout: Layout = [3, 2, 0, 1];

export interface Lowered {
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
  /** As it stands in memory. */
  readonly shape: Shape;
}

/** Name of a state tensor's new value among the model's outputs. */
export function stateOutput(name: string): string {
  return `next ${name}`;
}

/**
 * Writes a graph as an ONNX model. Inputs and outputs keep the graph's order in memory, but state
 * tensors of rank four are filters, and stand as `[O, I, kh, kw]`.
 */
export function lower(
  outputs: Readonly<Record<string, Value>>,
  state: Readonly<Record<string, Value>>,
  declared: readonly Value[],
  target: Target,
): Lowered {
  const all = [...Object.values(outputs), ...Object.values(state)];
  const lowering = new Lowering(target, target.fusedConvolution ? convolutionSums(all) : new Map());
  for (const value of declared) lowering.declare(value);
  for (const value of topologicalOrder(all)) lowering.lower(value);
  for (const [name, value] of Object.entries(outputs))
    lowering.output(name, value, identity(value.shape.length));
  for (const [name, value] of Object.entries(state)) {
    lowering.output(
      stateOutput(name),
      value,
      value.shape.length === 4 ? filterLayout : identity(value.shape.length),
    );
  }
  return lowering.finish();
}

/** What a convolution reads (a map, a filter and perhaps a bias) and how its filter slides. */
interface Operands {
  readonly inputs: readonly string[];
  readonly window: Window;
}

/** A sum with a convolution that nothing else reads: one operation does both. */
interface ConvolutionSum {
  readonly convolution: Value;
  readonly addend: Value;
}

function convolutionSums(results: readonly Value[]): Map<Value, ConvolutionSum> {
  const uses = countUses(results);
  const sums = new Map<Value, ConvolutionSum>();
  for (const value of topologicalOrder(results)) {
    if (value.operation.kind !== 'binary' || value.operation.fn !== 'Add') continue;
    const convolution = value.inputs.find((input) => isConvolution(input) && uses.get(input) === 1);
    const addend = value.inputs.find((input) => input !== convolution);
    if (!convolution || !addend || !sameShape(convolution.shape, addend.shape)) continue;
    sums.set(value, { convolution, addend });
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

class Lowering {
  private readonly nodes: OnnxNode[] = [];
  private readonly constants: OnnxTensor[] = [];
  private readonly inputs: OnnxPort[] = [];
  private readonly outputs: OnnxPort[] = [];
  private readonly prepared: PreparedInput[] = [];
  private readonly known = new Map<string, string>();
  private readonly computed = new Set<string>();
  private readonly renamed = new Map<string, string>();
  private readonly native = new Map<Value, { name: string; layout: Layout }>();
  private readonly summed: ReadonlySet<Value>;
  private count = 0;

  constructor(
    private readonly target: Target,
    private readonly sums: ReadonlyMap<Value, ConvolutionSum>,
  ) {
    this.summed = new Set([...sums.values()].map(({ convolution }) => convolution));
  }

  declare(value: Value): void {
    if (value.operation.kind !== 'input') throw new Error('Only inputs are declared.');
    const { name, role } = value.operation;
    const layout = role === 'state' && value.shape.length === 4 ? filterLayout : identity(value.shape.length);
    this.inputs.push({ name, shape: arranged(value.shape, layout) });
    this.native.set(value, { name, layout });
  }

  output(name: string, value: Value, layout: Layout): void {
    const physical = this.physical(value, layout);
    const source = value.type === 'float32' ? physical : this.cast(physical);
    // The node that computes it writes it under its final name; only what is no node's result is copied.
    if (this.computed.has(source) && !this.renamed.has(source)) this.renamed.set(source, name);
    else this.nodes.push({ type: 'Identity', inputs: [source], outputs: [name] });
    this.outputs.push({ name, shape: arranged(value.shape, layout) });
  }

  finish(): Lowered {
    const { constants, inputs, outputs, prepared } = this;
    const final = (name: string) => this.renamed.get(name) ?? name;
    const nodes = this.nodes.map((node) => ({
      ...node,
      inputs: node.inputs.map(final),
      outputs: node.outputs.map(final),
    }));
    return { model: encodeOnnx({ nodes, constants, inputs, outputs }), nodes: nodes.length, prepared };
  }

  /** Appends the nodes that compute `value`; its inputs have been lowered before. */
  lower(value: Value): void {
    const { operation, inputs, shape } = value;
    const rank = shape.length;
    const keep = (name: string, layout: Layout = identity(rank)) => this.native.set(value, { name, layout });
    const [x, y] = inputs;
    switch (operation.kind) {
      case 'input':
      case 'constant':
      case 'fill':
      case 'broadcast':
        // Written where they are used, in the order that the user wants.
        return;
      case 'prepared': {
        const source = x!.operation;
        if (source.kind !== 'input') throw new Error('Only filters of the state can be prepared.');
        const layout = rank === 4 ? filterLayout : identity(rank);
        const port = { name: `${operation.form} ${source.name}`, shape: arranged(shape, layout) };
        this.inputs.push(port);
        this.prepared.push({ ...port, form: operation.form, filter: source.name });
        keep(port.name, layout);
        return;
      }
      case 'unary': {
        const layout = this.layoutOf(x!);
        keep(this.node(operation.fn, [this.physical(x!, layout)]), layout);
        return;
      }
      case 'leakyRelu': {
        const layout = this.layoutOf(x!);
        const alpha = { float: operation.alpha };
        keep(this.node('LeakyRelu', [this.physical(x!, layout)], { alpha }), layout);
        return;
      }
      case 'clip': {
        const layout = this.layoutOf(x!);
        const bounds = [this.scalar(operation.min), this.scalar(operation.max)];
        keep(this.node('Clip', [this.physical(x!, layout), ...bounds]), layout);
        return;
      }
      case 'cast': {
        const layout = this.layoutOf(x!);
        keep(this.cast(this.physical(x!, layout), operation.to), layout);
        return;
      }
      case 'binary':
      case 'select': {
        const sum = this.sums.get(value);
        if (sum) {
          const operands = this.convolutionOperands(sum.convolution);
          const addend = this.physical(sum.addend, channelsFirst);
          keep(this.convolution(operands, addend), channelsFirst);
          return;
        }
        const layout = this.commonLayout(inputs, rank);
        const type = operation.kind === 'binary' ? operation.fn : 'Where';
        keep(this.node(type, this.operands(inputs, layout, shape)), layout);
        return;
      }
      case 'reshape':
        keep(this.reshape(this.physical(x!, identity(x!.shape.length)), shape));
        return;
      case 'transpose': {
        // A transposition only renames the order: nothing moves until somebody wants another one.
        const native = this.native.get(x!) ?? {
          name: this.physical(x!, identity(rank)),
          layout: identity(rank),
        };
        keep(
          native.name,
          native.layout.map((axis) => operation.perm.indexOf(axis)),
        );
        return;
      }
      case 'concat': {
        const layout = this.layoutOf(x!);
        const parts = inputs.map((input) => this.physical(input, layout));
        keep(this.node('Concat', parts, { axis: layout.indexOf(operation.axis) }), layout);
        return;
      }
      case 'slice': {
        const layout = this.layoutOf(x!);
        keep(this.slice(this.physical(x!, layout), x!.shape, layout, operation.begin, shape), layout);
        return;
      }
      case 'pad': {
        const layout = this.layoutOf(x!);
        const pads = [...arranged(operation.before, layout), ...arranged(operation.after, layout)];
        keep(this.pad(this.physical(x!, layout), pads, operation.value), layout);
        return;
      }
      case 'tile': {
        const layout = this.layoutOf(x!);
        const repeats = this.integers(arranged(operation.repeats, layout));
        keep(this.node('Tile', [this.physical(x!, layout), repeats]), layout);
        return;
      }
      case 'reduce': {
        const layout = this.layoutOf(x!);
        const axes = this.integers(operation.axes.map((axis) => layout.indexOf(axis)).sort((a, b) => a - b));
        const keepdims = operation.keepDims ? 1 : 0;
        const name = this.node(`Reduce${operation.fn}`, [this.physical(x!, layout), axes], { keepdims });
        if (operation.keepDims) {
          keep(name, layout);
        } else {
          const left = layout.filter((axis) => !operation.axes.includes(axis));
          const sorted = [...left].sort((a, b) => a - b);
          keep(
            name,
            left.map((axis) => sorted.indexOf(axis)),
          );
        }
        return;
      }
      case 'matmul': {
        const a = this.physical(x!, identity(x!.shape.length));
        const b = this.physical(y!, identity(y!.shape.length));
        keep(this.matmul(a, x!.shape.length, operation.transposeA, b, y!.shape.length, operation.transposeB));
        return;
      }
      case 'convolution':
      case 'convolutionInputGradient': {
        if (this.summed.has(value)) return;
        const isForward = isConvolution(value);
        const name = isForward
          ? this.convolution(this.convolutionOperands(value))
          : this.transposedConvolution(x!, y!, operation.window, shape);
        keep(name, channelsFirst);
        return;
      }
      case 'convolutionFilterGradient':
        keep(this.filterGradient(x!, y!, operation.window, shape), filterLayout);
        return;
      case 'upsampledInputGradient':
        keep(this.upsampledInputGradient(x!, y!), channelsFirst);
        return;
      case 'upsampleNearest': {
        const scales = this.floats([1, 1, ...operation.factor], [4]);
        keep(
          this.node('Resize', [this.physical(x!, channelsFirst), '', scales], {
            mode: 'nearest',
            coordinate_transformation_mode: 'asymmetric',
            nearest_mode: 'floor',
          }),
          channelsFirst,
        );
        return;
      }
      case 'maxBlocks': {
        const kernel = { kernel_shape: operation.factor, strides: operation.factor };
        keep(this.node('MaxPool', [this.physical(x!, channelsFirst)], kernel), channelsFirst);
        return;
      }
      case 'sumBlocks': {
        const kernel = { kernel_shape: operation.factor, strides: operation.factor };
        const mean = this.node('AveragePool', [this.physical(x!, channelsFirst)], kernel);
        const count = this.scalar(operation.factor[0] * operation.factor[1]);
        keep(this.node('Mul', [mean, count]), channelsFirst);
        return;
      }
    }
  }

  /** The name of `value` in the given order, transposing it where it does not stand so already. */
  private physical(value: Value, layout: Layout): string {
    const { operation } = value;
    if (operation.kind === 'constant') {
      return this.floats(permuted(operation.data, value.shape, layout), arranged(value.shape, layout));
    }
    if (operation.kind === 'fill' || operation.kind === 'broadcast') {
      const source =
        operation.kind === 'fill'
          ? this.fillScalar(operation.value, value.type)
          : this.operand(value.inputs[0]!, layout);
      const shape = arranged(value.shape, layout);
      return shape.length === 0 ? source : this.node('Expand', [source, this.integers(shape)]);
    }
    const native = this.native.get(value);
    if (!native) throw new Error(`A ${operation.kind} was used before it was computed.`);
    return this.transposed(native.name, native.layout, layout);
  }

  private transposed(name: string, from: Layout, to: Layout): string {
    const perm = to.map((axis) => from.indexOf(axis));
    if (perm.every((axis, index) => axis === index)) return name;
    return this.node('Transpose', [name], { perm });
  }

  /** Operands of an element-wise operation: repeated ones stay small where another has the full shape. */
  private operands(inputs: readonly Value[], layout: Layout, shape: Shape): string[] {
    const isImplied = inputs.some(
      (input) => sameShape(input.shape, shape) && !['fill', 'broadcast'].includes(input.operation.kind),
    );
    return inputs.map((input) =>
      isImplied || !sameShape(input.shape, shape)
        ? this.operand(input, layout)
        : this.physical(input, layout),
    );
  }

  /** An operand of an element-wise operation whose result has `layout`: small ones stay small. */
  private operand(value: Value, layout: Layout): string {
    if (value.operation.kind === 'fill') return this.fillScalar(value.operation.value, value.type);
    if (value.shape.length === layout.length) {
      return value.operation.kind === 'broadcast'
        ? this.operand(value.inputs[0]!, layout)
        : this.physical(value, layout);
    }
    const name = this.physical(value, identity(value.shape.length));
    if (value.shape.length === 0) return name;
    const full = [...Array(layout.length - value.shape.length).fill(1), ...value.shape];
    const isOrdered = layout.every((axis, index) => axis === index);
    if (isOrdered) return name;
    // With one long dimension, another order is only another shape.
    if (full.filter((dimension) => dimension !== 1).length <= 1)
      return this.reshape(name, arranged(full, layout));
    return this.transposed(this.reshape(name, full), identity(layout.length), layout);
  }

  private layoutOf(value: Value): Layout {
    return this.native.get(value)?.layout ?? identity(value.shape.length);
  }

  /** The order in which the largest operand of full rank stands. */
  private commonLayout(inputs: readonly Value[], rank: number): Layout {
    const candidates = inputs.filter((input) => input.shape.length === rank && this.native.has(input));
    const sorted = candidates.toSorted((a, b) => sizeOf(b.shape) - sizeOf(a.shape));
    return sorted[0] ? this.layoutOf(sorted[0]) : identity(rank);
  }

  private convolution({ inputs, window: { strides, pads } }: Operands, addend?: string): string {
    if (addend === undefined) return this.node('Conv', inputs, { strides, pads });
    const [x = '', filter = '', bias = ''] = inputs;
    return this.node('FusedConv', [x, filter, bias, addend], { strides, pads }, 'com.microsoft');
  }

  private convolutionOperands({ operation, inputs: [x, filter, bias] }: Value): Operands {
    if (operation.kind === 'convolutionInputGradient') {
      return this.inputGradientOperands(x!, filter!, operation.window);
    }
    if (operation.kind !== 'convolution') throw new Error(`A ${operation.kind} is no convolution.`);
    const inputs = [this.physical(x!, channelsFirst), this.physical(filter!, filterLayout)];
    if (bias) inputs.push(this.physical(bias, identity(1)));
    return { inputs, window: operation.window };
  }

  /** dx = dy convolved with the filter turned by 180 degrees and with its channels exchanged. */
  private inputGradientOperands(dy: Value, filter: Value, { pads }: Window): Operands {
    const [kernelHeight = 0, kernelWidth = 0] = filter.shape;
    const [top, left, bottom, right] = pads;
    const taps = kernelHeight * kernelWidth;
    const exchanged = this.reshape(this.physical(filter, [2, 3, 0, 1]), [-1, taps]);
    // Turning by 180 degrees is reversing the taps: a product with a constant does it on all threads.
    const reversal = Float32Array.from({ length: taps ** 2 }, (_, index) =>
      Math.floor(index / taps) + (index % taps) === taps - 1 ? 1 : 0,
    );
    const turned = this.reshape(
      this.node('MatMul', [exchanged, this.floats(reversal, [taps, taps])]),
      arranged(filter.shape, [2, 3, 0, 1]),
    );
    return {
      inputs: [this.physical(dy, channelsFirst), turned],
      window: {
        strides: [1, 1],
        pads: [
          kernelHeight - 1 - top,
          kernelWidth - 1 - left,
          kernelHeight - 1 - bottom,
          kernelWidth - 1 - right,
        ],
      },
    };
  }

  /** The input gradient of a convolution with strides. */
  private transposedConvolution(dy: Value, filter: Value, window: Window, shape: Shape): string {
    const [kernelHeight = 0, kernelWidth = 0] = filter.shape;
    const [top, left, bottom, right] = window.pads;
    // The rows and columns at the end that no window reached get a gradient of zero.
    const [, height = 0, width = 0] = shape;
    const [, outHeight = 0, outWidth = 0] = dy.shape;
    const rest = [
      height + top + bottom - kernelHeight - (outHeight - 1) * window.strides[0],
      width + left + right - kernelWidth - (outWidth - 1) * window.strides[1],
    ];
    const operands = [this.physical(dy, channelsFirst), this.physical(filter, filterLayout)];
    return this.node('ConvTranspose', operands, {
      strides: window.strides,
      pads: window.pads,
      output_padding: rest,
    });
  }

  /**
   * For each tap (r, q) of the filter, the product of dy `[O, pixels]` with the x it met `[I, pixels]`.
   * With stride 1 the columns of x are shifted and the rows of dy, so that three copies of each serve
   * all nine taps of a 3x3 filter; or one of the two is shifted both ways where it has few channels.
   */
  private filterGradient(x: Value, dy: Value, window: Window, shape: Shape): string {
    const [kernelHeight = 0, kernelWidth = 0, inputs = 0, outputs = 0] = shape;
    const [n = 0, height = 0, width = 0] = x.shape;
    const [, outHeight = 0, outWidth = 0] = dy.shape;
    const [top, left] = window.pads;
    const [strideHeight, strideWidth] = window.strides;
    const maps = this.physical(x, channelsFirst);
    const gradients = this.physical(dy, channelsFirst);
    const rows = (name: string, channels: number, pixels: number) =>
      this.reshape(name, [n, channels, pixels]);

    let tap: (r: number, q: number) => [string, string];
    if (strideHeight === 1 && strideWidth === 1) {
      // Copies of shifted maps that each way needs; few channels are cheap to shift both ways.
      const both = (kernelWidth - 1) * inputs + (kernelHeight - 1) * outputs;
      const shifts = kernelHeight * kernelWidth - 1;
      const onGradient = shifts * outputs < both && outputs <= inputs;
      const onMap = shifts * inputs < both && !onGradient;
      const shiftedRows = onMap ? outHeight : height;
      const shiftedColumns = onGradient ? width : outWidth;
      const shifted = (name: string, from: Shape, down: number, across: number) =>
        this.moved(name, from, down, across, shiftedRows, shiftedColumns);
      const pixels = shiftedRows * shiftedColumns;
      tap = (r, q) => [
        rows(shifted(gradients, dy.shape, onMap ? 0 : r - top, onGradient ? q - left : 0), outputs, pixels),
        rows(shifted(maps, x.shape, onMap ? top - r : 0, onGradient ? 0 : left - q), inputs, pixels),
      ];
    } else {
      // A tap meets every second row and column, say: one of four phases of the map, from its first pixel or the
      // next. Each phase is cut out once, and the few gradients are moved instead of the many maps.
      const phaseHeight = outHeight + Math.floor((kernelHeight - 1) / strideHeight);
      const phaseWidth = outWidth + Math.floor((kernelWidth - 1) / strideWidth);
      const padded = this.pad(maps, [
        ...[0, 0, top, left, 0, 0],
        phaseHeight * strideHeight - height - top,
        phaseWidth * strideWidth - width - left,
      ]);
      const pixels = phaseHeight * phaseWidth;
      tap = (r, q) => {
        const [down, across] = [Math.floor(r / strideHeight), Math.floor(q / strideWidth)];
        const [row, column] = [r % strideHeight, q % strideWidth];
        const moved = this.moved(gradients, dy.shape, down, across, phaseHeight, phaseWidth);
        const phase = this.node('Slice', [
          padded,
          this.integers([row, column]),
          this.integers([phaseHeight * strideHeight, phaseWidth * strideWidth]),
          this.integers([2, 3]),
          this.integers([strideHeight, strideWidth]),
        ]);
        return [rows(moved, outputs, pixels), rows(phase, inputs, pixels)];
      };
    }
    const taps: string[] = [];
    for (let r = 0; r < kernelHeight; r++) {
      for (let q = 0; q < kernelWidth; q++) {
        const [a, b] = tap(r, q);
        taps.push(this.matmul(a, 3, false, b, 3, true));
      }
    }
    // One more product adds up the images and moves the taps from the outermost place to the innermost.
    const stacked = this.reshape(this.concat(taps, 0), [taps.length * n, outputs * inputs]);
    const selection = Float32Array.from({ length: taps.length ** 2 * n }, (_, index) =>
      Math.floor(index / (taps.length * n)) === index % taps.length ? 1 : 0,
    );
    const selected = this.floats(selection, [taps.length * n, taps.length]);
    return this.reshape(this.matmul(stacked, 2, true, selected, 2, false), arranged(shape, filterLayout));
  }

  /**
   * Row Y of a convolution of an upscaled map reads row (Y + r - 1) / 2 of the map by tap r. So dx at row i
   * is made of rows 2i - 1 to 2i + 2 of dy: a 4x4 convolution with stride 2, whose taps are sums of the
   * filter's.
   */
  private upsampledInputGradient(dy: Value, filter: Value): string {
    const exchanged = this.reshape(this.physical(filter, [2, 3, 0, 1]), [-1, 9]);
    const weights = Float32Array.from({ length: 9 * 16 }, (_, index) =>
      upsampledWeight(Math.floor(index / 16), index % 16),
    );
    const [, , inputs = 0, outputs = 0] = filter.shape;
    const summed = this.node('MatMul', [exchanged, this.floats(weights, [9, 16])]);
    return this.convolution({
      inputs: [this.physical(dy, channelsFirst), this.reshape(summed, [inputs, outputs, 4, 4])],
      window: { strides: [2, 2], pads: [1, 1, 1, 1] },
    });
  }

  private concat(names: readonly string[], axis: number): string {
    return names.length === 1 ? names[0]! : this.node('Concat', names, { axis });
  }

  private matmul(
    a: string,
    rankA: number,
    transposeA: boolean,
    b: string,
    rankB: number,
    transposeB: boolean,
  ): string {
    if (!transposeA && !transposeB) return this.node('MatMul', [a, b]);
    if (this.target.fusedMatMul) {
      const attributes = { transA: transposeA ? 1 : 0, transB: transposeB ? 1 : 0 };
      return this.node('FusedMatMul', [a, b], attributes, 'com.microsoft');
    }
    const turned = (name: string, rank: number) => {
      const last = identity(rank).slice(0, -2);
      return this.transposed(name, identity(rank), [...last, rank - 1, rank - 2]);
    };
    return this.node('MatMul', [transposeA ? turned(a, rankA) : a, transposeB ? turned(b, rankB) : b]);
  }

  private slice(name: string, from: Shape, layout: Layout, begin: readonly number[], size: Shape): string {
    const axes = layout.flatMap((axis, index) => (from[axis] === size[axis] ? [] : [index]));
    const starts = axes.map((index) => begin[layout[index]!] ?? 0);
    const ends = axes.map((index, position) => starts[position]! + size[layout[index]!]!);
    return this.node('Slice', [name, this.integers(starts), this.integers(ends), this.integers(axes)]);
  }

  /**
   * Maps `[N, C, H, W]` moved by whole pixels, zeros coming in, to `height` by `width`. Small ones are moved
   * by a product with a constant, which all threads share; padding is done by one.
   */
  private moved(
    name: string,
    from: Shape,
    down: number,
    across: number,
    height: number,
    width: number,
  ): string {
    const [, fromHeight = 0, fromWidth = 0] = from;
    const moves = (by: number, size: number, fromSize: number) => by !== 0 || size !== fromSize;
    const isDown = moves(down, height, fromHeight);
    const isAcross = moves(across, width, fromWidth);
    if (isDown !== isAcross && Math.max(height, width) <= 64) {
      const [by, size, fromSize] = isDown ? [down, height, fromHeight] : [across, width, fromWidth];
      const matrix = Float32Array.from({ length: size * fromSize }, (_, index) => {
        const [row, column] = isDown
          ? [Math.floor(index / fromSize), index % fromSize]
          : [index % size, Math.floor(index / size)];
        return row === column + by ? 1 : 0;
      });
      return isDown
        ? this.node('MatMul', [this.floats(matrix, [size, fromSize]), name])
        : this.node('MatMul', [name, this.floats(matrix, [fromSize, size])]);
    }
    return this.pad(name, [0, 0, down, across, 0, 0, height - fromHeight - down, width - fromWidth - across]);
  }

  /** Zero or constant padding; negative amounts crop. */
  private pad(name: string, pads: readonly number[], value = 0): string {
    if (pads.every((amount) => amount === 0)) return name;
    return this.node('Pad', [name, this.integers(pads), this.scalar(value)]);
  }

  private reshape(name: string, shape: Shape): string {
    return this.node('Reshape', [name, this.integers(shape)]);
  }

  private cast(name: string, to: DataType = 'float32'): string {
    return this.node('Cast', [name], { to: onnxTypes[to] });
  }

  private scalar(value: number): string {
    return this.floats([value], []);
  }

  private fillScalar(value: number, type: DataType): string {
    return type === 'float32' ? this.scalar(value) : this.cast(this.scalar(value), type);
  }

  private floats(values: ArrayLike<number>, shape: Shape): string {
    const data = values instanceof Float32Array ? values : Float32Array.from(values);
    const key = data.length <= 1024 ? `float [${shape}] ${data}` : undefined;
    return this.constant(key, { shape, data });
  }

  private integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.constant(`integer ${values}`, { shape: [values.length], data });
  }

  private constant(key: string | undefined, tensor: Omit<OnnxTensor, 'name'>): string {
    const known = key === undefined ? undefined : this.known.get(key);
    if (known) return known;
    const name = `c${this.count++}`;
    this.constants.push({ name, ...tensor });
    if (key !== undefined) this.known.set(key, name);
    return name;
  }

  private node(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    domain = '',
  ): string {
    const key = `${type} ${inputs} ${JSON.stringify(attributes)}`;
    const known = this.known.get(key);
    if (known) return known;
    const name = `t${this.count++}`;
    this.nodes.push({ type, domain, inputs, outputs: [name], attributes });
    this.computed.add(name);
    this.known.set(key, name);
    return name;
  }
}

/** How tap (r, q) of a 3x3 filter counts in part (u, v) of the 4x4 one that acts on the small map. */
function upsampledWeight(tap: number, part: number): number {
  const counts = (r: number, u: number) => (r + u === 2 || r + u === 3 ? 1 : 0);
  return counts(Math.floor(tap / 3), Math.floor(part / 4)) * counts(tap % 3, part % 4);
}

function identity(rank: number): Layout {
  return Array.from({ length: rank }, (_, axis) => axis);
}

/** Entries by dimension of the graph, in the order of a layout. */
function arranged(entries: readonly number[], layout: Layout): number[] {
  return layout.map((axis) => entries[axis]!);
}

/** The numbers of a tensor of `shape`, moved into `layout`. */
export function permuted(data: Float32Array, shape: Shape, layout: Layout): Float32Array {
  if (sameShape(layout, identity(shape.length))) return data;
  const strides = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)));
  const sizes = arranged(shape, layout);
  const steps = arranged(strides, layout);
  const result = new Float32Array(data.length);
  const position = sizes.map(() => 0);
  let from = 0;
  for (let to = 0; to < result.length; to++) {
    result[to] = data[from]!;
    for (let axis = sizes.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      position[axis] = position[axis]! + 1;
      if (position[axis]! < sizes[axis]!) break;
      from -= steps[axis]! * sizes[axis]!;
      position[axis] = 0;
    }
  }
  return result;
}

/** A filter as files have it, `[O, I, kh, kw]`, in TensorFlow's order `[kh, kw, I, O]`, and back. */
export function filterFromFile(data: Float32Array, shape: Shape): { data: Float32Array; shape: Shape } {
  return { data: permuted(data, shape, [2, 3, 1, 0]), shape: arranged(shape, [2, 3, 1, 0]) };
}

export function filterToFile(data: Float32Array, shape: Shape): { data: Float32Array; shape: Shape } {
  return { data: permuted(data, shape, filterLayout), shape: arranged(shape, filterLayout) };
}

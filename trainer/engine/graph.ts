/**
 * The graph of a traced TensorFlow.js function: operations on tensors in TensorFlow's terms (feature maps `[N, H, W, C]`,
 * filters `[kh, kw, I, O]`). It is independent of ONNX.
 */

export type Shape = readonly number[];
export type DataType = 'float32' | 'int32' | 'bool';

export type UnaryFunction =
  | 'Abs'
  | 'Ceil'
  | 'Erf'
  | 'Exp'
  | 'Floor'
  | 'Identity'
  | 'Log'
  | 'Neg'
  | 'Not'
  | 'Reciprocal'
  | 'Relu'
  | 'Round'
  | 'Sigmoid'
  | 'Sign'
  | 'Softplus'
  | 'Sqrt'
  | 'Tanh';

export type BinaryFunction =
  | 'Add'
  | 'And'
  | 'Div'
  | 'Equal'
  | 'Greater'
  | 'GreaterOrEqual'
  | 'Less'
  | 'LessOrEqual'
  | 'Max'
  | 'Min'
  | 'Mul'
  | 'Or'
  | 'Pow'
  | 'Sub';

export type ReduceFunction = 'Max' | 'Mean' | 'Min' | 'Prod' | 'Sum';

/** Strides and zero padding of a convolution in rows and columns. */
export interface Window {
  readonly strides: readonly [number, number];
  /** Top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** Whether it is the window of a 3x3 convolution that keeps the size of its map: stride 1 and padding 1. */
export function isPlain({ strides, pads }: Window, [height, width]: Shape): boolean {
  return height === 3 && width === 3 && [...strides, ...pads].every((amount) => amount === 1);
}

/** Attributes of each kind of node. The comments name its inputs. */
interface Operations {
  input: { readonly name: string; readonly role: 'data' | 'state' };
  constant: { readonly data: Float32Array };
  /**
   * filter: a filter `[kh, kw, I, O]` of the state that never changes, turned by 180 degrees with its channels exchanged,
   * `[kh, kw, O, I]`, before the first step.
   */
  turned: object;
  /** A tensor whose every element is `value`. */
  fill: { readonly value: number };
  /** x repeated along its dimensions of size 1 (and missing leading ones). */
  broadcast: object;
  unary: { readonly fn: UnaryFunction };
  leakyRelu: { readonly alpha: number };
  /** x, and slopes for its negative values, which broadcast to x. */
  prelu: object;
  clip: { readonly min: number; readonly max: number };
  binary: { readonly fn: BinaryFunction };
  /** condition, a, b. */
  select: object;
  cast: { readonly to: DataType };
  reshape: object;
  transpose: { readonly perm: readonly number[] };
  concat: { readonly axis: number };
  slice: { readonly begin: readonly number[] };
  pad: { readonly before: readonly number[]; readonly after: readonly number[]; readonly value: number };
  tile: { readonly repeats: readonly number[] };
  reduce: { readonly fn: ReduceFunction; readonly axes: readonly number[]; readonly keepDims: boolean };
  /** a `[..., M, K]`, b `[..., K, N]`, either transposed. */
  matmul: { readonly transposeA: boolean; readonly transposeB: boolean };
  /**
   * x `[A, B, L, D]`, matrix `[R, K]`: the products of the matrix with windows of K entries along L, `[A, R, B, T, D]`. Window
   * t starts at entry `stride * t - before`, and entries outside of x are zero.
   */
  slide: { readonly stride: number; readonly before: number };
  /** x `[K, B, D]`, matrix `[R, K]`: their products for each of B, `[B, R, D]`. */
  unslide: object;
  /** x, filter and, where folded in, bias `[O]`. */
  convolution: { readonly window: Window };
  /** dy, filter: the gradient of a convolution by its x. */
  convolutionInputGradient: { readonly window: Window };
  /** x, dy: the gradient of a convolution by its filter. */
  convolutionFilterGradient: { readonly window: Window };
  /** x upsampled by whole factors, each pixel repeated. */
  upsampleNearest: { readonly factor: readonly [number, number] };
  /** Its gradient: the sum of every block of pixels. */
  sumBlocks: { readonly factor: readonly [number, number] };
  /** The largest of every block of pixels. */
  maxBlocks: { readonly factor: readonly [number, number] };
}

/** What a node computes. */
export type Operation<Kind extends keyof Operations = keyof Operations> = {
  [K in Kind]: { readonly kind: K } & Operations[K];
}[Kind];

/** A tensor in the graph: its shape, and the operation and inputs that compute it. */
export interface Value {
  readonly id: number;
  readonly operation: Operation;
  readonly inputs: readonly Value[];
  readonly shape: Shape;
  readonly type: DataType;
}

export function sizeOf(shape: Shape): number {
  return shape.reduce((product, dimension) => product * dimension, 1);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dimension, index) => dimension === b[index]);
}

/** The shape of an element-wise result, by NumPy's broadcasting rule. */
function broadcastShape(...shapes: readonly Shape[]): Shape {
  const rank = Math.max(...shapes.map((shape) => shape.length));
  return Array.from({ length: rank }, (_, axis) =>
    shapes.reduce((size, shape) => {
      const dimension = shape[axis - rank + shape.length] ?? 1;
      if (size !== 1 && dimension !== 1 && size !== dimension) {
        throw new Error(`Shapes [${shapes.join('] and [')}] do not broadcast.`);
      }
      return dimension === 1 ? size : dimension;
    }, 1),
  );
}

/**
 * Builds a graph. Equal nodes are created once (hash-consing). Copies, multiplications by one and broadcasts that an
 * element-wise operation implies are left out.
 */
export class Graph {
  private readonly known = new Map<string, Value>();
  private readonly constants = new Map<Float32Array, number>();
  private count = 0;

  input(name: string, shape: Shape, role: 'data' | 'state'): Value {
    return this.node({ kind: 'input', name, role }, [], shape);
  }

  constant(data: Float32Array, shape: Shape): Value {
    const first = data[0];
    if (first !== undefined && data.length <= 4096 && data.every((element) => element === first)) {
      return this.fill(first, shape);
    }
    return this.node({ kind: 'constant', data }, [], shape);
  }

  turned(filter: Value, shape: Shape): Value {
    return this.node({ kind: 'turned' }, [filter], shape);
  }

  fill(value: number, shape: Shape, type: DataType = 'float32'): Value {
    return this.node({ kind: 'fill', value }, [], shape, type);
  }

  broadcast(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.operation.kind === 'fill') return this.fill(x.operation.value, shape, x.type);
    if (x.operation.kind === 'broadcast') return this.broadcast(x.inputs[0]!, shape);
    return this.node({ kind: 'broadcast' }, [x], shape, x.type);
  }

  unary(fn: UnaryFunction, x: Value): Value {
    if (fn === 'Identity') return x;
    return this.node({ kind: 'unary', fn }, [x], x.shape, x.type);
  }

  leakyRelu(x: Value, alpha: number): Value {
    return this.node({ kind: 'leakyRelu', alpha }, [x], x.shape);
  }

  prelu(x: Value, slopes: Value): Value {
    return this.node({ kind: 'prelu' }, [x, slopes], x.shape);
  }

  clip(x: Value, min: number, max: number): Value {
    return this.node({ kind: 'clip', min, max }, [x], x.shape);
  }

  binary(fn: BinaryFunction, a: Value, b: Value): Value {
    const shape = broadcastShape(a.shape, b.shape);
    if (fn === 'Mul' || fn === 'Div') {
      if (isFill(b, 1)) return this.broadcast(a, shape);
      if (fn === 'Mul' && isFill(a, 1)) return this.broadcast(b, shape);
    }
    if (fn === 'Add' || fn === 'Sub') {
      if (isFill(b, 0)) return this.broadcast(a, shape);
      if (fn === 'Add' && isFill(a, 0)) return this.broadcast(b, shape);
    }
    // An operation on a repeated tensor and a scalar is done before the repetition.
    if (a.operation.kind === 'broadcast' && sizeOf(b.shape) === 1) {
      const source = a.inputs[0]!;
      return this.broadcast(this.binary(fn, source, this.single(b)), shape);
    }
    const type = isComparison(fn) ? 'bool' : a.type;
    const left = this.implied(a, b);
    return this.node({ kind: 'binary', fn }, [left, this.implied(b, left)], shape, type);
  }

  select(condition: Value, a: Value, b: Value): Value {
    const shape = broadcastShape(condition.shape, a.shape, b.shape);
    return this.node({ kind: 'select' }, [condition, a, b], shape, a.type);
  }

  cast(x: Value, to: DataType): Value {
    if (x.type === to) return x;
    if (x.operation.kind === 'fill') return this.fill(x.operation.value, x.shape, to);
    return this.node({ kind: 'cast', to }, [x], x.shape, to);
  }

  reshape(x: Value, shape: Shape): Value {
    if (sameShape(x.shape, shape)) return x;
    if (x.operation.kind === 'fill') return this.fill(x.operation.value, shape, x.type);
    if (x.operation.kind === 'reshape') return this.reshape(x.inputs[0]!, shape);
    return this.node({ kind: 'reshape' }, [x], shape, x.type);
  }

  transpose(x: Value, perm: readonly number[]): Value {
    if (perm.every((axis, index) => axis === index)) return x;
    const shape = perm.map((axis) => x.shape[axis]!);
    if (x.operation.kind === 'fill') return this.fill(x.operation.value, shape, x.type);
    return this.node({ kind: 'transpose', perm }, [x], shape, x.type);
  }

  concat(parts: readonly Value[], axis: number): Value {
    const [first] = parts;
    if (first === undefined) throw new Error('A concatenation needs at least one part.');
    if (parts.length === 1) return first;
    const size = parts.reduce((sum, part) => sum + part.shape[axis]!, 0);
    return this.node({ kind: 'concat', axis }, parts, replaced(first.shape, axis, size), first.type);
  }

  slice(x: Value, begin: readonly number[], size: Shape): Value {
    if (sameShape(x.shape, size)) return x;
    if (x.operation.kind === 'fill') return this.fill(x.operation.value, size, x.type);
    return this.node({ kind: 'slice', begin }, [x], size, x.type);
  }

  /** `size` entries of one axis, starting at `begin`. */
  sliceAxis(x: Value, axis: number, begin: number, size: number): Value {
    const from = x.shape.map((_, index) => (index === axis ? begin : 0));
    return this.slice(x, from, replaced(x.shape, axis, size));
  }

  pad(x: Value, before: readonly number[], after: readonly number[], value = 0): Value {
    const shape = x.shape.map((dimension, axis) => dimension + before[axis]! + after[axis]!);
    if (sameShape(x.shape, shape)) return x;
    return this.node({ kind: 'pad', before, after, value }, [x], shape, x.type);
  }

  tile(x: Value, repeats: readonly number[]): Value {
    const shape = x.shape.map((dimension, axis) => dimension * repeats[axis]!);
    if (x.shape.every((dimension, axis) => dimension === 1 || repeats[axis] === 1)) {
      return this.broadcast(x, shape);
    }
    return this.node({ kind: 'tile', repeats }, [x], shape, x.type);
  }

  reduce(fn: ReduceFunction, x: Value, axes: readonly number[], keepDims: boolean): Value {
    if (axes.length === 0) return x;
    const shape = keepDims
      ? x.shape.map((dimension, axis) => (axes.includes(axis) ? 1 : dimension))
      : x.shape.filter((_, axis) => !axes.includes(axis));
    const source = x.type === 'bool' ? this.cast(x, 'float32') : x;
    return this.node({ kind: 'reduce', fn, axes, keepDims }, [source], shape, source.type);
  }

  matmul(a: Value, b: Value, transposeA: boolean, transposeB: boolean): Value {
    const rows = a.shape.at(transposeA ? -1 : -2)!;
    const columns = b.shape.at(transposeB ? -2 : -1)!;
    const shape = [...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)), rows, columns];
    return this.node({ kind: 'matmul', transposeA, transposeB }, [a, b], shape);
  }

  /** x `[A, B, L, D]`, matrix `[R, K]` to `[A, R, B, count, D]`. */
  slide(x: Value, matrix: Value, stride: number, before: number, count: number): Value {
    const [a = 0, b = 0, , d = 0] = x.shape;
    return this.node({ kind: 'slide', stride, before }, [x, matrix], [a, matrix.shape[0]!, b, count, d]);
  }

  /** x `[K, B, D]`, matrix `[R, K]` to `[B, R, D]`. */
  unslide(x: Value, matrix: Value): Value {
    const [, b = 0, d = 0] = x.shape;
    return this.node({ kind: 'unslide' }, [x, matrix], [b, matrix.shape[0]!, d]);
  }

  /** x `[N, H, W, I]`, filter `[kh, kw, I, O]`, bias `[O]` to `[N, H', W', O]`. */
  convolution(x: Value, filter: Value, window: Window, bias?: Value): Value {
    const [n = 0, height = 0, width = 0] = x.shape;
    const [kernelHeight = 0, kernelWidth = 0, , outputs = 0] = filter.shape;
    const [top, left, bottom, right] = window.pads;
    const shape = [
      n,
      Math.floor((height + top + bottom - kernelHeight) / window.strides[0]) + 1,
      Math.floor((width + left + right - kernelWidth) / window.strides[1]) + 1,
      outputs,
    ];
    return this.node({ kind: 'convolution', window }, bias ? [x, filter, bias] : [x, filter], shape);
  }

  convolutionInputGradient(dy: Value, filter: Value, window: Window, xShape: Shape): Value {
    return this.node({ kind: 'convolutionInputGradient', window }, [dy, filter], xShape);
  }

  convolutionFilterGradient(x: Value, dy: Value, window: Window, filterShape: Shape): Value {
    return this.node({ kind: 'convolutionFilterGradient', window }, [x, dy], filterShape);
  }

  upsampleNearest(x: Value, factor: readonly [number, number]): Value {
    const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
    const shape = [n, height * factor[0], width * factor[1], channels];
    return this.node({ kind: 'upsampleNearest', factor }, [x], shape);
  }

  sumBlocks(x: Value, factor: readonly [number, number]): Value {
    const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
    const shape = [n, height / factor[0], width / factor[1], channels];
    return this.node({ kind: 'sumBlocks', factor }, [x], shape);
  }

  maxBlocks(x: Value, factor: readonly [number, number]): Value {
    const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
    const shape = [n, height / factor[0], width / factor[1], channels];
    return this.node({ kind: 'maxBlocks', factor }, [x], shape);
  }

  /** The operation of `value` on other inputs. */
  rebuilt(value: Value, inputs: readonly Value[]): Value {
    if (inputs.every((input, index) => input === value.inputs[index])) return value;
    return this.node(value.operation, inputs, value.shape, value.type);
  }

  private node(
    operation: Operation,
    inputs: readonly Value[],
    shape: Shape,
    type: DataType = 'float32',
  ): Value {
    const key = `${this.describe(operation)}(${inputs.map((input) => input.id)})[${shape}]${type}`;
    const known = this.known.get(key);
    if (known) return known;
    const value = { id: this.count++, operation, inputs, shape: [...shape], type };
    this.known.set(key, value);
    return value;
  }

  private describe(operation: Operation): string {
    if (operation.kind !== 'constant') return JSON.stringify(operation);
    let id = this.constants.get(operation.data);
    if (id === undefined) {
      id = this.constants.size;
      this.constants.set(operation.data, id);
    }
    return `constant ${id}`;
  }

  /** A one-element tensor as a scalar. */
  private single(x: Value): Value {
    return this.reshape(x, []);
  }

  /** An operand without a repetition that broadcasting with the other operand implies. */
  private implied(operand: Value, other: Value): Value {
    if (operand.operation.kind === 'fill' && covers(other, operand.shape)) {
      return this.fill(operand.operation.value, [], operand.type);
    }
    if (operand.operation.kind === 'broadcast' && covers(other, operand.shape)) return operand.inputs[0]!;
    return operand;
  }
}

/** Whether broadcasting with `value` results in at least `shape`. */
function covers(value: Value, shape: Shape): boolean {
  const offset = value.shape.length - shape.length;
  return (
    offset >= 0 &&
    shape.every((dimension, axis) => dimension === 1 || value.shape[axis + offset] === dimension)
  );
}

/** Whether every element is `number`, rounded to 32-bit floats. */
export function isFill(value: Value | undefined, number: number): boolean {
  const operation = value?.operation;
  return operation?.kind === 'fill' && Math.fround(operation.value) === Math.fround(number);
}

function isComparison(fn: BinaryFunction): boolean {
  return ['Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'And', 'Or'].includes(fn);
}

function replaced(shape: Shape, axis: number, size: number): Shape {
  return shape.map((dimension, index) => (index === axis ? size : dimension));
}

/** All values that `outputs` depend on, each after its inputs. */
export function topologicalOrder(outputs: readonly Value[]): Value[] {
  const order: Value[] = [];
  const visited = new Set<Value>();
  const stack: { value: Value; next: number }[] = [];
  const enter = (value: Value) => {
    if (visited.has(value)) return;
    visited.add(value);
    stack.push({ value, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const input = top.value.inputs[top.next++];
      if (input !== undefined) {
        enter(input);
      } else {
        order.push(top.value);
        stack.pop();
      }
    }
  }
  return order;
}

/** Number of uses of each value, as an input and as an output. */
export function countUses(outputs: readonly Value[]): Map<Value, number> {
  const uses = new Map<Value, number>();
  const reads = [...topologicalOrder(outputs).flatMap(({ inputs }) => inputs), ...outputs];
  for (const value of reads) uses.set(value, (uses.get(value) ?? 0) + 1);
  return uses;
}

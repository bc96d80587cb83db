import type { NcnnLayer, NcnnValue } from '../tensor-files/ncnn-param.ts';

/** Numbers of parameters of ncnn's layers, see its docs/developer-guide/operators.md. */
export const ncnnKeys = {
  convolution: { outputs: 0, kernel: 1, padding: 4, bias: 5, weights: 6, activation: 9, slopes: 10 },
  crop: { firstChannel: 2, width: 3, height: 4, channels: 5 },
  relu: { slope: 0 },
  prelu: { slopes: 0 },
  eltwise: { operation: 0, coefficients: 1 },
  binary: { operation: 0, isScalar: 1, scalar: 2 },
  interp: { mode: 0, vertical: 1, horizontal: 2 },
  shuffle: { factor: 0, order: 1 },
  reorg: { stride: 0, order: 1 },
} as const;

export const eltwiseSum = 1;
export const interpNearest = 1;

/** Width or height of a crop that takes all. */
const whole = -233;

/** `from` is the second operand minus the first. */
const binaryOperations = {
  add: 0,
  subtract: 1,
  multiply: 2,
  divide: 3,
  power: 6,
  from: 7,
  divided: 8,
} as const;

interface NcnnConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the filter, odd; 3 by default. */
  readonly size?: number;
}

/**
 * The graph of a generator in the making, from `data` `[channels, height, width]` in 0..1 to `output`, upscaled and not
 * clamped, as programs on ncnn expect. A convolution or PReLU is named as its parameters are.
 */
export function ncnnExport() {
  const layers: NcnnLayer[] = [];
  /** @returns the name of the result */
  const node = (
    type: string,
    inputs: readonly string[],
    params: Readonly<Record<number, NcnnValue>> = {},
    name = `${type}_${layers.length}`,
  ): string => {
    const entries = Object.entries(params).map(([key, value]) => [Number(key), value] as const);
    layers.push({ type, name, inputs: [...inputs], outputs: [name], params: new Map(entries) });
    return name;
  };
  layers.push({ type: 'Input', name: 'input', inputs: [], outputs: ['data'], params: new Map() });
  /** Of two maps, element by element. */
  const binary = (a: string, b: string, operation: keyof typeof binaryOperations) =>
    node('BinaryOp', [a, b], { [ncnnKeys.binary.operation]: binaryOperations[operation] });
  /** Of a map and a number. */
  const scalar = (x: string, value: number, operation: keyof typeof binaryOperations) =>
    node('BinaryOp', [x], {
      [ncnnKeys.binary.operation]: binaryOperations[operation],
      [ncnnKeys.binary.isScalar]: 1,
      [ncnnKeys.binary.scalar]: { float: value },
    });
  /** Maps of the size of the input whose values are 1 / e, by their number of channels. */
  const bases = new Map<number, string>();
  /**
   * `1 / (1 + exp(-x))` of a map of the size of the input, as powers of a map of 1 / e: Upscayl is built without ncnn's
   * layers Sigmoid and UnaryOp (exp), and crashes where a convolution has a sigmoid as its activation.
   */
  const sigmoid = (x: string, channels: number): string => {
    const base = bases.get(channels) ?? scalar(scalar(x, 0, 'multiply'), 1 / Math.E, 'add');
    bases.set(channels, base);
    return scalar(scalar(binary(base, x, 'power'), 1, 'add'), 1, 'divided');
  };
  const { convolution, crop, relu, prelu, eltwise, interp, shuffle, reorg } = ncnnKeys;

  return {
    input: 'data',
    /** A convolution with a bias that keeps the size of its map. */
    convolve: (x: string, { name, inputs, outputs, size = 3 }: NcnnConvolution) =>
      node(
        'Convolution',
        [x],
        {
          [convolution.outputs]: outputs,
          [convolution.kernel]: size,
          [convolution.padding]: (size - 1) / 2,
          [convolution.bias]: 1,
          [convolution.weights]: size ** 2 * inputs * outputs,
        },
        name,
      ),
    /** `count` channels from `first` on. */
    channels: (x: string, first: number, count: number) =>
      node('Crop', [x], {
        [crop.firstChannel]: first,
        [crop.width]: whole,
        [crop.height]: whole,
        [crop.channels]: count,
      }),
    binary,
    scalar,
    sigmoid,
    /**
     * Mish, `x tanh(log(1 + exp(x)))`: with g = sigmoid(x) and n = g (2 - g) it is `x n / (2 - n)`, which loses no digits.
     *
     * @param channels of x
     */
    mish: (x: string, channels: number): string => {
      const g = sigmoid(x, channels);
      const n = binary(g, scalar(g, 2, 'from'), 'multiply');
      return binary(x, binary(n, scalar(n, 2, 'from'), 'divide'), 'multiply');
    },
    relu: (x: string, slope: number) => node('ReLU', [x], { [relu.slope]: { float: slope } }),
    prelu: (x: string, name: string, channels: number) =>
      node('PReLU', [x], { [prelu.slopes]: channels }, name),
    concat: (maps: readonly string[]) => (maps.length === 1 ? maps[0]! : node('Concat', maps)),
    /** `factor * a + b` */
    add: (a: string, b: string, factor = 1) =>
      node('Eltwise', [a, b], { [eltwise.operation]: eltwiseSum, [eltwise.coefficients]: [factor, 1] }),
    /** Repeats each pixel. */
    upsample: (x: string, factor: number) =>
      node('Interp', [x], {
        [interp.mode]: interpNearest,
        [interp.vertical]: { float: factor },
        [interp.horizontal]: { float: factor },
      }),
    pixelShuffle: (x: string, factor: number) => node('PixelShuffle', [x], { [shuffle.factor]: factor }),
    pixelUnshuffle: (x: string, factor: number) => node('Reorg', [x], { [reorg.stride]: factor }),
    /** The layers, with a copy of a map (Split) for each of its readers. */
    finish: (result: string): NcnnLayer[] => withSplits(renameMap(layers, result, 'output')),
  };
}

function renameMap(layers: readonly NcnnLayer[], from: string, to: string): NcnnLayer[] {
  const rename = (name: string) => (name === from ? to : name);
  return layers.map((layer) => ({
    ...layer,
    inputs: layer.inputs.map(rename),
    outputs: layer.outputs.map(rename),
  }));
}

function withSplits(layers: readonly NcnnLayer[]): NcnnLayer[] {
  const readers = new Map<string, number>();
  for (const name of layers.flatMap(({ inputs }) => inputs)) {
    readers.set(name, (readers.get(name) ?? 0) + 1);
  }
  const used = new Map<string, number>();
  const copyOf = (name: string): string => {
    if ((readers.get(name) ?? 0) < 2) return name;
    const copy = used.get(name) ?? 0;
    used.set(name, copy + 1);
    return `${name}_copy${copy}`;
  };
  return layers.flatMap((layer) => {
    const own = { ...layer, inputs: layer.inputs.map(copyOf) };
    const splits = layer.outputs.flatMap((name): NcnnLayer[] => {
      const count = readers.get(name) ?? 0;
      if (count < 2) return [];
      const outputs = Array.from({ length: count }, (_, copy) => `${name}_copy${copy}`);
      return [{ type: 'Split', name: `${name}_copies`, inputs: [name], outputs, params: new Map() }];
    });
    return [own, ...splits];
  });
}

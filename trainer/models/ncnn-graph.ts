import { listParam, type NcnnLayer, numberParam } from '../tensor-files/ncnn-param.ts';
import { eltwiseSum, interpNearest, ncnnKeys } from './ncnn-export.ts';

/**
 * An operation of a graph, in the one form that programs write in several: copies of maps are left out, an activation is an
 * operation of its own, and every sum and scalar product is a `sum`.
 */
interface Operation {
  /** Its type and parameters, in words. */
  readonly what: string;
  /** The layer that it comes from. */
  readonly layer: string;
  readonly inputs: readonly Operation[];
  /** Of a sum: the factor of each input. */
  readonly factors: readonly number[];
  /** Operations on the longest path from the input. */
  readonly depth: number;
}

/** Something in a graph that a network does not have, in words; or the found layer of each expected one. */
type Comparison =
  | { readonly names: ReadonlyMap<string, string>; readonly mismatch?: never }
  | { readonly mismatch: string };

/**
 * Whether two graphs compute the same from weights of the same places, however their programs write it.
 *
 * @returns the name of the found layer for each expected layer with weights
 */
export function compareNcnn(found: readonly NcnnLayer[], expected: readonly NcnnLayer[]): Comparison {
  const [one, other] = [resultOf(found), resultOf(expected)];
  if (typeof one === 'string') return { mismatch: one };
  if (typeof other === 'string') throw new Error(`The exported graph is not valid: ${other}.`);
  const pairs = new Map<Operation, Operation>();
  const pending: [Operation, Operation][] = [[one, other]];
  for (let pair = pending.pop(); pair; pair = pending.pop()) {
    const [has, needs] = pair;
    const known = pairs.get(needs);
    if (known === has) continue;
    if (known) return { mismatch: `its layers ${known.layer} and ${has.layer} have the same place` };
    if (has.what !== needs.what || has.inputs.length !== needs.inputs.length) {
      return { mismatch: `its layer ${has.layer} is ${has.what}, where the network has ${needs.what}` };
    }
    pairs.set(needs, has);
    for (const [index, input] of has.inputs.entries()) pending.push([input, needs.inputs[index]!]);
  }
  const used = new Set([...pairs.values()].map(({ layer }) => layer));
  const unused = found.find(({ type, name }) => type === 'Convolution' && !used.has(name));
  if (unused) return { mismatch: `its layer ${unused.name} has no effect on its output` };
  return { names: new Map([...pairs].map(([needs, has]) => [needs.layer, has.layer])) };
}

/** The operation that makes the output of a graph, or what is wrong with the graph. */
function resultOf(layers: readonly NcnnLayer[]): Operation | string {
  const maps = new Map<string, Operation>();
  const read = new Set<string>();
  for (const layer of layers) {
    const inputs: Operation[] = [];
    for (const name of layer.inputs) {
      const input = maps.get(name);
      if (!input) return `its layer ${layer.name} reads ${name}, which no layer before it makes`;
      inputs.push(input);
      read.add(name);
    }
    const result = operationOf(layer, inputs);
    for (const name of layer.outputs) maps.set(name, result);
  }
  const results = [...maps].filter(([name]) => !read.has(name));
  const [result] = results;
  if (result === undefined || results.length > 1) {
    return `it has ${results.length} outputs (${results.map(([name]) => name).join(', ')}) instead of one`;
  }
  return result[1];
}

function operationOf(layer: NcnnLayer, inputs: readonly Operation[]): Operation {
  const operation = (what: string, from = inputs, factors: readonly number[] = []): Operation => {
    const depth = 1 + from.reduce((deepest, input) => Math.max(deepest, input.depth), 0);
    return { what, layer: layer.name, inputs: from, factors, depth };
  };
  const param = (key: number, otherwise?: number) => numberParam(layer, key, otherwise);
  const { convolution, relu, prelu, interp, shuffle, reorg } = ncnnKeys;
  switch (layer.type) {
    case 'Split':
      return inputs[0] ?? operation('a Split of nothing');
    case 'Convolution': {
      const convolved = operation(convolutionText(layer));
      const slope = listParam(layer, convolution.slopes)[0] ?? 0;
      const activation = param(convolution.activation);
      if (activation === 0) return convolved;
      return operation(activation > 2 ? `the activation ${activation}` : reluText(slope), [convolved]);
    }
    case 'ReLU':
      return operation(reluText(param(relu.slope)));
    case 'PReLU':
      return operation(`a PReLU of ${param(prelu.slopes)} slopes`);
    case 'Interp': {
      const factors = `${param(interp.vertical, 1)}x${param(interp.horizontal, 1)}`;
      const mode = param(interp.mode);
      return operation(
        mode === interpNearest ? `nearest-neighbor Interp by ${factors}` : `Interp ${mode} by ${factors}`,
      );
    }
    case 'PixelShuffle':
      return operation(`a PixelShuffle by ${param(shuffle.factor, 1)}${orderText(param(shuffle.order))}`);
    case 'Reorg':
      return operation(`a Reorg by ${param(reorg.stride, 1)}${orderText(param(reorg.order))}`);
    case 'Eltwise':
    case 'BinaryOp':
      return sumOf(layer, inputs, operation);
    default:
      return operation(`${layer.type === 'Input' ? 'the' : 'a'} ${layer.type}`);
  }
}

type NewOperation = (what: string, from?: readonly Operation[], factors?: readonly number[]) => Operation;

/** A sum of multiples of its inputs. The deepest input is first, so that the order in the file does not matter. */
function sumOf(layer: NcnnLayer, inputs: readonly Operation[], operation: NewOperation): Operation {
  const { eltwise, binary } = ncnnKeys;
  const kind = numberParam(layer, 0);
  let own: readonly number[];
  if (layer.type === 'Eltwise') {
    const coefficients = listParam(layer, eltwise.coefficients);
    if (kind !== eltwiseSum) return operation(`an Eltwise of the operation ${kind}`);
    own = inputs.map((_, index) => coefficients[index] ?? 1);
  } else if (numberParam(layer, binary.isScalar) === 1) {
    if (kind !== 2) return operation(`a BinaryOp of the operation ${kind}`);
    own = [numberParam(layer, binary.scalar)];
  } else {
    if (kind !== 0) return operation(`a BinaryOp of the operation ${kind}`);
    own = inputs.map(() => 1);
  }
  const terms = inputs.map((input, index): [Operation, number] => {
    const factor = own[index] ?? 1;
    const [scaled] = input.inputs;
    const isProduct = input.factors.length === 1 && scaled !== undefined;
    return isProduct ? [scaled, factor * input.factors[0]!] : [input, factor];
  });
  terms.sort(([a], [b]) => b.depth - a.depth);
  const factors = terms.map(([, factor]) => factor);
  return operation(
    `a sum with the factors ${factors.join(' and ')}`,
    terms.map(([input]) => input),
    factors,
  );
}

function convolutionText(layer: NcnnLayer): string {
  const [outputs, width, dilation, stride, pad] = [0, 1, 2, 3, 4].map((key) => numberParam(layer, key));
  const height = numberParam(layer, 11, width);
  const inputs = numberParam(layer, 6) / (outputs! * width! * height);
  const unusual = [
    ...((dilation || 1) === 1 ? [] : [`dilation ${dilation}`]),
    ...((stride || 1) === 1 ? [] : [`stride ${stride}`]),
    ...(numberParam(layer, 5) === 1 ? [] : ['no bias']),
    ...([14, 15, 16].some((key) => numberParam(layer, key, pad) !== pad) ? ['different paddings'] : []),
  ];
  const rest = unusual.length === 0 ? '' : `, ${unusual.join(', ')}`;
  return `a Convolution of ${inputs} to ${outputs} channels, ${width}x${height}, padding ${pad}${rest}`;
}

function reluText(slope: number): string {
  return slope === 0 ? 'a ReLU' : `a ReLU with the slope ${Number(slope.toPrecision(6))}`;
}

function orderText(order: number): string {
  return order === 0 ? '' : ` in the order ${order}`;
}

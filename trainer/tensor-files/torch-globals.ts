import { bytesOf, type DType } from './dtypes.ts';
import type { Fail } from './file-bytes.ts';
import {
  describe,
  isKind,
  type PickleFunction,
  type PickleStorage,
  type PickleTensor,
  type PickleValue,
} from './pickle-values.ts';

type Call = (args: readonly PickleValue[], fail: Fail) => PickleValue;

const unused: Call = () => ({ kind: 'unused' });
const firstArgument: Call = ([first = null]) => first;

/**
 * The global names of Python that a file of weights may use, with their functions: those that PyTorch's own `weights_only`
 * allows (`_get_allowed_globals` in torch/_weights_only_unpickler.py), and NumPy's numbers. Tensors that networks for
 * images do not have, such as sparse ones, are dropped.
 */
const allowed: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': orderedDict,
  'collections.Counter': counter,
  'builtins.bytearray': unused,
  'builtins.complex': unused,
  'builtins.set': unused,
  '_codecs.encode': unused,
  'torch.Size': firstArgument,
  'torch.device': unused,
  'torch.serialization._get_layout': unused,
  'torch._tensor._rebuild_from_type_v2': rebuildFromType,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor_v3': rebuildTypedTensor,
  'torch._utils._rebuild_parameter': firstArgument,
  'torch._utils._rebuild_parameter_with_state': firstArgument,
  'torch._utils._rebuild_device_tensor_from_cpu_tensor': firstArgument,
  'torch._utils._rebuild_device_tensor_from_numpy': unused,
  'torch._utils._rebuild_meta_tensor_no_storage': unused,
  'torch._utils._rebuild_qtensor': unused,
  'torch._utils._rebuild_sparse_tensor': unused,
  'torch._utils._rebuild_wrapper_subclass': unused,
  // A score that is saved with the weights is often a number of NumPy's.
  'numpy.dtype': unused,
  'numpy.core.multiarray.scalar': unused,
  'numpy._core.multiarray.scalar': unused,
};

/** Types of tensors, of their elements and of quantization. They occur as values and cannot be called. */
const typeNames =
  /^torch\.(nn\.parameter\.Parameter|((cuda|sparse)\.)*\w*Tensor|u?int\d+|b?float\d\w*|complex\d+|bits\w+|bool|qu?int\w+|per_(tensor|channel)_\w+)$/;

const storageTypes: Readonly<Record<string, DType>> = {
  'torch.DoubleStorage': 'F64',
  'torch.FloatStorage': 'F32',
  'torch.HalfStorage': 'F16',
  'torch.BFloat16Storage': 'BF16',
  'torch.LongStorage': 'I64',
  'torch.IntStorage': 'I32',
  'torch.ShortStorage': 'I16',
  'torch.CharStorage': 'I8',
  'torch.ByteStorage': 'U8',
  'torch.BoolStorage': 'BOOL',
  'torch.QInt8Storage': 'I8',
  'torch.QUInt8Storage': 'U8',
  'torch.QInt32Storage': 'I32',
  // Bytes; the tensors say what their elements are.
  'torch.storage.UntypedStorage': 'U8',
};

/** Types of elements that have no storage of their own. */
const elementTypes: Readonly<Record<string, DType>> = {
  'torch.uint16': 'U16',
  'torch.uint32': 'U32',
  'torch.uint64': 'U64',
};

/** The function of an allowed name; undefined for all others. */
export function torchGlobal(module: string, name: string, fail: Fail): PickleFunction | undefined {
  // PyTorch's files have the names of Python 2.
  const full = `${module === '__builtin__' ? 'builtins' : module}.${name}`;
  const call = Object.hasOwn(allowed, full) ? allowed[full] : undefined;
  if (call) return { kind: 'function', name: full, call: (args) => call(args, fail) };
  if (!Object.hasOwn(storageTypes, full) && !typeNames.test(full)) return undefined;
  const refuse = () => {
    throw fail(`its pickle calls ${full}`);
  };
  return { kind: 'function', name: full, call: refuse };
}

/**
 * The storage for a persistent id `('storage', type, key, device, elements)`. In files before 1.6 the id has a sixth part:
 * None or `(key of the view, first element, elements)`.
 */
export function torchStorage(id: PickleValue, fail: Fail): PickleStorage {
  const [word, type, key, , length, part] = isKind(id, 'tuple') ? id.items : [];
  const dtype = isKind(type, 'function') ? storageTypes[type.name] : undefined;
  if (word !== 'storage' || dtype === undefined || typeof key !== 'string' || !/^\w{1,40}$/.test(key)) {
    throw fail(
      `its pickle refers to ${describe(word)} of type ${describe(type)} and key ${describe(key)}, which is not a storage`,
    );
  }
  if (!isCount(length)) throw fail(`the number of elements of storage ${key} is ${describe(length)}`);
  if (!isKind(part, 'tuple')) return { kind: 'storage', dtype, key, begin: 0, length };
  const [, begin, count] = part.items;
  if (!isCount(begin) || !isCount(count) || begin + count > length) {
    throw fail(`storage ${key} of ${length} elements has a view that starts at ${describe(begin)}`);
  }
  return { kind: 'storage', dtype, key, begin, length: count };
}

/** @param args none, or a list of pairs */
function orderedDict([pairs]: readonly PickleValue[], fail: Fail): PickleValue {
  const entries = new Map<PickleValue, PickleValue>();
  if (pairs === undefined) return { kind: 'dict', entries };
  if (!Array.isArray(pairs)) throw fail(`its pickle creates a dictionary from ${describe(pairs)}`);
  // The list is emptied, so that a pickle cannot multiply memory by passing it repeatedly.
  for (const pair of pairs.splice(0)) {
    const [key, value, ...rest] = Array.isArray(pair) ? pair : isKind(pair, 'tuple') ? pair.items : [];
    if (key === undefined || value === undefined || rest.length > 0) {
      throw fail(`its pickle creates a dictionary from ${describe(pair)} instead of pairs`);
    }
    entries.set(key, value);
  }
  return { kind: 'dict', entries };
}

/** @param args none, or a dictionary */
function counter([dictionary]: readonly PickleValue[], fail: Fail): PickleValue {
  if (dictionary === undefined) return { kind: 'dict', entries: new Map() };
  if (!isKind(dictionary, 'dict')) throw fail(`its pickle counts ${describe(dictionary)}`);
  return dictionary;
}

/** @param args function, type, its arguments, attributes: a tensor with attributes, or of a subclass */
function rebuildFromType([rebuild, , args]: readonly PickleValue[], fail: Fail): PickleValue {
  // A tensor of a tensor of a tensor … would overflow the stack.
  if (
    !isKind(rebuild, 'function') ||
    rebuild.name.endsWith('_rebuild_from_type_v2') ||
    !isKind(args, 'tuple')
  ) {
    throw fail(`its pickle creates a tensor with ${describe(rebuild)} from ${describe(args)}`);
  }
  return rebuild.call(args.items);
}

/** @param args those of `rebuildTensor`, two others, and the type of the elements */
function rebuildTypedTensor(args: readonly PickleValue[], fail: Fail): PickleTensor {
  const [storage, , , , , , type] = args;
  if (!isKind(storage, 'storage')) throw fail(`a tensor refers to ${describe(storage)} instead of a storage`);
  const dtype = isKind(type, 'function') ? elementTypes[type.name] : undefined;
  if (dtype === undefined) {
    throw fail(
      `a tensor in storage ${storage.key} has elements of type ${describe(type)}, which is not supported`,
    );
  }
  const width = bytesOf(dtype) / bytesOf(storage.dtype);
  const begin = storage.begin / width;
  const length = Math.floor(storage.length / width);
  return rebuildTensor([{ ...storage, dtype, begin, length }, ...args.slice(1)], fail);
}

/** @param args storage, offset, shape, strides, and others that do not affect the data */
function rebuildTensor(args: readonly PickleValue[], fail: Fail): PickleTensor {
  const [storage, offset, shape, strides] = args;
  if (!isKind(storage, 'storage')) throw fail(`a tensor refers to ${describe(storage)} instead of a storage`);
  const sizes = counts(shape);
  const steps = counts(strides);
  if (!isCount(offset) || !sizes || !steps || sizes.length !== steps.length) {
    throw fail(`the offset, shape or strides of a tensor in storage ${storage.key} are not whole numbers`);
  }
  const elements = sizes.reduce((product, size) => product * size, 1);
  const last = sizes.reduce((index, size, axis) => index + (size - 1) * steps[axis]!, offset);
  if (elements > 0 && (last >= storage.length || elements > storage.length)) {
    throw fail(
      `a tensor of shape [${sizes.join(', ')}] does not fit into storage ${storage.key} of ${storage.length} elements`,
    );
  }
  return { kind: 'tensor', storage, offset, shape: sizes, strides: steps };
}

/** Tensors of networks have fewer axes. */
const largestRank = 8;

function counts(value: PickleValue | undefined): number[] | undefined {
  const items = Array.isArray(value) ? value : isKind(value, 'tuple') ? value.items : undefined;
  return items && items.length <= largestRank && items.every(isCount) ? items.filter(isCount) : undefined;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

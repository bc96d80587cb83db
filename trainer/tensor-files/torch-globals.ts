import type { DType } from './dtypes.ts';
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
 * Every name of Python's that a file of weights may use, and what it does here. PyTorch's storages are those of
 * `storageTypes`.
 */
const allowed: Readonly<Record<string, Call>> = {
  'collections.OrderedDict': orderedDict,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_parameter': firstArgument,
  'torch._utils._rebuild_parameter_with_state': firstArgument,
  'torch.Size': firstArgument,
  'torch.device': unused,
  // A score that was kept beside the weights is often a number of NumPy's.
  'numpy.dtype': unused,
  'numpy.core.multiarray.scalar': unused,
  'numpy._core.multiarray.scalar': unused,
  '_codecs.encode': unused,
};

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
};

/** The function that an allowed name stands for; undefined for all others. */
export function torchGlobal(module: string, name: string, fail: Fail): PickleFunction | undefined {
  const full = `${module}.${name}`;
  if (Object.hasOwn(storageTypes, full)) {
    const refuse = () => {
      throw fail(`its pickle calls ${full}`);
    };
    return { kind: 'function', name: full, call: refuse };
  }
  const call = Object.hasOwn(allowed, full) ? allowed[full] : undefined;
  return call && { kind: 'function', name: full, call: (args) => call(args, fail) };
}

/**
 * The storage that a persistent id names: `('storage', type, key, device, elements)`, and in files before 1.6 a
 * sixth part, None or `(key of the view, first element, elements)`.
 */
export function torchStorage(id: PickleValue, fail: Fail): PickleStorage {
  const [word, type, key, , length, part] = isKind(id, 'tuple') ? id.items : [];
  const dtype = isKind(type, 'function') ? storageTypes[type.name] : undefined;
  if (word !== 'storage' || dtype === undefined || typeof key !== 'string' || !/^\w{1,40}$/.test(key)) {
    throw fail(
      `its pickle refers to ${describe(word)} of type ${describe(type)} and key ${describe(key)}, which is no storage`,
    );
  }
  if (!isCount(length))
    throw fail(`storage ${key} has ${describe(length)} elements instead of a whole number`);
  if (!isKind(part, 'tuple')) return { kind: 'storage', dtype, key, begin: 0, length };
  const [, begin, count] = part.items;
  if (!isCount(begin) || !isCount(count) || begin + count > length) {
    throw fail(`storage ${key} of ${length} elements has a part from ${describe(begin)} on`);
  }
  return { kind: 'storage', dtype, key, begin, length: count };
}

/** Arguments: none, or a list of pairs. */
function orderedDict([pairs]: readonly PickleValue[], fail: Fail): PickleValue {
  const entries = new Map<PickleValue, PickleValue>();
  if (pairs === undefined) return { kind: 'dict', entries };
  if (!Array.isArray(pairs)) throw fail(`its pickle makes a dictionary of ${describe(pairs)}`);
  // The list is used up: a pickle that hands it over again and again gets no memory for it.
  for (const pair of pairs.splice(0)) {
    const [key, value, ...rest] = Array.isArray(pair) ? pair : isKind(pair, 'tuple') ? pair.items : [];
    if (key === undefined || value === undefined || rest.length > 0) {
      throw fail(`its pickle makes a dictionary of ${describe(pair)} instead of pairs`);
    }
    entries.set(key, value);
  }
  return { kind: 'dict', entries };
}

/** Arguments: storage, offset, shape, strides, and more that does not touch the numbers. */
function rebuildTensor(args: readonly PickleValue[], fail: Fail): PickleTensor {
  const [storage, offset, shape, strides] = args;
  if (!isKind(storage, 'storage')) throw fail(`a tensor lies in ${describe(storage)} instead of a storage`);
  const sizes = counts(shape);
  const steps = counts(strides);
  if (!isCount(offset) || !sizes || !steps || sizes.length !== steps.length) {
    throw fail(
      `a tensor in storage ${storage.key} has an offset, a shape or strides that are not whole numbers`,
    );
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

/** More axes than any tensor of a network has. */
const largestRank = 8;

function counts(value: PickleValue | undefined): number[] | undefined {
  const items = Array.isArray(value) ? value : isKind(value, 'tuple') ? value.items : undefined;
  return items && items.length <= largestRank && items.every(isCount) ? items.filter(isCount) : undefined;
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

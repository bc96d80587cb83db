/** Bytes of an element in a file, and its value. Files are little-endian. */
const dtypes = {
  F64: { bytes: 8, read: (view, at) => view.getFloat64(at, true) },
  F32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  F16: { bytes: 2, read: (view, at) => fromHalf(view.getUint16(at, true)) },
  BF16: { bytes: 2, read: (view, at) => fromBfloat16(view.getUint16(at, true)) },
  I64: { bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)) },
  U64: { bytes: 8, read: (view, at) => Number(view.getBigUint64(at, true)) },
  I32: { bytes: 4, read: (view, at) => view.getInt32(at, true) },
  U32: { bytes: 4, read: (view, at) => view.getUint32(at, true) },
  I16: { bytes: 2, read: (view, at) => view.getInt16(at, true) },
  U16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
  I8: { bytes: 1, read: (view, at) => view.getInt8(at) },
  U8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  BOOL: { bytes: 1, read: (view, at) => view.getUint8(at) },
} as const satisfies Record<string, { bytes: number; read: (view: DataView, at: number) => number }>;

/** Type of a tensor's elements in a file, by safetensors' names. */
export type DType = keyof typeof dtypes;

export const dtypeNames = Object.keys(dtypes);

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypes, value);
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return dtypes[dtype].bytes;
}

/** Converts elements of a file to 32-bit floats. For F32 the result is a view of `bytes` where alignment permits. */
export function toFloats(dtype: DType, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  const { bytes: width, read } = dtypes[dtype];
  const length = bytes.length / width;
  if (dtype === 'F32' && bytes.byteOffset % 4 === 0)
    return new Float32Array(bytes.buffer, bytes.byteOffset, length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const data = new Float32Array(length);
  for (let i = 0; i < length; i++) data[i] = read(view, i * width);
  return data;
}

/** Precision in which tensors are written. */
export type Precision = 'F32' | 'F16';

/** Converts floats to bytes of a file. For F32 the result is a view of `data`; F16 rounds to nearest, ties to even. */
export function toBytes(data: Float32Array, precision: Precision): Uint8Array {
  const written = precision === 'F32' ? data : Uint16Array.from(data, toHalf);
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
}

/** The largest finite 16-bit float (IEEE 754). */
export const largestHalf = 65504;

/** The value of a 16-bit float (IEEE 754). */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** Rounds a 32-bit float to the nearest 16-bit float (IEEE 754), ties to even. */
export function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and above round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14, 16-bit floats are multiples of 2^-24. Adding 2^23 rounds to them.
  if (magnitude < 0x38800000) return sign | (Math.fround(Math.abs(value) * 2 ** 24 + 2 ** 23) - 2 ** 23);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The value of a bfloat16: the upper 16 bits of a 32-bit float. */
function fromBfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

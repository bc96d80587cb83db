/** Bytes an element has in a file, and how elements become 32-bit floats. Files are little-endian. */
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

/** The type of a tensor's elements in a file, by safetensors' names. */
export type DType = keyof typeof dtypes;

export const dtypeNames = Object.keys(dtypes);

export function isDType(value: unknown): value is DType {
  return typeof value === 'string' && Object.hasOwn(dtypes, value);
}

/** Bytes of one element. */
export function bytesOf(dtype: DType): number {
  return dtypes[dtype].bytes;
}

/** Elements as a file holds them, widened or rounded to 32-bit floats. F32 is a view of `bytes`. */
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

/** In which precision numbers are written. */
export type Precision = 'F32' | 'F16';

/** Numbers as a file holds them. F32 is a view of `data`; F16 rounds to the nearest, halves to even. */
export function toBytes(data: Float32Array, precision: Precision): Uint8Array {
  const written = precision === 'F32' ? data : Uint16Array.from(data, toHalf);
  return new Uint8Array(written.buffer, written.byteOffset, written.byteLength);
}

/** The largest finite value of an IEEE 754 half. */
export const largestHalf = 65504;

/** The value of an IEEE 754 half. */
export function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The nearest IEEE 754 half of a 32-bit float, halves to even. */
export function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // From 65520 on, the nearest is infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 halves are whole multiples of 2^-24; adding 2^23 makes the float unit round to them.
  if (magnitude < 0x38800000) return sign | (Math.fround(Math.abs(value) * 2 ** 24 + 2 ** 23) - 2 ** 23);
  const rounded = magnitude + 0xfff + ((magnitude >>> 13) & 1);
  return sign | ((rounded - 0x38000000) >>> 13);
}

/** The value of a bfloat16: the upper half of a 32-bit float. */
function fromBfloat16(bits: number): number {
  scratch.setUint32(0, bits << 16);
  return scratch.getFloat32(0);
}

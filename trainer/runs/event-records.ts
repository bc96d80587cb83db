/**
 * The framing of TensorBoard's event files (TFRecord): for each record
 * `uint64 length | uint32 masked crc32c(length) | data | uint32 masked crc32c(data)`, little endian.
 */

const headerBytes = 12;
const footerBytes = 4;

/**
 * CRC-32C (Castagnoli, reflected polynomial 0x82F63B78), eight bytes at a time: entry `256 k + b` is the CRC of
 * byte `b` followed by `k` zero bytes.
 */
const table = new Uint32Array(8 * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  table[byte] = crc;
}
for (let entry = 256; entry < table.length; entry++) {
  const crc = table[entry - 256]!;
  table[entry] = (crc >>> 8) ^ table[crc & 0xff]!;
}

/** CRC-32C of `bytes`, as an unsigned 32-bit number (RFC 3720, appendix B.4 has test values). */
export function crc32c(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  let i = 0;
  for (; i + 8 <= bytes.length; i += 8) {
    const low = crc ^ (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24));
    crc =
      table[1792 + (low & 0xff)]! ^
      table[1536 + ((low >>> 8) & 0xff)]! ^
      table[1280 + ((low >>> 16) & 0xff)]! ^
      table[1024 + (low >>> 24)]! ^
      table[768 + bytes[i + 4]!]! ^
      table[512 + bytes[i + 5]!]! ^
      table[256 + bytes[i + 6]!]! ^
      table[bytes[i + 7]!]!;
  }
  for (; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}

/** The CRC as a record stores it: rotated and offset, because CRCs of data that contains CRCs are weak. */
function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

/** Frames `data` as one record. */
export function encodeRecord(data: Uint8Array): Uint8Array {
  const record = new Uint8Array(headerBytes + data.length + footerBytes);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(data, headerBytes);
  view.setUint32(headerBytes + data.length, maskedCrc32c(data), true);
  return record;
}

/**
 * The start of some bytes of an event file:
 * - `record`: a complete record; `data` is a view of the bytes, `size` the length of the record;
 * - `badData`: a record whose length is valid and whose data is damaged; `size` is the length of the record;
 * - `badLength`: the length is damaged, so the next record cannot be found;
 * - `incomplete`: at least `size` bytes are needed.
 */
type RecordScan =
  | { readonly kind: 'record'; readonly data: Uint8Array; readonly size: number }
  | { readonly kind: 'badData'; readonly size: number }
  | { readonly kind: 'badLength' }
  | { readonly kind: 'incomplete'; readonly size: number };

/** Reads the record at the start of `bytes`. Never throws. */
export function scanRecord(bytes: Uint8Array): RecordScan {
  if (bytes.length < headerBytes) return { kind: 'incomplete', size: headerBytes };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const isLengthValid = view.getUint32(8, true) === maskedCrc32c(bytes.subarray(0, 8));
  if (!isLengthValid || !Number.isSafeInteger(length)) return { kind: 'badLength' };
  const size = headerBytes + length + footerBytes;
  if (bytes.length < size) return { kind: 'incomplete', size };
  const data = bytes.subarray(headerBytes, headerBytes + length);
  const isDataValid = view.getUint32(headerBytes + length, true) === maskedCrc32c(data);
  return isDataValid ? { kind: 'record', data, size } : { kind: 'badData', size };
}

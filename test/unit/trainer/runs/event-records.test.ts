import { expect, test } from 'vitest';
import { crc32c, encodeRecord, scanRecord } from '../../../../trainer/runs/event-records.ts';

const text = (value: string) => new TextEncoder().encode(value);

test.each([
  // The last four: RFC 3720, appendix B.4.
  [text(''), 0],
  [text('123456789'), 0xe3069283],
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(0xff), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
  [Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
])('CRC-32C %#', (bytes, expected) => {
  expect(crc32c(bytes)).toBe(expected);
});

const data = text('a record of some bytes');
const record = encodeRecord(data);

test('finds a record at the start of the bytes', () => {
  expect(scanRecord(Buffer.concat([record, record]))).toEqual({
    kind: 'record',
    data: Buffer.from(data),
    size: data.length + 16,
  });
  expect(scanRecord(encodeRecord(new Uint8Array()))).toMatchObject({ kind: 'record', size: 16 });
});

test('every truncated record is incomplete', () => {
  for (let length = 0; length < record.length; length++) {
    const size = length < 12 ? 12 : record.length;
    expect(scanRecord(record.subarray(0, length)), `${length} bytes`).toEqual({ kind: 'incomplete', size });
  }
});

test('detects every flipped bit', () => {
  for (let bit = 0; bit < record.length * 8; bit++) {
    const damaged = record.slice();
    damaged[bit >> 3]! ^= 1 << (bit & 7);
    const expected = bit < 12 * 8 ? { kind: 'badLength' } : { kind: 'badData', size: record.length };
    expect(scanRecord(damaged), `bit ${bit}`).toEqual(expected);
  }
});

test('a length that no event has is damage, even with a valid checksum', () => {
  // 2^62 bytes, with the mask of the format.
  const header = Buffer.from('0000000000000040', 'hex');
  const crc = crc32c(header);
  const masked = Buffer.alloc(4);
  masked.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  expect(scanRecord(Buffer.concat([header, masked]))).toEqual({ kind: 'badLength' });
});

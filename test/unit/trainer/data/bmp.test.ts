import { expect, test } from 'vitest';
import { decodeBmp, isBmp } from '../../../../trainer/data/bmp.ts';

interface Layout {
  bits: number;
  topDown?: boolean;
  compression?: number;
  headerSize?: number;
  masks?: number[];
  palette?: number[][];
  rows: number[][];
  width?: number;
}

/** A bitmap whose rows of bytes are as given, in the order of the file; the size is 3x2 unless told. */
function bitmap({
  bits,
  topDown = false,
  compression = 0,
  headerSize = 40,
  masks = [],
  palette = [],
  rows,
  width = 3,
}: Layout) {
  const stride = Math.ceil((width * bits) / 32) * 4;
  const start = 54 + 4 * masks.length + 4 * palette.length;
  const bytes = Buffer.alloc(start + rows.length * stride);
  bytes.write('BM');
  bytes.writeUInt32LE(start, 10);
  bytes.writeUInt32LE(headerSize, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(topDown ? -rows.length : rows.length, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(bits, 28);
  bytes.writeUInt32LE(compression, 30);
  bytes.writeUInt32LE(palette.length, 46);
  for (const [i, mask] of masks.entries()) bytes.writeUInt32LE(mask, 54 + 4 * i);
  for (const [i, color] of palette.entries()) bytes.set(color, 54 + 4 * masks.length + 4 * i);
  for (const [i, row] of rows.entries()) bytes.set(row, start + i * stride);
  return bytes;
}

// Red, green, blue above white, black, (1, 2, 3); in the file blue comes first and the lower row is first.
const expected = [255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255, 0, 0, 0, 1, 2, 3];
const upper = [0, 0, 255, 0, 255, 0, 255, 0, 0];
const lower = [255, 255, 255, 0, 0, 0, 3, 2, 1];
const with4th = (row: number[]) => row.flatMap((value, i) => (i % 3 === 2 ? [value, 77] : [value]));
const palette = [
  [0, 0, 255, 0],
  [0, 255, 0, 0],
  [255, 0, 0, 0],
  [255, 255, 255, 0],
  [0, 0, 0, 0],
  [3, 2, 1, 0],
];
const usual = [0xff0000, 0xff00, 0xff];

test.each<[string, Layout]>([
  ['24 bits', { bits: 24, rows: [lower, upper] }],
  ['24 bits, top-down', { bits: 24, topDown: true, rows: [upper, lower] }],
  ['32 bits', { bits: 32, rows: [with4th(lower), with4th(upper)] }],
  ['32 bits with masks', { bits: 32, compression: 3, masks: usual, rows: [with4th(lower), with4th(upper)] }],
  [
    '8 bits',
    {
      bits: 8,
      palette,
      rows: [
        [3, 4, 5],
        [0, 1, 2],
      ],
    },
  ],
  [
    '4 bits',
    {
      bits: 4,
      palette,
      rows: [
        [0x34, 0x50],
        [0x01, 0x20],
      ],
    },
  ],
])('reads %s', (_, layout) => {
  const bytes = bitmap(layout);
  expect(isBmp(bytes)).toBe(true);
  const image = decodeBmp(bytes, 'x.bmp');
  expect([image.width, image.height, image.channels]).toEqual([3, 2, 3]);
  expect([...image.data]).toEqual(expected);
});

const alphaMask = 0xff000000;
const opaque = [...expected.slice(0, 3), 77];

// A header of 56 bytes or more contains the masks; one of 40 is followed by them, and has none for alpha.
test.each<[string, Partial<Layout>, number[]]>([
  ['declared alpha', { headerSize: 56, masks: [...usual, alphaMask] }, opaque],
  [
    'alpha that is 0 everywhere',
    { headerSize: 56, masks: [...usual, alphaMask], rows: [[0, 0, 255, 0]] },
    [255, 0, 0],
  ],
  ['no mask for alpha', { headerSize: 56, masks: [...usual, 0] }, [255, 0, 0]],
  ['a header without alpha', { headerSize: 40, masks: [...usual, alphaMask] }, [255, 0, 0]],
])('32 bits with %s', (_, layout, pixel) => {
  const bytes = bitmap({ bits: 32, compression: 3, width: 1, rows: [with4th(upper).slice(0, 4)], ...layout });
  const { channels, data } = decodeBmp(bytes, 'x.bmp');
  expect([channels, ...data]).toEqual([pixel.length, ...pixel]);
});

test('a header that declares more than the file contains has no alpha', () => {
  const bytes = bitmap({ bits: 32, compression: 3, width: 1, masks: usual, rows: [[0, 0, 255, 77]] });
  bytes.writeUInt32LE(56, 14);
  bytes.writeUInt32LE(62, 10);
  // The pixel takes the place of the mask for alpha, which is beyond the end.
  const cut = bytes.subarray(0, 66);
  expect([...decodeBmp(cut, 'x.bmp').data]).toHaveLength(3);
});

test('reads 1 bit', () => {
  const bytes = bitmap({
    bits: 1,
    palette: [
      [9, 9, 9, 0],
      [200, 200, 200, 0],
    ],
    width: 9,
    rows: [[0b01000001, 0x80]],
  });
  const red = decodeBmp(bytes, 'x.bmp').data.filter((_, i) => i % 3 === 0);
  expect([...red]).toEqual([9, 200, 9, 9, 9, 9, 9, 200, 200]);
});

test.each<[string, Buffer, string]>([
  ['a compressed one', bitmap({ bits: 8, compression: 1, rows: [[], []] }), 'compression method 1'],
  ['16 bits', bitmap({ bits: 16, rows: [[], []] }), '16 bits per pixel'],
  [
    'unusual masks',
    bitmap({ bits: 32, compression: 3, masks: [0xff, 0xff00, 0xff0000], rows: [[], []] }),
    'compression method 3',
  ],
  ['a truncated one', bitmap({ bits: 24, rows: [lower, upper] }).subarray(0, -1), 'truncated'],
  ['a truncated header', bitmap({ bits: 24, rows: [lower, upper] }).subarray(0, 30), 'truncated'],
  ['no pixels', bitmap({ bits: 24, rows: [] }), 'its size is 3x0'],
])('rejects %s', (_, bytes, found) => {
  expect(() => decodeBmp(bytes, 'a/x.bmp')).toThrow(found);
  expect(() => decodeBmp(bytes, 'a/x.bmp')).toThrow(/^a\/x\.bmp: .* Convert it to PNG\.$/);
});

test('palette colors beyond the end of the file are black', () => {
  const bytes = bitmap({ bits: 8, palette: [], rows: [[0], [0]] });
  bytes.writeUInt32LE(0xffffffff, 14);
  expect([...new Set(decodeBmp(bytes, 'x.bmp').data)]).toEqual([0]);
});

test('other files are not bitmaps', () => expect(isBmp(Buffer.from('PNG'))).toBe(false));

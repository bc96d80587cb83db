/**
 * IPTC blocks. In JPEG, and as libvips has them, they are resources of Photoshop ("Image Resource Blocks" of Adobe's file format
 * specification); in TIFF, tag 33723 has the data (IIM) of one of these resources alone.
 */

const header = 'Photoshop 3.0\0';
const iimResource = 0x0404;

/** The IIM data in a block of Photoshop's resources; undefined where there is none. */
export function iimOf(block: Buffer): Buffer | undefined {
  if (block.toString('latin1', 0, header.length) !== header) return undefined;
  for (let at = header.length; at + 12 <= block.length; ) {
    if (block.toString('latin1', at, at + 4) !== '8BIM') return undefined;
    // The name has its length in front; together they are even.
    const name = (block[at + 6] ?? 0) + 1;
    const size = at + 6 + name + (name % 2);
    if (size + 4 > block.length) return undefined;
    const start = size + 4;
    const end = start + block.readUInt32BE(size);
    if (block.readUInt16BE(at + 4) === iimResource) return block.subarray(start, end);
    at = end + ((end - start) % 2);
  }
  return undefined;
}

/** A block of Photoshop's resources with this IIM data. */
export function photoshopBlock(iim: Buffer): Buffer {
  const head = Buffer.alloc(12);
  head.write('8BIM', 0, 'latin1');
  head.writeUInt16BE(iimResource, 4);
  head.writeUInt32BE(iim.length, 8);
  return Buffer.concat([Buffer.from(header, 'latin1'), head, iim, Buffer.alloc(iim.length % 2)]);
}

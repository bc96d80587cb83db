/** Uncompressed frames of a video as a Matroska stream, the simplest container that has a time for each frame. */

/** The bytes before the first frame. Frames are RGB, 8 bits a sample. */
export function matroskaHeader(width: number, height: number): Buffer {
  const document = element('1a45dfa3', [
    element('4282', Buffer.from('matroska')),
    element('4287', unsigned(4)),
    element('4285', unsigned(2)),
  ]);
  const info = element('1549a966', [
    // Nanoseconds of a tick: times are in microseconds.
    element('2ad7b1', unsigned(1000)),
    element('4d80', Buffer.from('esrgan')),
    element('5741', Buffer.from('esrgan')),
  ]);
  const video = element('e0', [
    element('b0', unsigned(width)),
    element('ba', unsigned(height)),
    element('2eb524', Buffer.from([0x52, 0x47, 0x42, 24])),
  ]);
  const track = element('ae', [
    element('d7', unsigned(1)),
    element('73c5', unsigned(1)),
    element('83', unsigned(1)),
    element('86', Buffer.from('V_UNCOMPRESSED')),
    video,
  ]);
  // The segment has no known size: it ends with the stream.
  const segment = Buffer.from('18538067' + '01ffffffffffffff', 'hex');
  return Buffer.concat([document, segment, info, element('1654ae6b', [track])]);
}

/** The bytes before the samples of a frame of that many bytes, which is shown from `seconds` on. */
export function matroskaFrame(seconds: number, bytes: number): Buffer {
  const time = element('e7', unsigned(Math.round(seconds * 1e6)));
  // Track 1, at the time of its cluster, a key frame.
  const block = Buffer.concat([Buffer.from('a3', 'hex'), sizeOf(4 + bytes), Buffer.from('81000080', 'hex')]);
  return Buffer.concat([
    Buffer.from('1f43b675', 'hex'),
    sizeOf(time.length + block.length + bytes),
    time,
    block,
  ]);
}

function element(id: string, content: Buffer | readonly Buffer[]): Buffer {
  const data = Buffer.isBuffer(content) ? content : Buffer.concat(content);
  return Buffer.concat([Buffer.from(id, 'hex'), sizeOf(data.length), data]);
}

/** A size in 8 bytes, of which the first bit marks the length. */
function sizeOf(bytes: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(bytes) | (1n << 56n));
  return size;
}

function unsigned(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(value));
  return bytes;
}

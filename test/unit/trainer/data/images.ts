import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from '../../../../trainer/data/image.ts';
import { createRandom } from '../../../../trainer/data/random.ts';

/** A new folder for the files of one test. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'esrgan-test-'));
}

/** An image of random samples: the same for the same seed. */
export function noise(width: number, height: number, channels: number, seed = 1): Image {
  const random = createRandom(seed, 'noise');
  const data = Uint8Array.from({ length: width * height * channels }, () => random.integer(256));
  return { width, height, channels, data };
}

/** A smooth image with some detail, like a photo; the same for the same seed. */
export function scenery(width: number, height: number, channels: number, seed = 1): Image {
  const random = createRandom(seed, 'scenery');
  const waves = Array.from({ length: 6 }, () => [
    random.next() * 0.4,
    random.next() * 0.4,
    random.next() * 6,
  ]);
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    const x = Math.floor(i / channels) % width;
    const y = Math.floor(i / channels / width);
    const sum = waves.reduce((all, [a, b, c]) => all + Math.sin(a! * x + b! * y + c! + channel), 0);
    data[i] = Math.round(127 + 20 * sum);
  }
  return { width, height, channels, data };
}

/** A baseline JPEG whose scan names a spectral range of progressive ones: decoders warn and ignore it. */
export function withOddScan(jpeg: Buffer): Buffer {
  const odd = Buffer.from(jpeg);
  const scan = odd.indexOf(Buffer.from([0xff, 0xda]));
  // The range is in the two bytes before the last of the header.
  odd[scan + 2 + odd.readUInt16BE(scan + 2) - 2] = 0;
  return odd;
}

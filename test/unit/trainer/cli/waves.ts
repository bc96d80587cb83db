import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

/** Makes the folders `train` and `val` with so many images of colored waves, 48x40, named `0.png` and so on. */
export async function writeWaves(folder: string, counts: { train: number; val: number }): Promise<void> {
  for (const [part, count] of Object.entries(counts)) {
    mkdirSync(join(folder, part));
    for (let index = 0; index < count; index++) {
      const pixels = Uint8Array.from({ length: 48 * 40 * 3 }, (_, at) => {
        const [x, y, c] = [Math.floor(at / 3) % 48, Math.floor(at / 144), at % 3];
        return 127 + 60 * Math.sin((x * (index + 1)) / 9 + c) + 60 * Math.cos((y * (index + 2)) / 7);
      });
      const raw = { width: 48, height: 40, channels: 3 } as const;
      await sharp(pixels, { raw }).toFile(join(folder, part, `${index}.png`));
    }
  }
}

import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DisplayableImage } from '../cli-output/reports.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { discard, move } from '../files/change-files.ts';
import { nativePath } from '../files/paths.ts';
import { displayScale } from '../image-files/displayable.ts';
import { removeTemporaries, temporaryPath } from '../runs/atomic-file.ts';
import { openImage, readHeader } from './image-file.ts';

const displayableFormats = ['png', 'jpeg', 'webp', 'gif', 'avif'];

/**
 * Returns the image itself, or `copy` where browsers cannot decode the image or it has too many pixels for them. The
 * copy is an 8-bit PNG, downscaled to the maximum; an existing copy is used again.
 *
 * @throws WorkbenchError `data` where it cannot be read, `disk` where the copy cannot be written
 */
export async function displayableImage(path: string, copy: string): Promise<DisplayableImage> {
  const { width, height, format } = await readHeader(path);
  const { size: bytes } = await stat(path);
  const scale = displayScale({ width, height });
  if (scale === 1 && displayableFormats.includes(format)) return { path, width, height, bytes };
  if (!existsSync(copy)) {
    removeTemporaries(dirname(copy));
    const temporary = temporaryPath(copy);
    try {
      const image = await openImage(path);
      await image
        .autoOrient()
        .resize(Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale)), {
          fit: 'fill',
        })
        .toColourspace('srgb')
        .png({ compressionLevel: 1 })
        .toFile(nativePath(temporary));
      await move(temporary, copy);
    } catch (cause) {
      await discard(temporary);
      throw new WorkbenchError('disk', `${path} cannot be shown (${String(cause).split('\n', 1)[0]}).`, {
        cause,
      });
    }
  }
  return { path: copy, width, height, bytes };
}

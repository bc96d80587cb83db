import { dirname } from 'node:path';
import { encodePng } from '../data/decode.ts';
import type { Image } from '../data/image.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { diskError, writeFileAtomic } from '../runs/atomic-file.ts';

/** Writes an image as PNG, and creates its folder. @throws WorkbenchError `disk` */
export async function writePng(path: string, image: Image): Promise<void> {
  try {
    createFolderSync(dirname(path));
  } catch (error) {
    throw diskError(path, error);
  }
  writeFileAtomic(path, await encodePng(image));
}

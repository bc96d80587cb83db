import { closeSync, existsSync, readFileSync } from 'node:fs';
import type { DatasetFiles } from '../config/index.ts';
import { openRegularFile } from '../files/regular-file.ts';
import { imageSize } from './image-size.ts';
import { findHrImages, findImages } from './list-images.ts';

/** What the validation of a run file asks about data sets, from this machine's disk. */
export const datasetFiles: DatasetFiles = {
  list: findImages,
  listHr: findHrImages,
  size: imageSize,
  exists: existsSync,
  text(path) {
    try {
      const file = openRegularFile(path);
      try {
        return readFileSync(file, 'utf8');
      } finally {
        closeSync(file);
      }
    } catch {
      return undefined;
    }
  },
};

import { existsSync } from 'node:fs';
import type { DatasetFiles } from '../config/index.ts';
import { imageSize } from './image-size.ts';
import { findHrImages, findImages } from './list-images.ts';

/** What the validation of a run file asks about data sets, from this machine's disk. */
export const datasetFiles: DatasetFiles = {
  list: findImages,
  listHr: findHrImages,
  size: imageSize,
  exists: existsSync,
};

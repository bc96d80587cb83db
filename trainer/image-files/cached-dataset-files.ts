import { statSync } from 'node:fs';
import type { DatasetFiles } from '../config/index.ts';
import { datasetFiles } from './dataset-files.ts';

/**
 * The disk for checks that are made again and again: the size of an image is read once for each state of its file,
 * told by its time and length. `disk` is asked for what is not known.
 */
export function cachedDatasetFiles(disk: DatasetFiles = datasetFiles): DatasetFiles {
  const sizes = new Map<string, { stamp: string; size: ReturnType<DatasetFiles['size']> }>();
  return {
    list: disk.list,
    exists: disk.exists,
    size(path) {
      const found = statSync(path, { throwIfNoEntry: false });
      if (!found) {
        sizes.delete(path);
        return undefined;
      }
      const stamp = `${found.mtimeMs} ${found.size}`;
      const known = sizes.get(path);
      if (known?.stamp === stamp) return known.size;
      const size = disk.size(path);
      sizes.set(path, { stamp, size });
      return size;
    },
  };
}

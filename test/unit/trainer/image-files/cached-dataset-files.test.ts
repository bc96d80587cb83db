import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cachedDatasetFiles } from '../../../../trainer/image-files/cached-dataset-files.ts';
import { datasetFiles } from '../../../../trainer/image-files/dataset-files.ts';
import { folderWith } from './folder-with.ts';

test('a size is read once for each state of its file', () => {
  const path = join(folderWith('a.png'), 'a.png');
  const asked: string[] = [];
  const files = cachedDatasetFiles({
    ...datasetFiles,
    size: (image) => {
      asked.push(image);
      return { width: asked.length, height: 1 };
    },
  });
  expect([files.size(path), files.size(path)]).toEqual([
    { width: 1, height: 1 },
    { width: 1, height: 1 },
  ]);
  utimesSync(path, 1, 1);
  expect(files.size(path)?.width).toBe(2);
  writeFileSync(path, 'longer');
  utimesSync(path, 1, 1);
  expect(files.size(path)?.width).toBe(3);
  rmSync(path);
  expect(files.size(path)).toBeUndefined();
  expect(asked).toHaveLength(3);
});

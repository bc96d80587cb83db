import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ResolvedConfig, readRunFile } from '../../../trainer/config/index.ts';
import { publishedResults } from '../../../trainer/evaluate/results/published.ts';
import { hasTestData, needsTestData, testData } from '../../test-data.ts';

function read(file: string, as = file): ResolvedConfig {
  const { config, problems } = readRunFile(readFileSync(file, 'utf8'), { file: as });
  expect(problems).toEqual([]);
  if (!config) throw new Error('no config');
  return config;
}

function examples(folder: string): ResolvedConfig[] {
  const path = join('examples', folder);
  return readdirSync(path).map((name) => {
    const config = read(join(path, name));
    expect(`${config.name}.esrgan.yaml`).toBe(name);
    return config;
  });
}

/** The settings in which the four runs differ. */
const shapeOf = ({ name, pretraining, training, generator, datasets }: ResolvedConfig) => [
  name,
  ...pretraining.cr_patch_size,
  ...training.cr_patch_size,
  generator.type === 'rrdb' && generator.num_basic_blocks,
  pretraining.train_datasets.join('+'),
  Object.values(datasets)
    .map(({ train }) => train?.downscale)
    .join(' '),
];

test('the four published runs', () => {
  const runs = examples('seed-runs');
  expect(runs.map(shapeOf)).toEqual([
    ['128_cr_23_rrdb_div2k', 128, 128, 128, 128, 23, 'div2k', 'bicubic'],
    ['192_cr_23_rrdb_div2k', 192, 192, 192, 192, 23, 'div2k', 'bicubic'],
    ['p192_t128_cr_16_rrdb_div2k+bsds500', 192, 192, 128, 128, 16, 'bsds500+div2k', 'bicubic nearest'],
    ['p192_t128_cr_23_rrdb_div2k+bsds500', 192, 192, 128, 128, 23, 'bsds500+div2k', 'bicubic nearest'],
  ]);
  expect(runs.map(({ name }) => name)).toEqual(publishedResults.map(({ run }) => run).toSorted());
});

test('the same four, scaled down: patches 2 to 3, fewer blocks in one, another downscaling of the second set', () => {
  expect(examples('seed-runs-mini').map(shapeOf)).toEqual([
    ['mini_64_3_rrdb_a', 64, 64, 64, 64, 3, 'a', 'bicubic'],
    ['mini_96_3_rrdb_a', 96, 96, 96, 96, 3, 'a', 'bicubic'],
    ['mini_p96_t64_2_rrdb_a+b', 96, 96, 64, 64, 2, 'b+a', 'bicubic nearest'],
    ['mini_p96_t64_3_rrdb_a+b', 96, 96, 64, 64, 3, 'b+a', 'bicubic nearest'],
  ]);
});

describe.skipIf(!hasTestData)(needsTestData("the original's configs"), () => {
  test.each(publishedResults.map(({ run }) => run))('%s has the same hyper-parameters', (name) => {
    const ours = read(`examples/seed-runs/${name}.esrgan.yaml`, '/p/q/r/run.esrgan.yaml');
    const theirs = read(
      join(testData, `configs/enhanced-srgan/esrgan_${name}.json`),
      '/p/q/r/run.esrgan.yaml',
    );
    const { name: _, runs_dir, data_dir, datasets, ...same } = ours;
    expect(theirs).toMatchObject(same);
  });
});

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readRunFile } from '../../../trainer/config/index.ts';

test('the run file of the example workspace has both stages and no problems', () => {
  const file = 'examples/workspace/first-run.esrgan.yaml';
  const { config, problems } = readRunFile(readFileSync(file, 'utf8'), { file });
  expect(problems).toEqual([]);
  expect(config).toMatchObject({
    name: 'first-run',
    pretraining: { num_step: 3000 },
    training: { num_step: 300 },
  });
});

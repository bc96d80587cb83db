import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { writeCheckpoint } from '../../../../trainer/runs/checkpoints.ts';
import { findTrainingStart, namedWeights } from '../../../../trainer/stages/training-start.ts';
import { filesOf, stateAt } from '../runs/checkpoint-fixture.ts';
import { temporaryRun } from '../runs/temporary-run.ts';

test.each<[init: 'last' | 'best', damaged: number[], expected: number | undefined, problems: number]>([
  ['last', [], 3, 0],
  ['best', [], 2, 0],
  ['last', [3], 2, 1],
  ['best', [2], 1, 1],
  ['best', [3], 2, 0],
  ['last', [1, 2, 3], undefined, 3],
  ['best', [1, 2], undefined, 2],
])(
  'init: %s with damaged checkpoints %j starts from step %s, with what is damaged',
  (init, damaged, expected, count) => {
    const paths = temporaryRun();
    for (const [step, metrics] of [
      [1, { psnr: 29 }],
      [2, { psnr: 30 }],
      [3, {}],
    ] as const) {
      const { path } = writeCheckpoint(paths, filesOf(String(step)), stateAt(step, { metrics }));
      if (damaged.includes(step)) writeFileSync(join(path, 'generator.safetensors'), 'x');
      else rmSync(join(path, 'optimizer.safetensors'));
    }
    const { config } = readRunFile(
      `{ name: a, datasets: { set: { hr: { train: t, val: v } } }, training: { init: ${init}, train_datasets: [set] } }`,
      { file: 'a.yaml' },
    );
    const start = () => findTrainingStart(config!, paths);
    if (expected === undefined) {
      expect(start).toThrow(
        /has no whole .*checkpoint of its pretraining.*is not whole: generator\.safetensors/,
      );
      return;
    }
    expect(start().file).toBe(
      join(paths.checkpoints, `pretraining-0000000${expected}`, 'generator.safetensors'),
    );
    expect(start().problems).toHaveLength(count);
  },
);

test('init names a file, or the folder of a checkpoint, whose EMA is preferred', () => {
  const paths = temporaryRun();
  const { path } = writeCheckpoint(paths, filesOf('1'), stateAt(1));
  const generator = join(path, 'generator.safetensors');
  const named = (each: string) => namedWeights('pretraining.init', each);
  expect([generator, path, 'missing.pth'].map(named)).toEqual([generator, generator, 'missing.pth']);
  writeFileSync(join(path, 'generator-ema.safetensors'), 'x');
  expect(named(path)).toBe(join(path, 'generator-ema.safetensors'));
  expect(() => named(paths.root)).toThrow(
    `pretraining.init: the folder ${paths.root} is not a checkpoint: it has no generator.safetensors. Name`,
  );
});

import { expect, test } from 'vitest';
import { newRunStages, type StartPlan } from '../../../../server/protocol/runs.ts';

test.each<[StartPlan['stage'], boolean, StartPlan['stage']]>([
  ['pretraining', true, 'pretraining'],
  ['training', true, 'all'],
  ['training', false, 'training'],
  ['all', true, 'all'],
])(
  'a new run in place of %s (starts from the pretraining: %s) trains %s',
  (stage, startsFromPretraining, expected) =>
    expect(newRunStages({ stage, startsFromPretraining })).toBe(expected),
);

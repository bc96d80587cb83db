import { expect, test } from 'vitest';
import { describeModel, withModel } from '../../../../../media/compare/table/model-choices.ts';
import { defaultModels, type ModelChoice } from '../../../../../server/protocol/comparison.ts';

test.each<[ModelChoice, string]>([
  [defaultModels[0], 'best of pretraining'],
  [defaultModels[1], 'last of training'],
  [defaultModels[2], 'interpolated α 0.8 (best of pretraining and last of training)'],
  [{ kind: 'checkpoint', stage: 'pretraining', checkpoint: 400_000 }, 'pretraining, step 400,000'],
])('%j', (choice, expected) => expect(describeModel(choice)).toBe(expected));

test('adds a model once', () => {
  expect(withModel(defaultModels, { ...defaultModels[1] })).toBe(defaultModels);
  expect(withModel(defaultModels, { ...defaultModels[2], alpha: 0.5 })).toHaveLength(4);
});

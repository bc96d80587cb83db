import { expect, test } from 'vitest';
import { describeNet, withNet } from '../../../../media/compare/net-choices.ts';
import { type NetChoice, usualNets } from '../../../../server/protocol/comparison.ts';

test.each<[NetChoice, string]>([
  [usualNets[0], 'best of pretraining'],
  [usualNets[1], 'last of training'],
  [usualNets[2], 'interpolated, α 0.8 (best of pretraining and last of training)'],
  [{ kind: 'checkpoint', stage: 'pretraining', checkpoint: 400_000 }, 'pretraining, step 400,000'],
])('%j', (choice, expected) => expect(describeNet(choice)).toBe(expected));

test('a net is added once', () => {
  expect(withNet(usualNets, { ...usualNets[1] })).toBe(usualNets);
  expect(withNet(usualNets, { ...usualNets[2], alpha: 0.5 })).toHaveLength(4);
});

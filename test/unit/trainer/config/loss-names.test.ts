import { expect, test } from 'vitest';
import { isReservedLossName } from '../../../../trainer/config/losses.ts';

test.each(['lr', 'hr', 'step_size', 'g_epsilon', 't1', 'c20', 'd_real', 'gradient_norm'])(
  'no loss is named %s, as an input, value or curve of a step',
  (name) => expect(isReservedLossName(name)).toBe(true),
);

test.each(['l1_loss', 'loss', 'texture'])('a loss may be named %s', (name) =>
  expect(isReservedLossName(name)).toBe(false),
);

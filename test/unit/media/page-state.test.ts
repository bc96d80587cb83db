import { expect, test } from 'vitest';
import { restoreState } from '../../../media/page-state.ts';
import { isNumber, isString } from '../../../trainer/guards/guards.ts';

const initial = { name: 'a', size: 1 };

test.each([
  ['nothing', undefined, initial],
  ['no object', 'text', initial],
  ['all', { name: 'b', size: 2 }, { name: 'b', size: 2 }],
  ['one missing', { name: 'b' }, { name: 'b', size: 1 }],
  ['one invalid', { name: 'b', size: '2' }, { name: 'b', size: 1 }],
  ['one unknown', { name: 'b', size: 2, other: 3 }, { name: 'b', size: 2 }],
])('restores the saved parts that are valid: %s', (_, saved, expected) => {
  expect(restoreState(saved, initial, { name: isString, size: isNumber })).toEqual(expected);
});

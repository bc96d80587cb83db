import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTooltipPause, type TooltipPause } from '../../../../client/tree/tooltip-pause.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each<[string, (pause: TooltipPause) => void, string[][]]>([
  ['without a tooltip, items are redrawn at once', (pause) => pause.redraw(['a', 'b']), [['a', 'b']]],
  [
    'the item with the tooltip is not redrawn, others are',
    (pause) => {
      pause.start('a');
      pause.redraw(['a', 'b']);
      pause.redraw(['a']);
    },
    [['b']],
  ],
  [
    'when the time is over, it is redrawn once, then as usual',
    (pause) => {
      pause.start('a');
      pause.redraw(['a']);
      pause.redraw(['a']);
      vi.runAllTimers();
      pause.redraw(['a']);
    },
    [['a'], ['a']],
  ],
  [
    'the tooltip of another item ends it',
    (pause) => {
      pause.start('a');
      pause.redraw(['a']);
      pause.start('b');
      pause.redraw(['b']);
    },
    [['a']],
  ],
  [
    'an important change ends it',
    (pause) => {
      pause.start('a');
      pause.redraw(['a']);
      pause.end('b');
      pause.end('a');
    },
    [['a']],
  ],
  [
    'an item that has not changed is not redrawn',
    (pause) => {
      pause.start('a');
      vi.runAllTimers();
    },
    [],
  ],
  [
    'nothing is redrawn after the end of the view',
    (pause) => {
      pause.start('a');
      pause.redraw(['a']);
      pause.dispose();
      vi.runAllTimers();
    },
    [],
  ],
])('%s', (_, act, expected) => {
  const redrawn: (readonly string[])[] = [];
  act(createTooltipPause((ids) => redrawn.push(ids)));
  expect(redrawn).toEqual(expected);
});

import { expect, test } from 'vitest';
import { endAt } from '../../../../trainer/stages/stage-end.ts';

test.each([
  ['the last step', 500, 500, 'finished', null],
  ['--max-steps', 300, 500, 'stopped', 'Stopped after 300 steps, as requested.'],
  [
    'a run file with fewer steps than are done',
    800,
    500,
    'finished',
    'Finished: the stage has 800 steps, more than the 500 of the run file.',
  ],
])('a session ends by %s', (_, step, steps, reason, message) => {
  expect(endAt(step, steps)).toEqual({ reason, step, message });
});

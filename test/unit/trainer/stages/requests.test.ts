import { expect, test } from 'vitest';
import type { RequestKind } from '../../../../trainer/runs/control.ts';
import { isPauseRequested } from '../../../../trainer/stages/requests.ts';

test.each<[RequestKind[], boolean]>([
  [[], false],
  [['pause'], true],
  [['resume'], false],
  [['pause', 'resume'], false],
  [['resume', 'pause', 'checkpoint'], true],
])('requests %j pause: %s', (requests, expected) => {
  expect(isPauseRequested(requests)).toBe(expected);
});

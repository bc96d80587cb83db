import { expect, test } from 'vitest';
import { isInside } from '../../../../client/webviews/is-inside.ts';

test.each([
  ['/w/runs/a', '/w/runs/a/samples/x.png', true],
  ['/w/runs/a', '/w/runs/a', true],
  ['/w/runs/a', '/w/runs/a/../b/x.png', false],
  ['/w/runs/a', '/w/runs/ab', false],
  ['/w/runs/a', '/w/runs/a/..b', true],
  ['/w/runs/a', 'x.png', false],
])('%s: %s', (folder, path, expected) => expect(isInside(folder, path)).toBe(expected));

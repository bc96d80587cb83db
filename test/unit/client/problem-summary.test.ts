import { expect, test } from 'vitest';
import { problemSummary } from '../../../client/problem-summary.ts';

const missing = 'a.esrgan.yaml:9:3: error: data set `photos`: photos/train does not exist';

test.each<[string, string | undefined]>([
  [missing, 'a.esrgan.yaml, line 9: data set `photos`: photos/train does not exist'],
  [
    `${missing}\na.esrgan.yaml:12:1: error: x`,
    'a.esrgan.yaml, line 9: data set `photos`: photos/train does not exist (and 1 more problem)',
  ],
  [
    Array.from({ length: 8 }, () => missing).join('\n'),
    'a.esrgan.yaml, line 9: data set `photos`: photos/train does not exist (and 7 more problems)',
  ],
  ['C:\\w\\a.esrgan.yaml:1:1: error: x', 'C:\\w\\a.esrgan.yaml, line 1: x'],
  [`a.esrgan.yaml:1:1: error: ${'x'.repeat(300)}`, `a.esrgan.yaml, line 1: ${'x'.repeat(176)}…`],
  ['Run a is starting already.', undefined],
  ['', undefined],
])('%s becomes %s', (message, expected) => expect(problemSummary(message)).toBe(expected));

import { expect, test } from 'vitest';
import { quoted } from '../../../../trainer/errors/quoted.ts';

test.each<[string, unknown, string]>([
  ['a text', 'a "b"', '"a \\"b\\""'],
  ['no text', [1, null], '[1,null]'],
  ['nothing', undefined, 'undefined'],
  ['a long text', 'x'.repeat(100), `"${'x'.repeat(80)}…"`],
  ['a long list', Array(400).fill(1), `[${'1,'.repeat(400).slice(0, 199)}…`],
  ['line breaks of JSON', 'a\nb', '"a\\nb"'],
  ['line breaks of Unicode', 'a\u2028b\u2029c\u0085d', '"a b c d"'],
  ['commands to a terminal', 'a\u009b31mb', '"a 31mb"'],
  ['text that runs the other way', 'a\u202egnp.exe', '"a gnp.exe"'],
])('%s', (_, value, expected) => {
  expect(quoted(value)).toBe(expected);
});

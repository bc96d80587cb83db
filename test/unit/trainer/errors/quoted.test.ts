import { expect, test } from 'vitest';
import { printable, quoted } from '../../../../trainer/errors/quoted.ts';

test.each<[string, unknown, string]>([
  ['a text', 'a "b"', '"a \\"b\\""'],
  ['no text', [1, null], '[1,null]'],
  ['nothing', undefined, 'undefined'],
  ['a long text', 'x'.repeat(100), `"${'x'.repeat(80)}…"`],
  ['a long list', Array(400).fill(1), `[${'1,'.repeat(400).slice(0, 199)}…`],
  ['a deep list', JSON.parse('['.repeat(20_000) + ']'.repeat(20_000)), '[[["…"]]]'],
  ['long texts in a list', { a: ['x'.repeat(100)] }, `{"a":["${'x'.repeat(80)}…"]}`],
  ['a key like another', JSON.parse('{"__proto__":1}'), '{"__proto__":1}'],
  ['line breaks of JSON', 'a\nb', '"a\\nb"'],
  ['line breaks of Unicode', 'a\u2028b\u2029c\u0085d', '"a b c d"'],
  ['commands to a terminal', 'a\u009b31mb', '"a 31mb"'],
  ['text that runs the other way', 'a\u202egnp.exe', '"a gnp.exe"'],
])('%s', (_, value, expected) => {
  expect(quoted(value)).toBe(expected);
});

test.each<[string, string, string]>([
  ['colors', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['a window title', '\u001b]0;title\u0007', '\\u001b]0;title\\u0007'],
  ['one-byte commands', 'a\u009b31mb', 'a\\u009b31mb'],
  ['a line that replaces itself', 'good\rbad\bx', 'good\\u000dbad\\u0008x'],
  ['text that runs the other way', 'a\u202egnp.exe', 'a\\u202egnp.exe'],
  ['line breaks of Unicode', 'a\u2028b\u2029c', 'a\\u2028b\\u2029c'],
  ['half of a character', 'a\ud83d', 'a\\ud83d'],
  ['lines and tabs', 'a\n\tb\r\nc', 'a\n\tb\r\nc'],
  ['names of all languages', 'größer 写真 صورة 👨‍👩‍👧 می‌خواهم', 'größer 写真 صورة 👨‍👩‍👧 می‌خواهم'],
])('printable text has no %s that control the terminal', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
  const json = printable(JSON.stringify({ [text]: text }));
  expect(JSON.parse(json)).toEqual({ [text]: text });
});

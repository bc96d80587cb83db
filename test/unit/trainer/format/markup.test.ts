import { expect, test } from 'vitest';
import { plainText } from '../../../../trainer/format/markup.ts';

/** How VS Code finds links in a message (base/common/linkedText.ts). */
const links = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

test.each([
  '[Repair](command:workbench.action.quit)',
  'Unknown key `[a](https://example.org)` in [b](file:///c "d")',
  '[[a](command:b)](command:c)',
])('%s has no link in a message', (text) => {
  expect(text).toMatch(new RegExp(links, 'i'));
  expect(plainText(text)).not.toMatch(new RegExp(links, 'i'));
});

test.each([
  ['Unknown key `lr`: use `learning_rate`', 'Unknown key “lr”: use “learning_rate”'],
  ['`a`', '“a”'],
  ['one ` alone', 'one ` alone'],
  ['not `over\nlines`', 'not `over\nlines`'],
])('names in %j get quotation marks', (text, expected) => expect(plainText(text)).toBe(expected));

test.each(['runs/a (2)/[b]', 'x[0] (y)', '\\]\\(', ''])('%j is unchanged', (text) =>
  expect(plainText(text)).toBe(text),
);

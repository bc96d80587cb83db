import { expect, test } from 'vitest';
import { withoutLinks } from '../../../../trainer/format/markup.ts';

/** How VS Code finds links in a message (base/common/linkedText.ts). */
const links = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/gi;

test.each([
  '[Repair](command:workbench.action.quit)',
  'Unknown key `[a](https://example.org)` in [b](file:///c "d")',
  '[[a](command:b)](command:c)',
])('%s has no link in a message', (text) => {
  expect(text).toMatch(new RegExp(links, 'i'));
  expect(withoutLinks(text)).not.toMatch(new RegExp(links, 'i'));
});

test.each(['runs/a (2)/[b]', 'x[0] (y)', '\\]\\(', ''])('%j is unchanged', (text) =>
  expect(withoutLinks(text)).toBe(text),
);

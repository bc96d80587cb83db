import { expect, test } from 'vitest';
import { checkText } from './check-text.ts';
import { largestExample } from './examples.ts';

test.each(Object.entries(largestExample()))('every prefix of a valid %s file is parsed', (_, text) => {
  expect(text.length).toBeGreaterThan(1000);
  for (let end = 0; end <= text.length; end++) checkText(text.slice(0, end));
});

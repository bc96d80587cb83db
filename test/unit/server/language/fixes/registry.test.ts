import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { quickFixes } from '../../../../../server/language/fixes/registry.ts';

const folder = new URL('../../../../../server/language/fixes/', import.meta.url);
const shared = ['edits.ts', 'fix.ts', 'registry.ts'];

test('every file of a quick fix is registered', () => {
  const files = readdirSync(folder).filter((name) => !shared.includes(name));
  const registry = readFileSync(new URL('registry.ts', folder), 'utf8');
  expect(files.filter((name) => !registry.includes(`'./${name}'`))).toEqual([]);
  expect(quickFixes).toHaveLength(files.length);
});

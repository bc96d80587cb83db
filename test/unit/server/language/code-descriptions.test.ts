import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { codeDescriptionsIn } from '../../../../server/language/code-descriptions.ts';

const root = new URL('../../../../', import.meta.url);
const page = fileURLToPath(new URL('docs/run-file.md', root));
const urlOf = codeDescriptionsIn(page);

test.each([
  ...[
    'option-file',
    'syntax',
    'duplicate-key',
    'unknown-key',
    'type',
    'range',
    'choice',
    'length',
    'repeated',
    'pattern',
  ],
  ...['empty', 'patch-not-divisible', 'patch-too-small', 'unknown-layer', 'unknown-dataset', 'no-images'],
  ...['dataset-missing', 'pairs-names', 'weights-missing', 'decay-after-end', 'milestones-not-increasing'],
])('%s links to its row in the table', (code) => {
  const [, address, line] = /^(.*)#L(\d+)$/.exec(urlOf(code) ?? '') ?? [];
  expect(fileURLToPath(address ?? '')).toBe(page);
  expect(readFileSync(page, 'utf8').split('\n')[Number(line) - 1]).toContain(`\`${code}\``);
});

test.each([
  ['a code without a row', page, 'no-such-code'],
  ['a missing page', `${page}x`, 'syntax'],
])('%s has no URL', (_, at, code) => expect(codeDescriptionsIn(at)(code)).toBeUndefined());

test('every code of a check has a row', () => {
  const checks = ['dataset', 'image', 'schedule', 'schema', 'setting', 'size', 'weight'];
  const codes = checks.flatMap((check) => {
    const source = readFileSync(new URL(`trainer/config/${check}-problems.ts`, root), 'utf8');
    return [...source.matchAll(/code: '([a-z-]+)'|problem\(\s*'([a-z-]+)'/g)].map(
      (each) => each[1] ?? each[2] ?? '',
    );
  });
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => urlOf(code) === undefined)).toEqual([]);
});

test('the package contains the page', () => {
  const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
  expect(JSON.parse(read('package.json')).files).toContain('docs/run-file.md');
  expect(read('.vscodeignore').split('\n')).toContain('!docs/run-file.md');
});

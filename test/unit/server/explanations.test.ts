import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { explanationsIn } from '../../../server/explanations.ts';

const root = new URL('../../../', import.meta.url);
const page = fileURLToPath(new URL('docs/run-file.md', root));
const explain = explanationsIn(page);

test.each([
  ...['syntax', 'duplicate-key', 'unknown-key', 'type', 'range', 'choice', 'length', 'repeated', 'pattern'],
  ...['empty', 'patch-not-divisible', 'patch-too-small', 'unknown-layer', 'unknown-dataset', 'no-images'],
  ...['dataset-missing', 'pairs-names', 'weights-missing', 'decay-after-end', 'milestones-not-increasing'],
])('%s leads to the row that explains it', (code) => {
  const [, address, line] = /^(.*)#L(\d+)$/.exec(explain(code) ?? '') ?? [];
  expect(fileURLToPath(address ?? '')).toBe(page);
  expect(readFileSync(page, 'utf8').split('\n')[Number(line) - 1]).toContain(`\`${code}\``);
});

test.each([
  ['a code without a row', page, 'no-such-code'],
  ['a page that is not there', `${page}x`, 'syntax'],
])('%s leads nowhere', (_, at, code) => expect(explanationsIn(at)(code)).toBeUndefined());

test('every code of the checks has a row', () => {
  const rooms = ['dataset', 'image', 'schedule', 'schema', 'setting', 'size', 'weight'];
  const codes = rooms.flatMap((room) => {
    const source = readFileSync(new URL(`trainer/config/${room}-problems.ts`, root), 'utf8');
    return [...source.matchAll(/code: '([a-z-]+)'|problem\(\s*'([a-z-]+)'/g)].map(
      (each) => each[1] ?? each[2] ?? '',
    );
  });
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => explain(code) === undefined)).toEqual([]);
});

test('the page is in the package', () => {
  const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
  expect(JSON.parse(read('package.json')).files).toContain('docs/run-file.md');
  expect(read('.vscodeignore').split('\n')).toContain('!docs/run-file.md');
});

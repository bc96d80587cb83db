import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const code = readdirSync(join(root, 'client'), { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(join(root, 'client', file), 'utf8'))
  .join('\n');
const messages = [...code.matchAll(/\bl10n\.t\(\s*'((?:[^'\\\n]|\\.)*)'/g)].map(([, text]) =>
  text!.replaceAll(/\\(.)/g, '$1'),
);

test('every message is a literal, so that it can be translated', () =>
  expect(messages).toHaveLength([...code.matchAll(/\bl10n\.t\(/g)].length));

// `npx vitest run test/unit/client/l10n.test.ts --update` writes the bundle.
test('the bundle has every message and no others', async () => {
  const sorted = [...new Set(messages)].sort();
  const bundle = Object.fromEntries(sorted.map((message) => [message, message]));
  await expect(`${JSON.stringify(bundle, null, 2)}\n`).toMatchFileSnapshot(
    join(root, 'l10n/bundle.l10n.json'),
  );
});

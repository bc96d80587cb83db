import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const client = join(import.meta.dirname, '../../../client');

test('all messages are shown by one file, which removes links from them', () => {
  const showing = readdirSync(client, { recursive: true, encoding: 'utf8' }).filter(
    (file) =>
      file.endsWith('.ts') &&
      /\bshow(Error|Warning|Information)Message\b|ProgressLocation\.Notification/.test(
        readFileSync(join(client, file), 'utf8'),
      ),
  );
  expect(showing).toEqual(['notifications.ts']);
});

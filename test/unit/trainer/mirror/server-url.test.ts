import { expect, test } from 'vitest';
import { appUrl, parseServer } from '../../../../trainer/mirror/server-url.ts';

test.each([
  ['https://api.wandb.ai', 'https://api.wandb.ai', 'https://wandb.ai'],
  ['https://api.wandb.ai/', 'https://api.wandb.ai', 'https://wandb.ai'],
  ['https://api.example.org', 'https://api.example.org', 'https://app.example.org'],
  ['https://wandb.example.org/base/', 'https://wandb.example.org/base', 'https://wandb.example.org/base'],
  ['http://localhost:8080', 'http://localhost:8080', 'http://localhost:8080'],
])('%s', (text, server, app) => {
  expect([parseServer(text), appUrl(server)]).toEqual([server, app]);
});

test.each(['', 'api.wandb.ai', 'ftp://api.wandb.ai', 'https://user:key@api.wandb.ai'])(
  '%s is not the address of a server, and is not repeated',
  (text) => {
    expect(() => parseServer(text)).toThrow(
      'The address of the W&B server (--url, WANDB_BASE_URL) is not valid. It has the form https://api.wandb.ai, without a name or key.',
    );
  },
);

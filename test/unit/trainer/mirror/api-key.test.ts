import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findApiKey, netrcPassword } from '../../../../trainer/mirror/api-key.ts';
import { temporaryFolder } from '../runs/temporary-run.ts';

const machine = 'api.wandb.ai';

test.each<[string, string, string | undefined]>([
  ['on one line', 'machine api.wandb.ai login user password secret', 'secret'],
  ['on several lines', 'machine api.wandb.ai\n  login user\n  password secret\n', 'secret'],
  ['with lines of Windows', 'machine api.wandb.ai\r\n  login user\r\n  password secret\r\n', 'secret'],
  ['after other machines', 'machine a password 1 machine api.wandb.ai password secret', 'secret'],
  ['of another machine', 'machine api.wandb.test login user password 1', undefined],
  ['of a machine with a port', 'machine api.wandb.ai:8080 password 1', undefined],
  ['as default', 'machine a password 1\ndefault login user password secret', 'secret'],
  ['of the machine, not as default', 'default password 1 machine api.wandb.ai password secret', 'secret'],
  ['in quotes', `machine "api.wandb.ai" password 'se cret'`, 'se cret'],
  ['with escaped quotes', 'machine api.wandb.ai password "se\\"cret"', 'se"cret'],
  ['beside comments', '# password 1\nmachine api.wandb.ai # password 2\npassword secret', 'secret'],
  [
    'after a macro',
    'macdef init\nmachine api.wandb.ai password 1\n\nmachine api.wandb.ai password secret',
    'secret',
  ],
  ['with a login like a keyword', 'machine api.wandb.ai login password password secret', 'secret'],
  ['cut off', 'machine api.wandb.ai password', ''],
  ['nowhere', '', undefined],
])('finds the password in a netrc file: %s', (_, text, expected) => {
  expect(netrcPassword(text, machine)).toBe(expected);
});

describe('the key', () => {
  const home = temporaryFolder();
  const other = join(temporaryFolder(), 'other');
  writeFileSync(join(home, '_netrc'), 'machine localhost:8080 password of-home');
  writeFileSync(other, 'machine localhost:8080 password of-other');

  test.each<[string, Record<string, string>, string, RegExp | string]>([
    ['of the environment', { WANDB_API_KEY: ' key \n', NETRC: other }, 'http://localhost:8080', 'key'],
    ['of the file in NETRC', { NETRC: other }, 'http://localhost:8080', 'of-other'],
    ['of the file in the home folder', {}, 'http://localhost:8080', 'of-home'],
    [
      'of another server',
      {},
      'https://api.wandb.ai',
      /No key for https:\/\/api\.wandb\.ai: .* is not set, and .*_netrc has no password for machine api\.wandb\.ai\. Copy your key from https:\/\/wandb\.ai\/authorize/,
    ],
    [
      'of a missing file',
      { NETRC: join(home, 'missing') },
      'http://localhost:8080',
      /missing has no password/,
    ],
  ])('%s', (_, environment, server, expected) => {
    const find = () => findApiKey(server, environment, home);
    if (typeof expected === 'string') expect(find()).toBe(expected);
    else expect(find).toThrow(expected);
  });
});

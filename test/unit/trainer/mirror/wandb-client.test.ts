import { expect, test } from 'vitest';
import { proxyHint } from '../../../../trainer/mirror/wandb-client.ts';

const proxy = { HTTPS_PROXY: 'http://proxy:3128' };
const used = { ...proxy, NODE_USE_ENV_PROXY: '1' };

test.each<[NodeJS.ProcessEnv, node: string, hint: string]>([
  [{}, '20.15.0', ''],
  [
    proxy,
    '20.19.0',
    '; Node.js 20.19.0 does not use HTTPS_PROXY: use 24 or later, or 22.21, with NODE_USE_ENV_PROXY=1',
  ],
  [
    used,
    '22.20.0',
    '; Node.js 22.20.0 does not use HTTPS_PROXY: use 24 or later, or 22.21, with NODE_USE_ENV_PROXY=1',
  ],
  [used, '22.21.0', ''],
  [used, '24.0.0', ''],
  [
    { https_proxy: 'http://proxy:3128' },
    '24.0.0',
    '; Node.js uses HTTPS_PROXY only with NODE_USE_ENV_PROXY=1',
  ],
  [{ ...proxy, NODE_OPTIONS: '--use-env-proxy' }, '26.1.0', ''],
])('with the environment %j and Node.js %s, a failure ends with: %s', (environment, version, hint) => {
  expect(proxyHint(environment, version)).toBe(hint);
});

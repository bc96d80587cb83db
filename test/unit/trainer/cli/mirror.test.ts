import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { range, stepsOf, testRun } from '../mirror/mirrored-run.ts';
import { goodKey, wandbServer } from '../mirror/wandb-server.ts';
import { run } from './esrgan.ts';

afterEach(() => vi.unstubAllEnvs());

test('uploads a run, and prints where it is but never the key', async () => {
  const { paths, session, end } = testRun();
  session().steps(1, 5);
  end('finished');
  const server = await wandbServer();
  vi.stubEnv('WANDB_API_KEY', goodKey);
  vi.stubEnv('WANDB_BASE_URL', server.url);
  const { code, stdout, stderr } = await run('mirror', paths.root, '--to', 'wandb', '--project', 'faces');
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [path = ''] = [...server.runs.keys()];
  expect(stdout).toBe(
    [
      `Uploading run run to ${server.url}/me/faces/runs/${path.split('/')[2]}.`,
      'finished · 5 steps with scalars · 0 steps with images',
      'Uploaded run run (finished).',
    ].join('\n'),
  );
  expect(stepsOf(server)).toEqual(range(1, 5));
  for (const name of readdirSync(paths.mirror).filter((each) => each.endsWith('.json'))) {
    expect(readFileSync(join(paths.mirror, name), 'utf8')).not.toContain(goodKey);
  }
});

test('without a key it says where to get one', async () => {
  const { paths, session, end } = testRun();
  session().steps(1, 5);
  end('finished');
  vi.stubEnv('WANDB_API_KEY', '');
  vi.stubEnv('WANDB_BASE_URL', '');
  vi.stubEnv('NETRC', join(paths.root, 'netrc'));
  const { code, stderr } = await run('mirror', paths.root, '--to', 'wandb');
  expect(code).toBe(2);
  expect(stderr).toContain(
    'Copy your key from https://wandb.ai/authorize into one of them, or run `wandb login`.',
  );
});

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Job } from '../../../../server/protocol/jobs.ts';
import { makeFolder } from '../../../../trainer/preparation/write-image.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const folder = temporaryFolder();
const images = join(folder, 'hr');
let server: ServerProcess;
let wake = () => {};

beforeAll(async () => {
  makeFolder(images);
  const image = sharp({ create: { width: 64, height: 64, channels: 3, background: 'gray' } });
  await image.toFile(join(images, 'a.png'));
  server = await startServer(folder);
  server.onMessage('esrgan/jobChanged', () => wake());
});
afterAll(async () => {
  expect(await server.shutdown()).toBe(0);
});

async function ended(job: string): Promise<Job | undefined> {
  for (;;) {
    const change = new Promise<void>((resolve) => (wake = resolve));
    const found = (await server.request('esrgan/jobs', null)).find((each) => each.job === job);
    if (found?.state !== 'waiting' && found?.state !== 'running') return found;
    await change;
  }
}

test('a job cuts tiles and writes the report', async () => {
  const out = join(folder, 'out');
  const report = join(folder, 'reports', 'r.html');
  const task = { work: 'tiles', images, out, size: 32, step: 32, report } as const;
  const { job } = await server.request('esrgan/prepare', task);
  expect(await ended(job)).toMatchObject({ state: 'finished', done: 1, total: 1, message: null });
  expect(existsSync(join(out, 'a_s004.png'))).toBe(true);
  expect(readFileSync(report, 'utf8')).toContain('4 tiles of 1 image');
});

test('a job that cannot start says why', async () => {
  const none = join(folder, 'none');
  const report = join(folder, 'check.html');
  const { job } = await server.request('esrgan/prepare', {
    work: 'check',
    images: none,
    dataset: null,
    report,
  });
  expect(await ended(job)).toMatchObject({
    state: 'failed',
    message: expect.stringContaining('none does not exist or has no images'),
  });
});

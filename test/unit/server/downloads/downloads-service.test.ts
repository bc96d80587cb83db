import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DownloadTarget } from '../../../../server/protocol/downloads.ts';
import type { Job } from '../../../../server/protocol/jobs.ts';
import { asOnUnix, isWindows, unlessWindows } from '../../../unix.ts';
import { tgzOf } from '../../trainer/data/download/archives.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';
import { type ServerProcess, startServer } from '../server-process.ts';

const folder = temporaryFolder();
const archives = join(folder, 'archives');
const bsds500 = join(folder, 'data', 'BSR');
const item: DownloadTarget = { kind: 'data', name: 'bsds500', path: bsds500, scale: 4, archives };
const image = 'BSDS500/data/images/val/1.jpg';
let server: ServerProcess;
let wake = () => {};

beforeAll(async () => {
  mkdirSync(archives);
  for (const [name, scale] of [
    ['a', 4],
    ['b', 2],
    ['c', 2],
  ]) {
    writeFileSync(join(folder, `${name}.esrgan.yaml`), `scale_factor: ${scale}\n`);
  }
  // As after downloads of the HR images, which are too large for a test.
  for (const part of ['train_HR', 'valid_HR']) {
    const record = { source: '', bytes: 0, sha256: '', files: 0 };
    mkdirSync(join(folder, 'data', `DIV2K_${part}`), { recursive: true });
    mkdirSync(join(folder, 'data/.downloads'), { recursive: true });
    writeFileSync(join(folder, 'data/.downloads', `DIV2K_${part}.zip.json`), JSON.stringify(record));
  }
  writeFileSync(join(archives, 'BSR_bsds500.tgz'), tgzOf({ name: `BSR/${image}`, content: 'x' }));
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

test('the inventory names what is missing and where it will be', async () => {
  const { items } = await server.request('esrgan/inventory', { folder });
  const found = items.find(({ name }) => name === 'bsds500');
  expect(found).toMatchObject({ kind: 'data', present: false, canGet: true, scale: 2 });
  expect(asOnUnix(found?.path)).toBe(asOnUnix(bsds500));
  expect(items.find(({ name }) => name === 'vgg19')).toMatchObject({
    kind: 'weights',
    canGet: true,
    description: expect.stringMatching(/^[\d.]+ MB$/),
  });
});

test('the inventory of a run file is of its data folder and scale', async () => {
  const file = join(folder, 'd.esrgan.yaml');
  writeFileSync(file, 'scale_factor: 8\ndata_dir: elsewhere\n');
  await server.notify('workspace/didChangeWatchedFiles', {
    changes: [{ uri: pathToFileURL(file).href, type: 1 }],
  });
  const itemOf = async (of?: string) => {
    const params = { folder, ...(of !== undefined && { file: of }) };
    const { items } = await server.request('esrgan/inventory', params);
    return asOnUnix(items.find(({ name }) => name === 'bsds500'));
  };
  const elsewhere = asOnUnix(join(folder, 'elsewhere', 'BSR'));
  expect(await itemOf(file)).toMatchObject({ path: elsewhere, scale: 8 });
  for (const other of [join(folder, 'a.esrgan.yaml'), 'Untitled-1', undefined])
    expect((await itemOf(other))?.path).toBe(asOnUnix(bsds500));
});

test('a job unpacks archives to the path of the item', async () => {
  const { job } = await server.request('esrgan/download', item);
  const { done, total, ...found } = (await ended(job)) ?? {};
  expect(found).toMatchObject({ state: 'finished', message: null, task: { kind: 'download', item } });
  expect(done).toBe(total);
  expect(done).toBeGreaterThan(0);
  expect(readFileSync(join(bsds500, image), 'utf8')).toBe('x');
});

test('a job that fails gives the message of the command', async () => {
  const { job } = await server.request('esrgan/download', { ...item, name: 'set5' });
  expect(await ended(job)).toMatchObject({
    state: 'failed',
    message: expect.stringMatching(/^There is no Set5.*BSR_bsds500\.tgz/),
  });
});

test('a job downloads the LR images of the scale of the item', async () => {
  const { job } = await server.request('esrgan/download', { ...item, name: 'div2k', scale: 2 });
  // The first missing archive is named: with all HR archives there, it is that of the LR images.
  expect(await ended(job)).toMatchObject({
    state: 'failed',
    message: expect.stringMatching(/^There is no DIV2K_train_LR_bicubic_X2\.zip/),
  });
});

test('a cancelled job ends', async () => {
  const { job } = await server.request('esrgan/download', { ...item, name: 'set14' });
  await server.request('esrgan/cancelJob', { job });
  expect(await ended(job)).toMatchObject({ state: 'cancelled', message: null });
  expect(existsSync(join(folder, 'data', 'Set14'))).toBe(false);
});

test.skipIf(isWindows)(
  unlessWindows('lists start the command again only after a change', 'the log of calls is a shell script'),
  async () => {
    const own = join(folder, 'own');
    const data = join(own, 'data');
    mkdirSync(join(own, 'photos'), { recursive: true });
    mkdirSync(data);
    writeFileSync(join(own, 'photos', 'a.png'), 'x');
    writeFileSync(join(own, 'a.esrgan.yaml'), 'datasets: { photos: { hr: photos } }\n');
    const [node, log] = [join(folder, 'node.sh'), join(folder, 'calls.txt')];
    writeFileSync(node, `#!/bin/sh\necho "$2 $3" >> '${log}'\nexec '${process.execPath}' "$@"\n`, {
      mode: 0o755,
    });
    const logging = await startServer(own, { nodePath: node });
    const calls = async () => {
      writeFileSync(log, '');
      await logging.request('esrgan/upscalingModels', { files: [join(own, 'none.pth')] });
      const { own: images } = await logging.request('esrgan/inventory', { folder: own });
      expect(images).toMatchObject([{ name: 'photos', description: '1 image · 1 B' }]);
      return readFileSync(log, 'utf8').trim().split('\n').filter(Boolean).sort();
    };
    try {
      expect(await calls()).toEqual(['data list', 'inspect --brief', 'weights list']);
      expect(await calls()).toEqual([]);
      mkdirSync(join(data, 'Set5', 'GTmod12'), { recursive: true });
      expect(await calls()).toEqual(['data list', 'weights list']);
    } finally {
      expect(await logging.shutdown()).toBe(0);
    }
  },
);

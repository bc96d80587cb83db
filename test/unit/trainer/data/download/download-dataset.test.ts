import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { predefinedDatasets } from '../../../../../trainer/config/datasets.ts';
import {
  type DatasetDownloadOptions,
  downloadDataset,
} from '../../../../../trainer/data/download/download-dataset.ts';
import { archivesOf, datasetNames } from '../../../../../trainer/data/download/sources.ts';
import { asOnUnix } from '../../../../unix.ts';
import { temporaryFolder } from '../images.ts';
import { tgzOf, zipOf } from './archives.ts';
import { fileServer } from './file-server.ts';

const set5 = zipOf(
  { name: 'Set5/GTmod12/baby.png', content: 'hr' },
  { name: 'Set5/LRbicx4/baby.png', content: 'lr' },
);

function optionsFor(mirror: string, lines: string[] = []): DatasetDownloadOptions {
  return {
    to: join(temporaryFolder(), 'data'),
    scale: 4,
    mirror,
    retryDelays: [0],
    observer: { progress: () => {}, line: (text) => lines.push(text) },
  };
}

/** A promise, and what resolves it. */
function gate() {
  let release = () => {};
  const after = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { after, release: () => release() };
}

test('downloads, extracts and reports the checksum; does nothing the second time', async () => {
  const { url, requests } = await fileServer({ body: set5 });
  const lines: string[] = [];
  const options = optionsFor(`${url}/mirror/`, lines);
  await downloadDataset('set5', options);
  await downloadDataset('set5', options);
  expect(requests).toEqual(['/mirror/Set5.zip -']);
  expect(readFileSync(join(options.to, 'Set5/LRbicx4/baby.png'), 'utf8')).toBe('lr');
  const sum = createHash('sha256').update(set5).digest('hex');
  expect(lines).toEqual([
    `Set5.zip: 2 files, ${set5.length} B; its SHA-256 is ${sum}, with no published checksum to compare.`,
    'Set5.zip is already extracted.',
  ]);
  expect(JSON.parse(readFileSync(join(options.to, '.downloads/Set5.zip.json'), 'utf8'))).toEqual({
    source: `${url}/mirror/Set5.zip`,
    bytes: set5.length,
    sha256: sum,
    files: 2,
  });
  expect(readdirSync(join(options.to, '.downloads')).sort()).toEqual(['Set5.zip.json', 'set5']);
});

test('of two downloads of a dataset at the same time, one works and the other waits', async () => {
  const { after, release } = gate();
  const { url, requests } = await fileServer({ body: set5, after });
  const [first, second]: [string[], string[]] = [[], []];
  const options = optionsFor(url, first);
  const working = downloadDataset('set5', options);
  await expect.poll(() => requests.length).toBe(1);
  const waiting = downloadDataset('set5', { ...optionsFor(url, second), to: options.to });
  await expect.poll(() => second.length).toBe(1);
  release();
  await Promise.all([working, waiting]);
  expect(requests).toHaveLength(1);
  expect(first).toEqual([expect.stringContaining('Set5.zip: 2 files')]);
  expect(second).toEqual([
    expect.stringMatching(/^Process \d+ on .* is downloading set5 into .*\. Waiting until it ends\.$/),
    'Set5.zip is already extracted.',
  ]);
  expect(readFileSync(join(options.to, 'Set5/LRbicx4/baby.png'), 'utf8')).toBe('lr');
});

test('different datasets are downloaded at the same time', async () => {
  const { url } = await fileServer({ body: set5, length: set5.length * 2, cutAfter: 1 });
  const options = { ...optionsFor(url), retryDelays: [] };
  const waits: string[] = [];
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'Set14.zip'), zipOf({ name: 'Set14/GTmod12/baby.png', content: 'hr' }));
  await Promise.allSettled([
    downloadDataset('set5', options),
    downloadDataset('set14', { ...optionsFor(folder, waits), to: options.to }),
  ]);
  expect(waits).toEqual([expect.stringMatching(/^Set14\.zip: 1 files/)]);
});

test('a waiting download can be stopped', async () => {
  const { after, release } = gate();
  const { url, requests } = await fileServer({ body: set5, after });
  const options = optionsFor(url);
  const cancel = new AbortController();
  const first = downloadDataset('set5', options);
  await expect.poll(() => requests.length).toBe(1);
  const second = downloadDataset('set5', {
    ...options,
    signal: cancel.signal,
    observer: { progress: () => {}, line: () => cancel.abort() },
  });
  await expect(second).rejects.toMatchObject({ code: 'interrupted' });
  release();
  await first;
});

test('a complete dataset needs no lock: its folder may be read-only', async () => {
  const { url } = await fileServer({ body: set5 });
  const options = optionsFor(url);
  await downloadDataset('set5', options);
  rmSync(join(options.to, '.downloads/set5'), { recursive: true });
  await downloadDataset('set5', options);
  expect(readdirSync(join(options.to, '.downloads'))).toEqual(['Set5.zip.json']);
});

test('downloads a deleted dataset again', async () => {
  const { url, requests } = await fileServer({ body: set5 });
  const options = optionsFor(url);
  await downloadDataset('set5', options);
  rmSync(join(options.to, 'Set5'), { recursive: true });
  await downloadDataset('set5', options);
  expect(requests).toHaveLength(2);
  expect(existsSync(join(options.to, 'Set5/GTmod12/baby.png'))).toBe(true);
});

test('accepts a local folder as a mirror and leaves it unchanged', async () => {
  const folder = temporaryFolder();
  const archive = join(folder, 'BSR_bsds500.tgz');
  writeFileSync(
    archive,
    tgzOf({ name: 'BSR/BSDS500/data/images/val/1.jpg', content: 'x' }, { name: 'BSR/bench/a.m' }),
  );
  const options = optionsFor(folder);
  await downloadDataset('bsds500', options);
  expect(readFileSync(join(options.to, 'BSR/BSDS500/data/images/val/1.jpg'), 'utf8')).toBe('x');
  expect(existsSync(join(options.to, 'BSR/bench'))).toBe(false);
  expect(existsSync(archive)).toBe(true);
});

describe('refuses', () => {
  test('an archive with another checksum, and deletes it', async () => {
    const [first] = archivesOf('div2k', 4);
    const { url } = await fileServer({ length: first!.bytes!, cutAfter: 0 });
    const options = optionsFor(url);
    mkdirSync(join(options.to, '.downloads'), { recursive: true });
    const path = join(options.to, '.downloads', first!.file);
    writeFileSync(path, zipOf({ name: 'DIV2K_train_HR/0001.png', content: 'fake' }));
    await expect(downloadDataset('div2k', options)).rejects.toThrow(
      /its SHA-256 is [0-9a-f]{64} instead of 9d0b9c463f6e.*The download was deleted\./,
    );
    expect(existsSync(path)).toBe(false);
    expect(existsSync(join(options.to, 'DIV2K_train_HR'))).toBe(false);
  });

  test('an archive of another length, before it downloads it', async () => {
    const { url } = await fileServer({ body: set5 });
    await expect(downloadDataset('div2k', optionsFor(url))).rejects.toThrow(
      /instead of 3530603713: it is not the expected file/,
    );
  });

  test('a dataset without a URL, and says where to find it', async () => {
    const { mirror, ...options } = optionsFor('');
    await expect(downloadDataset('set14', options)).rejects.toMatchObject({
      code: 'usage',
      message: /--mirror/,
    });
  });

  test('a mirror folder without the archive', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'set5.rar'), '');
    await expect(downloadDataset('set5', optionsFor(folder))).rejects.toThrow(
      /no Set5\.zip in .* \(set5\.rar\)/,
    );
    await expect(downloadDataset('set5', optionsFor(join(folder, 'x')))).rejects.toThrow(/no such folder/);
  });
});

test.each(datasetNames)('run files look for %s where its archives are extracted', (name) => {
  for (const scale of [2, 4, 8]) {
    const unpacked = archivesOf(name, scale).flatMap(({ folders }) => folders);
    const { hr, lr } = asOnUnix(predefinedDatasets('/data', scale)[name]);
    const named = [hr, lr].flatMap((images) =>
      typeof images === 'object' ? Object.values(images) : (images ?? []),
    );
    for (const folder of named) {
      const below = folder.slice('/data/'.length);
      expect(unpacked.filter((each) => below === each || below.startsWith(`${each}/`))).toHaveLength(1);
    }
  }
});

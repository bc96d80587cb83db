import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, download } from '../../../../../trainer/data/download/download.ts';
import { temporaryFolder } from '../images.ts';
import { type Answer, fileServer } from './file-server.ts';

const one = Uint8Array.from({ length: 100_000 }, (_, i) => i % 251);
const two = Uint8Array.from({ length: 100_000 }, (_, i) => i % 241);

async function check(
  answers: Answer[],
  options: DownloadOptions = {},
): Promise<{ content: Uint8Array; requests: string[]; left: string[] }> {
  const { url, requests } = await fileServer(...answers);
  const path = join(temporaryFolder(), 'a.zip');
  await download(`${url}/a.zip`, path, { retryDelays: [0, 0, 0], ...options });
  return { content: readFileSync(path), requests, left: readdirSync(dirname(path)) };
}

describe('a download ends with the whole file, after these requests', () => {
  test.each<[string, Answer[], string[], Uint8Array]>([
    ['in one go', [{ body: one }], ['-'], one],
    [
      'cut twice, gone on with',
      [{ body: one, cutAfter: 30_000 }, { body: one, cutAfter: 20_000 }, { body: one }],
      ['-', 'bytes=30000- if "1"', 'bytes=50000- if "1"'],
      one,
    ],
    [
      'by the date where there is no ETag',
      [
        {
          body: one,
          cutAfter: 30_000,
          etag: null,
          headers: { 'last-modified': 'Mon, 06 Jul 2020 09:00:00 GMT' },
        },
        { body: one },
      ],
      ['-', 'bytes=30000- if Mon, 06 Jul 2020 09:00:00 GMT'],
      one,
    ],
    [
      'by the date where the ETag is weak',
      [
        {
          body: one,
          cutAfter: 30_000,
          etag: 'W/"1"',
          headers: { 'last-modified': 'Mon, 06 Jul 2020 09:00:00 GMT' },
        },
        { body: one },
      ],
      ['-', 'bytes=30000- if Mon, 06 Jul 2020 09:00:00 GMT'],
      one,
    ],
    [
      'from the beginning where nothing tells two states of the file apart',
      [
        { body: one, cutAfter: 30_000, etag: null },
        { body: two, etag: null },
      ],
      ['-', '-'],
      two,
    ],
    [
      'from the beginning where the server ignores ranges',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, ranges: false },
      ],
      ['-', 'bytes=30000- if "1"'],
      one,
    ],
    [
      'from the beginning where the file has changed',
      [
        { body: one, cutAfter: 30_000 },
        { body: two, etag: '"2"' },
      ],
      ['-', 'bytes=30000- if "1"'],
      two,
    ],
    [
      'from the beginning where a changed file is sent as a rest',
      [
        { body: one, cutAfter: 30_000 },
        { body: two, etag: '"2"', ignoresIfRange: true },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      two,
    ],
    [
      'from the beginning where the rest begins elsewhere',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, headers: { 'content-range': 'bytes 29999-99999/100000' } },
        { body: one },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'from the beginning where the rest has another end',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, headers: { 'content-range': 'bytes 30000-99999/100001' } },
        { body: one },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'from the beginning where the range is refused',
      [{ body: one, cutAfter: 30_000 }, { status: 416 }, { body: one }],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'after errors that pass',
      [{ status: 503 }, { status: 429 }, { status: 500 }, { body: one }],
      ['-', '-', '-', '-'],
      one,
    ],
    [
      'after more was announced than came',
      [{ body: one, length: 200_000, cutAfter: 100_000 }, { body: one }],
      ['-', 'bytes=100000- if "1"', '-'],
      one,
    ],
  ])('%s', async (_, answers, requests, content) => {
    const found = await check(answers);
    expect(found.requests).toEqual(requests.map((request) => `/a.zip ${request}`));
    expect(Buffer.compare(found.content, content)).toBe(0);
    expect(found.left).toEqual(['a.zip']);
  });
});

test('redirections are followed, with the range', async () => {
  const end = await fileServer({ body: one, cutAfter: 10 }, { body: one });
  const start = await fileServer({ status: 302, headers: { location: `${end.url}/b` } });
  const path = join(temporaryFolder(), 'a');
  await download(`${start.url}/a`, path, { retryDelays: [0] });
  expect(Buffer.compare(readFileSync(path), one)).toBe(0);
  expect(end.requests).toEqual(['/b -', '/b bytes=10- if "1"']);
});

describe('a download fails in words', () => {
  test.each<[string, Answer[], RegExp, DownloadOptions]>([
    ['without the file', [{ status: 404 }], /a\.zip cannot be had: the server says 404 Not Found\./, {}],
    [
      'where nothing comes any more',
      [{ body: one, cutAfter: 1000 }, { status: 500 }],
      /4 tries in a row brought nothing more \(the server says 500 .*\)\. 1\.0 kB are kept in .*a\.zip\.part\./,
      {},
    ],
    [
      'of another length than is known',
      [{ body: one }],
      /has 100000 bytes instead of 99999: it is another file/,
      { bytes: 99_999 },
    ],
    ['larger than the disk', [{ length: 1e17, cutAfter: 0 }], /takes 100 PB, and the disk .* free\./, {}],
    ['in circles', [{ status: 302, headers: { location: '/a.zip' } }], /leads in circles/, {}],
    [
      'to no web address',
      [{ status: 302, headers: { location: 'file:///etc/passwd' } }],
      /is no web address/,
      {},
    ],
  ])('%s', async (_, answers, message, options) => {
    await expect(check(answers, options)).rejects.toThrow(message);
  });

  test('a server that announces too much each time is given up', async () => {
    const lie: Answer = { body: one, length: 200_000, cutAfter: 100_000, etag: null };
    await expect(check([lie])).rejects.toThrow(/tries in a row brought nothing more/);
  });

  test('nobody listens', async () => {
    const path = join(temporaryFolder(), 'a');
    await expect(download('http://127.0.0.1:1/a', path, { retryDelays: [0] })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });

  test('a folder that is not there', async () => {
    const { url } = await fileServer({ body: one });
    const path = join(temporaryFolder(), 'none', 'a');
    await expect(download(`${url}/a`, path)).rejects.toMatchObject({ code: 'disk' });
  });
});

test('a stopped download keeps its part, and another process goes on with it', async () => {
  const { url, requests } = await fileServer({ body: one });
  const path = join(temporaryFolder(), 'a');
  const cancel = new AbortController();
  const stopped = download(`${url}/a`, path, { signal: cancel.signal, onProgress: () => cancel.abort() });
  await expect(stopped).rejects.toMatchObject({ code: 'interrupted', message: /The same command goes on/ });
  const kept = readFileSync(`${path}.part`);
  expect(kept.length).toBeGreaterThan(0);
  expect(Buffer.compare(kept, one.subarray(0, kept.length))).toBe(0);
  expect(existsSync(path)).toBe(false);

  await download(`${url}/a`, path);
  expect(Buffer.compare(readFileSync(path), one)).toBe(0);
  expect(requests[1]).toBe(kept.length === one.length ? undefined : `/a bytes=${kept.length}- if "1"`);
});

test('a part of another address, or without information, is not gone on with', async () => {
  const { url, requests } = await fileServer({ body: two });
  const path = join(temporaryFolder(), 'a');
  writeFileSync(`${path}.part`, one.subarray(0, 500));
  writeFileSync(`${path}.part.json`, JSON.stringify({ url: `${url}/b`, validator: '"1"', total: 100_000 }));
  await download(`${url}/a`, path);
  writeFileSync(`${path}.part`, one.subarray(0, 500));
  await download(`${url}/a`, path);
  expect(requests).toEqual(['/a -', '/a -']);
  expect(Buffer.compare(readFileSync(path), two)).toBe(0);
});

test('progress counts what was there before', async () => {
  const { url } = await fileServer({ body: one, cutAfter: 40_000 }, { body: one });
  const seen: [number, number | null][] = [];
  await download(`${url}/a`, join(temporaryFolder(), 'a'), {
    retryDelays: [0],
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(seen.every(([done], i) => done > (seen[i - 1]?.[0] ?? 0))).toBe(true);
  expect(seen.at(-1)).toEqual([100_000, 100_000]);
});

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type DownloadOptions, downloadFile } from '../../../../../trainer/data/download/download-file.ts';
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
  await downloadFile(`${url}/a.zip`, path, { retryDelays: [0, 0, 0], ...options });
  return { content: readFileSync(path), requests, left: readdirSync(dirname(path)) };
}

describe('downloads the whole file with these requests', () => {
  test.each<[string, Answer[], string[], Uint8Array]>([
    ['in one request', [{ body: one }], ['-'], one],
    [
      'resumed twice',
      [{ body: one, cutAfter: 30_000 }, { body: one, cutAfter: 20_000 }, { body: one }],
      ['-', 'bytes=30000- if "1"', 'bytes=50000- if "1"'],
      one,
    ],
    [
      'resumed by the date if there is no ETag',
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
      'resumed by the date if the ETag is weak',
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
      'restarted if nothing identifies the version of the file',
      [
        { body: one, cutAfter: 30_000, etag: null },
        { body: two, etag: null },
      ],
      ['-', '-'],
      two,
    ],
    [
      'restarted if the server ignores ranges',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, ranges: false },
      ],
      ['-', 'bytes=30000- if "1"'],
      one,
    ],
    [
      'restarted if the file has changed',
      [
        { body: one, cutAfter: 30_000 },
        { body: two, etag: '"2"' },
      ],
      ['-', 'bytes=30000- if "1"'],
      two,
    ],
    [
      'restarted if the server sends a part of a changed file',
      [
        { body: one, cutAfter: 30_000 },
        { body: two, etag: '"2"', ignoresIfRange: true },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      two,
    ],
    [
      'restarted if the part starts elsewhere',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, headers: { 'content-range': 'bytes 29999-99999/100000' } },
        { body: one },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'restarted if the part has another end',
      [
        { body: one, cutAfter: 30_000 },
        { body: one, headers: { 'content-range': 'bytes 30000-99999/100001' } },
        { body: one },
      ],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'restarted if the server refuses the range',
      [{ body: one, cutAfter: 30_000 }, { status: 416 }, { body: one }],
      ['-', 'bytes=30000- if "1"', '-'],
      one,
    ],
    [
      'after temporary errors',
      [{ status: 503 }, { status: 429 }, { status: 500 }, { body: one }],
      ['-', '-', '-', '-'],
      one,
    ],
    [
      'after the server sent less than it announced',
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

test('redirects are followed, with the range', async () => {
  const end = await fileServer({ body: one, cutAfter: 10 }, { body: one });
  const start = await fileServer({ status: 302, headers: { location: `${end.url}/b` } });
  const path = join(temporaryFolder(), 'a');
  await downloadFile(`${start.url}/a`, path, { retryDelays: [0] });
  expect(Buffer.compare(readFileSync(path), one)).toBe(0);
  expect(end.requests).toEqual(['/b -', '/b bytes=10- if "1"']);
});

describe('a download fails with a message', () => {
  test.each<[string, Answer[], RegExp, DownloadOptions]>([
    ['no such file', [{ status: 404 }], /a\.zip: the server answered 404 Not Found\./, {}],
    [
      'no progress',
      [{ body: one, cutAfter: 1000 }, { status: 500 }],
      /4 attempts in a row made no progress \(the server answered 500 .*\)\. 1\.0 kB are in .*a\.zip\.part\./,
      {},
    ],
    [
      'another length than expected',
      [{ body: one }],
      /has 100000 bytes instead of 99999: it is not the expected file/,
      { bytes: 99_999 },
    ],
    [
      'more bytes than expected, without an announced length',
      [{ body: one, length: null }],
      /has more than 99999 bytes: it is not the expected file/,
      { bytes: 99_999 },
    ],
    ['larger than the disk', [{ length: 1e17, cutAfter: 0 }], /takes 100 PB, but the disk .* free\./, {}],
    ['a redirect loop', [{ status: 302, headers: { location: '/a.zip' } }], /redirects too often/, {}],
    [
      'a redirect to something else',
      [{ status: 302, headers: { location: 'file:///etc/passwd' } }],
      /is not a web address/,
      {},
    ],
  ])('%s', async (_, answers, message, options) => {
    await expect(check(answers, options)).rejects.toThrow(message);
  });

  test('gives up on a server that always announces too much', async () => {
    const lie: Answer = { body: one, length: 200_000, cutAfter: 100_000, etag: null };
    await expect(check([lie])).rejects.toThrow(/attempts in a row made no progress/);
  });

  test('no server', async () => {
    const path = join(temporaryFolder(), 'a');
    await expect(downloadFile('http://127.0.0.1:1/a', path, { retryDelays: [0] })).rejects.toThrow(
      /ECONNREFUSED/,
    );
  });

  test('a missing folder', async () => {
    const { url } = await fileServer({ body: one });
    const path = join(temporaryFolder(), 'none', 'a');
    await expect(downloadFile(`${url}/a`, path)).rejects.toMatchObject({ code: 'disk' });
  });
});

test('a stopped download can be resumed by another process', async () => {
  const { url, requests } = await fileServer({ body: one });
  const path = join(temporaryFolder(), 'a');
  const cancel = new AbortController();
  const stopped = downloadFile(`${url}/a`, path, { signal: cancel.signal, onProgress: () => cancel.abort() });
  await expect(stopped).rejects.toMatchObject({
    code: 'interrupted',
    message: expect.stringMatching(/was stopped\.( \S.*\.)? Run the same command again to continue/),
  });
  const part = readFileSync(`${path}.part`);
  expect(part.length).toBeGreaterThan(0);
  expect(Buffer.compare(part, one.subarray(0, part.length))).toBe(0);
  expect(existsSync(path)).toBe(false);

  await downloadFile(`${url}/a`, path);
  expect(Buffer.compare(readFileSync(path), one)).toBe(0);
  expect(requests[1]).toBe(part.length === one.length ? undefined : `/a bytes=${part.length}- if "1"`);
});

test('a partial download of another URL, or without information, is not resumed', async () => {
  const { url, requests } = await fileServer({ body: two });
  const path = join(temporaryFolder(), 'a');
  writeFileSync(`${path}.part`, one.subarray(0, 500));
  writeFileSync(`${path}.part.json`, JSON.stringify({ url: `${url}/b`, validator: '"1"', total: 100_000 }));
  await downloadFile(`${url}/a`, path);
  writeFileSync(`${path}.part`, one.subarray(0, 500));
  await downloadFile(`${url}/a`, path);
  expect(requests).toEqual(['/a -', '/a -']);
  expect(Buffer.compare(readFileSync(path), two)).toBe(0);
});

test('progress includes the bytes of earlier requests', async () => {
  const { url } = await fileServer({ body: one, cutAfter: 40_000 }, { body: one });
  const seen: [number, number | null][] = [];
  await downloadFile(`${url}/a`, join(temporaryFolder(), 'a'), {
    retryDelays: [0],
    onProgress: (done, total) => seen.push([done, total]),
  });
  expect(seen.every(([done], i) => done > (seen[i - 1]?.[0] ?? 0))).toBe(true);
  expect(seen.at(-1)).toEqual([100_000, 100_000]);
});

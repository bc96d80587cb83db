import { statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { get as getHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { messageOf, WorkbenchError } from '../../errors/errors.ts';
import { discard, move, removeFileSync, retry } from '../../files/change-files.ts';
import { formatBytes } from '../../format/format.ts';
import { isNullable, isNumber, isObject, isString } from '../../guards/guards.ts';
import { writeJsonAtomic } from '../../runs/atomic-file.ts';
import { readJson } from '../../runs/read-json.ts';
import { assertSpace } from './disk-space.ts';

export interface DownloadOptions {
  /** Length of the file, if known. */
  readonly bytes?: number;
  readonly signal?: AbortSignal;
  /** Called with the bytes on the disk and the length of the file; null if the server does not send it. */
  readonly onProgress?: (done: number, total: number | null) => void;
  /** Milliseconds to wait before each retry without progress. */
  readonly retryDelays?: readonly number[];
}

/** What identifies the file of a partial download: a resume must continue the same file. */
interface PartInfo {
  readonly url: string;
  /** A strong ETag, or the date of the last change, as sent by the server. */
  readonly validator: string;
  readonly total: number | null;
}

const isPartInfo = isObject<PartInfo>({ url: isString, validator: isString, total: isNullable(isNumber) });

const usualDelays = [1000, 2000, 5000, 10_000, 30_000];
/** Milliseconds without a byte after which a connection counts as dead. */
const stallTimeout = 60_000;
const maximumRedirects = 5;

/**
 * Downloads a file to `path`, through `path.part`. An interrupted download, also of a killed process, resumes if the
 * server still has the same file (`Range` with `If-Range`, RFC 9110), else it restarts. Dropped connections and
 * overloaded servers are retried.
 *
 * @throws WorkbenchError `data` if the server does not have the file, or fails too often; `disk`; `interrupted` by the
 * signal, with the partial download retained
 */
export async function downloadFile(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, retryDelays = usualDelays } = options;
  const part = `${path}.part`;
  let failures = 0;
  for (;;) {
    const before = sizeOf(part);
    let reason = 'the file changed on the server';
    try {
      if (await downloadMissing(url, part, options)) break;
    } catch (error) {
      if (signal?.aborted) throw interrupted(path, part);
      if (error instanceof WorkbenchError) throw error;
      reason = messageOf(error);
    }
    failures = sizeOf(part) > before ? 0 : failures + 1;
    const wait = retryDelays[Math.max(failures - 1, 0)];
    if (failures > retryDelays.length || wait === undefined) {
      throw new WorkbenchError(
        'data',
        `Cannot download ${url}: ${failures} attempts in a row made no progress (${reason}). ${partText(part)} Try again later, or choose another source with --mirror.`,
      );
    }
    await delay(wait, undefined, signal && { signal }).catch(() => {
      throw interrupted(path, part);
    });
  }
  await move(part, path);
  await discard(infoPath(part));
}

/**
 * One request for the missing bytes.
 *
 * @returns whether the partial download is now complete; false if it had to be deleted
 */
async function downloadMissing(url: string, part: string, options: DownloadOptions): Promise<boolean> {
  const info = readJson(infoPath(part), isPartInfo);
  const start = info?.url === url ? sizeOf(part) : 0;
  if (info && start > 0 && start === info.total) return true;
  const range = info && start > 0 ? { range: `bytes=${start}-`, 'if-range': info.validator } : {};
  const { response, body } = await request(new URL(url), range, options.signal);
  try {
    if (response.statusCode === 416) {
      dropPart(part);
      return false;
    }
    assertGood(url, response);
    const isPartial = response.statusCode === 206;
    const total = totalOf(response);
    const validator = validatorOf(response.headers);
    if (isPartial && !(info && isSameFile(info, validator, total) && firstByte(response) === start)) {
      dropPart(part);
      return false;
    }
    const from = isPartial ? start : 0;
    if (total !== null && options.bytes !== undefined && total !== options.bytes) {
      dropPart(part);
      throw new WorkbenchError(
        'data',
        `${url} has ${total} bytes instead of ${options.bytes}: it is not the expected file. Choose another source with --mirror.`,
      );
    }
    if (total !== null) await assertSpace(dirname(part), total - from, `The download of ${url}`);
    // In this order, so that a killed process never leaves a partial download with the information of another.
    if (!isPartial) {
      dropPart(part);
      if (validator !== undefined) writeJsonAtomic(infoPath(part), { url, validator, total });
    }
    await writeBody(body, url, part, from, total, options);
    if (!response.complete)
      throw new Error(`the connection ended at byte ${sizeOf(part)} of ${total ?? 'an unknown number'}`);
    return true;
  } finally {
    response.destroy();
  }
}

async function writeBody(
  body: PassThrough,
  url: string,
  part: string,
  from: number,
  total: number | null,
  { bytes, signal, onProgress }: DownloadOptions,
): Promise<void> {
  const most = total ?? bytes ?? Number.POSITIVE_INFINITY;
  const file = await onDisk(part, () => retry(() => open(part, from > 0 ? 'r+' : 'w')));
  let done = from;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('expected a body of bytes');
      if (done + chunk.length > most) {
        dropPart(part);
        throw new WorkbenchError(
          'data',
          `${url} has more than ${most} bytes: it is not the expected file. Choose another source with --mirror.`,
        );
      }
      await onDisk(part, () => writeAt(file, chunk, done));
      done += chunk.length;
      onProgress?.(done, total);
      signal?.throwIfAborted();
    }
    await onDisk(part, () => file.sync());
  } finally {
    await file.close();
  }
}

async function writeAt(file: FileHandle, chunk: Buffer, position: number): Promise<void> {
  for (let done = 0; done < chunk.length; ) {
    done += (await file.write(chunk, done, chunk.length - done, position + done)).bytesWritten;
  }
}

/** Throws the errors of a disk access as `disk` errors, so that they are not retried like those of the network. */
async function onDisk<T>(path: string, access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (cause) {
    const reason = messageOf(cause);
    throw new WorkbenchError(
      'disk',
      `Cannot write ${path}: ${reason}. Free some space, or choose another folder with --to.`,
      { cause },
    );
  }
}

/** The body is a stream of its own, so that the bytes before a broken connection are not lost. */
interface Answer {
  readonly response: IncomingMessage;
  readonly body: PassThrough;
}

/** The answer to a GET, after redirects. Not by Node's `fetch`, which unpacks what some servers call `x-gzip`. */
async function request(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  redirectsLeft = maximumRedirects,
): Promise<Answer> {
  const { response, body } = await new Promise<Answer>((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const options = { headers: { 'accept-encoding': 'identity', ...headers }, ...(signal && { signal }) };
    const sent = get(url, options, (response) => {
      const body = new PassThrough({ highWaterMark: 2 ** 20 });
      // The body ends normally; `response.complete` shows a broken connection.
      response.on('error', () => body.end());
      resolve({ response, body: response.pipe(body) });
    });
    sent.on('error', reject);
    sent.setTimeout(stallTimeout, () => sent.destroy(new Error(`no data for ${stallTimeout / 1000} s`)));
  });
  const { statusCode = 0 } = response;
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return { response, body };
  response.destroy();
  const next = new URL(location, url);
  if (redirectsLeft === 0 || !['http:', 'https:'].includes(next.protocol)) {
    throw new WorkbenchError(
      'data',
      `${url} redirects too often, or to ${next}, which is not a web address.`,
    );
  }
  return request(next, headers, signal, redirectsLeft - 1);
}

/** Throws a temporary failure as an Error, a permanent one as a WorkbenchError. */
function assertGood(url: string, { statusCode = 0, statusMessage }: IncomingMessage): void {
  if (statusCode === 200 || statusCode === 206) return;
  const answer = `${statusCode} ${statusMessage ?? ''}`.trim();
  if (statusCode >= 500 || [408, 425, 429].includes(statusCode))
    throw new Error(`the server answered ${answer}`);
  throw new WorkbenchError(
    'data',
    `Cannot download ${url}: the server answered ${answer}. Choose another source with --mirror.`,
  );
}

/** Length of the whole file; null if the server does not send it. */
function totalOf({ statusCode, headers }: IncomingMessage): number | null {
  const text =
    statusCode === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  return text === undefined ? null : Number(text);
}

function firstByte({ headers }: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}

/** What identifies the version of a file; a weak ETag does not. */
function validatorOf({ etag, 'last-modified': changed }: IncomingHttpHeaders): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : changed;
}

/** Servers that ignore `If-Range` send a part of a changed file; those that send no validator are trusted. */
function isSameFile(info: PartInfo, validator: string | undefined, total: number | null): boolean {
  return (validator === undefined || validator === info.validator) && total === info.total;
}

function infoPath(part: string): string {
  return `${part}.json`;
}

function dropPart(part: string): void {
  removeFileSync(infoPath(part));
  removeFileSync(part);
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function partText(part: string): string {
  const bytes = sizeOf(part);
  return bytes === 0 ? '' : `${formatBytes(bytes)} are in ${part}.`;
}

function interrupted(path: string, part: string): WorkbenchError {
  const kept = partText(part);
  return new WorkbenchError(
    'interrupted',
    `The download of ${path} was stopped.${kept === '' ? '' : ` ${kept}`} Run the same command again to continue.`,
  );
}

import { rmSync, statSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { get as getHttp, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { dirname } from 'node:path';
import { PassThrough } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { WorkbenchError } from '../../errors/errors.ts';
import { formatBytes } from '../../format/format.ts';
import { isNullable, isNumber, isObject, isString } from '../../guards/guards.ts';
import { writeJsonAtomic } from '../../runs/atomic-file.ts';
import { readJson } from '../../runs/read-json.ts';
import { assertSpace } from './disk-space.ts';

export interface DownloadOptions {
  /** What the file must have; any length is taken where it is not known. */
  readonly bytes?: number;
  readonly signal?: AbortSignal;
  /** Hears of bytes on the disk and of all, null where the server does not say. */
  readonly onProgress?: (done: number, total: number | null) => void;
  /** Milliseconds to wait before each further try that follows one without any progress. */
  readonly retryDelays?: readonly number[];
}

/** What was said of a file that is there in part: the rest must come from the very same. */
interface PartInfo {
  readonly url: string;
  /** A strong ETag, or the date of the last change, as the server wrote it. */
  readonly validator: string;
  readonly total: number | null;
}

const isPartInfo = isObject<PartInfo>({ url: isString, validator: isString, total: isNullable(isNumber) });

const patience = [1000, 2000, 5000, 10_000, 30_000];
/** Milliseconds without a single byte after which a connection counts as dead. */
const stalled = 60_000;
const redirects = 5;

/**
 * Downloads a file to `path`, by way of `path.part`: what was interrupted, also by the end of the process, goes on
 * where it stopped if the server still has the same file (`Range` with `If-Range`, RFC 9110), else from the
 * beginning. Dropped connections and overloaded servers are tried again.
 *
 * @throws WorkbenchError `data` where the server has no such file, or gives up too often; `disk`; `interrupted` by
 * the signal, with the part kept
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const { signal, retryDelays = patience } = options;
  const part = `${path}.part`;
  let failures = 0;
  for (;;) {
    const before = sizeOf(part);
    let reason = 'the file changed on the server';
    try {
      if (await downloadRest(url, part, options)) break;
    } catch (error) {
      if (signal?.aborted) throw interrupted(path, part);
      if (error instanceof WorkbenchError) throw error;
      reason = error instanceof Error ? error.message : String(error);
    }
    failures = sizeOf(part) > before ? 0 : failures + 1;
    const wait = retryDelays[Math.max(failures - 1, 0)];
    if (failures > retryDelays.length || wait === undefined) {
      throw new WorkbenchError(
        'data',
        `${url} could not be downloaded, ${failures} tries in a row brought nothing more (${reason}). ${keptText(part)} Try again later, or name another source with --mirror.`,
      );
    }
    await delay(wait, undefined, signal && { signal }).catch(() => {
      throw interrupted(path, part);
    });
  }
  await rename(part, path);
  rmSync(infoPath(part), { force: true });
}

/**
 * One request for what is missing.
 *
 * @returns whether the part is now whole; false where it had to be given up
 */
async function downloadRest(url: string, part: string, options: DownloadOptions): Promise<boolean> {
  const kept = readJson(infoPath(part), isPartInfo);
  const start = kept?.url === url ? sizeOf(part) : 0;
  if (kept && start > 0 && start === kept.total) return true;
  const range = kept && start > 0 ? { range: `bytes=${start}-`, 'if-range': kept.validator } : {};
  const { response, body } = await request(new URL(url), range, options.signal);
  try {
    if (response.statusCode === 416) {
      dropPart(part);
      return false;
    }
    assertGood(url, response);
    const isRest = response.statusCode === 206;
    const total = totalOf(response);
    const validator = validatorOf(response.headers);
    if (isRest && !(kept && isSame(kept, validator, total) && firstByte(response) === start)) {
      dropPart(part);
      return false;
    }
    const from = isRest ? start : 0;
    if (total !== null && options.bytes !== undefined && total !== options.bytes) {
      dropPart(part);
      throw new WorkbenchError(
        'data',
        `${url} has ${total} bytes instead of ${options.bytes}: it is another file. Name another source with --mirror.`,
      );
    }
    if (total !== null) await assertSpace(dirname(part), total - from, `The rest of ${url}`);
    // The order matters to whoever goes on after a kill: never a part that belongs to other information.
    if (!isRest) {
      dropPart(part);
      if (validator !== undefined) writeJsonAtomic(infoPath(part), { url, validator, total });
    }
    await writeBody(body, part, from, total, options);
    if (!response.complete)
      throw new Error(`the connection ended at byte ${sizeOf(part)} of ${total ?? 'some'}`);
    return true;
  } finally {
    response.destroy();
  }
}

async function writeBody(
  body: PassThrough,
  part: string,
  from: number,
  total: number | null,
  { signal, onProgress }: DownloadOptions,
): Promise<void> {
  const file = await onDisk(part, () => open(part, from > 0 ? 'r+' : 'w'));
  let done = from;
  try {
    for await (const chunk of body) {
      if (!Buffer.isBuffer(chunk)) throw new TypeError('a body comes as bytes');
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

/** Runs an access to the disk, whose failures are not the network's. */
async function onDisk<T>(path: string, access: () => Promise<T>): Promise<T> {
  try {
    return await access();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError(
      'disk',
      `Cannot write ${path}: ${reason}. Free some space, or choose another folder with --to.`,
      { cause },
    );
  }
}

/** An answer, with its body so that what came before a connection broke is not lost. */
interface Answer {
  readonly response: IncomingMessage;
  readonly body: PassThrough;
}

/** The answer to a GET, redirections followed. Node's fetch would unpack what some servers call `x-gzip`. */
async function request(
  url: URL,
  headers: Record<string, string>,
  signal: AbortSignal | undefined,
  left = redirects,
): Promise<Answer> {
  const { response, body } = await new Promise<Answer>((resolve, reject) => {
    const get = url.protocol === 'https:' ? getHttps : getHttp;
    const options = { headers: { 'accept-encoding': 'identity', ...headers }, ...(signal && { signal }) };
    const sent = get(url, options, (response) => {
      const body = new PassThrough({ highWaterMark: 2 ** 20 });
      // An ended body tells nothing of a broken connection; `response.complete` does.
      response.on('error', () => body.end());
      resolve({ response, body: response.pipe(body) });
    });
    sent.on('error', reject);
    sent.setTimeout(stalled, () => sent.destroy(new Error(`no byte in ${stalled / 1000} s`)));
  });
  const { statusCode = 0 } = response;
  const { location } = response.headers;
  if (![301, 302, 303, 307, 308].includes(statusCode) || location === undefined) return { response, body };
  response.destroy();
  const next = new URL(location, url);
  if (left === 0 || !['http:', 'https:'].includes(next.protocol)) {
    throw new WorkbenchError('data', `${url} leads in circles, or to ${next}, which is no web address.`);
  }
  return request(next, headers, signal, left - 1);
}

/** Throws what may pass as an Error, and what will not as a WorkbenchError. */
function assertGood(url: string, { statusCode = 0, statusMessage }: IncomingMessage): void {
  if (statusCode === 200 || statusCode === 206) return;
  const answer = `${statusCode} ${statusMessage ?? ''}`.trim();
  if (statusCode >= 500 || [408, 425, 429].includes(statusCode)) throw new Error(`the server says ${answer}`);
  throw new WorkbenchError(
    'data',
    `${url} cannot be had: the server says ${answer}. Name another source with --mirror.`,
  );
}

/** Of the whole file, not of the rest; null where the server does not say. */
function totalOf({ statusCode, headers }: IncomingMessage): number | null {
  const text =
    statusCode === 206 ? /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] : headers['content-length'];
  return text === undefined ? null : Number(text);
}

function firstByte({ headers }: IncomingMessage): number {
  return Number(/^bytes (\d+)-/.exec(headers['content-range'] ?? '')?.[1] ?? Number.NaN);
}

/** What tells two states of a file apart; a weak ETag does not. */
function validatorOf({ etag, 'last-modified': changed }: IncomingHttpHeaders): string | undefined {
  return etag !== undefined && !etag.startsWith('W/') ? etag : changed;
}

/** Servers that ignore `If-Range` send a rest of whatever they have now; those that leave its marks out are trusted. */
function isSame(kept: PartInfo, validator: string | undefined, total: number | null): boolean {
  return (validator === undefined || validator === kept.validator) && total === kept.total;
}

function infoPath(part: string): string {
  return `${part}.json`;
}

function dropPart(part: string): void {
  rmSync(infoPath(part), { force: true });
  rmSync(part, { force: true });
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function keptText(part: string): string {
  const bytes = sizeOf(part);
  return bytes === 0 ? '' : `${formatBytes(bytes)} are kept in ${part}.`;
}

function interrupted(path: string, part: string): WorkbenchError {
  return new WorkbenchError(
    'interrupted',
    `The download of ${path} was stopped. ${keptText(part)} The same command goes on with it.`,
  );
}

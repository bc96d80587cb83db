import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WorkbenchError } from '../../errors/errors.ts';
import { formatBytes } from '../../format/format.ts';
import { isCount, isObject, isString } from '../../guards/guards.ts';
import { writeJsonAtomic } from '../../runs/atomic-file.ts';
import { readJson } from '../../runs/read-json.ts';
import { type DownloadOptions, download } from './download.ts';
import { extractArchive } from './extract.ts';
import { type Archive, archivesOf, type DatasetName, withoutAddress } from './sources.ts';

export interface GetOptions extends Pick<DownloadOptions, 'signal' | 'retryDelays'> {
  /** The data folder; it is made where there is none. */
  readonly to: string;
  /** Of the LR images, where the set has any of its own. */
  readonly scale: number;
  /** Instead of the authors' servers: the address of a folder with the archives, or a folder on this machine. */
  readonly mirror?: string;
  readonly observer: GetObserver;
}

export interface GetObserver {
  progress(archive: string, phase: 'download' | 'check' | 'unpack', done: number, total: number | null): void;
  line(text: string): void;
}

/** What is kept of an archive after its files are in place. */
export interface ArchiveRecord {
  readonly source: string;
  readonly bytes: number;
  /** As it was seen, in hex. */
  readonly sha256: string;
  readonly files: number;
}

const isRecordOfArchive = isObject<ArchiveRecord>({
  source: isString,
  bytes: isCount,
  sha256: isString,
  files: isCount,
});

/**
 * Brings a data set into the data folder, archive by archive: downloads it, checks its sum and unpacks it. What is
 * there already is left alone; what was interrupted goes on.
 *
 * @throws WorkbenchError `data`, `disk`, `interrupted`; `usage` where the set has no address and no mirror is given
 */
export async function getDataset(name: DatasetName, options: GetOptions): Promise<void> {
  const { to, scale, mirror, observer } = options;
  await mkdir(downloadsFolder(to), { recursive: true });
  for (const archive of archivesOf(name, scale)) {
    if (isThere(archive, to)) {
      observer.line(`${archive.file} is there already.`);
      continue;
    }
    const source = sourceOf(name, archive, mirror);
    const isLocal = !isAddress(source);
    const path = isLocal ? source : join(downloadsFolder(to), archive.file);
    if (!isLocal && !existsSync(path)) {
      await download(source, path, {
        ...options,
        ...(archive.bytes === undefined ? {} : { bytes: archive.bytes }),
        onProgress: (done, total) => observer.progress(archive.file, 'download', done, total),
      });
    }
    const record = await unpackChecked(archive, source, path, options);
    writeJsonAtomic(recordPath(archive, to), record);
    if (!isLocal) rmSync(path);
    const sum =
      archive.sha256 === undefined
        ? `no sum is published for it, its SHA-256 is ${record.sha256}`
        : 'its sum is right';
    observer.line(`${archive.file}: ${record.files} files, ${formatBytes(record.bytes)}; ${sum}.`);
  }
}

/** Where archives and what is known of them lie. */
function downloadsFolder(to: string): string {
  return join(to, '.downloads');
}

/** Whether an archive was unpacked into the data folder, and its folders are still there. */
export function isThere(archive: Archive, to: string): boolean {
  return (
    readJson(recordPath(archive, to), isRecordOfArchive) !== undefined &&
    archive.folders.some((folder) => existsSync(join(to, folder)))
  );
}

function recordPath(archive: Archive, to: string): string {
  return join(downloadsFolder(to), `${archive.file}.json`);
}

function sourceOf(name: DatasetName, { file, url }: Archive, mirror: string | undefined): string {
  if (mirror === undefined) {
    if (url !== undefined) return url;
    throw new WorkbenchError('usage', `${name} cannot be downloaded from its authors: ${withoutAddress}.`);
  }
  if (isAddress(mirror)) return `${mirror.replace(/\/+$/, '')}/${file}`;
  const path = join(mirror, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  const there = existsSync(mirror)
    ? readdirSync(mirror).slice(0, 5).join(', ') || 'nothing'
    : 'no such folder';
  throw new WorkbenchError('data', `There is no ${file} in ${mirror} (${there}).`);
}

function isAddress(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

async function unpackChecked(
  archive: Archive,
  source: string,
  path: string,
  { to, signal, observer }: GetOptions,
): Promise<ArchiveRecord> {
  const bytes = statSync(path).size;
  const sha256 = await sumOf(path, signal, (done) => observer.progress(archive.file, 'check', done, bytes));
  if (archive.sha256 !== undefined && archive.sha256 !== sha256) {
    const isOurs = path !== source;
    if (isOurs) rmSync(path);
    throw new WorkbenchError(
      'data',
      `${source} is not the archive that it should be: its SHA-256 is ${sha256} instead of ${archive.sha256}.${isOurs ? ' The download was deleted.' : ''} Get it again, or name another source with --mirror.`,
    );
  }
  const files = await extractArchive(path, to, {
    folders: archive.folders,
    ...(signal && { signal }),
    onProgress: (done, total) => observer.progress(archive.file, 'unpack', done, total),
  });
  return { source, bytes, sha256, files };
}

async function sumOf(
  path: string,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    if (signal?.aborted) throw new WorkbenchError('interrupted', `Checking ${path} was stopped; it is kept.`);
    hash.update(chunk);
    done += chunk.length;
    onProgress(done);
  }
  return hash.digest('hex');
}

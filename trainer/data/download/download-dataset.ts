import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { WorkbenchError } from '../../errors/errors.ts';
import { removeFile } from '../../files/change-files.ts';
import { createFolderSync } from '../../files/create-folder.ts';
import { formatBytes } from '../../format/format.ts';
import { isCount, isObject, isString } from '../../guards/guards.ts';
import { writeJsonAtomic } from '../../runs/atomic-file.ts';
import { readJson } from '../../runs/read-json.ts';
import { type DownloadOptions, downloadFile } from './download-file.ts';
import { withDownloadLock } from './download-lock.ts';
import { extractArchive } from './extract.ts';
import { type Archive, archivesOf, type DatasetName, withoutUrl } from './sources.ts';

export interface DatasetDownloadOptions extends Pick<DownloadOptions, 'signal' | 'retryDelays'> {
  /** The data folder; it is created if it does not exist. */
  readonly to: string;
  /** Of the LR images, if the dataset has its own. */
  readonly scale: number;
  /** Replaces the authors' servers: the URL of a folder with the archives, or a local folder. */
  readonly mirror?: string;
  readonly observer: DownloadObserver;
}

export interface DownloadObserver {
  progress(archive: string, phase: 'download' | 'check' | 'unpack', done: number, total: number | null): void;
  line(text: string): void;
}

/** Replaces a downloaded archive once its files are extracted. */
interface ArchiveRecord {
  readonly source: string;
  readonly bytes: number;
  /** Of the downloaded archive, in hex. */
  readonly sha256: string;
  readonly files: number;
}

const isArchiveRecord = isObject<ArchiveRecord>({
  source: isString,
  bytes: isCount,
  sha256: isString,
  files: isCount,
});

/**
 * Downloads a dataset into the data folder, archive by archive: downloads it, verifies its checksum and extracts it.
 * Archives that are extracted already are skipped; interrupted downloads resume. Of several processes that download the
 * same dataset, one does it and the others wait.
 *
 * @throws WorkbenchError `data`, `disk`, `interrupted`; `usage` if the dataset has no URL and no mirror is given
 */
export async function downloadDataset(name: DatasetName, options: DatasetDownloadOptions): Promise<void> {
  const { to, scale, signal, observer } = options;
  createFolderSync(downloadsFolder(to));
  // The folder of a complete dataset may be read-only.
  if (archivesOf(name, scale).every((archive) => isExtracted(archive, to))) {
    await downloadArchives(name, options);
    return;
  }
  await withDownloadLock(
    join(downloadsFolder(to), name),
    { what: `${name} into ${to}`, signal, onWait: observer.line },
    (signal) => downloadArchives(name, { ...options, signal }),
  );
}

async function downloadArchives(name: DatasetName, options: DatasetDownloadOptions): Promise<void> {
  const { to, scale, mirror, observer } = options;
  for (const archive of archivesOf(name, scale)) {
    if (isExtracted(archive, to)) {
      observer.line(`${archive.file} is already extracted.`);
      continue;
    }
    const source = sourceOf(name, archive, mirror);
    const isLocal = !isUrl(source);
    const path = isLocal ? source : join(downloadsFolder(to), archive.file);
    if (!isLocal && !existsSync(path)) {
      await downloadFile(source, path, {
        ...options,
        ...(archive.bytes === undefined ? {} : { bytes: archive.bytes }),
        onProgress: (done, total) => observer.progress(archive.file, 'download', done, total),
      });
    }
    const record = await verifyAndExtract(archive, source, path, options);
    writeJsonAtomic(recordPath(archive, to), record);
    if (!isLocal) await removeFile(path);
    const checksum =
      archive.sha256 === undefined
        ? `its SHA-256 is ${record.sha256}, with no published checksum to compare`
        : 'its checksum is correct';
    observer.line(`${archive.file}: ${record.files} files, ${formatBytes(record.bytes)}; ${checksum}.`);
  }
}

/** Folder of the archives and their records. */
function downloadsFolder(to: string): string {
  return join(to, '.downloads');
}

/** Whether an archive was extracted into the data folder, and its folders still exist. */
export function isExtracted(archive: Archive, to: string): boolean {
  return (
    readJson(recordPath(archive, to), isArchiveRecord) !== undefined &&
    archive.folders.some((folder) => existsSync(join(to, folder)))
  );
}

function recordPath(archive: Archive, to: string): string {
  return join(downloadsFolder(to), `${archive.file}.json`);
}

function sourceOf(name: DatasetName, { file, url }: Archive, mirror: string | undefined): string {
  if (mirror === undefined) {
    if (url !== undefined) return url;
    throw new WorkbenchError('usage', `Cannot download ${name} from its authors: ${withoutUrl}.`);
  }
  if (isUrl(mirror)) return `${mirror.replace(/\/+$/, '')}/${file}`;
  const path = join(mirror, file);
  if (statSync(path, { throwIfNoEntry: false })?.isFile()) return path;
  const found = existsSync(mirror)
    ? readdirSync(mirror).slice(0, 5).join(', ') || 'nothing'
    : 'no such folder';
  throw new WorkbenchError('data', `There is no ${file} in ${mirror} (${found}).`);
}

function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

async function verifyAndExtract(
  archive: Archive,
  source: string,
  path: string,
  { to, signal, observer }: DatasetDownloadOptions,
): Promise<ArchiveRecord> {
  const bytes = statSync(path).size;
  const sha256 = await sha256Of(path, signal, (done) =>
    observer.progress(archive.file, 'check', done, bytes),
  );
  if (archive.sha256 !== undefined && archive.sha256 !== sha256) {
    const isDownload = path !== source;
    if (isDownload) await removeFile(path);
    throw new WorkbenchError(
      'data',
      `${source} is not the expected archive: its SHA-256 is ${sha256} instead of ${archive.sha256}.${isDownload ? ' The download was deleted.' : ''} Download it again, or choose another source with --mirror.`,
    );
  }
  const files = await extractArchive(path, to, {
    folders: archive.folders,
    ...(signal && { signal }),
    onProgress: (done, total) => observer.progress(archive.file, 'unpack', done, total),
  });
  return { source, bytes, sha256, files };
}

async function sha256Of(
  path: string,
  signal: AbortSignal | undefined,
  onProgress: (done: number) => void,
): Promise<string> {
  const hash = createHash('sha256');
  let done = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 2 ** 20 })) {
    if (signal?.aborted)
      throw new WorkbenchError('interrupted', `Verifying ${path} was stopped; the download is complete.`);
    hash.update(chunk);
    done += chunk.length;
    onProgress(done);
  }
  return hash.digest('hex');
}

import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract as extractTar, list as listTar } from 'tar';
import { openPromise, type Entry as ZipEntry, type ZipFile } from 'yauzl';
import { WorkbenchError } from '../../errors/errors.ts';
import { quoted, unprintable } from '../../errors/quoted.ts';
import { assertSpace } from './disk-space.ts';

export interface ExtractOptions {
  /** The folders to take out, `/` between their parts; in the archive their first part may be missing. */
  readonly folders: readonly string[];
  readonly signal?: AbortSignal;
  /** Hears of bytes unpacked, and of all. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** What an archive says of one of its entries. */
interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'file' | 'folder' | 'other';
}

/** How an archive of some format is read. */
interface Format {
  list(archive: string): Promise<Entry[]>;
  /** Writes the chosen files below `into`, and calls `onFile` for each; ends early when the signal says so. */
  unpack(archive: string, into: string, chosen: ReadonlySet<string>, options: UnpackOptions): Promise<void>;
}

interface UnpackOptions {
  readonly signal: AbortSignal | undefined;
  readonly onFile: (path: string) => void;
}

/**
 * Unpacks folders of a `.zip`, `.tar`, `.tar.gz` or `.tgz` archive into `to`. Nothing is written before every entry's
 * name and kind have been checked; then each file goes by way of a temporary folder, so that none is there in part.
 *
 * @returns how many files were unpacked
 * @throws WorkbenchError `data` where the archive is damaged, has an entry that could land elsewhere (an absolute
 * path, `..`, a link, a device) or none of the folders; `disk`; `interrupted`
 */
export async function extractArchive(archive: string, to: string, options: ExtractOptions): Promise<number> {
  const { folders, signal, onProgress } = options;
  const format = archive.endsWith('.zip') ? zip : tar;
  const entries = await readable(archive, () => format.list(archive));
  for (const entry of entries) assertSafe(archive, entry);
  // Where each entry goes, and which entry goes there.
  const places = new Map<string, string>();
  const paths = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const { path, bytes, kind } of entries) {
    const place = kind === 'file' ? placeOf(path, folders) : undefined;
    if (place === undefined) continue;
    const first = paths.get(place) ?? path;
    if (first !== path) {
      throw refused(archive, `its entries ${quoted(first)} and ${quoted(path)} are the same file`);
    }
    paths.set(place, path);
    places.set(path, place);
    sizes.set(path, bytes);
  }
  if (places.size === 0) {
    const tops = new Set(entries.map(({ path }) => path.split('/')[0]!));
    const found = [...tops].slice(0, 5).map(quoted).join(', ');
    throw new WorkbenchError(
      'data',
      `${archive} has none of the folders ${folders.join(', ')}; in it are ${found || 'no files at all'}. Another archive of the same name may hold them: name its source with --mirror.`,
    );
  }
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  await assertSpace(to, total, `${archive}, unpacked,`);

  const temporary = join(to, `.unpacking-${basename(archive)}`);
  let done = 0;
  const onFile = (path: string) => {
    done += sizes.get(path) ?? 0;
    onProgress?.(done, total);
  };
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary);
    await readable(archive, () =>
      format.unpack(archive, temporary, new Set(places.keys()), { signal, onFile }),
    );
    if (signal?.aborted) throw new WorkbenchError('interrupted', `Unpacking ${archive} was stopped.`);
    for (const [path, place] of places) await move(join(temporary, path), join(to, place));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return places.size;
}

async function move(from: string, to: string): Promise<void> {
  try {
    await mkdir(dirname(to), { recursive: true });
    await rename(from, to);
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause);
    throw new WorkbenchError('disk', `Cannot write ${to}: ${found}. Move away what is in its place.`, {
      cause,
    });
  }
}

const zip: Format = {
  async list(archive) {
    const entries: Entry[] = [];
    for await (const entry of (await openZip(archive)).eachEntry()) {
      entries.push({ path: entry.fileName, bytes: entry.uncompressedSize, kind: zipKind(entry) });
    }
    return entries;
  },
  async unpack(archive, into, chosen, { signal, onFile }) {
    const file = await openZip(archive);
    for await (const entry of file.eachEntry()) {
      if (signal?.aborted) return;
      if (!chosen.has(entry.fileName)) continue;
      const path = join(into, entry.fileName);
      await mkdir(dirname(path), { recursive: true });
      // It fails where more or fewer bytes come out than were announced.
      await pipeline(await file.openReadStreamPromise(entry), createWriteStream(path));
      onFile(entry.fileName);
    }
  },
};

function openZip(archive: string): Promise<ZipFile> {
  return openPromise(archive, { strictFileNames: true });
}

/** Archives made on Unix keep the kind of a file where others keep nothing. */
function zipKind({ fileName, externalFileAttributes }: ZipEntry): Entry['kind'] {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) return 'other';
  return fileName.endsWith('/') ? 'folder' : 'file';
}

const tar: Format = {
  async list(archive) {
    const entries: Entry[] = [];
    await listTar({
      file: archive,
      strict: true,
      onReadEntry: ({ path, size, type }) => entries.push({ path, bytes: size, kind: tarKind(type) }),
    });
    return entries;
  },
  async unpack(archive, into, chosen, { onFile }) {
    await extractTar({
      file: archive,
      cwd: into,
      strict: true,
      preserveOwner: false,
      filter: (path) => chosen.has(path),
      onReadEntry: ({ path }) => onFile(path),
    });
  },
};

function tarKind(type: string): Entry['kind'] {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return 'file';
  return type === 'Directory' ? 'folder' : 'other';
}

function assertSafe(archive: string, { path, kind }: Entry): void {
  const parts = path.split(/[\\/]/);
  const fault =
    kind === 'other'
      ? 'is a link or a device'
      : /^([\\/]|[a-z]:)/i.test(path) || parts.includes('..') || path.includes('\0')
        ? 'would land outside of the data folder'
        : undefined;
  if (fault !== undefined) throw refused(archive, `its entry ${quoted(path)} ${fault}`);
}

function refused(archive: string, why: string): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${archive} is refused, and nothing of it was unpacked: ${why}. Get the archive from another source.`,
  );
}

/** Where a file goes, below the data folder; undefined where it is in none of the folders. */
function placeOf(path: string, folders: readonly string[]): string | undefined {
  const clean = posix.normalize(path);
  for (const folder of folders) {
    const inner = folder.slice(folder.indexOf('/') + 1);
    if (clean.startsWith(`${folder}/`)) return clean;
    if (clean.startsWith(`${inner}/`)) return folder.slice(0, -inner.length) + clean;
  }
  return undefined;
}

async function readable<T>(archive: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    // It may quote a name from the archive.
    const found = cause.message.slice(0, 500).replaceAll(unprintable, ' ');
    const code = 'code' in cause ? String(cause.code) : '';
    if (['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO'].includes(code)) {
      throw new WorkbenchError('disk', `Cannot unpack ${archive}: ${found}.`, { cause });
    }
    throw new WorkbenchError(
      'data',
      `${archive} is no sound archive: ${found}. Delete it and get it again.`,
      { cause },
    );
  }
}

import { createWriteStream, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { basename, dirname, join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { extract as extractTar, list as listTar } from 'tar';
import { openPromise, type Entry as ZipEntry, type ZipFile } from 'yauzl';
import { isPortableName } from '../../config/index.ts';
import { messageOf, WorkbenchError } from '../../errors/errors.ts';
import { quoted, unprintable } from '../../errors/quoted.ts';
import { discard, move as moveFile, removeFolder } from '../../files/change-files.ts';
import { createFolderSync } from '../../files/create-folder.ts';
import { assertSpace } from './disk-space.ts';

interface ExtractOptions {
  /** The folders to extract, with `/` as separator; in the archive their first part may be missing. */
  readonly folders: readonly string[];
  readonly signal?: AbortSignal;
  /** Called with the bytes extracted so far, and in total. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** An entry of an archive, by its header. */
interface Entry {
  readonly path: string;
  readonly bytes: number;
  readonly kind: 'file' | 'folder' | 'other';
}

/** Reads archives of a format. */
interface Format {
  list(archive: string): Promise<Entry[]>;
  /** Writes the selected files below `into`, and calls `onFile` for each; returns early if the signal is aborted. */
  unpack(archive: string, into: string, selected: ReadonlySet<string>, options: UnpackOptions): Promise<void>;
}

interface UnpackOptions {
  readonly signal: AbortSignal | undefined;
  readonly onFile: (path: string) => void;
}

/**
 * The content of an archive may be this many times as large as the archive. Images hardly compress, while a small file can
 * hold terabytes of zeros.
 */
const maximumGrowth = 100;

/**
 * Extracts folders of a `.zip`, `.tar`, `.tar.gz` or `.tgz` archive into `to`. It checks the name and kind of every
 * entry before it writes anything, and moves complete files from a temporary folder to their place.
 *
 * @returns the number of files
 * @throws WorkbenchError `data` if the archive is damaged, has an entry that could be written elsewhere (an absolute
 * path, `..`, a link, a device), grows too much or has none of the folders; `disk`; `interrupted`
 */
export async function extractArchive(archive: string, to: string, options: ExtractOptions): Promise<number> {
  const { folders, signal, onProgress } = options;
  const format = archive.endsWith('.zip') ? zip : tar;
  const entries = await readable(archive, () => format.list(archive));
  for (const entry of entries) assertSafe(archive, entry);
  // Destination of each entry, and the entry of each file.
  const destinations = new Map<string, string>();
  const paths = new Map<string, string>();
  const sizes = new Map<string, number>();
  for (const { path, bytes, kind } of entries) {
    const destination = kind === 'file' ? destinationOf(path, folders) : undefined;
    if (destination === undefined) continue;
    if (!destination.split('/').every(isPortableName)) {
      throw refused(archive, `its entry ${quoted(path)} has a name that Windows cannot store`);
    }
    // Windows and macOS ignore case, macOS also the form of composed characters.
    const identity = destination.normalize().toLowerCase();
    const first = paths.get(identity) ?? path;
    if (first !== path) {
      throw refused(archive, `its entries ${quoted(first)} and ${quoted(path)} are the same file`);
    }
    paths.set(identity, path);
    destinations.set(path, destination);
    sizes.set(path, bytes);
  }
  if (destinations.size === 0) {
    const tops = new Set(entries.map(({ path }) => path.split('/')[0]!));
    const found = [...tops].slice(0, 5).map(quoted).join(', ');
    throw new WorkbenchError(
      'data',
      `${archive} has none of the folders ${folders.join(', ')}; it has ${found || 'no files'}. Another archive of the same name may have them: choose its source with --mirror.`,
    );
  }
  const total = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
  if (total > maximumGrowth * statSync(archive).size) throw growsTooMuch(archive);
  await assertSpace(to, total, `The content of ${archive}`);

  const temporary = join(to, `.unpacking-${basename(archive)}`);
  let done = 0;
  const onFile = (path: string) => {
    done += sizes.get(path) ?? 0;
    onProgress?.(done, total);
  };
  try {
    await removeFolder(temporary);
    await mkdir(temporary);
    await readable(archive, () =>
      format.unpack(archive, temporary, new Set(destinations.keys()), { signal, onFile }),
    );
    if (signal?.aborted) throw new WorkbenchError('interrupted', `Extracting ${archive} was stopped.`);
    for (const [path, destination] of destinations) await move(join(temporary, path), join(to, destination));
  } finally {
    await discard(temporary);
  }
  return destinations.size;
}

async function move(from: string, to: string): Promise<void> {
  try {
    createFolderSync(dirname(to));
    await moveFile(from, to);
  } catch (cause) {
    const found = messageOf(cause);
    throw new WorkbenchError('disk', `Cannot write ${to}: ${found}. Move the existing file or folder away.`, {
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
  async unpack(archive, into, selected, { signal, onFile }) {
    const file = await openZip(archive);
    for await (const entry of file.eachEntry()) {
      if (signal?.aborted) return;
      if (!selected.has(entry.fileName)) continue;
      const path = join(into, entry.fileName);
      createFolderSync(dirname(path));
      // It fails if the entry has more or fewer bytes than its header says.
      await pipeline(await file.openReadStreamPromise(entry), createWriteStream(path));
      onFile(entry.fileName);
    }
  },
};

function openZip(archive: string): Promise<ZipFile> {
  return openPromise(archive, { strictFileNames: true });
}

/** Archives made on Unix store the kind of a file there, others 0. */
function zipKind({ fileName, externalFileAttributes }: ZipEntry): Entry['kind'] {
  const kind = (externalFileAttributes >>> 16) & 0o170000;
  if (kind !== 0 && kind !== 0o100000 && kind !== 0o040000) return 'other';
  return fileName.endsWith('/') ? 'folder' : 'file';
}

const tar: Format = {
  async list(archive) {
    const entries: Entry[] = [];
    await listTar({
      ...tarOptions(archive),
      onReadEntry: ({ path, size, type }) => entries.push({ path, bytes: size, kind: tarKind(type) }),
    });
    return entries;
  },
  async unpack(archive, into, selected, { signal, onFile }) {
    await extractTar({
      ...tarOptions(archive),
      cwd: into,
      preserveOwner: false,
      filter: (path) => signal?.aborted !== true && selected.has(path),
      onReadEntry(entry) {
        // As any new file: an archive decides about no permission, such as setuid.
        entry.mode = 0o666;
        onFile(entry.path);
      },
    });
  },
};

/** Decompresses small chunks: each is held in memory whole, and may be a thousand times as large as in the file. */
const tarOptions = (archive: string) => ({
  file: archive,
  strict: true,
  maxReadSize: 2 ** 16,
  maxDecompressionRatio: maximumGrowth,
});

function tarKind(type: string): Entry['kind'] {
  if (type === 'File' || type === 'OldFile' || type === 'ContiguousFile') return 'file';
  return type === 'Directory' ? 'folder' : 'other';
}

function assertSafe(archive: string, { path, kind }: Entry): void {
  const parts = path.split(/[\\/]/);
  const problem =
    kind === 'other'
      ? 'is a link or a device'
      : /^([\\/]|[a-z]:)/i.test(path) || parts.includes('..') || path.includes('\0')
        ? 'would be written outside of the data folder'
        : undefined;
  if (problem !== undefined) throw refused(archive, `its entry ${quoted(path)} ${problem}`);
}

function refused(archive: string, reason: string): WorkbenchError {
  return new WorkbenchError(
    'data',
    `${archive} is not safe to extract: ${reason}. Nothing was extracted. Download the archive from another source.`,
  );
}

function growsTooMuch(archive: string): WorkbenchError {
  return refused(archive, `its content is more than ${maximumGrowth} times as large as the archive`);
}

/** Path of a file below the data folder; undefined if it is in none of the folders. */
function destinationOf(path: string, folders: readonly string[]): string | undefined {
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
    // The message may contain a name from the archive.
    const found = cause.message.slice(0, 500).replaceAll(unprintable, ' ');
    const code = 'code' in cause ? String(cause.code) : '';
    // Of the decompression ratio, the only limit in `tarOptions` that ends the reading.
    if (code === 'TAR_ABORT') throw growsTooMuch(archive);
    if (['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EIO'].includes(code)) {
      throw new WorkbenchError('disk', `Cannot extract ${archive}: ${found}.`, { cause });
    }
    throw new WorkbenchError(
      'data',
      `${archive} is damaged or not an archive: ${found}. Delete it and download it again.`,
      { cause },
    );
  }
}

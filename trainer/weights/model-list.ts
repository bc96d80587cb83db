import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DownloadOptions, downloadFile } from '../data/download/download-file.ts';
import { withDownloadLock } from '../data/download/download-lock.ts';
import { messageOf, WorkbenchError } from '../errors/errors.ts';
import { discard } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { writableCacheFolder } from '../files/user-folders.ts';
import {
  isList,
  isNullable,
  isNumber,
  isObject,
  isOptional,
  isPlainObject,
  isString,
  isUnion,
} from '../guards/guards.ts';
import { generatorArchitectures } from '../models/generators.ts';
import { diskError, publishNew } from '../runs/atomic-file.ts';
import { sha256OfFile, sha256OfText } from '../runs/sha256.ts';

/** OpenModelDB's list of models that people publish: one JSON object, by id. */
export const modelListAddress = 'https://openmodeldb.info/api/v1';

/** A model of the list that this program can use. */
export interface PublishedModel {
  /** Such as `4x-ClearReality-V1`. */
  readonly id: string;
  readonly name: string;
  readonly authors: readonly string[];
  /** SPDX; null: none is named, so nothing is permitted. */
  readonly license: string | null;
  readonly architecture: string;
  readonly scale: number;
  readonly tags: readonly string[];
  readonly description: string;
  readonly file: PublishedFile;
}

interface PublishedFile {
  readonly type: 'safetensors' | 'pth' | 'onnx';
  /** Bytes; null where the list does not say. */
  readonly bytes: number | null;
  readonly sha256: string;
  /** An address that answers with the file itself. */
  readonly url: string;
}

const isModel = isObject({
  name: isString,
  author: isUnion(isString, isList(isString)),
  license: isOptional(isNullable(isString)),
  tags: isList(isString),
  description: isOptional(isString),
  architecture: isString,
  scale: isNumber,
  inputChannels: isNumber,
  outputChannels: isNumber,
  resources: isList(isPlainObject),
});

const isResource = isObject({
  type: isString,
  size: isOptional(isNullable(isNumber)),
  sha256: isString,
  urls: isList(isString),
});

/** Ids of the architectures whose parameters this program reads; ONNX files may have any. */
const readArchitectures = generatorArchitectures.map(({ openModelDb }) => openModelDb);

/** The best first. */
const fileTypes = ['safetensors', 'pth', 'onnx'] as const;

/** Hosts whose addresses lead to a page for people. */
const pages =
  /^https?:\/\/(?:[^/]*\.)?(?:mega\.nz|drive\.google\.com|mediafire\.com|1drv\.ms|onedrive\.live\.com|icedrive\.net|dropbox\.com)\//i;

/** The models of a list that can be downloaded and used here: RGB images, a known architecture and file type, a checksum. */
export function usableModels(list: Readonly<Record<string, unknown>>): PublishedModel[] {
  return Object.entries(list).flatMap(([id, model]) => {
    // The id becomes the name of a file.
    if (!isModel(model) || !/^[\w+.-]+$/.test(id) || id.startsWith('.')) return [];
    const { name, author, license = null, tags, description = '', architecture, scale } = model;
    if (model.inputChannels !== 3 || model.outputChannels !== 3 || !Number.isInteger(scale)) return [];
    const file = usableFile(model.resources, architecture);
    if (file === undefined) return [];
    const authors = typeof author === 'string' ? [author] : author;
    return [{ id, name: name.trim(), authors, license, architecture, scale, tags, description, file }];
  });
}

function usableFile(resources: readonly unknown[], architecture: string): PublishedFile | undefined {
  const isKnown = readArchitectures.includes(architecture.toLowerCase());
  for (const type of fileTypes) {
    if (type !== 'onnx' && !isKnown) continue;
    for (const resource of resources) {
      if (!isResource(resource) || resource.type !== type || !/^[0-9a-f]{64}$/i.test(resource.sha256))
        continue;
      const url = resource.urls.find(
        (each) => /^https?:\/\//i.test(each) && !pages.test(each) && !/\.(?:zip|7z|rar)$/i.test(each),
      );
      if (url === undefined) continue;
      return { type, bytes: resource.size ?? null, sha256: resource.sha256.toLowerCase(), url };
    }
  }
  return undefined;
}

/** Milliseconds for which the list of the last download is used. */
const freshness = 24 * 3600_000;

interface ListOptions extends Pick<DownloadOptions, 'signal' | 'retryDelays'> {
  /** URL of a folder with another `models.json`, and with its files as `<id>.<type>`; without a slash at its end. */
  readonly mirror?: string | undefined;
  /** Downloads the list again. */
  readonly refresh?: boolean;
  /** For the list; that of the user by default. */
  readonly cache?: string;
  /** Receives a sentence where an old list is used, because the new one cannot be downloaded. */
  readonly onProblem?: (message: string) => void;
}

/**
 * The usable models of OpenModelDB or a mirror, from the cache if it is of this day.
 *
 * @throws WorkbenchError `data` if there is no list, or it has another format
 */
export async function publishedModels(options: ListOptions = {}): Promise<PublishedModel[]> {
  const { mirror = modelListAddress, refresh = false, cache = writableCacheFolder(), onProblem } = options;
  const url = `${mirror}/models.json`;
  const path = join(cache, `models-${sha256OfText(url).slice(0, 12)}.json`);
  const found = statSync(path, { throwIfNoEntry: false });
  if (refresh || found === undefined || Date.now() - found.mtimeMs > freshness) {
    try {
      createFolderSync(cache);
      await downloadFile(url, path, options);
    } catch (error) {
      if (found === undefined || (error instanceof WorkbenchError && error.code === 'interrupted'))
        throw error;
      onProblem?.(`The list of ${found.mtime.toISOString().slice(0, 10)} is used: ${messageOf(error)}`);
    }
  }
  const list = parsed(readFileSync(path, 'utf8'));
  if (list !== undefined) return usableModels(list);
  await discard(path);
  throw new WorkbenchError(
    'data',
    `${url} is not a list of models. Try again later, or choose another source with --mirror.`,
  );
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isPlainObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The models that have every word in their id, name, architecture, authors, tags, licence or description. */
export function searchModels(
  models: readonly PublishedModel[],
  words: readonly string[],
  scale?: number,
): PublishedModel[] {
  const wanted = words.flatMap((word) => word.toLowerCase().split(/\s+/)).filter((word) => word !== '');
  return models.filter((model) => {
    const { id, name, architecture, authors, tags, license, description } = model;
    const text = [id, name, architecture, ...authors, ...tags, license ?? '', description]
      .join('\n')
      .toLowerCase();
    return (scale === undefined || model.scale === scale) && wanted.every((word) => text.includes(word));
  });
}

/** The model of an id or name. Throws a `usage` error that names similar ones. */
export function findModel(models: readonly PublishedModel[], name: string): PublishedModel {
  const key = (text: string) => text.toLowerCase().replaceAll(/[^a-z0-9+]/g, '');
  const found =
    models.find(({ id }) => id === name) ??
    models.find((model) => [model.id, model.name].some((each) => key(each) === key(name)));
  if (found !== undefined) return found;
  const similar = searchModels(models, name.split(/[-_\s]+/)).slice(0, 5);
  const hint =
    similar.length === 0
      ? 'Find one with `esrgan models search`.'
      : `Did you mean ${similar.map(({ id }) => id).join(', ')}?`;
  throw new WorkbenchError('usage', `There is no model ${name} that this program can read. ${hint}`);
}

interface ModelDownloadOptions extends DownloadOptions {
  readonly mirror?: string | undefined;
  /** Called with a message if another process downloads the same file. */
  readonly onWait?: (message: string) => void;
}

/**
 * Downloads a model into a folder, and verifies its SHA-256. An interrupted download continues where it stopped. A file that
 * is there is left as it is if it is this model.
 *
 * @returns the path of the file
 * @throws WorkbenchError `data` if the download fails, its SHA-256 is another, or another file has its name; `disk`;
 *   `interrupted`
 */
export async function downloadModel(
  { id, file }: PublishedModel,
  folder: string,
  options: ModelDownloadOptions = {},
): Promise<string> {
  const { mirror, onWait = () => {}, signal, ...others } = options;
  const name = `${id}.${file.type}`;
  const to = join(folder, name);
  const url = mirror === undefined ? file.url : `${mirror}/${name}`;
  const partial = join(folder, '.downloads', name);
  try {
    createFolderSync(dirname(partial));
  } catch (error) {
    throw diskError(dirname(partial), error);
  }
  await withDownloadLock(
    `${partial}.lock`,
    { what: `${id} to ${folder}`, signal, onWait },
    async (unlost) => {
      if (existsSync(to)) {
        if (sha256OfFile(to) === file.sha256) return;
        throw new WorkbenchError(
          'data',
          `${to} exists, and is not ${id}. Rename it, or choose another folder with --to.`,
        );
      }
      const bytes = file.bytes === null ? {} : { bytes: file.bytes };
      await downloadFile(url, partial, { ...others, ...bytes, signal: unlost });
      try {
        const found = sha256OfFile(partial);
        if (found !== file.sha256) {
          throw new WorkbenchError(
            'data',
            `${url} is not ${basename(to)} of the list: its SHA-256 is ${found} instead of ${file.sha256}. The download was deleted. Download it again, or choose another source with --mirror.`,
          );
        }
        if (!publishNew(partial, to)) throw new WorkbenchError('data', `${to} appeared during the download.`);
      } finally {
        await discard(partial);
      }
    },
  );
  return to;
}

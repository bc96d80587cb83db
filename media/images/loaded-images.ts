import type { Host } from '../host.ts';
import { type DecodedImage, loadImage } from './image.ts';

/** Loads and decodes image files. Calls `changed` when an image is loaded or has failed. */
export class LoadedImages {
  readonly #host: Pick<Host, 'request'>;
  readonly #changed: () => void;
  /** By path; null while loading. */
  readonly #images = new Map<string, DecodedImage | Error | null>();

  constructor(host: Pick<Host, 'request'>, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  /** The image, or why it cannot be shown; null while it loads and without a path. */
  get(path: string | null): DecodedImage | Error | null {
    return path === null ? null : (this.#images.get(path) ?? null);
  }

  /** The image once it is loaded, else null. */
  image(path: string | null): DecodedImage | null {
    const found = this.get(path);
    return found instanceof Error ? null : found;
  }

  /** Loads these images, and drops all others. */
  setPaths(paths: readonly string[]): void {
    const all = new Set(paths);
    for (const path of this.#images.keys()) if (!all.has(path)) this.#images.delete(path);
    const missing = [...all].filter((path) => !this.#images.has(path));
    if (missing.length > 0) void this.#load(missing);
  }

  async #load(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#images.set(path, null);
    const settle = (path: string, found: DecodedImage | Error) => {
      if (!this.#images.has(path)) return;
      this.#images.set(path, found);
      this.#changed();
    };
    try {
      const uris = await this.#host.request('host/uris', { paths });
      for (const path of paths) {
        const uri = uris[path];
        if (uri === undefined) settle(path, new Error('The page has no access to this file.'));
        else {
          loadImage(uri).then(
            (image) => settle(path, image),
            (error: unknown) => settle(path, asError(error)),
          );
        }
      }
    } catch (error) {
      for (const path of paths) settle(path, asError(error));
    }
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

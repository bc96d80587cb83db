import type { Host } from '../host.ts';
import { type DecodedImage, loadImage } from './image.ts';

/** The images of files, loaded as they are asked for. Calls `changed` when one has come, or has not. */
export class LoadedImages {
  readonly #host: Pick<Host, 'request'>;
  readonly #changed: () => void;
  readonly #known = new Map<string, DecodedImage | Error | null>();

  constructor(host: Pick<Host, 'request'>, changed: () => void) {
    this.#host = host;
    this.#changed = changed;
  }

  /** The image at a path; null while it is on its way, why it cannot be shown, or null where there is no path. */
  get(path: string | null): DecodedImage | Error | null {
    return path === null ? null : (this.#known.get(path) ?? null);
  }

  /** Only the image, once it is there. */
  image(path: string | null): DecodedImage | null {
    const found = this.get(path);
    return found instanceof Error ? null : found;
  }

  /** Has these images loaded, and forgets all others. */
  want(paths: readonly string[]): void {
    const wanted = new Set(paths);
    for (const path of this.#known.keys()) if (!wanted.has(path)) this.#known.delete(path);
    const missing = [...wanted].filter((path) => !this.#known.has(path));
    if (missing.length > 0) void this.#load(missing);
  }

  async #load(paths: readonly string[]): Promise<void> {
    for (const path of paths) this.#known.set(path, null);
    const settle = (path: string, found: DecodedImage | Error) => {
      if (!this.#known.has(path)) return;
      this.#known.set(path, found);
      this.#changed();
    };
    try {
      const addresses = await this.#host.request('host/uris', { paths });
      for (const path of paths) {
        const address = addresses[path];
        if (address === undefined) settle(path, new Error('The page may not load this file.'));
        else {
          loadImage(address).then(
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

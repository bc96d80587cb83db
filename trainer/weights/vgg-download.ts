import { existsSync, mkdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type DownloadOptions, downloadFile } from '../data/download/download-file.ts';
import { withDownloadLock } from '../data/download/download-lock.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { discard } from '../files/change-files.ts';
import type { VggType } from '../models/vgg/shapes.ts';
import { diskError } from '../runs/atomic-file.ts';
import { sha256OfFile } from '../runs/sha256.ts';
import { writeSafetensors } from '../tensor-files/safetensors.ts';
import { readVgg } from './vgg-file.ts';

/** Folder of torchvision's weights (its `VGG*_Weights.IMAGENET1K_V1`). */
export const torchvisionAddress = 'https://download.pytorch.org/models';

/** Its files. The names end with the first eight digits of the SHA-256. */
export const torchvisionFiles: Readonly<Record<VggType, string>> = {
  vgg11: 'vgg11-8a719046.pth',
  vgg13: 'vgg13-19584684.pth',
  vgg16: 'vgg16-397923af.pth',
  vgg19: 'vgg19-dcbb9e9d.pth',
};

interface VggDownloadOptions extends DownloadOptions {
  /** Called with a message if another process downloads the same file. */
  readonly onWait?: (message: string) => void;
}

/**
 * Downloads a VGG network of torchvision and saves its convolutions, about 80 of 575 MB, as a safetensors file. An
 * interrupted download continues where it stopped. Of several processes that download it, one does so and the others wait.
 *
 * @param url of a file whose name ends with the first digits of its SHA-256, like torchvision's
 * @param to the file to write
 * @throws WorkbenchError `data` if the download fails, its SHA-256 does not match its name, or it holds another network;
 *   `disk`; `interrupted`
 */
export async function downloadVgg(
  type: VggType,
  url: string,
  to: string,
  options: VggDownloadOptions = {},
): Promise<void> {
  const sum = /-([0-9a-f]{8,64})\.[a-z]+$/.exec(url)?.[1];
  if (sum === undefined) {
    throw new WorkbenchError(
      'usage',
      `The download cannot be verified: the name in ${url} must end with the first digits of the SHA-256, such as ${torchvisionFiles[type]}.`,
    );
  }
  try {
    mkdirSync(dirname(to), { recursive: true });
  } catch (error) {
    throw diskError(dirname(to), error);
  }
  let hasWaited = false;
  const lockOptions = {
    what: `${type} to ${to}`,
    signal: options.signal,
    onWait(message: string) {
      hasWaited = true;
      options.onWait?.(message);
    },
  };
  await withDownloadLock(join(dirname(to), '.downloads', basename(to)), lockOptions, async (signal) => {
    if (!(hasWaited && existsSync(to))) await downloadAndConvert(type, url, to, sum, { ...options, signal });
  });
}

/** @param sum first digits of the SHA-256 of the download, in hex */
async function downloadAndConvert(
  type: VggType,
  url: string,
  to: string,
  sum: string,
  options: DownloadOptions,
): Promise<void> {
  const download = `${to}.download`;
  await downloadFile(url, download, options);
  try {
    const found = sha256OfFile(download);
    if (!found.startsWith(sum)) {
      throw new WorkbenchError(
        'data',
        `${url} is damaged: its SHA-256 starts with ${found.slice(0, sum.length)} instead of ${sum}. The download was deleted. Download it again, or choose another source with --mirror.`,
      );
    }
    const metadata = { architecture: type, origin: url, sha256: found };
    writeSafetensors(to, readVgg(download, type), metadata);
  } finally {
    await discard(download);
  }
}

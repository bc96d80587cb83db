import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DownloadOptions, downloadFile } from '../data/download/download-file.ts';
import { WorkbenchError } from '../errors/errors.ts';
import type { VggType } from '../models/vgg/shapes.ts';
import { diskError } from '../runs/atomic-file.ts';
import { sha256OfFile } from '../runs/sha256.ts';
import { writeSafetensors } from '../tensor-files/safetensors.ts';
import { readVgg } from './vgg-file.ts';

/** Where torchvision keeps its weights (its `VGG*_Weights.IMAGENET1K_V1`). */
export const torchvisionAddress = 'https://download.pytorch.org/models';

/** Its files; PyTorch puts the first eight digits of a file's SHA-256 into its name. */
export const torchvisionFiles: Readonly<Record<VggType, string>> = {
  vgg11: 'vgg11-8a719046.pth',
  vgg13: 'vgg13-19584684.pth',
  vgg16: 'vgg16-397923af.pth',
  vgg19: 'vgg19-dcbb9e9d.pth',
};

/**
 * Downloads a net of torchvision and keeps its convolutions, as a safetensors file: some 80 of 575 MB. An
 * interrupted download goes on where it stopped.
 *
 * @param url of a file whose name ends with the beginning of its SHA-256, as torchvision's do
 * @param to the file to write
 * @throws WorkbenchError `data` where the file cannot be had, its sum is not that of its name, or it holds
 * another net; `disk`; `interrupted`
 */
export async function getVgg(
  type: VggType,
  url: string,
  to: string,
  options: DownloadOptions = {},
): Promise<void> {
  const sum = /-([0-9a-f]{8,64})\.[a-z]+$/.exec(url)?.[1];
  if (sum === undefined) {
    throw new WorkbenchError(
      'usage',
      `${url} does not end with the sum of its file, such as ${torchvisionFiles[type]}: what comes from there could not be checked.`,
    );
  }
  try {
    mkdirSync(dirname(to), { recursive: true });
  } catch (error) {
    throw diskError(dirname(to), error);
  }
  const whole = `${to}.download`;
  await downloadFile(url, whole, options);
  try {
    const found = sha256OfFile(whole);
    if (!found.startsWith(sum)) {
      throw new WorkbenchError(
        'data',
        `${url} is not the file that it should be: its SHA-256 begins with ${found.slice(0, sum.length)} instead of ${sum}. The download was deleted. Get it again, or name another source with --mirror.`,
      );
    }
    const metadata = { architecture: type, origin: url, sha256: found };
    writeSafetensors(to, readVgg(whole, type), metadata);
  } finally {
    rmSync(whole, { force: true });
  }
}

import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { WeightsName } from '../config/index.ts';
import { type DownloadOptions, downloadFile } from '../data/download/download-file.ts';
import { withDownloadLock } from '../data/download/download-lock.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { discard } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import { diskError } from '../runs/atomic-file.ts';
import { sha256OfFile } from '../runs/sha256.ts';
import { writeSafetensors } from '../tensor-files/safetensors.ts';
import type { TensorMap } from '../tensor-files/tensors.ts';
import { readDists } from './dists-file.ts';
import { readLpips } from './lpips-file.ts';
import { readNiqe } from './niqe-file.ts';
import { readVgg } from './vgg-file.ts';

/** A file with weights on the web. */
interface WeightsSource {
  readonly name: string;
  /** URL of its folder. */
  readonly address: string;
  readonly file: string;
  /** SHA-256 in hex, or its first digits, where the authors publish no more. */
  readonly sha256: string;
  /** Reads what is saved of it. */
  readonly read: (path: string) => TensorMap;
}

/** torchvision's `VGG*_Weights.IMAGENET1K_V1`. The names end with the first eight digits of the SHA-256. */
function torchvision(type: 'vgg11' | 'vgg13' | 'vgg16' | 'vgg19', sha256: string): WeightsSource {
  return {
    name: type,
    address: 'https://download.pytorch.org/models',
    file: `${type}-${sha256}.pth`,
    sha256,
    read: (path) => readVgg(path, type),
  };
}

export const weightsSources: Readonly<Record<WeightsName, WeightsSource>> = {
  vgg11: torchvision('vgg11', '8a719046'),
  vgg13: torchvision('vgg13', '19584684'),
  vgg16: torchvision('vgg16', '397923af'),
  vgg19: torchvision('vgg19', 'dcbb9e9d'),
  /** The authors' repository, BSD 2-clause license. */
  lpips: {
    name: 'lpips',
    address:
      'https://raw.githubusercontent.com/richzhang/PerceptualSimilarity/082bb24f84c091ea94de2867d34c4544f68e0963/lpips/weights/v0.1',
    file: 'vgg.pth',
    sha256: 'a78928a0af1e5f0fcb1f3b9e8f8c3a2a5a3de244d830ad5c1feddc79b8432868',
    read: readLpips,
  },
  /** The authors' repository, MIT license. */
  dists: {
    name: 'dists',
    address:
      'https://raw.githubusercontent.com/dingkeyan93/DISTS/1267d8cb626c98706db3697422701c56a85ebf2e/DISTS_pytorch',
    file: 'weights.pt',
    sha256: 'f5e65c96230b7f6ca995691647d482237e4cab8a50c5c4a5784f219ef0748218',
    read: readDists,
  },
  /** The parameters of NIQE's authors, as BasicSR has them, Apache 2.0 license. */
  niqe: {
    name: 'niqe',
    address:
      'https://raw.githubusercontent.com/XPixelGroup/BasicSR/8d56e3a045f9fb3e1d8872f92ee4a4f07f886b0a/basicsr/metrics',
    file: 'niqe_pris_params.npz',
    sha256: '2a7c182a68c9e7f1b2e2e5ec723279d6f65d912b6fcaf37eb2bf03d7367c4296',
    read: readNiqe,
  },
};

interface WeightsDownloadOptions extends DownloadOptions {
  /** Without a slash at its end. */
  readonly address?: string | undefined;
  /** Called with a message if another process downloads the same file. */
  readonly onWait?: (message: string) => void;
}

/** The URL of a file of weights, in another folder if one is given. */
function addressOf({ address, file }: WeightsSource, folder: string = address): string {
  return `${folder}/${file}`;
}

/** As `addressOf`, without what may be secret: a user name and password, and a query. */
export function shownAddress(source: WeightsSource, folder?: string): string {
  const address = addressOf(source, folder);
  if (!URL.canParse(address)) return address;
  const { protocol, host, pathname } = new URL(address);
  return `${protocol}//${host}${pathname}`;
}

/**
 * Downloads weights and saves what losses and metrics need of them as a safetensors file; of VGG, only the convolutions, about
 * 80 of 575 MB. An interrupted download continues where it stopped. Of several processes that download it, one does so and
 * the others wait.
 *
 * @param source one of `weightsSources`
 * @param to the file to write
 * @param options.address URL of another folder with the file
 * @throws WorkbenchError `data` if the download fails, its SHA-256 is not the published one, or it holds another network;
 *   `disk`; `interrupted`
 */
export async function downloadWeights(
  source: WeightsSource,
  to: string,
  options: WeightsDownloadOptions = {},
): Promise<void> {
  const url = addressOf(source, options.address);
  try {
    createFolderSync(dirname(to));
  } catch (error) {
    throw diskError(dirname(to), error);
  }
  let hasWaited = false;
  const lockOptions = {
    what: `${source.name} to ${to}`,
    signal: options.signal,
    onWait(message: string) {
      hasWaited = true;
      options.onWait?.(message);
    },
  };
  await withDownloadLock(join(dirname(to), '.downloads', basename(to)), lockOptions, async (signal) => {
    if (!(hasWaited && existsSync(to))) await downloadAndConvert(source, url, to, { ...options, signal });
  });
}

async function downloadAndConvert(
  { name, sha256, read }: WeightsSource,
  url: string,
  to: string,
  options: DownloadOptions,
): Promise<void> {
  const download = `${to}.download`;
  await downloadFile(url, download, options);
  try {
    const found = sha256OfFile(download);
    if (!found.startsWith(sha256)) {
      throw new WorkbenchError(
        'data',
        `${url} is damaged: its SHA-256 starts with ${found.slice(0, sha256.length)} instead of ${sha256}. The download was deleted. Download it again, or choose another source with --mirror.`,
      );
    }
    const metadata = { architecture: name, origin: url, sha256: found };
    writeSafetensors(to, read(download), metadata);
  } finally {
    await discard(download);
  }
}

import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { FilePair } from '../data/datasets.ts';
import { filePairs } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import type { Image } from '../data/image.ts';
import { cropImage, toByte, toFloatImage, toImage } from '../data/image.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { fullRangeGrey } from '../metrics/colour.ts';
import type { ProtocolName, Score } from '../metrics/protocols.ts';
import { protocols, smallestMeasurable } from '../metrics/protocols.ts';
import type { Upscaler } from '../upscale/upscaler.ts';

/**
 * Test images: `dir` holds `HR/` and, if given, `LR_x{scale}/`, or, as in BasicSR's archives, `GTmod12/` and
 * `LRbicx{scale}/`. Without LR, it is made as MATLAB made the benchmarks'.
 */
export interface TestSet {
  readonly name: string;
  readonly dir: string;
}

/** The scores of one model on one test set under one protocol; `psnr` and `ssim` are means over the images. */
export interface Evaluation extends Score {
  readonly model: string;
  readonly data: string;
  readonly protocol: ProtocolName;
  readonly images: readonly ({ readonly name: string } & Score)[];
}

/**
 * Measures an upscaler on a test set, one result for each protocol. Grey files are fed to it as RGB and
 * measured as grey. `onImage` hears of each image before it is upscaled, from 1.
 *
 * @throws WorkbenchError `data` when the test set cannot be read or does not fit the upscaler.
 */
export async function evaluate(
  upscaler: Upscaler,
  testSet: TestSet,
  protocolNames: readonly ProtocolName[],
  onImage: (image: number, images: number) => void = () => {},
): Promise<Evaluation[]> {
  const { scale } = upscaler;
  const pairs = listPairs(testSet, scale);
  const images = protocolNames.map((): Evaluation['images'][number][] => []);
  for (const [i, pair] of pairs.entries()) {
    onImage(i + 1, pairs.length);
    const { hr, lr } = await readPair(pair, scale);
    const sr = await upscaleBytes(upscaler, lr, hr);
    const name = relative(hrFolder(testSet.dir) ?? '', pair.hr).replace(/\.[^.]*$/, '');
    for (const [p, protocol] of protocolNames.entries()) {
      images[p]!.push({ name, ...protocols[protocol].measure(sr, hr, scale) });
    }
  }
  return protocolNames.map((protocol, p) => ({
    model: upscaler.name,
    data: testSet.name,
    protocol,
    psnr: mean(images[p]!.map(({ psnr }) => psnr)),
    ssim: mean(images[p]!.map(({ ssim }) => ssim)),
    images: images[p]!,
  }));
}

function listPairs({ name, dir }: TestSet, scale: number): FilePair[] {
  const hr = hrFolder(dir);
  if (hr === undefined) {
    throw new WorkbenchError(
      'data',
      `Test set ${name}: ${join(dir, 'HR')} does not exist. ${dir} must hold a folder HR and may hold LR_x${scale}; GTmod12 and LRbicx${scale} are known too.`,
    );
  }
  const lr = [`LR_x${scale}`, `LRbicx${scale}`].map((folder) => join(dir, folder)).find(existsSync);
  return filePairs({ hr, ...(lr === undefined ? {} : { lr }), downscale: 'bicubic' }, scale);
}

function hrFolder(dir: string): string | undefined {
  return ['HR', 'GTmod12'].map((folder) => join(dir, folder)).find(existsSync);
}

/** HR as it is measured (grey stays grey), LR as RGB. */
async function readPair(files: FilePair, scale: number): Promise<{ hr: Image; lr: Image }> {
  const image = await decodeImage(files.hr);
  const { hr, lr } =
    files.lr === undefined
      ? downscale(image, scale, files.downscale)
      : cutToFit(image, await decodeImage(files.lr, 3), scale, files.lr, files.hr);
  const smallest = smallestMeasurable(scale);
  if (hr.width < smallest || hr.height < smallest) {
    throw new WorkbenchError(
      'data',
      `${files.hr} has ${hr.width}x${hr.height} pixels; at least ${smallest}x${smallest} can be measured at scale ${scale}. Remove it from the test set.`,
    );
  }
  return { hr, lr: lr.channels === 1 ? toRgb(lr) : lr };
}

/** HR may have up to `scale` - 1 rows and columns more than LR stands for; they are cut off. */
function cutToFit(
  hr: Image,
  lr: Image,
  scale: number,
  lrPath: string,
  hrPath: string,
): { hr: Image; lr: Image } {
  if (Math.floor(hr.width / scale) !== lr.width || Math.floor(hr.height / scale) !== lr.height) {
    throw new WorkbenchError(
      'data',
      `${lrPath} has ${lr.width}x${lr.height} pixels, which is not 1/${scale} of ${hrPath} with ${hr.width}x${hr.height}. Remove both, or make the LR image again.`,
    );
  }
  return { hr: cropImage(hr, 0, 0, lr.width * scale, lr.height * scale), lr };
}

async function upscaleBytes(upscaler: Upscaler, lr: Image, hr: Image): Promise<Image> {
  const sr = toImage(await upscaler.upscale(toFloatImage(lr)));
  if (hr.channels === 3) return sr;
  const grey = fullRangeGrey(sr);
  return { width: sr.width, height: sr.height, channels: 1, data: Uint8Array.from(grey.data, toByte) };
}

function toRgb({ width, height, data }: Image): Image {
  const rgb = new Uint8Array(3 * data.length);
  for (let i = 0; i < data.length; i++) rgb.fill(data[i]!, 3 * i, 3 * i + 3);
  return { width, height, channels: 3, data: rgb };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

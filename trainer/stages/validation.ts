import type { FilePair } from '../data/datasets.ts';
import { decodeImage } from '../data/decode.ts';
import { downscale } from '../data/downscale.ts';
import { cropImage, type FloatImage, type Image, toFloatImage } from '../data/image.ts';
import { imresizeFloat } from '../data/imresize.ts';
import type { Engine, Program, State } from '../engine/engine.ts';
import { type Score, smallestMeasurable, validationMetrics } from '../metrics/protocols.ts';
import { generator } from '../models/generator.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes/generator.ts';

/** One image of the validation data: the same crop in both resolutions. */
export interface ValidationImage {
  readonly file: string;
  readonly lr: Image;
  readonly hr: Image;
}

/** Mean scores over the validation images, by protocol, the border of `scale` pixels left out. */
export interface ValidationResult {
  readonly rgb: Score;
  readonly 'paper-y': Score;
  readonly images: number;
}

/**
 * Reads a validation image and cuts the crop from its centre, aligned to the low resolution; an image
 * smaller than the crop stays whole in that direction.
 *
 * @param crop height and width in the high resolution, or null for the whole image
 */
export async function readValidationImage(
  pair: FilePair,
  scale: number,
  crop: readonly [number, number] | null,
): Promise<ValidationImage> {
  const hr = await decodeImage(pair.hr, 3);
  const both = pair.lr ? { hr, lr: await decodeImage(pair.lr, 3) } : downscale(hr, scale, pair.downscale);
  const height = Math.min(crop ? crop[0] / scale : Number.POSITIVE_INFINITY, both.lr.height);
  const width = Math.min(crop ? crop[1] / scale : Number.POSITIVE_INFINITY, both.lr.width);
  const top = Math.floor((both.lr.height - height) / 2);
  const left = Math.floor((both.lr.width - width) / 2);
  return {
    file: pair.hr,
    lr: cropImage(both.lr, left, top, width, height),
    hr: cropImage(both.hr, left * scale, top * scale, width * scale, height * scale),
  };
}

/** The generator in training, as it is now, applied to whole images. */
export interface LiveGenerator {
  upscale(lr: Image): Promise<FloatImage>;
  close(): Promise<void>;
}

/**
 * Compiles the generator over the training's own state, so that nothing is copied to look at it.
 *
 * @param nameOf where a parameter stands in the state: itself, or its running average
 */
export function liveGenerator(
  engine: Engine,
  state: State,
  options: GeneratorOptions,
  parameters: readonly string[],
  nameOf: (parameter: string) => string,
): LiveGenerator {
  const programs = new Map<string, Promise<Program>>();
  return {
    async upscale(lr) {
      const input = toFloatImage(lr);
      const shape = [1, lr.height, lr.width, lr.channels];
      let program = programs.get(String(shape));
      if (!program) {
        program = engine.compile(
          (inputs, values) => {
            const weights = Object.fromEntries(parameters.map((name) => [name, values[nameOf(name)]!]));
            return { outputs: { sr: generator(options, weights, rank4(inputs.lr!)) } };
          },
          { inputs: { lr: shape }, state: parameters.map(nameOf) },
          state,
        );
        programs.set(String(shape), program);
      }
      const { sr } = await (await program).run({ lr: input.data });
      const scale = options.scale_factor;
      return { width: lr.width * scale, height: lr.height * scale, channels: lr.channels, data: sr! };
    },
    async close() {
      for (const program of programs.values()) await (await program).close();
    },
  };
}

/**
 * Measures an upscaling on the validation images, one at a time.
 *
 * @returns undefined where no image is large enough to be measured
 */
export async function validate(
  images: AsyncIterable<ValidationImage> | Iterable<ValidationImage>,
  scale: number,
  upscale: (lr: Image) => Promise<FloatImage>,
): Promise<ValidationResult | undefined> {
  const sums = { rgb: { psnr: 0, ssim: 0 }, 'paper-y': { psnr: 0, ssim: 0 } };
  let count = 0;
  for await (const { lr, hr } of images) {
    if (Math.min(hr.width, hr.height) < smallestMeasurable(scale)) continue;
    const scores = validationMetrics(await upscale(lr), toFloatImage(hr), scale);
    for (const protocol of ['rgb', 'paper-y'] as const) {
      sums[protocol].psnr += scores[protocol].psnr;
      sums[protocol].ssim += scores[protocol].ssim;
    }
    count++;
  }
  if (count === 0) return undefined;
  const mean = ({ psnr, ssim }: Score): Score => ({ psnr: psnr / count, ssim: ssim / count });
  return { rgb: mean(sums.rgb), 'paper-y': mean(sums['paper-y']), images: count };
}

/** What any net must beat. */
export async function bicubic(lr: Image, scale: number): Promise<FloatImage> {
  return imresizeFloat(toFloatImage(lr), scale);
}

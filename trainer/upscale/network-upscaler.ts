import type { FloatImage } from '../data/image.ts';
import type { Engine, HostTensors, Program } from '../engine/engine.ts';
import type { Rect } from '../guards/rect.ts';
import { architectureOf } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import { type GeneratorOptions, generatorShapes } from '../models/shapes.ts';
import { cropFloats, padByReflection } from './resize-canvas.ts';
import { scaledRect } from './tiles.ts';
import { upscaleImage } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

/** Bytes for the feature maps of a dense block in the trunk, and for the last three feature maps in the tail. */
const memory = { trunk: 100e6, tail: 100e6 };

/**
 * A generator as an upscaler, in two programs for each tile size. The trunk, at low resolution, has a large receptive
 * field. The tail is half of the work and needs most of the memory, but has a small receptive field: it upscales the
 * trunk's features in smaller tiles. For models that unshuffle their input, images are padded by reflection to a multiple
 * of the unshuffling factor. Images have the channels of the network: see `colorUpscaler`.
 */
export function networkUpscaler(
  engine: Engine,
  name: string,
  options: GeneratorOptions,
  parameters: HostTensors,
): Upscaler {
  const { scale_factor: scale, img_channels } = options;
  const architecture = architectureOf(options);
  const shapes = generatorShapes(options);
  const { alignment: unshuffle } = shapes;
  const tailScale = scale * unshuffle;
  const trunk = imagePrograms(3, (height, width) =>
    engine.freeze(
      ({ image }, weights) => ({ outputs: { result: architecture.trunk(options, weights, rank4(image!)) } }),
      { image: [1, height, width, img_channels] },
      parameters,
    ),
  );
  const tailPrograms = imagePrograms(2, (height, width) =>
    engine.freeze(
      ({ image }, weights) => ({ outputs: { result: architecture.tail(options, weights, rank4(image!)) } }),
      { image: [1, height, width, shapes.trunk.channels] },
      parameters,
    ),
  );
  const tail: Upscaler = {
    name,
    scale: tailScale,
    receptiveField: shapes.tail.receptiveField,
    tile: Math.floor(Math.sqrt(memory.tail / (3 * 4 * shapes.tail.channels)) / tailScale),
    upscale: (features) =>
      tailPrograms.run(features, {
        width: features.width * tailScale,
        height: features.height * tailScale,
        channels: img_channels,
      }),
    close: tailPrograms.close,
  };

  async function runPrograms(image: FloatImage, part: Rect): Promise<FloatImage> {
    const width = Math.ceil(image.width / unshuffle);
    const height = Math.ceil(image.height / unshuffle);
    const padded = padByReflection(image, width * unshuffle, height * unshuffle);
    const features = await trunk.run(padded, { width, height, channels: shapes.trunk.channels });
    const [x, right] = spanAround(part.x / unshuffle, part.width / unshuffle, tail.receptiveField, width);
    const [y, bottom] = spanAround(part.y / unshuffle, part.height / unshuffle, tail.receptiveField, height);
    const upscaled = await upscaleImage(
      tail,
      cropFloats(features, { x, y, width: right - x, height: bottom - y }),
    );
    const result = scaledRect(part, scale);
    return cropFloats(upscaled, { ...result, x: result.x - x * tailScale, y: result.y - y * tailScale });
  }

  // Calls run one after another, so that no program is closed during another call.
  let running: Promise<unknown> = Promise.resolve();
  const upscalePart = (image: FloatImage, part: Rect): Promise<FloatImage> => {
    const result = running.then(() => runPrograms(image, part));
    // Does not hold the result, which is large.
    running = result.then(
      () => {},
      () => {},
    );
    return result;
  };
  const close = async () => {
    // A cancelled run may still be in progress; its program must not be closed.
    await running;
    await trunk.close();
    await tail.close();
  };
  return {
    name,
    scale,
    receptiveField: shapes.receptiveField,
    alignment: unshuffle,
    // Twice the feature maps, because concatenations copy them.
    tile: Math.floor(Math.sqrt(memory.trunk / (2 * 4 * shapes.trunk.widestInput))) * unshuffle,
    upscale: (image) => upscalePart(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart,
    releasePrograms: close,
    close,
  };
}

/** Start and end of a part with a margin on both sides, clipped to the image. */
function spanAround(start: number, length: number, margin: number, size: number): [number, number] {
  return [Math.max(Math.floor(start) - margin, 0), Math.min(Math.ceil(start + length) + margin, size)];
}

/** Programs from `image` to `result`, one for each size; a cache of the `maximum` last used ones. */
function imagePrograms(maximum: number, compile: (height: number, width: number) => Promise<Program>) {
  const programs = new Map<string, Promise<Program>>();
  const programFor = async (height: number, width: number): Promise<Program> => {
    const key = `${height}x${width}`;
    const program = programs.get(key) ?? compile(height, width);
    programs.delete(key);
    programs.set(key, program);
    const [oldest] = programs;
    if (programs.size > maximum && oldest) {
      programs.delete(oldest[0]);
      await (await oldest[1]).close();
    }
    return program;
  };
  return {
    async run(
      image: FloatImage,
      shape: Readonly<Pick<FloatImage, 'width' | 'height' | 'channels'>>,
    ): Promise<FloatImage> {
      const program = await programFor(image.height, image.width);
      const { result } = await program.run({ image: image.data });
      return { ...shape, data: result! };
    },
    async close(): Promise<void> {
      for (const program of programs.values()) await (await program).close();
      programs.clear();
    },
  };
}

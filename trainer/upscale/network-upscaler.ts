import type { FloatImage } from '../data/image.ts';
import type { Engine, HostTensors, Program } from '../engine/engine.ts';
import { architectureOf } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import { type GeneratorOptions, generatorShapes } from '../models/shapes.ts';
import { cropFloats, padByReflection } from './resize-canvas.ts';
import { type Rect, scaledRect } from './tiles.ts';
import { upscaleImage } from './upscale-image.ts';
import type { Upscaler } from './upscaler.ts';

/** What the maps of a dense block may take in the trunk, and the three near the output in the tail, in bytes. */
const memory = { trunk: 100e6, tail: 100e6 };

/**
 * A generator as an upscaler, in two programs for each size of tile. Its trunk, at low resolution, sees all of the
 * context of a tile; its tail, which is half of the work and would need nearly all of the memory, goes over the trunk's
 * features in smaller tiles with hardly any context. For models that rearrange their input, images are padded by
 * reflection to a multiple of what those take together.
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
    reach: shapes.tail.receptiveField,
    tile: Math.floor(Math.sqrt(memory.tail / (3 * 4 * shapes.trunk.channels)) / tailScale),
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
    const [x, right] = spanAround(part.x / unshuffle, part.width / unshuffle, tail.reach, width);
    const [y, bottom] = spanAround(part.y / unshuffle, part.height / unshuffle, tail.reach, height);
    const upscaled = await upscaleImage(
      tail,
      cropFloats(features, { x, y, width: right - x, height: bottom - y }),
    );
    const wanted = scaledRect(part, scale);
    return cropFloats(upscaled, { ...wanted, x: wanted.x - x * tailScale, y: wanted.y - y * tailScale });
  }

  // One after the other, so that no program ends under another call.
  let running: Promise<unknown> = Promise.resolve();
  const upscalePart = (image: FloatImage, part: Rect): Promise<FloatImage> => {
    const result = running.then(() => runPrograms(image, part));
    // Without the result: it is large.
    running = result.then(
      () => {},
      () => {},
    );
    return result;
  };
  const close = async () => {
    // Whoever cancelled did not wait for the last run, and a program must not end under it.
    await running;
    await trunk.close();
    await tail.close();
  };
  return {
    name,
    scale,
    reach: shapes.receptiveField,
    alignment: unshuffle,
    // Its maps, and once more the copies that concatenations make.
    tile: Math.floor(Math.sqrt(memory.trunk / (2 * 4 * shapes.trunk.widestInput))) * unshuffle,
    upscale: (image) => upscalePart(image, { x: 0, y: 0, width: image.width, height: image.height }),
    upscalePart,
    // Programs that were closed are compiled again when they are needed.
    rest: close,
    close,
  };
}

/** Begin and end of a part with a margin on both sides, as far as there are pixels. */
function spanAround(start: number, length: number, margin: number, size: number): [number, number] {
  return [Math.max(Math.floor(start) - margin, 0), Math.min(Math.ceil(start + length) + margin, size)];
}

/** Programs that make `result` of `image`, one for each size; the `most` used last are kept. */
function imagePrograms(most: number, compile: (height: number, width: number) => Promise<Program>) {
  const programs = new Map<string, Promise<Program>>();
  const programFor = async (height: number, width: number): Promise<Program> => {
    const key = `${height}x${width}`;
    const program = programs.get(key) ?? compile(height, width);
    programs.delete(key);
    programs.set(key, program);
    const [oldest] = programs;
    if (programs.size > most && oldest) {
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

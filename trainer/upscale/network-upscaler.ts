import type { FloatImage } from '../data/image.ts';
import type { Engine, HostTensors, Program } from '../engine/engine.ts';
import { generator } from '../models/generator.ts';
import { rank4 } from '../models/rank4.ts';
import { type GeneratorOptions, generatorReach } from '../models/shapes/generator.ts';
import { upscalePadded } from './resize-canvas.ts';
import type { Upscaler } from './upscaler.ts';

/** Programs kept: tiles come in few shapes, and each compiled one holds a copy of the weights. */
const programsKept = 3;

/**
 * A generator as an upscaler: one program is compiled for each size of tile. For nets that rearrange their input,
 * images are padded to a multiple of what those take together.
 */
export function networkUpscaler(
  engine: Engine,
  name: string,
  options: GeneratorOptions,
  parameters: HostTensors,
): Upscaler {
  const programs = new Map<string, Promise<Program>>();

  async function programFor(height: number, width: number): Promise<Program> {
    const key = `${height}x${width}`;
    const program =
      programs.get(key) ??
      engine.freeze(
        ({ lr }, weights) => ({ outputs: { sr: generator(options, weights, rank4(lr!)) } }),
        { lr: [1, height, width, options.img_channels] },
        parameters,
      );
    programs.delete(key);
    programs.set(key, program);
    const [oldest] = programs;
    if (programs.size > programsKept && oldest) {
      programs.delete(oldest[0]);
      await (await oldest[1]).close();
    }
    return program;
  }

  const { scale_factor: scale, input_unshuffle: alignment = 1 } = options;
  const enlarge = async ({ width, height, channels, data }: FloatImage): Promise<FloatImage> => {
    const program = await programFor(height, width);
    const { sr } = await program.run({ lr: data });
    return { width: width * scale, height: height * scale, channels, data: sr! };
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    name,
    scale,
    reach: generatorReach(options),
    alignment,
    upscale(image) {
      const width = Math.ceil(image.width / alignment) * alignment;
      const height = Math.ceil(image.height / alignment) * alignment;
      const result = upscalePadded(image, { width, height }, scale, enlarge);
      // Without the results: they are large.
      running = Promise.allSettled([running, result]).then(() => {});
      return result;
    },
    async close() {
      // Whoever cancelled did not wait for the last run, and a program must not end under it.
      await running;
      for (const program of programs.values()) await (await program).close();
      programs.clear();
    },
  };
}

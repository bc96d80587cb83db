import type { FloatImage } from '../data/image.ts';
import type { Engine, Program } from '../engine/engine.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import { generatorShapes } from '../models/shapes.ts';
import type { Generator } from '../weights/generator-file.ts';
import { interpolate } from '../weights/interpolate.ts';
import { colorUpscaler } from './color-upscaler.ts';
import { upscalePadded } from './resize-canvas.ts';
import type { Upscaler } from './upscaler.ts';

/** Two interpolated models, whose alpha can be changed at any time. */
export interface InterpolatedNetwork extends Upscaler {
  /** Sets the weight of the second model, 0 to 1; initially 0. */
  setAlpha(alpha: number): void;
}

/**
 * Network interpolation of two generators. The weights are state of the engine, not constants of its program as in
 * `networkUpscaler`, so that another alpha needs no compilation. Only the program for the last image size stays compiled.
 *
 * @param names of the models, for messages
 * @throws WorkbenchError `data` if the hyperparameters of the models differ
 */
export function interpolatedNetwork(
  engine: Engine,
  first: Generator,
  second: Generator,
  names: readonly [string, string],
): InterpolatedNetwork {
  const [start, end] = [interpolate(first, second, 0, names), interpolate(first, second, 1, names)];
  const { options, parameters } = start;
  const state = engine.state(parameters);
  let compiled: { readonly key: string; readonly program: Promise<Program> } | undefined;

  async function programFor(height: number, width: number): Promise<Program> {
    const key = `${height}x${width}`;
    if (compiled?.key !== key) {
      await (await compiled?.program)?.close();
      const program = engine.compile(
        ({ lr }, weights) => ({ outputs: { sr: generator(options, weights, rank4(lr!)) }, state: {} }),
        { inputs: { lr: [1, height, width, options.img_channels] }, state: [...parameters.keys()] },
        state,
      );
      compiled = { key, program };
    }
    return compiled.program;
  }

  const { scale_factor: scale } = options;
  const { alignment, receptiveField } = generatorShapes(options);
  const upscale = async ({ width, height, channels, data }: FloatImage): Promise<FloatImage> => {
    const program = await programFor(height, width);
    const { sr } = await program.run({ lr: data });
    return { width: width * scale, height: height * scale, channels, data: sr! };
  };
  const native: Upscaler = {
    name: names.join(' and '),
    scale,
    receptiveField,
    alignment,
    upscale(image) {
      const width = Math.ceil(image.width / alignment) * alignment;
      const height = Math.ceil(image.height / alignment) * alignment;
      return upscalePadded(image, { width, height }, scale, upscale);
    },
    async close() {
      await (await compiled?.program)?.close();
      await state.close();
    },
  };
  return {
    ...colorUpscaler(native, options.img_channels),
    setAlpha(alpha) {
      state.write(interpolate(start, end, alpha, names).parameters);
    },
  };
}

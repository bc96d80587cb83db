import { type FloatImage, type Image, toFloatImage } from '../data/image.ts';
import type { Engine, Program, State } from '../engine/engine.ts';
import { generator } from '../models/generators.ts';
import { rank4 } from '../models/rank4.ts';
import type { GeneratorOptions } from '../models/shapes.ts';
import { emaName } from './ema.ts';
import type { TrainedNetwork } from './network-state.ts';

/** The generator in training, with its current weights (their EMA if the run tracks it), for whole images. */
export interface LiveGenerator {
  upscale(lr: Image): Promise<FloatImage>;
  close(): Promise<void>;
}

/** Compiles the generator over the training's own state, one program per image size: no weights are copied. */
export function openLiveGenerator(
  engine: Engine,
  state: State,
  options: GeneratorOptions,
  { parameters, emaFile, nameInState }: TrainedNetwork,
): LiveGenerator {
  const names = [...parameters.keys()].map((name) => ({
    name,
    inState: emaFile === null ? nameInState(name) : emaName(nameInState(name)),
  }));
  const programs = new Map<string, Promise<Program>>();

  function compile(shape: readonly number[]): Promise<Program> {
    return engine.compile(
      (inputs, values) => {
        const weights = Object.fromEntries(names.map(({ name, inState }) => [name, values[inState]!]));
        return { outputs: { sr: generator(options, weights, rank4(inputs.lr!)) } };
      },
      { inputs: { lr: shape }, state: names.map(({ inState }) => inState) },
      state,
    );
  }

  return {
    async upscale(lr) {
      const shape = [1, lr.height, lr.width, lr.channels];
      const program = programs.get(String(shape)) ?? compile(shape);
      programs.set(String(shape), program);
      const { sr } = await (await program).run({ lr: toFloatImage(lr).data });
      const scale = options.scale_factor;
      return { width: lr.width * scale, height: lr.height * scale, channels: lr.channels, data: sr! };
    },
    async close() {
      for (const program of programs.values()) await (await program).close();
    },
  };
}

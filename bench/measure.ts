import { availableParallelism } from 'node:os';
import { createOnnxEngine } from '../trainer/engine/onnx-engine.ts';
import type { RrdbOptions } from '../trainer/models/rrdb/shapes.ts';

/** What the measured networks have in common. */
export const common = { img_channels: 3, scale_factor: 4 } as const;

/** The default generator, of some blocks. */
export function rrdb(blocks: number): RrdbOptions {
  return {
    type: 'rrdb',
    ...common,
    rrdb_channels: 64,
    growth_channels: 32,
    num_basic_blocks: blocks,
    num_dense_blocks: 3,
    num_residual_blocks: 5,
    residual_scaling: 0.2,
    use_subpixel_conv: false,
  };
}

export const engine = createOnnxEngine({ name: 'cpu', device: 'CPU', threads: availableParallelism() });

/**
 * Compiles a program and prints one JSON object: the milliseconds that this took, those of each run after two to warm up,
 * and the peak of memory in bytes.
 *
 * @param compile gives a run of the program, of a number from 1
 */
export async function measure(
  compile: () => Promise<(index: number) => Promise<unknown>>,
  runs: number,
): Promise<void> {
  const warmUp = 2;
  const started = performance.now();
  const run = await compile();
  const compiled = performance.now() - started;
  const times: number[] = [];
  for (let index = 1; index <= warmUp + runs; index++) {
    const before = performance.now();
    await run(index);
    if (index > warmUp) times.push(performance.now() - before);
  }
  console.log(JSON.stringify({ compiled, times, peak: process.resourceUsage().maxRSS * 1024 }));
}

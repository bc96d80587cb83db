import { availableParallelism } from 'node:os';
import { createRandom } from '../trainer/data/random.ts';
import { createOnnxEngine } from '../trainer/engine/onnx-engine.ts';
import { generator } from '../trainer/models/generators.ts';
import { rank4 } from '../trainer/models/rank4.ts';
import { initialRrdb } from '../trainer/models/rrdb/initial.ts';
import type { GeneratorOptions } from '../trainer/models/shapes.ts';
import { adamFactors, momentNames } from '../trainer/stages/adam.ts';
import { pretrainingAdam, pretrainingStep } from '../trainer/stages/pretraining-step.ts';

// Usage: step|forward BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object.
const [task = '', ...numbers] = process.argv.slice(2);
const [blocks = 0, batch = 0, side = 0, runs = 0] = numbers.map(Number);
const options: GeneratorOptions = {
  img_channels: 3,
  scale_factor: 4,
  rrdb_channels: 64,
  growth_channels: 32,
  num_basic_blocks: blocks,
  num_dense_blocks: 3,
  num_residual_blocks: 5,
  residual_scaling: 0.2,
  use_subpixel_conv: false,
};
const random = createRandom(1);
const engine = createOnnxEngine({ name: 'cpu', device: 'CPU', threads: availableParallelism() });
const weights = initialRrdb(options, random);
const numbersLike = (length: number) => Float32Array.from({ length }, () => random.next());
const lr = numbersLike(batch * side * side * 3);
const warmUp = 2;

const started = performance.now();
const run = task === 'step' ? await trainingStep() : await forward();
const compiled = performance.now() - started;
const times: number[] = [];
for (let index = 1; index <= warmUp + runs; index++) {
  const before = performance.now();
  await run(index);
  if (index > warmUp) times.push(performance.now() - before);
}
console.log(JSON.stringify({ compiled, times, peak: process.resourceUsage().maxRSS * 1024 }));

async function trainingStep(): Promise<(index: number) => Promise<unknown>> {
  const parameters = [...weights.keys()];
  const state = engine.state(
    new Map([
      ...weights,
      ...[...weights].flatMap(([name, { shape, data }]) =>
        Object.values(momentNames(name)).map(
          (key) => [key, { shape, data: new Float32Array(data.length) }] as const,
        ),
      ),
    ]),
  );
  const hr = numbersLike(lr.length * 16);
  const program = await engine.compile(
    pretrainingStep({ generator: options, loss: 'l1', parameters }),
    {
      inputs: {
        lr: [batch, side, side, 3],
        hr: [batch, 4 * side, 4 * side, 3],
        step_size: [],
        epsilon: [],
      },
      state: Object.keys(state.shapes),
    },
    state,
  );
  return (index) => {
    const { stepSize, epsilon } = adamFactors(pretrainingAdam, 1e-4, index);
    return program.run({
      lr,
      hr,
      step_size: Float32Array.of(stepSize),
      epsilon: Float32Array.of(epsilon),
    });
  };
}

async function forward(): Promise<() => Promise<unknown>> {
  const program = await engine.freeze(
    (inputs, values) => ({ outputs: { sr: generator(options, values, rank4(inputs.lr!)) } }),
    { lr: [batch, side, side, 3] },
    weights,
  );
  return () => program.run({ lr });
}

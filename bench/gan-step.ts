import { availableParallelism } from 'node:os';
import { createRandom } from '../trainer/data/random.ts';
import type { HostTensor } from '../trainer/engine/engine.ts';
import { createOnnxEngine } from '../trainer/engine/onnx-engine.ts';
import { initialDiscriminator } from '../trainer/models/discriminator/initial.ts';
import {
  type DiscriminatorOptions,
  discriminatorParameters,
} from '../trainer/models/discriminator/shapes.ts';
import { initialRrdb } from '../trainer/models/rrdb/initial.ts';
import type { GeneratorOptions } from '../trainer/models/shapes.ts';
import { vggConvolutions } from '../trainer/models/vgg/shapes.ts';
import { adamFactors, initialMoments } from '../trainer/stages/adam.ts';
import { discriminatorName, trainingAdam, trainingStep, vggName } from '../trainer/stages/training-step.ts';

// Usage: gan BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object. VGG19's weights are random here: their values
// do not matter to the time.
const [blocks = 0, batch = 0, side = 0, runs = 0] = process.argv.slice(3).map(Number);
const generator: GeneratorOptions = {
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
const discriminator: DiscriminatorOptions = {
  img_channels: 3,
  vgg_blk_ch: [64, 64, 128, 128, 256, 256, 512, 512],
  fc_features: [100],
};
const random = createRandom(1);
const uniform = (shape: readonly number[], bound: number): HostTensor => ({
  shape,
  data: Float32Array.from(
    { length: shape.reduce((a, b) => a * b, 1) },
    () => (2 * random.next() - 1) * bound,
  ),
});

const started = performance.now();
const engine = createOnnxEngine({ name: 'cpu', device: 'CPU', threads: availableParallelism() });
const weights = initialRrdb(generator, random);
const learning = new Map([...weights, ...initialMoments(weights)]);
const learned = new Set(discriminatorParameters(discriminator).keys());
for (const [name, tensor] of initialDiscriminator(discriminator, random)) {
  const own = new Map([[discriminatorName(name), tensor]]);
  for (const [key, value] of learned.has(name) ? [...own, ...initialMoments(own)] : own)
    learning.set(key, value);
}
const vgg = new Map<string, HostTensor>();
for (const { name, inputs, outputs } of vggConvolutions('vgg19', ['conv5_4'])) {
  const bound = Math.sqrt(6 / (inputs * 9));
  vgg.set(`${name}.weight`, uniform([outputs, inputs, 3, 3], bound));
  vgg.set(`${name}.bias`, uniform([outputs], 0.01));
}
for (const [name, tensor] of vgg) learning.set(vggName(name), tensor);
const state = engine.state(learning);
const program = await engine.compile(
  trainingStep({
    generator,
    parameters: [...weights.keys()],
    discriminator,
    contentLoss: 'l1',
    perceptualLoss: {
      vgg_type: 'vgg19',
      layer_weights: { conv5_4: 1 },
      criterion: 'l1',
      normalize_input: true,
      normalize_loss: false,
    },
    contentScaling: 0.01,
    adversarialScaling: 0.005,
  }),
  {
    inputs: {
      lr: [batch, side, side, 3],
      hr: [batch, 4 * side, 4 * side, 3],
      g_step_size: [],
      g_epsilon: [],
      d_step_size: [],
      d_epsilon: [],
    },
    state: Object.keys(state.shapes),
    frozen: [...vgg.keys()].map(vggName),
  },
  state,
);
const compiled = performance.now() - started;
const lr = uniform([batch, side, side, 3], 1).data;
const hr = uniform([batch, 4 * side, 4 * side, 3], 1).data;
const times: number[] = [];
const warmUp = 2;
for (let index = 1; index <= warmUp + runs; index++) {
  const { stepSize, epsilon } = adamFactors(trainingAdam, 1e-4, index);
  const factors = [Float32Array.of(stepSize), Float32Array.of(epsilon)] as const;
  const before = performance.now();
  await program.run({
    lr,
    hr,
    g_step_size: factors[0],
    g_epsilon: factors[1],
    d_step_size: factors[0],
    d_epsilon: factors[1],
  });
  if (index > warmUp) times.push(performance.now() - before);
}
console.log(JSON.stringify({ compiled, times, peak: process.resourceUsage().maxRSS * 1024 }));

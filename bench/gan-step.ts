import type { LossSettings } from '../trainer/config/index.ts';
import { completeOptimizer } from '../trainer/config/optimizer-settings.ts';
import { createRandom } from '../trainer/data/random.ts';
import type { HostTensor } from '../trainer/engine/engine.ts';
import { discriminatorArchitecture } from '../trainer/models/discriminator/discriminators.ts';
import { type DiscriminatorOptions, discriminatorShapes } from '../trainer/models/discriminator/shapes.ts';
import { initialRrdb } from '../trainer/models/rrdb/initial.ts';
import { vggConvolutions } from '../trainer/models/vgg/shapes.ts';
import { factorInputs, factorShapes, initialSlots } from '../trainer/optimizers/apply.ts';
import { createOptimizer } from '../trainer/optimizers/create-optimizer.ts';
import { lossTensorName } from '../trainer/stages/loss-networks.ts';
import { wholeStep } from '../trainer/stages/step.ts';
import { discriminatorName, trainingGradients } from '../trainer/stages/training-step.ts';
import { engine, measure, rrdb } from './measure.ts';

// Usage: gan BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object. VGG19's weights are random here: their values
// do not matter to the time.
const [blocks = 0, batch = 0, side = 0, runs = 0] = process.argv.slice(3).map(Number);
const generator = rrdb(blocks);
const discriminator: DiscriminatorOptions = {
  type: 'vgg',
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

const losses: readonly LossSettings[] = [
  { name: 'content_loss', type: 'l1', weight: 0.01 },
  {
    name: 'perceptual_loss',
    type: 'perceptual',
    weight: 1,
    vgg_type: 'vgg19',
    layer_weights: { conv5_4: 1 },
    criterion: 'l1',
    normalize_input: true,
    normalize_loss: false,
    style_weight: 0,
  },
];
const vggName = (name: string) => lossTensorName(1, name);

const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'training'));
const { state, parameters, learned, frozen } = initialState();
const lr = uniform([batch, side, side, 3], 1).data;
const hr = uniform([batch, 4 * side, 4 * side, 3], 1).data;

await measure(async () => {
  const program = await engine.compile(
    wholeStep(
      trainingGradients({
        generator,
        parameters,
        discriminator,
        losses,
        ganType: 'ragan',
        r1Factor: 0,
        adversarialScaling: 0.005,
        generatorOptimizer: optimizer,
        discriminatorOptimizer: optimizer,
      }),
      [
        { prefix: 'g_', optimizer, parameters, hasEma: false },
        { prefix: 'd_', optimizer, parameters: learned, hasEma: false },
      ],
    ),
    {
      inputs: {
        lr: [batch, side, side, 3],
        hr: [batch, 4 * side, 4 * side, 3],
        ...factorShapes(optimizer, 'g_'),
        ...factorShapes(optimizer, 'd_'),
      },
      state: Object.keys(state.shapes),
      frozen,
    },
    state,
  );
  return (index) => {
    const factors = (['g_', 'd_'] as const).map((prefix) =>
      factorInputs(optimizer, () => 1e-4, index, prefix),
    );
    return program.run({ lr, hr, ...factors[0], ...factors[1] });
  };
}, runs);

/** The state and the names in it. As in a run, nothing else holds the tensors. */
function initialState() {
  const weights = initialRrdb(generator, random);
  const tensors = new Map([...weights, ...initialSlots(optimizer, weights)]);
  const ofDiscriminator = discriminatorShapes(discriminator).parameters;
  for (const [name, tensor] of discriminatorArchitecture(discriminator).initial(discriminator, random)) {
    const own = new Map([[discriminatorName(name), tensor]]);
    for (const [key, value] of ofDiscriminator.has(name) ? [...own, ...initialSlots(optimizer, own)] : own)
      tensors.set(key, value);
  }
  const vgg = vggConvolutions('vgg19', ['conv5_4']);
  for (const { name, inputs, outputs } of vgg) {
    const bound = Math.sqrt(6 / (inputs * 9));
    tensors.set(vggName(`${name}.weight`), uniform([outputs, inputs, 3, 3], bound));
    tensors.set(vggName(`${name}.bias`), uniform([outputs], 0.01));
  }
  return {
    state: engine.state(tensors),
    parameters: [...weights.keys()],
    learned: [...ofDiscriminator.keys()].map(discriminatorName),
    frozen: vgg.flatMap(({ name }) => [vggName(`${name}.weight`), vggName(`${name}.bias`)]),
  };
}

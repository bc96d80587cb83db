import { completeOptimizer } from '../trainer/config/optimizer-settings.ts';
import { createRandom } from '../trainer/data/random.ts';
import { architectureOf, generator } from '../trainer/models/generators.ts';
import { rank4 } from '../trainer/models/rank4.ts';
import type { GeneratorOptions } from '../trainer/models/shapes.ts';
import { factorInputs, factorShapes, initialSlots } from '../trainer/optimizers/apply.ts';
import { createOptimizer } from '../trainer/optimizers/create-optimizer.ts';
import { pretrainingGradients } from '../trainer/stages/pretraining-step.ts';
import { wholeStep } from '../trainer/stages/step.ts';
import { common, engine, measure, rrdb } from './measure.ts';

// Usage: [compact-|span-|realplksr-]step|forward BLOCKS BATCH LR_SIDE RUNS. Prints one JSON object.
const [task = '', ...numbers] = process.argv.slice(2);
const [blocks = 0, batch = 0, side = 0, runs = 0] = numbers.map(Number);
const options = optionsOf(task);
const random = createRandom(1);
const weights = architectureOf(options).initial(options, random);
const numbersLike = (length: number) => Float32Array.from({ length }, () => random.next());
const lr = numbersLike(batch * side * side * 3);

await measure(task.endsWith('step') ? trainingStep : forward, runs);

function optionsOf(name: string): GeneratorOptions {
  if (name.startsWith('compact-')) {
    return { type: 'compact', ...common, num_feat: 64, num_conv: blocks, act: 'prelu' };
  }
  if (name.startsWith('span-')) {
    const input = { norm: false, img_range: 255 };
    return { type: 'span', ...common, feature_channels: 48, num_blocks: blocks, ...input };
  }
  if (name.startsWith('realplksr-')) {
    const norm = { norm_groups: 4, layer_norm: false };
    const sizes = { dim: 64, n_blocks: blocks, kernel_size: 17, split_ratio: 0.25, use_ea: true };
    return { type: 'realplksr', ...common, ...sizes, ...norm };
  }
  return rrdb(blocks);
}

async function trainingStep(): Promise<(index: number) => Promise<unknown>> {
  const parameters = [...weights.keys()];
  const losses = [{ name: 'content_loss', type: 'l1', weight: 1 }] as const;
  const optimizer = createOptimizer(completeOptimizer({ type: 'adam' }, 'pretraining'));
  const state = engine.state(new Map([...weights, ...initialSlots(optimizer, weights)]));
  const hr = numbersLike(lr.length * 16);
  const program = await engine.compile(
    wholeStep(pretrainingGradients({ generator: options, losses, optimizer, parameters }), [
      { prefix: '', optimizer, parameters, hasEma: false },
    ]),
    {
      inputs: {
        lr: [batch, side, side, 3],
        hr: [batch, 4 * side, 4 * side, 3],
        ...factorShapes(optimizer),
      },
      state: Object.keys(state.shapes),
    },
    state,
  );
  return (index) => program.run({ lr, hr, ...factorInputs(optimizer, () => 1e-4, index) });
}

async function forward(): Promise<() => Promise<unknown>> {
  const program = await engine.freeze(
    (inputs, values) => ({ outputs: { sr: generator(options, values, rank4(inputs.lr!)) } }),
    { lr: [batch, side, side, 3] },
    weights,
  );
  return () => program.run({ lr });
}

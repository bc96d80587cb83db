import type { ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine } from '../engine/engine.ts';
import { architectureOf } from '../models/generators.ts';
import { generatorOptions } from '../models/shapes.ts';
import type { Checkpoint } from '../runs/checkpoints.ts';
import { adamInputs } from './adam.ts';
import { batchShapes } from './batch-shapes.ts';
import { emaInputShapes, emaInputs } from './ema.ts';
import { stepLearningRate } from './learning-rate.ts';
import { openLiveGenerator } from './live-generator.ts';
import { checkpointFiles, initialState, readState } from './network-state.ts';
import { generatorNetwork, readInitialGenerator } from './networks.ts';
import { pretrainingAdam, pretrainingStep } from './pretraining-step.ts';
import type { StageTrainer } from './stage-trainer.ts';

/**
 * Moves the generator and its optimizer into an engine: from a checkpoint, from the weights that the run file names,
 * or from random weights.
 *
 * @throws WorkbenchError `data` or `run` if the weights do not match the generator of the run file
 */
export async function openPretraining(
  config: ResolvedConfig,
  engine: Engine,
  checkpoint: Checkpoint | undefined,
): Promise<StageTrainer> {
  const { cr_patch_size, init, lr, sched_step, sched_gamma } = config.pretraining;
  const options = generatorOptions(config);
  const network = generatorNetwork(config);
  const { decay } = config.ema;
  const initialWeights = () =>
    init
      ? readInitialGenerator(config, 'pretraining.init', init)
      : architectureOf(options).initial(options, createRandom(config.seed, 'weights'));
  const state = engine.state(
    checkpoint ? readState([network], checkpoint).tensors : initialState(network, initialWeights()),
  );
  const program = await engine.compile(
    pretrainingStep({
      generator: options,
      loss: config.content_loss.loss_f,
      parameters: [...network.parameters.keys()],
    }),
    {
      inputs: {
        ...batchShapes(config, cr_patch_size),
        step_size: [],
        epsilon: [],
        ...emaInputShapes(decay),
      },
      state: Object.keys(state.shapes),
    },
    state,
  );
  const generator = openLiveGenerator(engine, state, options, network);

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore: 0,
    startPsnr: null,
    generator,
    async update({ lr: lrPatches, hr: hrPatches }, step) {
      const learningRate = stepLearningRate(lr, step, sched_step, sched_gamma);
      const { content_loss, gradient_norm } = await program.run({
        lr: lrPatches,
        hr: hrPatches,
        ...adamInputs(pretrainingAdam, learningRate, step),
        ...emaInputs(decay, step),
      });
      return {
        content_loss: content_loss![0]!,
        gradient_norm: gradient_norm![0]!,
        learning_rate: learningRate,
      };
    },
    checkpointFiles: () => checkpointFiles([network], state),
    async close() {
      await generator.close();
      await program.close();
      await state.close();
    },
  };
}

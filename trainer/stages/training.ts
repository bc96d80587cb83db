import type { ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine, HostTensor, HostTensors } from '../engine/engine.ts';
import { initialDiscriminator } from '../models/discriminator/initial.ts';
import { discriminatorOptions } from '../models/discriminator/shapes.ts';
import { generatorOptions } from '../models/shapes.ts';
import { type Checkpoint, newestStep } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { findVggFile, readVgg } from '../weights/vgg-file.ts';
import { adamInputs } from './adam.ts';
import { batchShapes } from './batch-shapes.ts';
import { emaInputShapes, emaInputs } from './ema.ts';
import { multiStepLearningRate } from './learning-rate.ts';
import { openLiveGenerator } from './live-generator.ts';
import { checkpointFiles, initialState, readState, type TrainedNetwork } from './network-state.ts';
import { discriminatorNetwork, generatorNetwork, readInitialGenerator } from './networks.ts';
import type { StageTrainer } from './stage-trainer.ts';
import { findTrainingStart } from './training-start.ts';
import { trainingAdam, trainingStep, vggName } from './training-step.ts';

/** Metadata key of the optimizer's file for `stepsBefore`. */
const stepsBeforeKey = 'steps_before';

/** The networks and moments at the start of a session, by their names in the state. */
interface StartState {
  readonly tensors: Map<string, HostTensor>;
  readonly stepsBefore: number;
  readonly psnr: number | null;
}

/**
 * Checks that the weights that the stage needs exist, before anything is written.
 *
 * @throws WorkbenchError `data` or `run` if some are missing, with how to get them
 */
export function assertTrainingPossible(config: ResolvedConfig, paths: RunPaths): void {
  assertPerceptualLossPossible(config);
  if (newestStep(paths, 'training') === 0) findTrainingStart(config, paths);
}

/**
 * Checks that the weights of VGG exist, if the stage needs them.
 *
 * @throws WorkbenchError `data` if they are missing, with how to get them
 */
export function assertPerceptualLossPossible({ perceptual_loss: settings }: ResolvedConfig): void {
  if (settings) findVggFile(settings);
}

/**
 * Moves the generator, the discriminator, their optimizers and VGG into an engine: from a checkpoint of the stage, or
 * from the generator that `training.init` names and a random discriminator.
 *
 * @throws WorkbenchError `data` or `run` if weights are missing or do not match the run file
 */
export async function openTraining(
  config: ResolvedConfig,
  engine: Engine,
  checkpoint: Checkpoint | undefined,
  paths: RunPaths,
): Promise<StageTrainer> {
  const settings = config.training;
  const options = generatorOptions(config);
  const network = generatorNetwork(config);
  const networks = [network, discriminatorNetwork(config)] as const;
  const { decay } = config.ema;
  const start = checkpoint ? resumedState(networks, checkpoint) : newState(networks, config, paths);
  const vgg = new Map([...readPerceptual(config)].map(([name, tensor]) => [vggName(name), tensor]));
  const state = engine.state(new Map([...start.tensors, ...vgg]));
  const program = await engine.compile(
    trainingStep({
      generator: options,
      parameters: [...network.parameters.keys()],
      discriminator: discriminatorOptions(config),
      contentLoss: config.content_loss.loss_f,
      perceptualLoss: config.perceptual_loss,
      contentScaling: settings.g_content_loss_scaling,
      adversarialScaling: settings.g_adversarial_loss_scaling,
    }),
    {
      inputs: {
        ...batchShapes(config, settings.cr_patch_size),
        g_step_size: [],
        g_epsilon: [],
        d_step_size: [],
        d_epsilon: [],
        ...emaInputShapes(decay),
      },
      state: Object.keys(state.shapes),
      frozen: [...vgg.keys()],
    },
    state,
  );
  const generator = openLiveGenerator(engine, state, options, network);

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore: start.stepsBefore,
    startPsnr: start.psnr,
    generator,
    async update({ lr, hr }, step) {
      const { g_lr, g_sched_steps, g_sched_gamma, d_lr, d_sched_steps, d_sched_gamma } = settings;
      const gRate = multiStepLearningRate(g_lr, step, g_sched_steps, g_sched_gamma);
      const dRate = multiStepLearningRate(d_lr, step, d_sched_steps, d_sched_gamma);
      const outputs = await program.run({
        lr,
        hr,
        ...adamInputs(trainingAdam, gRate, step, 'g_'),
        ...adamInputs(trainingAdam, dRate, step, 'd_'),
        ...emaInputs(decay, step),
      });
      const scalars = Object.entries(outputs).map(([name, data]) => [name, data[0]!]);
      return { ...Object.fromEntries(scalars), g_learning_rate: gRate, d_learning_rate: dRate };
    },
    checkpointFiles: () => checkpointFiles(networks, state, { [stepsBeforeKey]: String(start.stepsBefore) }),
    async close() {
      await generator.close();
      await program.close();
      await state.close();
    },
  };
}

function readPerceptual({ perceptual_loss: settings }: ResolvedConfig): HostTensors {
  if (!settings) return new Map();
  const layers = Object.keys(settings.layer_weights);
  return readVgg(findVggFile(settings), settings.vgg_type, layers);
}

function newState(
  [generator, discriminator]: readonly [TrainedNetwork, TrainedNetwork],
  config: ResolvedConfig,
  paths: RunPaths,
): StartState {
  const { file, psnr } = findTrainingStart(config, paths);
  const weights = readInitialGenerator(config, 'training.init', file);
  const random = createRandom(config.seed, 'discriminator');
  const discriminatorWeights = initialDiscriminator(discriminatorOptions(config), random);
  // After all of the pretraining, even if the stage starts from an earlier or another generator: its points stay valid.
  const stepsBefore = newestStep(paths, 'pretraining');
  const tensors = new Map([
    ...initialState(generator, weights),
    ...initialState(discriminator, discriminatorWeights),
  ]);
  return { tensors, stepsBefore, psnr };
}

function resumedState(networks: readonly TrainedNetwork[], checkpoint: Checkpoint): StartState {
  const { tensors, metadata } = readState(networks, checkpoint);
  return { tensors, stepsBefore: Number(metadata[stepsBeforeKey] ?? 0), psnr: null };
}

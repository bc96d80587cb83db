import { initFile, isStrictInit, optimizationOf, type ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine, HostTensor, HostTensors } from '../engine/engine.ts';
import { discriminatorArchitecture } from '../models/discriminator/discriminators.ts';
import { discriminatorOptions } from '../models/discriminator/shapes.ts';
import { generatorOptions } from '../models/shapes.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import { type Checkpoint, newestStep } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import { readInitialDiscriminator } from './initial-discriminator.ts';
import { openLiveGenerator } from './live-generator.ts';
import { readLossNetworks } from './loss-networks.ts';
import {
  checkpointFiles,
  initialState,
  parametersInState,
  readState,
  type TrainedNetwork,
} from './network-state.ts';
import {
  discriminatorNetwork,
  generatorNetwork,
  type InitialGenerator,
  readInitialGenerator,
} from './networks.ts';
import type { StageTrainer } from './stage-trainer.ts';
import { findTrainingStart, isOwnPretraining, namedWeights } from './training-start.ts';
import { trainingGradients } from './training-step.ts';
import { openUpdater } from './updater.ts';

/** Metadata key of the optimizer's file for `stepsBefore`. */
const stepsBeforeKey = 'steps_before';

/** Metadata key of the optimizer's file for the last R1 penalty. */
const penaltyKey = 'r1_penalty';

/** The networks and their optimizers at the start of a session, by their names in the state. */
interface StartState {
  readonly tensors: Map<string, HostTensor>;
  readonly stepsBefore: number;
  readonly psnr: number | null;
  /** About the weights, for the log. */
  readonly notices: readonly string[];
  /** Of the checkpoint that they are from; empty for a new stage. */
  readonly metadata: Metadata;
}

/**
 * Checks that the weights that the stage needs exist and match the run file, before anything is written.
 *
 * @throws WorkbenchError `data` or `run` if some are missing or do not match, with how to get them
 */
export function assertTrainingPossible(config: ResolvedConfig, paths: RunPaths): void {
  readLossNetworks(config, 'training');
  if (newestStep(paths, 'training') === 0) initialNetworks(config, paths);
}

/** The same before the pretraining of the run, which may make the generator. */
export function assertTrainingFiles(config: ResolvedConfig): void {
  readLossNetworks(config, 'training');
  const init = initFile(config.training.init);
  if (!isOwnPretraining(init)) initialGenerator(config, namedWeights('training.init', init));
  initialDiscriminator(config);
}

function initialGenerator(config: ResolvedConfig, file: string): InitialGenerator {
  return readInitialGenerator(config, 'training.init', file, isStrictInit(config.training.init));
}

function initialDiscriminator(config: ResolvedConfig): HostTensors {
  const options = discriminatorOptions(config);
  const { init } = config.discriminator;
  if (init !== undefined) return readInitialDiscriminator(options, init);
  return discriminatorArchitecture(options).initial(options, createRandom(config.seed, 'discriminator'));
}

/** The networks of a new stage. */
function initialNetworks(config: ResolvedConfig, paths: RunPaths) {
  const { file, psnr } = findTrainingStart(config, paths);
  return { ...initialGenerator(config, file), discriminator: initialDiscriminator(config), psnr };
}

/**
 * Moves the generator, the discriminator, their optimizers and the networks of the losses into an engine: from a checkpoint of the stage, or
 * from the generator that `training.init` names and a discriminator that is random or that `discriminator.init` names.
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
  const { optimizer: gSettings, learningRate: gRate } = optimizationOf(config, 'generator');
  const { optimizer: dSettings, learningRate: dRate } = optimizationOf(config, 'discriminator');
  const [gOptimizer, dOptimizer] = [createOptimizer(gSettings), createOptimizer(dSettings)];
  const network = generatorNetwork(config, gOptimizer, 'training.g_optimizer');
  const discriminator = discriminatorNetwork(config, dOptimizer);
  const networks = [network, discriminator] as const;
  const { d_loss_threshold: threshold, r1_penalty: r1 } = settings;
  const start = checkpoint ? resumedState(networks, checkpoint) : newState(networks, config, paths);
  const frozen = readLossNetworks(config, 'training');
  const gradients = (r1Factor: number) =>
    trainingGradients({
      generator: options,
      parameters: parametersInState(network),
      discriminator: discriminatorOptions(config),
      losses: settings.losses,
      ganType: settings.gan_type,
      isHrSharpened: settings.gan_sharpen_hr,
      adversarialScaling: settings.g_adversarial_loss_scaling,
      ...(settings.feature_matching && { featureMatching: settings.feature_matching }),
      r1Factor,
      generatorOptimizer: gOptimizer,
      discriminatorOptimizer: dOptimizer,
    });
  const penalized = r1 && gradients((r1.weight / 2) * r1.every_steps);
  const updater = await openUpdater({
    config,
    stage: 'training',
    engine,
    ...(penalized && r1.every_steps === 1
      ? { compute: penalized }
      : {
          compute: gradients(0),
          ...(penalized && { lazy: { compute: penalized, every: r1.every_steps } }),
        }),
    networks: [
      {
        prefix: 'g_',
        optimizer: gOptimizer,
        parameters: parametersInState(network),
        hasEma: network.emaFile !== null,
        learningRate: gRate,
      },
      {
        prefix: 'd_',
        optimizer: dOptimizer,
        parameters: parametersInState(discriminator),
        hasEma: false,
        learningRate: dRate,
        isPaused: ({ d_adversarial_loss: loss }) => threshold !== null && loss! < threshold,
      },
    ],
    tensors: new Map([...start.tensors, ...frozen]),
    frozen: [...frozen.keys()],
    resumed: checkpoint && { checkpoint, metadata: start.metadata },
  });
  const generator = openLiveGenerator(engine, updater.state, options, network);
  /** The last one, which the curve shows until the next. */
  let penalty = start.metadata[penaltyKey];

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore: start.stepsBefore,
    startPsnr: start.psnr,
    notices: start.notices,
    generator,
    async update(batch) {
      const scalars = await updater.update(batch);
      if (scalars.d_r1_penalty !== undefined) penalty = String(scalars.d_r1_penalty);
      const [g = 0, d = 0] = updater.updates;
      return {
        ...scalars,
        ...(r1 && penalty !== undefined && { d_r1_penalty: Number(penalty) }),
        ...(threshold !== null && { d_skipped_fraction: 1 - d / Math.max(g, 1) }),
      };
    },
    checkpointFiles: () =>
      checkpointFiles(networks, updater.state, {
        [stepsBeforeKey]: String(start.stepsBefore),
        ...updater.metadata(),
        ...(penalty !== undefined && { [penaltyKey]: penalty }),
      }),
    async close() {
      await generator.close();
      await updater.close();
    },
  };
}

function newState(
  [generator, discriminator]: readonly [TrainedNetwork, TrainedNetwork],
  config: ResolvedConfig,
  paths: RunPaths,
): StartState {
  const { weights, notices, discriminator: discriminatorWeights, psnr } = initialNetworks(config, paths);
  // After all of the pretraining, even if the stage starts from an earlier or another generator: its points stay valid.
  const stepsBefore = newestStep(paths, 'pretraining');
  const tensors = new Map([
    ...initialState(generator, weights),
    ...initialState(discriminator, discriminatorWeights),
  ]);
  return { tensors, stepsBefore, psnr, notices, metadata: {} };
}

function resumedState(networks: readonly TrainedNetwork[], checkpoint: Checkpoint): StartState {
  const { tensors, metadata } = readState(networks, checkpoint);
  return { tensors, stepsBefore: Number(metadata[stepsBeforeKey] ?? 0), psnr: null, notices: [], metadata };
}

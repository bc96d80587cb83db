import { initFile, isStrictInit, optimizationOf, type ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine } from '../engine/engine.ts';
import { architectureOf } from '../models/generators.ts';
import { generatorOptions } from '../models/shapes.ts';
import { createOptimizer } from '../optimizers/create-optimizer.ts';
import { type Checkpoint, newestStep } from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { openLiveGenerator } from './live-generator.ts';
import { readLossNetworks } from './loss-networks.ts';
import { checkpointFiles, initialState, parametersInState, readState } from './network-state.ts';
import { generatorNetwork, type InitialGenerator, readInitialGenerator } from './networks.ts';
import { pretrainingGradients } from './pretraining-step.ts';
import type { StageTrainer } from './stage-trainer.ts';
import { namedWeights } from './training-start.ts';
import { openUpdater } from './updater.ts';

/**
 * Checks that the weights that the stage needs exist and match the run file, before anything is written.
 *
 * @throws WorkbenchError `data` if some are missing or do not match
 */
export function assertPretrainingPossible(config: ResolvedConfig, paths: RunPaths): void {
  readLossNetworks(config, 'pretraining');
  if (config.pretraining.init !== undefined && newestStep(paths, 'pretraining') === 0)
    initialGenerator(config);
}

/** The generator of a new stage. */
function initialGenerator(config: ResolvedConfig): InitialGenerator {
  const { init } = config.pretraining;
  const key = 'pretraining.init';
  if (init !== undefined)
    return readInitialGenerator(config, key, namedWeights(key, initFile(init)), isStrictInit(init));
  const options = generatorOptions(config);
  const weights = architectureOf(options).initial(options, createRandom(config.seed, 'weights'));
  return { weights, notices: [] };
}

/**
 * Moves the generator and its optimizer into an engine: from a checkpoint, from the weights that the run file names,
 * or from random weights.
 *
 * @throws WorkbenchError `data` or `run` if the weights do not match the generator of the run file, or those of a loss are missing
 */
export async function openPretraining(
  config: ResolvedConfig,
  engine: Engine,
  checkpoint: Checkpoint | undefined,
): Promise<StageTrainer> {
  const { optimizer: settings, learningRate } = optimizationOf(config, 'pretraining');
  const options = generatorOptions(config);
  const optimizer = createOptimizer(settings);
  const network = generatorNetwork(config, optimizer, 'pretraining.optimizer');
  const parameters = parametersInState(network);
  const newState = () => {
    const { weights, notices } = initialGenerator(config);
    return { tensors: initialState(network, weights), notices };
  };
  const resumed = checkpoint && { checkpoint, notices: [], ...readState([network], checkpoint) };
  const { tensors, notices } = resumed ?? newState();
  const frozen = readLossNetworks(config, 'pretraining');
  const updater = await openUpdater({
    config,
    stage: 'pretraining',
    engine,
    compute: pretrainingGradients({
      generator: options,
      losses: config.pretraining.losses,
      optimizer,
      parameters,
    }),
    networks: [
      {
        prefix: '',
        optimizer,
        parameters,
        hasEma: network.emaFile !== null,
        learningRate,
      },
    ],
    tensors: new Map([...tensors, ...frozen]),
    frozen: [...frozen.keys()],
    resumed,
  });
  const generator = openLiveGenerator(engine, updater.state, options, network);

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore: 0,
    startPsnr: null,
    notices,
    generator,
    update: (batch) => updater.update(batch),
    checkpointFiles: () => checkpointFiles([network], updater.state, updater.metadata()),
    async close() {
      await generator.close();
      await updater.close();
    },
  };
}

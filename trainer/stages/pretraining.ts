import { join } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine, HostTensor } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { initialGenerator } from '../models/initial-generator.ts';
import type { GeneratorOptions } from '../models/shapes/generator.ts';
import { averageFile, generatorFile } from '../runs/checkpoint-files.ts';
import type { Checkpoint, CheckpointFile } from '../runs/checkpoints.ts';
import { expectedShapes, generatorMetadata, readGenerator } from '../weights/generator-file.ts';
import { encodeSafetensors, readSafetensors, type TensorMap } from '../weights/safetensors.ts';
import { adamFactors, momentNames } from './adam.ts';
import { stepLearningRate } from './learning-rate.ts';
import { pretrainingAdam, pretrainingStep } from './pretraining-step.ts';
import { averageDecay, averageName } from './running-average.ts';
import type { StageTrainer } from './stage.ts';
import { initialMoments, mismatch, selected } from './state-tensors.ts';
import { liveGenerator } from './validation.ts';

/** Files of a checkpoint. */
export const optimizerFile = 'optimizer.safetensors';

/** The generator's hyper-parameters in a run file. */
export function generatorOptions(config: ResolvedConfig): GeneratorOptions {
  return { img_channels: config.img_channels, scale_factor: config.scale_factor, ...config.generator };
}

/**
 * Puts the generator and its optimiser into an engine: from a checkpoint, from the weights that the run file
 * names, or from random ones.
 *
 * @throws WorkbenchError `data` or `run` where the weights do not fit the run file's generator
 */
export async function openPretraining(
  config: ResolvedConfig,
  engine: Engine,
  checkpoint: Checkpoint | undefined,
): Promise<StageTrainer> {
  const options = generatorOptions(config);
  const { cr_patch_size: patch, lr, sched_step: interval, sched_gamma: gamma } = config.pretraining;
  const emaDecay = config.ema.decay;
  const parameters = [...expectedShapes(options).keys()];
  const nameOf = emaDecay > 0 ? averageName : (name: string) => name;

  const state = engine.state(
    checkpoint ? readState(checkpoint, options, emaDecay > 0) : newState(config, options, emaDecay > 0),
  );
  const scale = options.scale_factor;
  const hrShape = [config.batch_size, patch[0], patch[1], options.img_channels];
  const lrShape = [config.batch_size, patch[0] / scale, patch[1] / scale, options.img_channels];
  const program = await engine.compile(
    pretrainingStep({ generator: options, loss: config.content_loss.loss_f, parameters }),
    {
      inputs: {
        lr: lrShape,
        hr: hrShape,
        step_size: [],
        epsilon: [],
        ...(emaDecay > 0 ? { ema_decay: [] } : {}),
      },
      state: Object.keys(state.shapes),
    },
    state,
  );
  const generator = liveGenerator(engine, state, options, parameters, nameOf);

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore: 0,
    startPsnr: null,
    generator,
    async update(batch, step) {
      const learningRate = stepLearningRate(lr, step, interval, gamma);
      const factors = adamFactors(pretrainingAdam, learningRate, step);
      const outputs = await program.run({
        lr: batch.lr,
        hr: batch.hr,
        step_size: Float32Array.of(factors.stepSize),
        epsilon: Float32Array.of(factors.epsilon),
        ...(emaDecay > 0 ? { ema_decay: Float32Array.of(averageDecay(emaDecay, step)) } : {}),
      });
      return {
        content_loss: outputs.content_loss![0]!,
        gradient_norm: outputs.gradient_norm![0]!,
        learning_rate: learningRate,
      };
    },
    async checkpointFiles() {
      const tensors = await state.read();
      const moments = parameters.flatMap((name) => Object.values(momentNames(name)));
      const metadata = generatorMetadata(options);
      const files: CheckpointFile[] = [
        { name: generatorFile, chunks: encodeSafetensors(selected(tensors, parameters), metadata) },
        { name: optimizerFile, chunks: encodeSafetensors(selected(tensors, moments)) },
      ];
      if (emaDecay > 0) {
        const averages = selected(tensors, parameters, averageName);
        files.push({ name: averageFile, chunks: encodeSafetensors(averages, metadata) });
      }
      return files;
    },
    async close() {
      await generator.close();
      await program.close();
      await state.close();
    },
  };
}

function newState(
  config: ResolvedConfig,
  options: GeneratorOptions,
  keepsAverage: boolean,
): Map<string, HostTensor> {
  const { init } = config.pretraining;
  const weights = init
    ? readInitial(init, options)
    : initialGenerator(options, createRandom(config.seed, 'weights'));
  const state = new Map([...weights, ...initialMoments(weights)]);
  if (keepsAverage) for (const [name, tensor] of weights) state.set(averageName(name), tensor);
  return state;
}

function readInitial(path: string, options: GeneratorOptions): TensorMap {
  const found = readGenerator(path);
  const problem = mismatch(found.parameters, expectedShapes(options));
  if (problem) {
    throw new WorkbenchError(
      'data',
      `pretraining.init: ${path} holds another generator than the run file: ${problem}. Change \`generator\` and \`scale_factor\`, or name other weights.`,
    );
  }
  return found.parameters;
}

function readState(
  checkpoint: Checkpoint,
  options: GeneratorOptions,
  keepsAverage: boolean,
): Map<string, HostTensor> {
  const weights = readSafetensors(join(checkpoint.path, generatorFile)).tensors;
  const problem = mismatch(weights, expectedShapes(options));
  if (problem) {
    throw new WorkbenchError(
      'run',
      `The run file's generator is not that of ${checkpoint.path}: ${problem}. Put \`generator\` and \`scale_factor\` back, or give the run another name.`,
    );
  }
  const state = new Map<string, HostTensor>([
    ...weights,
    ...readSafetensors(join(checkpoint.path, optimizerFile)).tensors,
  ]);
  if (!keepsAverage) return state;
  // A run that begins to average later starts from the weights that it has.
  const averages =
    averageFile in checkpoint.state.files
      ? readSafetensors(join(checkpoint.path, averageFile)).tensors
      : weights;
  for (const [name, tensor] of averages) state.set(averageName(name), tensor);
  return state;
}

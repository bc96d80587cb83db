import { join } from 'node:path';
import type { ResolvedConfig } from '../config/index.ts';
import { createRandom } from '../data/random.ts';
import type { Engine, HostTensor, HostTensors } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { initialDiscriminator } from '../models/initial-discriminator.ts';
import {
  type DiscriminatorOptions,
  discriminatorParameters,
  discriminatorStatistics,
} from '../models/shapes/discriminator.ts';
import type { GeneratorOptions } from '../models/shapes/generator.ts';
import { averageFile, generatorFile } from '../runs/checkpoint-files.ts';
import {
  type Checkpoint,
  type CheckpointFile,
  latestCheckpoint,
  listCheckpoints,
} from '../runs/checkpoints.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { expectedShapes, generatorMetadata, readGenerator } from '../weights/generator-file.ts';
import { encodeSafetensors, readSafetensors } from '../weights/safetensors.ts';
import { findVggFile, readVgg } from '../weights/vgg-file.ts';
import { adamFactors, momentNames } from './adam.ts';
import { multiStepLearningRate } from './learning-rate.ts';
import { generatorOptions, optimizerFile } from './pretraining.ts';
import { averageDecay, averageName } from './running-average.ts';
import type { StageTrainer } from './stage.ts';
import { initialMoments, mismatch, selected } from './state-tensors.ts';
import { findTrainingStart } from './training-start.ts';
import { discriminatorName, trainingAdam, trainingStep, vggName } from './training-step.ts';
import { liveGenerator } from './validation.ts';

const discriminatorFile = 'discriminator.safetensors';

/** Key in the optimiser's file for the steps of pre-training that the run had behind it when the stage began. */
const stepsBeforeKey = 'steps_before';

/** The nets and moments of the stage, by their names in the state. */
interface Beginning {
  readonly tensors: Map<string, HostTensor>;
  readonly stepsBefore: number;
  readonly psnr: number | null;
}

/**
 * Looks for the weights that the stage needs, before anything is made or begun.
 *
 * @throws WorkbenchError `data` or `run` where there are none, saying how to get them
 */
export function assertTrainingPossible(config: ResolvedConfig, paths: RunPaths): void {
  if (config.perceptual_loss) findVggFile(config.perceptual_loss);
  if (listCheckpoints(paths, 'training').length === 0) findTrainingStart(config, paths);
}

/**
 * Puts generator, discriminator, their optimisers and VGG into an engine: from a checkpoint of the stage, or from
 * the generator that `training.init` names and a random discriminator.
 *
 * @throws WorkbenchError `data` or `run` where weights are missing or do not fit the run file
 */
export async function openTraining(
  config: ResolvedConfig,
  engine: Engine,
  checkpoint: Checkpoint | undefined,
  paths: RunPaths,
): Promise<StageTrainer> {
  const options = generatorOptions(config);
  const judge: DiscriminatorOptions = { img_channels: config.img_channels, ...config.discriminator };
  const settings = config.training;
  const emaDecay = config.ema.decay;
  const parameters = [...expectedShapes(options).keys()];
  const judgeParameters = [...discriminatorParameters(judge).keys()];
  const judgeStatistics = [...discriminatorStatistics(judge).keys()];
  const kept = [...parameters, ...judgeParameters.map(discriminatorName)];
  const moments = kept.flatMap((name) => Object.values(momentNames(name)));
  const averages = emaDecay > 0 ? parameters : [];

  const begin = checkpoint
    ? resumed(checkpoint, options, judge, emaDecay > 0)
    : begun(config, options, judge, paths, emaDecay > 0);
  const { tensors, stepsBefore, psnr } = begin;
  const vgg = [...readPerceptual(config)].map(([name, tensor]) => [vggName(name), tensor] as const);
  for (const [name, tensor] of vgg) tensors.set(name, tensor);
  const state = engine.state(tensors);

  const [height, width] = settings.cr_patch_size;
  const scale = options.scale_factor;
  const scalars = { g_step_size: [], g_epsilon: [], d_step_size: [], d_epsilon: [] };
  const program = await engine.compile(
    trainingStep({
      generator: options,
      parameters,
      discriminator: judge,
      contentLoss: config.content_loss.loss_f,
      perceptualLoss: config.perceptual_loss,
      contentScaling: settings.g_content_loss_scaling,
      adversarialScaling: settings.g_adversarial_loss_scaling,
    }),
    {
      inputs: {
        lr: [config.batch_size, height / scale, width / scale, options.img_channels],
        hr: [config.batch_size, height, width, options.img_channels],
        ...scalars,
        ...(emaDecay > 0 ? { ema_decay: [] } : {}),
      },
      state: Object.keys(state.shapes),
      frozen: vgg.map(([name]) => name),
    },
    state,
  );
  const nameOf = emaDecay > 0 ? averageName : (name: string) => name;
  const generator = liveGenerator(engine, state, options, parameters, nameOf);

  return {
    startStep: checkpoint?.state.step ?? 0,
    stepsBefore,
    startPsnr: psnr,
    generator,
    async update(batch, step) {
      const { g_lr, g_sched_steps, g_sched_gamma, d_lr, d_sched_steps, d_sched_gamma } = settings;
      const gRate = multiStepLearningRate(g_lr, step, g_sched_steps, g_sched_gamma);
      const dRate = multiStepLearningRate(d_lr, step, d_sched_steps, d_sched_gamma);
      const g = adamFactors(trainingAdam, gRate, step);
      const d = adamFactors(trainingAdam, dRate, step);
      const outputs = await program.run({
        lr: batch.lr,
        hr: batch.hr,
        g_step_size: Float32Array.of(g.stepSize),
        g_epsilon: Float32Array.of(g.epsilon),
        d_step_size: Float32Array.of(d.stepSize),
        d_epsilon: Float32Array.of(d.epsilon),
        ...(emaDecay > 0 ? { ema_decay: Float32Array.of(averageDecay(emaDecay, step)) } : {}),
      });
      const numbers = Object.entries(outputs).map(([name, data]) => [name, data[0]!]);
      return { ...Object.fromEntries(numbers), g_learning_rate: gRate, d_learning_rate: dRate };
    },
    async checkpointFiles() {
      const judged = [...judgeParameters, ...judgeStatistics];
      const now = await state.read([
        ...parameters,
        ...judged.map(discriminatorName),
        ...moments,
        ...averages.map(averageName),
      ]);
      const metadata = generatorMetadata(options);
      const files: CheckpointFile[] = [
        { name: generatorFile, chunks: encodeSafetensors(selected(now, parameters), metadata) },
        { name: discriminatorFile, chunks: encodeSafetensors(selected(now, judged, discriminatorName)) },
        {
          name: optimizerFile,
          chunks: encodeSafetensors(selected(now, moments), { [stepsBeforeKey]: String(stepsBefore) }),
        },
      ];
      if (averages.length > 0) {
        const chunks = encodeSafetensors(selected(now, averages, averageName), metadata);
        files.push({ name: averageFile, chunks });
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

function readPerceptual({ perceptual_loss: settings }: ResolvedConfig): HostTensors {
  if (!settings) return new Map();
  const layers = Object.keys(settings.layer_weights);
  return readVgg(findVggFile(settings), settings.vgg_type, layers);
}

function begun(
  config: ResolvedConfig,
  options: GeneratorOptions,
  judge: DiscriminatorOptions,
  paths: RunPaths,
  keepsAverage: boolean,
): Beginning {
  const { file, psnr } = findTrainingStart(config, paths);
  const generator = readGenerator(file).parameters;
  const problem = mismatch(generator, expectedShapes(options));
  if (problem) {
    throw new WorkbenchError(
      'data',
      `training.init: ${file} holds another generator than the run file: ${problem}. Change \`generator\` and \`scale_factor\`, or name other weights.`,
    );
  }
  const tensors = new Map([...generator, ...initialMoments(generator)]);
  const statistics = discriminatorStatistics(judge);
  for (const [name, tensor] of initialDiscriminator(judge, createRandom(config.seed, 'discriminator'))) {
    tensors.set(discriminatorName(name), tensor);
    if (statistics.has(name)) continue;
    for (const [moment, zero] of initialMoments(new Map([[discriminatorName(name), tensor]])))
      tensors.set(moment, zero);
  }
  if (keepsAverage) for (const [name, tensor] of generator) tensors.set(averageName(name), tensor);
  // Behind all of the pre-training, also where an earlier or another generator is taken: no point of it becomes void.
  const { checkpoint } = latestCheckpoint(paths, 'pretraining');
  return { tensors, stepsBefore: checkpoint?.state.step ?? 0, psnr };
}

function resumed(
  { path, state }: Checkpoint,
  options: GeneratorOptions,
  judge: DiscriminatorOptions,
  keepsAverage: boolean,
): Beginning {
  const read = (name: string) => readSafetensors(join(path, name));
  const generator = read(generatorFile).tensors;
  const discriminator = read(discriminatorFile).tensors;
  const optimizer = read(optimizerFile);
  const problem =
    mismatch(generator, expectedShapes(options)) ??
    mismatch(discriminator, new Map([...discriminatorParameters(judge), ...discriminatorStatistics(judge)]));
  if (problem) {
    throw new WorkbenchError(
      'run',
      `The run file's nets are not those of ${path}: ${problem}. Put \`generator\`, \`discriminator\` and \`scale_factor\` back, or give the run another name.`,
    );
  }
  const tensors = new Map([...generator, ...optimizer.tensors]);
  for (const [name, tensor] of discriminator) tensors.set(discriminatorName(name), tensor);
  if (keepsAverage) {
    // A run that begins to average later starts from the weights that it has.
    const averages = averageFile in state.files ? read(averageFile).tensors : generator;
    for (const [name, tensor] of averages) tensors.set(averageName(name), tensor);
  }
  return { tensors, stepsBefore: Number(optimizer.metadata[stepsBeforeKey] ?? 0), psnr: null };
}

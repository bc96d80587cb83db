import {
  imageSources,
  patchesPerEpoch,
  patchesPerStep,
  type ResolvedConfig,
  stepsPerEpoch,
  tensorsPerParameter,
  totalSteps,
  updatesInHalves,
} from '../../trainer/config/index.ts';
import { discriminatorOptions, discriminatorShapes } from '../../trainer/models/discriminator/shapes.ts';
import { type GeneratorLayer, generatorOptions, generatorShapes } from '../../trainer/models/shapes.ts';
import { type VggConvolution, vggConvolutions, vggParameters } from '../../trainer/models/vgg/shapes.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

/** Parameter counts of the networks; `vgg` of those that the losses of the training stage compute features with. */
interface ParameterCounts {
  /** Of the generator as it is trained. */
  readonly generator: number;
  readonly discriminator: number;
  readonly vgg: number;
}

/** The length of a stage. */
export interface StageLength {
  readonly images: number;
  readonly stepsPerEpoch: number;
  /** Total number of steps. */
  readonly steps: number;
}

/** Measurements of a run on this machine. */
export interface MeasuredRun {
  readonly name: string;
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  /** The engine that computed it: `cpu`, `webgpu`, `cuda` or `tensorflow`. */
  readonly engine: string;
  readonly stepsPerSecond: number | null;
  /** Resident memory of its process. */
  readonly memoryBytes: number | null;
}

/** The machine that the run will use. */
export interface Machine {
  /** The engine that the run will use; `null` if not yet known. */
  readonly engine: string | null;
  readonly runs: readonly MeasuredRun[];
}

/** An estimated number. */
export interface Estimate {
  readonly value: number;
  /** Number of significant digits. */
  readonly digits: 1 | 2;
  /** Whether it is of a run on this machine with about the same cost, and not of the model. */
  readonly isMeasured: boolean;
  /** How it was estimated, in one or two sentences. */
  readonly basis: string;
}

/** Height and width of the LR patch. */
export function lrPatch(config: ResolvedConfig, stage: Stage): [height: number, width: number] {
  const [height, width] = config[stage].cr_patch_size;
  return [height / config.scale_factor, width / config.scale_factor];
}

/**
 * The length of a stage; `undefined` if the number of its images is unknown or smaller than a batch.
 *
 * @param countImages number of images that a folder or glob contains, or a `meta_info` list names; `undefined` if unknown
 */
export function stageLength(
  config: ResolvedConfig,
  stage: Stage,
  countImages: (pattern: string) => number | undefined,
): StageLength | undefined {
  const sources = imageSources(config, stage, 'train');
  if (sources.length < config[stage].train_datasets.length) return undefined;
  const weights: number[] = [];
  for (const { hr, meta_info, weight = 1 } of sources) {
    const count = countImages(meta_info ?? hr);
    if (count === undefined) return undefined;
    for (let i = 0; i < count; i++) weights.push(weight);
  }
  const images = weights.length;
  const perEpoch = stepsPerEpoch(patchesPerEpoch(weights), patchesPerStep(config));
  if (perEpoch === 0) return undefined;
  return { images, stepsPerEpoch: perEpoch, steps: totalSteps(config[stage], perEpoch) };
}

/** The epoch of a step, both from 1. */
export function epochOf(step: number, { stepsPerEpoch: perEpoch }: StageLength): number {
  return Math.ceil(step / perEpoch);
}

/** Exact parameter counts, from the shapes that the trainer builds the networks from. */
export function parameterCounts(
  config: ResolvedConfig,
): ParameterCounts & { /** Of the generator as it upscales. */ readonly upscaling: number } {
  const { parameters, mergedParameters } = generatorShapes(generatorOptions(config));
  const generator = sizeOf(parameters);
  return {
    generator,
    upscaling: mergedParameters ?? generator,
    discriminator: sizeOf(discriminatorShapes(discriminatorOptions(config)).parameters),
    vgg: vggCount(config, 'training'),
  };
}

function vggCount(config: ResolvedConfig, stage: Stage): number {
  return sum(vggNetworksOf(config, stage).map((network) => sizeOf(vggParameters(network))));
}

/**
 * The computed cost of a batch and its update. Operations are multiplications and additions. A trained network costs three forward
 * passes. The GAN step runs the discriminator on real and generated images, with gradients by its parameters and inputs,
 * and once more for the gradient of the generator's loss. VGG runs on both images, with a gradient for one of them.
 *
 * An R1 penalty costs up to five passes more: the gradient by the real images, and both passes backward. Feature matching
 * reads the discriminator's maps once more.
 */
interface BatchCost {
  readonly operations: number;
  /** Bytes of the feature maps of each network's convolutions and normalizations. */
  readonly maps: { readonly generator: number; readonly discriminator: number; readonly vgg: number };
  /** Bytes of the parameters of the networks that the step uses. */
  readonly parameters: ParameterCounts;
}

function batchCost(config: ResolvedConfig, stage: Stage): BatchCost {
  const [height, width] = config[stage].cr_patch_size;
  const batch = config.batch_size;
  const lrPixels = (batch * height * width) / config.scale_factor ** 2;
  const ofGenerator = generatorShapes(generatorOptions(config)).layers.map((layer) =>
    layerCost(layer, lrPixels * layer.scale ** 2),
  );
  const isGan = stage === 'training';
  const { r1_penalty: r1 } = config.training;
  const ofDiscriminator = isGan ? discriminatorCosts(config, batch, height, width) : [];
  const ofVgg = vggNetworksOf(config, stage).flatMap((network) => vggCosts(network, batch, height, width));
  const counts = parameterCounts(config);
  const operations = (layers: readonly LayerCost[]) => sum(layers.map((layer) => layer.operations));
  const maps = (layers: readonly LayerCost[]) => sum(layers.map(({ map }) => map));
  return {
    operations:
      3 * operations(ofGenerator) +
      (7 + (r1 ? 5 / r1.every_steps : 0)) * operations(ofDiscriminator) +
      3 * operations(ofVgg),
    maps: { generator: maps(ofGenerator), discriminator: maps(ofDiscriminator), vgg: maps(ofVgg) },
    parameters: {
      generator: bytes * counts.generator,
      discriminator: isGan ? bytes * counts.discriminator : 0,
      vgg: bytes * vggCount(config, stage),
    },
  };
}

/** Of a 32-bit float. */
const bytes = 4;

interface LayerCost {
  readonly operations: number;
  /** Bytes. */
  readonly map: number;
}

function layerCost({ multiplications, channels }: Omit<GeneratorLayer, 'scale'>, pixels: number): LayerCost {
  return { operations: 2 * multiplications * pixels, map: bytes * channels * pixels };
}

function convolutionCost(
  { inputs, outputs }: { inputs: number; outputs: number },
  pixels: number,
): LayerCost {
  return layerCost({ multiplications: 9 * inputs * outputs, channels: outputs }, pixels);
}

function discriminatorCosts(
  config: ResolvedConfig,
  batch: number,
  height: number,
  width: number,
): LayerCost[] {
  const layers = discriminatorShapes(discriminatorOptions(config)).layers(height, width);
  return layers.map(({ multiplications, channels, size: [h, w] }) =>
    layerCost({ multiplications, channels }, batch * h * w),
  );
}

function vggCosts(
  network: readonly VggConvolution[],
  batch: number,
  height: number,
  width: number,
): LayerCost[] {
  let [h, w] = [height, width];
  return network.map((convolution) => {
    if (convolution.isPooled) [h, w] = [Math.floor(h / 2), Math.floor(w / 2)];
    return convolutionCost(convolution, batch * h * w);
  });
}

/**
 * Coefficients fitted to 17 short runs of both stages on two cores of an AMD EPYC with engine `cpu`: networks with 55
 * thousand to 17 million parameters, batches of 1 to 16, patches of 64 to 192. Their memory and fastest step differ from
 * the model by at most 11 %, with a standard deviation of 5 %.
 */
const reference = {
  memory: {
    /** Bytes of the process with its threads and libraries. */
    base: 280e6,
    /** Copies of each byte of maps and parameters: values, gradients, moments, and two buffers of the trained state. */
    generatorMaps: 5,
    discriminatorMaps: 5,
    generatorParameters: 11,
    discriminatorParameters: 16,
    vggParameters: 2,
    /**
     * Two buffers each of a tensor in the state: the EMA, what an optimizer has besides Adam's two, and the gradients,
     * where an update waits for them.
     */
    stateTensor: 2,
  },
  time: {
    /** Seconds per step, operation, byte of maps and byte of parameters. */
    base: 0.04,
    operation: 5.7e-12,
    mapByte: 1.9e-9,
    parameterByte: 3.3e-9,
  },
};

function referenceBytes(config: ResolvedConfig, stage: Stage): number {
  const { maps, parameters } = batchCost(config, stage);
  const { memory } = reference;
  const { optimizer: ofPretraining } = config.pretraining;
  const { g_optimizer, d_optimizer } = config.training;
  const optimizer = stage === 'pretraining' ? ofPretraining : g_optimizer;
  const gradients = updatesInHalves(config, stage) ? 1 : 0;
  // Beyond Adam's two.
  const ofGenerator = tensorsPerParameter(optimizer) - 2 + gradients + (config.ema.decay > 0 ? 1 : 0);
  const ofDiscriminator = tensorsPerParameter(d_optimizer) - 2 + gradients;
  return (
    memory.base +
    memory.generatorMaps * maps.generator +
    memory.discriminatorMaps * maps.discriminator +
    (memory.generatorParameters + memory.stateTensor * ofGenerator) * parameters.generator +
    (memory.discriminatorParameters + memory.stateTensor * ofDiscriminator) * parameters.discriminator +
    memory.vggParameters * parameters.vgg +
    metricBytes(config)
  );
}

/** Of the networks of `validation.metrics`: their parameters, and the maps of both images of a crop. */
function metricBytes(config: ResolvedConfig): number {
  const { metrics, crop_size: crop } = config.validation;
  const networks = metrics.filter((metric) => metric === 'lpips' || metric === 'dists').length;
  const convolutions = vggConvolutions('vgg16');
  // Of whole images the size is not known here.
  const maps = crop === null ? [] : vggCosts(convolutions, 2, ...crop);
  const parameters = bytes * sizeOf(vggParameters(convolutions));
  return networks * (reference.memory.vggParameters * parameters + sum(maps.map(({ map }) => map)));
}

function referenceSeconds(config: ResolvedConfig, stage: Stage): number {
  const { operations, maps, parameters } = batchCost(config, stage);
  const { time } = reference;
  // Of the discriminator's maps: real, generated, and back to the generator.
  const passes = config.training.feature_matching ? 4 : 3;
  return (
    time.base +
    config.accumulate *
      (time.operation * operations +
        time.mapByte * (maps.generator + passes * maps.discriminator + maps.vgg)) +
    time.parameterByte * (parameters.generator + parameters.discriminator)
  );
}

/** Peak memory of a stage in bytes, without the cache of decoded images (`cache_mb`). */
export function memoryEstimate(config: ResolvedConfig, stage: Stage, machine: Machine): Estimate {
  const estimate = referenceBytes(config, stage);
  const cache = `The cache of decoded images (\`cache_mb\`) takes up to ${config.cache_mb} MB more.`;
  // GPU memory is not measured, so only runs on the CPU are comparable.
  const similar =
    machine.engine === 'cpu' ? mostSimilar(config, stage, machine, 'memoryBytes', referenceBytes) : undefined;
  if (similar) {
    return {
      value: estimate * similar.ratio,
      digits: 2,
      isMeasured: isClose(similar),
      basis: `Scaled from the run ${similar.run.name} on this machine by the sizes of the feature maps and parameters.`,
    };
  }
  const where =
    machine.engine === 'cpu' || machine.engine === null
      ? ''
      : ' The GPU needs about as much of its own memory.';
  return {
    value: estimate,
    digits: 2,
    isMeasured: false,
    basis: `Computed from the sizes of the feature maps, parameters and optimizer state, calibrated with engine \`cpu\`.${where} ${cache}`,
  };
}

/** Seconds per step of a stage; `undefined` on engines other than `cpu` until a run on this machine was measured. */
export function timeEstimate(config: ResolvedConfig, stage: Stage, machine: Machine): Estimate | undefined {
  const estimate = referenceSeconds(config, stage);
  const similar = mostSimilar(
    config,
    stage,
    machine,
    'stepsPerSecond',
    (of, ofStage) => 1 / referenceSeconds(of, ofStage),
  );
  if (similar) {
    const isMeasured = isClose(similar);
    return {
      value: estimate / similar.ratio,
      digits: isMeasured ? 2 : 1,
      isMeasured,
      basis: `Scaled from the run ${similar.run.name} on this machine by the numbers of operations, feature maps and parameters.`,
    };
  }
  if (machine.engine !== 'cpu') return undefined;
  return {
    value: estimate,
    digits: 1,
    isMeasured: false,
    basis:
      'Computed for two server CPU cores from the numbers of operations, feature maps and parameters. New Run and the first run on this machine measure it.',
  };
}

/** Whether a measured run has at most twice or half the cost. */
function isClose({ distance }: { readonly distance: number }): boolean {
  return distance < Math.log(2);
}

/**
 * The most similar measured run: one of the same stage if there is one, and of those the closest in cost. One with another
 * generator is further away by a factor of 2: the cost differs by more than what is modelled.
 */
function mostSimilar(
  config: ResolvedConfig,
  stage: Stage,
  machine: Machine,
  key: 'memoryBytes' | 'stepsPerSecond',
  expected: (config: ResolvedConfig, stage: Stage) => number,
): { run: MeasuredRun; ratio: number; distance: number } | undefined {
  const own = expected(config, stage);
  const candidates = machine.runs.flatMap((run) => {
    const measured = run[key];
    if (run.engine !== machine.engine || measured === null || measured <= 0) return [];
    const modelled = expected(run.config, run.stage);
    const isSameType = run.config.generator.type === config.generator.type;
    const distance = Math.abs(Math.log(modelled / own)) + (isSameType ? 0 : Math.log(2));
    return [{ run, ratio: measured / modelled, distance }];
  });
  const ofStage = candidates.filter(({ run }) => run.stage === stage);
  return (ofStage.length > 0 ? ofStage : candidates).toSorted((a, b) => a.distance - b.distance)[0];
}

/** The convolutions of the networks of the losses, up to the deepest layer that each needs. */
function vggNetworksOf(config: ResolvedConfig, stage: Stage): VggConvolution[][] {
  return config[stage].losses.flatMap((loss) => {
    if (loss.type === 'perceptual') return [vggConvolutions(loss.vgg_type, Object.keys(loss.layer_weights))];
    return loss.type === 'lpips' || loss.type === 'dists' ? [vggConvolutions('vgg16')] : [];
  });
}

function sizeOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return sum([...shapes.values()].map((shape) => shape.reduce((product, size) => product * size, 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

import { imageSources, type ResolvedConfig, stepsPerEpoch, totalSteps } from '../../trainer/config/index.ts';
import {
  type DiscriminatorOptions,
  discriminatorBlocks,
  discriminatorParameters,
} from '../../trainer/models/discriminator/shapes.ts';
import { type GeneratorOptions, generatorConvolutions } from '../../trainer/models/rrdb/shapes.ts';
import { vggConvolutions, vggParameters } from '../../trainer/models/vgg/shapes.ts';
import type { Stage } from '../../trainer/run-state/run-state.ts';

/** Parameters of the nets of a run; `vgg` only up to the deepest layer of the perceptual loss, 0 without one. */
export interface ParameterCounts {
  readonly generator: number;
  readonly discriminator: number;
  readonly vgg: number;
}

/** How long a stage is; all but `steps` need the number of its images. */
export interface StageLength {
  readonly images: number;
  readonly stepsPerEpoch: number;
  /** Steps in all. */
  readonly steps: number;
}

/** A run that was measured on this machine. */
export interface MeasuredRun {
  readonly name: string;
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  /** What computed it: `cpu`, `webgpu`, `cuda` or `tensorflow`. */
  readonly engine: string;
  readonly stepsPerSecond: number | null;
  /** Resident memory of its process. */
  readonly memoryBytes: number | null;
}

/** The machine that runs would run on. */
export interface Machine {
  /** What a run of this config gets; `null` where that is not known yet. */
  readonly engine: string | null;
  readonly runs: readonly MeasuredRun[];
}

/** A number that was not measured, and how it came about. */
export interface Estimate {
  readonly value: number;
  /** How many of its digits mean something. */
  readonly digits: 1 | 2;
  /** A sentence or two. */
  readonly basis: string;
}

/** Height and width of the patch that the generator sees. */
export function lrPatch(config: ResolvedConfig, stage: Stage): [height: number, width: number] {
  const [height, width] = config[stage].cr_patch_size;
  return [height / config.scale_factor, width / config.scale_factor];
}

/**
 * How long a stage is; `undefined` where the images of one of its data sets are not known, or do not fill a batch.
 *
 * @param countImages in a folder or behind a glob; `undefined` for none such
 */
export function stageLength(
  config: ResolvedConfig,
  stage: Stage,
  countImages: (pattern: string) => number | undefined,
): StageLength | undefined {
  const counts = imageSources(config, stage, 'train').map(({ hr }) => countImages(hr));
  if (counts.length < config[stage].train_datasets.length) return undefined;
  let images = 0;
  for (const count of counts) {
    if (count === undefined) return undefined;
    images += count;
  }
  const perEpoch = stepsPerEpoch(images, config.batch_size);
  if (perEpoch === 0) return undefined;
  return { images, stepsPerEpoch: perEpoch, steps: totalSteps(config[stage], perEpoch) };
}

/** The epoch, from 1, in which a step, from 1, lies. */
export function epochOf(step: number, { stepsPerEpoch: perEpoch }: StageLength): number {
  return Math.ceil(step / perEpoch);
}

/** Exact: from the same shapes that the trainer makes the nets of. */
export function parameterCounts(config: ResolvedConfig): ParameterCounts {
  return {
    generator: sum(
      generatorConvolutions(generatorOptions(config)).map(
        ({ inputs, outputs }) => outputs * (9 * inputs + 1),
      ),
    ),
    discriminator: sizeOf(discriminatorParameters(discriminatorOptions(config))),
    vgg: sizeOf(vggParameters(vggOf(config))),
  };
}

/**
 * What a step costs, by arithmetic. Operations count each multiplication and addition; a net that learns costs three
 * times its forward pass. The step of the GAN computes the discriminator on real and generated images, its gradients
 * of both kinds for both, and that of the generator's loss; VGG sees both kinds, and one gets a gradient.
 */
interface StepCost {
  readonly operations: number;
  /** Bytes of the maps that the convolutions of each net give, those of normalisations too. */
  readonly maps: { readonly generator: number; readonly discriminator: number; readonly vgg: number };
  /** Bytes of the parameters of the nets that take part. */
  readonly parameters: ParameterCounts;
}

function stepCost(config: ResolvedConfig, stage: Stage): StepCost {
  const [height, width] = config[stage].cr_patch_size;
  const batch = config.batch_size;
  const lrPixels = (batch * height * width) / config.scale_factor ** 2;
  const ofGenerator = generatorConvolutions(generatorOptions(config)).map((convolution) =>
    layerCost(convolution, lrPixels * convolution.scale ** 2),
  );
  const isGan = stage === 'training';
  const ofDiscriminator = isGan ? discriminatorCosts(config, batch, height, width) : [];
  const ofVgg = isGan ? vggCosts(config, batch, height, width) : [];
  const counts = parameterCounts(config);
  const operations = (layers: readonly LayerCost[]) => sum(layers.map((layer) => layer.operations));
  const maps = (layers: readonly LayerCost[]) => sum(layers.map(({ map }) => map));
  return {
    operations: 3 * operations(ofGenerator) + 7 * operations(ofDiscriminator) + 3 * operations(ofVgg),
    maps: { generator: maps(ofGenerator), discriminator: maps(ofDiscriminator), vgg: maps(ofVgg) },
    parameters: {
      generator: bytes * counts.generator,
      discriminator: isGan ? bytes * counts.discriminator : 0,
      vgg: isGan ? bytes * counts.vgg : 0,
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

function layerCost({ inputs, outputs }: { inputs: number; outputs: number }, pixels: number): LayerCost {
  return { operations: 2 * 9 * inputs * outputs * pixels, map: bytes * outputs * pixels };
}

function discriminatorCosts(
  config: ResolvedConfig,
  batch: number,
  height: number,
  width: number,
): LayerCost[] {
  let [h, w] = [height, width];
  return discriminatorBlocks(discriminatorOptions(config)).map((block) => {
    [h, w] = [Math.ceil(h / block.stride), Math.ceil(w / block.stride)];
    const { operations, map } = layerCost(block, batch * h * w);
    return { operations, map: block.isNormalized ? 2 * map : map };
  });
}

function vggCosts(config: ResolvedConfig, batch: number, height: number, width: number): LayerCost[] {
  let [h, w] = [height, width];
  return vggOf(config).map((convolution) => {
    if (convolution.isPooled) [h, w] = [Math.floor(h / 2), Math.floor(w / 2)];
    return layerCost(convolution, batch * h * w);
  });
}

/**
 * Fitted to 17 short runs of both stages on two cores of an AMD EPYC with engine `cpu`: nets of 55 thousand to 17
 * million weights, batches of 1 to 16, patches of 64 to 192. It meets their memory and their fastest step within 11 %,
 * with a deviation of 5 %.
 */
const reference = {
  memory: {
    /** The program with its threads and libraries. */
    base: 280e6,
    /** Copies of each byte of maps and parameters: results, gradients, moments, two sets of all that a step changes. */
    generatorMaps: 5,
    discriminatorMaps: 5,
    generatorParameters: 11,
    discriminatorParameters: 16,
    vggParameters: 2,
    /** A running average is a state of its own, in two sets. */
    averageParameters: 2,
  },
  time: {
    /** Seconds a step, an operation, a byte of maps, a byte of parameters. */
    base: 0.04,
    operation: 5.7e-12,
    mapByte: 1.9e-9,
    parameterByte: 3.3e-9,
  },
};

function referenceBytes(config: ResolvedConfig, stage: Stage): number {
  const { maps, parameters } = stepCost(config, stage);
  const { memory } = reference;
  const averages = config.ema.decay > 0 ? memory.averageParameters : 0;
  return (
    memory.base +
    memory.generatorMaps * maps.generator +
    memory.discriminatorMaps * maps.discriminator +
    (memory.generatorParameters + averages) * parameters.generator +
    memory.discriminatorParameters * parameters.discriminator +
    memory.vggParameters * parameters.vgg
  );
}

function referenceSeconds(config: ResolvedConfig, stage: Stage): number {
  const { operations, maps, parameters } = stepCost(config, stage);
  const { time } = reference;
  return (
    time.base +
    time.operation * operations +
    // The discriminator's maps pass by about three times: real, generated, and back for the generator.
    time.mapByte * (maps.generator + 3 * maps.discriminator + maps.vgg) +
    time.parameterByte * (parameters.generator + parameters.discriminator)
  );
}

/** Memory that a stage needs at its peak, in bytes, without the cache of decoded images (`cache_mb`). */
export function memoryEstimate(config: ResolvedConfig, stage: Stage, machine: Machine): Estimate {
  const estimate = referenceBytes(config, stage);
  const cache = `Up to ${config.cache_mb} MB of decoded images (\`cache_mb\`) come on top.`;
  // What a process takes on a GPU is not seen from outside, so that only runs on the processor tell more.
  const like =
    machine.engine === 'cpu' ? mostAlike(config, stage, machine, 'memoryBytes', referenceBytes) : undefined;
  if (like) {
    return {
      value: estimate * like.ratio,
      digits: 2,
      basis: `Scaled from ${like.run.name} on this machine by the sizes of maps and weights.`,
    };
  }
  const where =
    machine.engine === 'cpu' || machine.engine === null ? '' : ' The GPU needs about as much of its own.';
  return {
    value: estimate,
    digits: 2,
    basis: `Counted from maps, weights and moments, as measured with the engine \`cpu\`.${where} ${cache}`,
  };
}

/**
 * Seconds a step of a stage takes; `undefined` where nothing tells: on an engine other than `cpu` on which nothing was
 * measured yet.
 */
export function timeEstimate(config: ResolvedConfig, stage: Stage, machine: Machine): Estimate | undefined {
  const estimate = referenceSeconds(config, stage);
  const like = mostAlike(
    config,
    stage,
    machine,
    'stepsPerSecond',
    (of, ofStage) => 1 / referenceSeconds(of, ofStage),
  );
  if (like) {
    const isSame = like.distance < Math.log(2);
    return {
      value: estimate / like.ratio,
      digits: isSame ? 2 : 1,
      basis: `Scaled from ${like.run.name} on this machine by operations, maps and weights.`,
    };
  }
  if (machine.engine !== 'cpu') return undefined;
  return {
    value: estimate,
    digits: 1,
    basis:
      'As two cores of a server would take, by operations, maps and weights. A first run on this machine will tell better.',
  };
}

/** The measured run that says most about a stage: of the same stage where there is one, then the nearest in cost. */
function mostAlike(
  config: ResolvedConfig,
  stage: Stage,
  machine: Machine,
  key: 'memoryBytes' | 'stepsPerSecond',
  expected: (config: ResolvedConfig, stage: Stage) => number,
): { run: MeasuredRun; ratio: number; distance: number } | undefined {
  const wanted = expected(config, stage);
  const candidates = machine.runs.flatMap((run) => {
    const measured = run[key];
    if (run.engine !== machine.engine || measured === null || measured <= 0) return [];
    const modelled = expected(run.config, run.stage);
    return [{ run, ratio: measured / modelled, distance: Math.abs(Math.log(modelled / wanted)) }];
  });
  const ofStage = candidates.filter(({ run }) => run.stage === stage);
  return (ofStage.length > 0 ? ofStage : candidates).toSorted((a, b) => a.distance - b.distance)[0];
}

function generatorOptions({ img_channels, scale_factor, generator }: ResolvedConfig): GeneratorOptions {
  return { img_channels, scale_factor, ...generator };
}

function discriminatorOptions({ img_channels, discriminator }: ResolvedConfig): DiscriminatorOptions {
  return { img_channels, ...discriminator };
}

function vggOf({ perceptual_loss }: ResolvedConfig) {
  return perceptual_loss
    ? vggConvolutions(perceptual_loss.vgg_type, Object.keys(perceptual_loss.layer_weights))
    : [];
}

function sizeOf(shapes: ReadonlyMap<string, readonly number[]>): number {
  return sum([...shapes.values()].map((shape) => shape.reduce((product, size) => product * size, 1)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

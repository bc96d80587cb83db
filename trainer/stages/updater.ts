import { type ResolvedConfig, updatesInHalves } from '../config/index.ts';
import type { Batch } from '../data/loader.ts';
import type { Arrays, Engine, HostTensor, HostTensors, Program, Shapes, State } from '../engine/engine.ts';
import { type FactorPrefix, factorInputs, factorShapes, slotNames } from '../optimizers/apply.ts';
import type { LearningRate } from '../optimizers/optimizer.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { Checkpoint } from '../runs/checkpoints.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import { batchShapes } from './batch-shapes.ts';
import { emaInputShapes, emaInputs, emaName } from './ema.ts';
import {
  applyStep,
  type GradientFunction,
  gradientName,
  gradientsStep,
  type UpdatedNetwork,
  wholeStep,
} from './step.ts';

type Scalars = Readonly<Record<string, number>>;

/** A network with what decides over its updates. */
interface ScheduledNetwork extends UpdatedNetwork {
  readonly learningRate: LearningRate;
  /** Whether an update with these losses leaves this network as it is. */
  readonly isPaused?: (losses: Scalars) => boolean;
}

interface UpdaterOptions {
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  readonly engine: Engine;
  readonly compute: GradientFunction;
  /** Takes the place of `compute` in every so many updates of the last network. */
  readonly lazy?: { readonly compute: GradientFunction; readonly every: number };
  readonly networks: readonly ScheduledNetwork[];
  /** The networks with their optimizers and EMA, and what else `compute` reads, by names in the state. */
  readonly tensors: HostTensors;
  /** Names of the tensors that never change. */
  readonly frozen?: readonly string[];
  /** The checkpoint that the networks are from, and the metadata that `metadata` gave for it. */
  readonly resumed: { readonly checkpoint: Checkpoint; readonly metadata: Metadata } | undefined;
}

/** Updates the networks of a stage, which are state of an engine. */
export interface Updater {
  readonly state: State;
  /** Updates of each network so far: without those that were skipped, which count for no optimizer and no schedule. */
  readonly updates: readonly number[];
  /**
   * Updates each network by the mean gradient of the batches, `accumulate` of them one after another. If a loss or a
   * gradient is not finite and the run file allows such steps, nothing is updated.
   *
   * @returns losses, gradient norms before clipping, and learning rates
   */
  update(batch: Pick<Batch, 'lr' | 'hr'>): Promise<Scalars>;
  /** What a checkpoint has to hold besides the state. */
  metadata(): Metadata;
  close(): Promise<void>;
}

export async function openUpdater(given: UpdaterOptions): Promise<Updater> {
  const { config } = given;
  const factor = given.resumed?.checkpoint.state.nonFinite.learningRateFactor ?? 1;
  const networks = given.networks.map((network) => ({
    ...network,
    learningRate: (update: number) => factor * network.learningRate(update),
  }));
  const options = { ...given, networks };
  const inHalves = updatesInHalves(config, options.stage);
  const gradients = inHalves ? zeroGradients(options) : [];
  const state = options.engine.state(new Map([...options.tensors, ...gradients]));
  const updates = networks.map(({ prefix }) => updatesIn(options.resumed, prefix));
  const { run, close } = await (inHalves ? compileHalves : compileWhole)(options, state, {
    add: (index) => {
      updates[index] = updates[index]! + 1;
    },
    inputs: (index) => networkInputs(config, networks[index]!, updates[index]! + 1),
    isLazy: () => options.lazy !== undefined && (updates.at(-1)! + 1) % options.lazy.every === 0,
  });
  return {
    state,
    updates,
    async update(batch) {
      const rates = networks.map(({ prefix, learningRate }, index) => [
        `${prefix}learning_rate`,
        learningRate(updates[index]! + 1),
      ]);
      return { ...(await run(batch)), ...Object.fromEntries(rates) };
    },
    metadata: () =>
      Object.fromEntries(networks.map(({ prefix }, index) => [updatesKey(prefix), String(updates[index])])),
    async close() {
      await close();
      await state.close();
    },
  };
}

function updatesKey(prefix: FactorPrefix): string {
  return `${prefix}updates`;
}

/** Checkpoints of earlier versions do not have it: they skipped no update. */
function updatesIn(resumed: UpdaterOptions['resumed'], prefix: FactorPrefix): number {
  return Number(resumed?.metadata[updatesKey(prefix)] ?? resumed?.checkpoint.state.step ?? 0);
}

/** The counts of the updates of each network. */
interface Counts {
  add(index: number): void;
  /** Inputs of the next update of a network. */
  inputs(index: number): Arrays;
  /** Whether the next update is one of `lazy`. */
  isLazy(): boolean;
}

/** The programs of `compute` and of `lazy`. */
interface GradientPrograms {
  /** That of the next update. */
  next(): Program;
  close(): Promise<void>;
}

async function compileGradients(
  { compute, lazy }: UpdaterOptions,
  counts: Counts,
  compile: (compute: GradientFunction) => Promise<Program>,
): Promise<GradientPrograms> {
  const usual = await compile(compute);
  const other = lazy && (await compile(lazy.compute));
  return {
    next: () => (other && counts.isLazy() ? other : usual),
    async close() {
      await usual.close();
      await other?.close();
    },
  };
}

interface CompiledUpdate {
  run(batch: Pick<Batch, 'lr' | 'hr'>): Promise<Scalars>;
  close(): Promise<void>;
}

async function compileWhole(options: UpdaterOptions, state: State, counts: Counts): Promise<CompiledUpdate> {
  const { config, stage, engine, networks, frozen = [] } = options;
  const inputs = Object.assign(
    { ...batchShapes(config, config[stage].cr_patch_size) },
    ...networks.map((network) => networkInputShapes(network)),
  );
  const names = Object.keys(state.shapes);
  const programs = await compileGradients(options, counts, (compute) =>
    engine.compile(wholeStep(compute, networks), { inputs, state: names, frozen }, state),
  );
  return {
    async run({ lr, hr }) {
      const factors = networks.map((_, index) => counts.inputs(index));
      const outputs = await programs.next().run(Object.assign({ lr, hr }, ...factors));
      for (const index of networks.keys()) counts.add(index);
      return scalarsOf(outputs);
    },
    close: () => programs.close(),
  };
}

async function compileHalves(options: UpdaterOptions, state: State, counts: Counts): Promise<CompiledUpdate> {
  const { config, stage, engine, networks, frozen = [] } = options;
  const { accumulate, clip_gradient_norm: largestNorm } = config;
  const keep = accumulate > 1 ? { keep: [] } : {};
  const signature = {
    inputs: { ...batchShapes(config, config[stage].cr_patch_size), ...keep },
    state: Object.keys(state.shapes),
    frozen,
  };
  const programs = await compileGradients(options, counts, (compute) =>
    engine.compile(gradientsStep(compute, networks), signature, state),
  );
  const applies: Program[] = [];
  for (const network of networks) {
    const inputs = { ...networkInputShapes(network), gradient_factor: [] };
    applies.push(await engine.compile(applyStep(network), { inputs, state: namesOf(network) }, state));
  }

  /** The scalars of all batches: means of the losses, and the norms of the mean gradients. */
  async function runGradients({ lr, hr }: Pick<Batch, 'lr' | 'hr'>): Promise<Scalars> {
    const gradients = programs.next();
    const all: Scalars[] = [];
    for (let index = 0; index < accumulate; index++) {
      const batch = { lr: part(lr, index, accumulate), hr: part(hr, index, accumulate) };
      const keep = accumulate > 1 ? { keep: Float32Array.of(index === 0 ? 0 : 1) } : {};
      all.push(scalarsOf(await gradients.run({ ...batch, ...keep })));
    }
    const norms = networks.map(({ prefix }) => `${prefix}gradient_norm`);
    return Object.fromEntries(
      Object.keys(all[0]!).map((name) => {
        const values = norms.includes(name) ? [all.at(-1)![name]!] : all.map((each) => each[name]!);
        return [name, values.reduce((sum, value) => sum + value, 0) / accumulate];
      }),
    );
  }

  return {
    async run(batch) {
      const scalars = await runGradients(batch);
      if (!Object.values(scalars).every(Number.isFinite)) {
        // The next sum must not start from them: zero times NaN is NaN.
        if (accumulate > 1) state.write(new Map(zeroGradients(options)));
        return scalars;
      }
      for (const [index, { prefix, isPaused }] of networks.entries()) {
        if (isPaused?.(scalars)) continue;
        const norm = scalars[`${prefix}gradient_norm`]!;
        const gradient_factor = Float32Array.of(clipFactor(norm, largestNorm) / accumulate);
        await applies[index]!.run({ ...counts.inputs(index), gradient_factor });
        counts.add(index);
      }
      return scalars;
    },
    async close() {
      for (const program of [programs, ...applies]) await program.close();
    },
  };
}

/** Gradients of zero, by names in the state. */
function zeroGradients({ networks, tensors }: UpdaterOptions): [string, HostTensor][] {
  return networks.flatMap(({ parameters }) =>
    parameters.map((name): [string, HostTensor] => {
      const { shape, data } = tensors.get(name)!;
      return [gradientName(name), { shape, data: new Float32Array(data.length) }];
    }),
  );
}

/** Names in the state of all tensors of a network that its update reads. */
function namesOf({ optimizer, parameters, hasEma }: UpdatedNetwork): string[] {
  return parameters.flatMap((name) => [
    name,
    gradientName(name),
    ...slotNames(optimizer, name),
    ...(hasEma ? [emaName(name)] : []),
  ]);
}

function networkInputs({ ema }: ResolvedConfig, network: ScheduledNetwork, update: number): Arrays {
  const { prefix, optimizer, learningRate, hasEma } = network;
  return {
    ...factorInputs(optimizer, learningRate, update, prefix),
    ...(hasEma ? emaInputs(ema, update) : {}),
  };
}

function networkInputShapes({ prefix, optimizer, hasEma }: UpdatedNetwork): Shapes {
  return { ...factorShapes(optimizer, prefix), ...(hasEma ? emaInputShapes : {}) };
}

function scalarsOf(outputs: Arrays): Record<string, number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, data]) => [name, data[0]!]));
}

/** One of several equal parts of a batch. */
function part(patches: Float32Array, index: number, parts: number): Float32Array {
  const length = patches.length / parts;
  return patches.subarray(index * length, (index + 1) * length);
}

/** The factor of gradients with this norm so that it is at most `largest`, as in PyTorch's `clip_grad_norm_`. */
export function clipFactor(norm: number, largest: number | null): number {
  return largest === null ? 1 : Math.min(1, largest / (norm + 1e-6));
}

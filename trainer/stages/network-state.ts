import { join } from 'node:path';
import type { HostTensor, HostTensors, State } from '../engine/engine.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { mismatches } from '../models/mismatches.ts';
import type { TensorShapes } from '../models/shapes.ts';
import { initialSlots, slotNames } from '../optimizers/apply.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Checkpoint, CheckpointFile } from '../runs/checkpoints.ts';
import { encodeSafetensors, readSafetensors } from '../tensor-files/safetensors.ts';
import type { Metadata } from '../tensor-files/tensors.ts';
import { emaName } from './ema.ts';

/**
 * A network that a stage trains. The engine's state holds its tensors, those of its optimizer and, if the run tracks
 * it, the EMA of its parameters. Checkpoint files hold the same tensors.
 */
export interface TrainedNetwork {
  /** In the checkpoint's folder. */
  readonly file: string;
  /** File of the EMA; null if the run does not track it. */
  readonly emaFile: string | null;
  /** Metadata of both files. */
  readonly metadata: Metadata;
  readonly optimizer: Optimizer;
  /** The key of the run file that chooses the optimizer. */
  readonly optimizerKey: string;
  /** Shapes of the tensors that the optimizer updates, by their names in the file. */
  readonly parameters: TensorShapes;
  /** Shapes of the other tensors, such as the running statistics of batch normalization. */
  readonly statistics: TensorShapes;
  /** Name in the engine's state of the tensor with this name in the file. */
  readonly nameInState: (name: string) => string;
}

/** The tensors of the optimizers of all networks of the stage. */
const optimizerFile = 'optimizer.safetensors';

/** Names in the state of the tensors that the optimizer updates. */
export function parametersInState({ parameters, nameInState }: TrainedNetwork): string[] {
  return [...parameters.keys()].map(nameInState);
}

/** A network before its first update: the given weights, a new optimizer, and an EMA that equals the weights. */
export function initialState(network: TrainedNetwork, weights: HostTensors): Map<string, HostTensor> {
  const { optimizer, parameters, emaFile, nameInState } = network;
  const state = new Map([...weights].map(([name, tensor]) => [nameInState(name), tensor]));
  const trained = new Map([...parameters.keys()].map((name) => [nameInState(name), weights.get(name)!]));
  for (const [name, tensor] of initialSlots(optimizer, trained)) state.set(name, tensor);
  if (emaFile !== null) for (const [name, tensor] of trained) state.set(emaName(name), tensor);
  return state;
}

/**
 * The networks as a checkpoint holds them, by names in the state, and the metadata that `checkpointFiles` was given.
 *
 * @throws WorkbenchError `run` if the networks do not have the shapes of the checkpoint's, or have another optimizer
 */
export function readState(
  networks: readonly TrainedNetwork[],
  { path, state: { files } }: Checkpoint,
): { tensors: Map<string, HostTensor>; metadata: Metadata } {
  const read = (file: string) => readSafetensors(join(path, file));
  const optimizer = read(optimizerFile);
  const tensors = new Map<string, HostTensor>(optimizer.tensors);
  for (const network of networks) {
    const { file, emaFile, parameters, statistics, nameInState } = network;
    const { tensors: saved, metadata } = read(file);
    const problem =
      otherArchitecture(metadata, network.metadata) ??
      mismatch(saved, new Map([...parameters, ...statistics])) ??
      otherSetting(metadata, network.metadata);
    if (problem) {
      throw new WorkbenchError(
        'run',
        `The networks of the run file do not match those of ${path}: ${problem}. Restore \`generator\`, \`discriminator\` and \`scale_factor\`, or change \`name\` to start a new run.`,
      );
    }
    assertSameOptimizer(network, optimizer.tensors, path);
    for (const [name, tensor] of saved) tensors.set(nameInState(name), tensor);
    if (emaFile === null) continue;
    // A run whose EMA is switched on later starts it at the current weights.
    const ema = emaFile in files ? read(emaFile).tensors : saved;
    for (const name of parameters.keys()) tensors.set(emaName(nameInState(name)), ema.get(name)!);
  }
  return { tensors, metadata: optimizer.metadata };
}

function otherArchitecture(
  { architecture: saved }: Metadata,
  { architecture }: Metadata,
): string | undefined {
  if (saved === undefined || saved === architecture) return undefined;
  return `they are of the architecture ${saved} instead of ${architecture}`;
}

/** A hyperparameter that does not follow from the tensors, such as a residual scaling, and has another value. */
export function otherSetting(
  saved: Metadata,
  { architecture: _, scale: __, ...own }: Metadata,
): string | undefined {
  const key = Object.keys(own).find((each) => saved[each] !== undefined && saved[each] !== own[each]);
  return key && `\`${key}\` is ${saved[key]} instead of ${own[key]}`;
}

/** @throws WorkbenchError `run` if the checkpoint does not have the tensors of the network's optimizer */
function assertSameOptimizer(
  { optimizer, optimizerKey, parameters, nameInState }: TrainedNetwork,
  saved: HostTensors,
  path: string,
): void {
  const [first = ''] = [...parameters.keys()].map(nameInState);
  const isComplete = [...parameters.keys()]
    .flatMap((name) => slotNames(optimizer, nameInState(name)))
    .every((name) => saved.has(name));
  if (isComplete) return;
  const other = [...saved.keys()].find((name) => name.endsWith(`.${first}`))?.split('.')[0] ?? 'another one';
  throw new WorkbenchError(
    'run',
    `${path} has the state of the optimizer ${other}, but \`${optimizerKey}.type\` is ${optimizer.type}. Set it to ${other} to resume, or change \`name\` to start a new run from these weights, with \`init\` set to a copy of them.`,
  );
}

/** The files of a checkpoint with the networks as they are in the engine; `metadata` is saved with the optimizers. */
export async function checkpointFiles(
  networks: readonly TrainedNetwork[],
  state: State,
  metadata: Metadata = {},
): Promise<CheckpointFile[]> {
  const layout = layoutOf(networks, metadata);
  const tensors = await state.read(layout.flatMap(({ names }) => [...names.values()]));
  return layout.map(({ file, metadata, names }) => ({
    name: file,
    chunks: encodeSafetensors(
      new Map([...names].map(([inFile, inState]) => [inFile, tensors.get(inState)!])),
      metadata,
    ),
  }));
}

/** A file of a checkpoint. */
interface FileLayout {
  readonly file: string;
  readonly metadata: Metadata;
  /** Names in the state, by names in the file. */
  readonly names: ReadonlyMap<string, string>;
}

function layoutOf(networks: readonly TrainedNetwork[], metadata: Metadata): FileLayout[] {
  const layout = (
    file: string,
    metadata: Metadata,
    names: string[],
    nameInState: (name: string) => string,
  ) => ({
    file,
    metadata,
    names: new Map(names.map((name) => [name, nameInState(name)])),
  });
  const slots = networks.flatMap(({ optimizer, parameters, nameInState }) =>
    [...parameters.keys()].flatMap((name) => slotNames(optimizer, nameInState(name))),
  );
  return [
    ...networks.map(({ file, metadata, parameters, statistics, nameInState }) =>
      layout(file, metadata, [...parameters.keys(), ...statistics.keys()], nameInState),
    ),
    layout(optimizerFile, metadata, slots, (name) => name),
    ...networks.flatMap(({ emaFile, metadata, parameters, nameInState }) =>
      emaFile === null
        ? []
        : layout(emaFile, metadata, [...parameters.keys()], (name) => emaName(nameInState(name))),
    ),
  ];
}

/** The first difference, in words, between tensors and the shapes of a network; undefined if they match. */
export function mismatch(tensors: HostTensors, expected: TensorShapes): string | undefined {
  return mismatches(new Map([...tensors].map(([name, { shape }]) => [name, shape])), expected)[0];
}

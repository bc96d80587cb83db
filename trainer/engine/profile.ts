import { type Guard, isList, isNumber, isObject, isOptional, isRecord, isString } from '../guards/guards.ts';

/** An event of a profile of ONNX Runtime, in the format of Chrome's traces; times in microseconds. */
interface ProfileEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args: {
    readonly op_name?: string | undefined;
    readonly input_type_shape?: readonly Readonly<Record<string, readonly number[]>>[] | undefined;
  };
}

const isProfile: Guard<readonly ProfileEvent[]> = isList(
  isObject<ProfileEvent>({
    cat: isString,
    name: isString,
    ts: isNumber,
    dur: isNumber,
    args: isObject<ProfileEvent['args']>({
      op_name: isOptional(isString),
      input_type_shape: isOptional(isList(isRecord(isList(isNumber)))),
    }),
  }),
);

/** All calls of an operation in a step. */
export interface OperationTime {
  /** As ONNX names it, such as `Conv`. */
  readonly operation: string;
  /** Of the inputs, such as `8×64×32×32, 32×64×3×3`; empty if the calls have several. */
  readonly shapes: string;
  /** Per step. */
  readonly calls: number;
  readonly milliseconds: number;
}

/** What a step spends its time on. */
export interface StepProfile {
  /** Steps that were measured. */
  readonly steps: number;
  /** The slowest first. */
  readonly byOperation: readonly OperationTime[];
  /** The same, apart for inputs of different shapes. */
  readonly byShapes: readonly OperationTime[];
}

/**
 * Averages profiles of ONNX Runtime over the steps after `warmUp`.
 *
 * @param profiles the parsed files, one for each program of a step
 */
export function stepProfile(profiles: readonly unknown[], warmUp: number): StepProfile {
  const programs = profiles.map((profile) => {
    if (!isProfile(profile)) throw new Error('ONNX Runtime wrote a profile of another form.');
    return measuredPart(profile, warmUp);
  });
  const steps = Math.max(0, ...programs.map((program) => program.steps));
  const nodes = programs.flatMap((program) => program.nodes);
  return {
    steps,
    byOperation: summed(nodes, steps, ({ args }) => [args.op_name ?? '', '']),
    byShapes: summed(nodes, steps, ({ args }) => [args.op_name ?? '', shapesOf(args)]),
  };
}

/** The operations of the runs after the first `warmUp`, in which memory is allocated. */
function measuredPart(profile: readonly ProfileEvent[], warmUp: number) {
  const runs = profile.filter(({ name }) => name === 'model_run').toSorted((a, b) => a.ts - b.ts);
  const [first] = runs.slice(warmUp);
  const nodes = first ? profile.filter(({ cat, ts }) => cat === 'Node' && ts >= first.ts) : [];
  return { steps: Math.max(0, runs.length - warmUp), nodes };
}

function summed(
  nodes: readonly ProfileEvent[],
  steps: number,
  key: (node: ProfileEvent) => readonly [operation: string, shapes: string],
): OperationTime[] {
  const sums = new Map<string, { operation: string; shapes: string; calls: number; milliseconds: number }>();
  for (const node of nodes) {
    const [operation, shapes] = key(node);
    const id = `${operation} ${shapes}`;
    const sum = sums.get(id) ?? { operation, shapes, calls: 0, milliseconds: 0 };
    sums.set(id, sum);
    sum.calls += 1 / steps;
    sum.milliseconds += node.dur / 1000 / steps;
  }
  return [...sums.values()].sort((a, b) => b.milliseconds - a.milliseconds);
}

function shapesOf({ input_type_shape: inputs = [] }: ProfileEvent['args']): string {
  return inputs.flatMap((input) => Object.values(input).map((shape) => shape.join('×') || '1')).join(', ');
}

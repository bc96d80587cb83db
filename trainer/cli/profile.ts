import { existsSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { type Command, Option } from 'commander';
import {
  configForStage,
  initFile,
  type ResolvedConfig,
  readRunFile,
  readRunFileText,
} from '../config/index.ts';
import { engineChoices, openEngine, parseEngine } from '../engine/engines.ts';
import { type OperationTime, type StepProfile, stepProfile } from '../engine/profile.ts';
import { WorkbenchError } from '../errors/errors.ts';
import { removeFolderSync } from '../files/change-files.ts';
import { formatCount, formatPercentage } from '../format/format.ts';
import { datasetFiles } from '../image-files/dataset-files.ts';
import { type Stage, stages } from '../run-state/run-state.ts';
import { train } from '../stages/train.ts';
import { isOwnPretraining } from '../stages/training-start.ts';
import { assertNew, overwriteOption } from './overwrite.ts';
import { cancelOnRequest } from './parent.ts';
import { print } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

interface Flags {
  readonly stage: Stage;
  readonly steps: number;
  readonly engine?: string;
  readonly out?: string;
  readonly overwrite?: boolean;
  readonly json?: boolean;
}

/** Steps before those that are measured: memory is allocated in them. */
const warmUp = 2;

/** Rows of the table by shapes. */
const slowest = 12;

/** Adds `esrgan profile` to the command. */
export function registerProfile(program: Command): void {
  program
    .command('profile')
    .description('show what the time of a training step is spent on, by operation')
    .argument('<run file>', 'a run file: YAML, such as first.esrgan.yaml, or JSON')
    .addOption(new Option('--stage <stage>', 'stage to profile').choices(stages).default('pretraining'))
    .option('--steps <count>', 'steps to measure', wholeNumber, 5)
    .option('--engine <engine>', `${engineChoices}; overrides the run file`)
    .option('--out <file>', 'trace to write (default: the name of the run, with .trace.json, here)')
    .option(...overwriteOption)
    .option('--json', 'print JSON')
    .action(async (file: string, flags: Flags) => {
      const read = readRunFile(readRunFileText(file), { file, files: datasetFiles });
      const { config } = configForStage(file, read, flags.stage);
      const out = resolve(flags.out ?? `${basename(config.name)}.trace.json`);
      assertNew(out, flags.overwrite === true);
      if (!existsSync(dirname(out)))
        throw new WorkbenchError('usage', `The folder ${dirname(out)} does not exist.`);
      const cancel = cancelOnRequest();
      const folder = mkdtempSync(join(tmpdir(), 'esrgan-profile-'));
      try {
        const { milliseconds, engine, profiles } = await profiledSteps(config, flags, folder, cancel.signal);
        const profile = stepProfile(profiles, warmUp);
        writeFileSync(out, JSON.stringify(profiles.flat()));
        const { stage, json } = flags;
        if (json) print(`${JSON.stringify({ stage, engine, milliseconds, ...profile, trace: out })}\n`);
        else {
          const lines = [
            `${config.name}, ${stage}, engine ${engine}: ${reportLines(profile, milliseconds).join('\n')}`,
            '',
            `The trace of all steps is ${out}. Open it in Chrome at chrome://tracing, or at https://ui.perfetto.dev.`,
          ];
          for (const line of lines) print(`${line}\n`);
        }
      } finally {
        cancel.release();
        removeFolderSync(folder);
      }
    });
}

/** Trains the first steps of a stage in a temporary run, with a profile of each. */
async function profiledSteps(
  config: ResolvedConfig,
  { stage, steps, engine: name = config.engine }: Flags,
  folder: string,
  stop: AbortSignal,
): Promise<{ milliseconds: number; engine: string; profiles: readonly unknown[] }> {
  // The temporary run makes a pretraining of its own.
  const isOwn = isOwnPretraining(initFile(config.training.init));
  const trial: ResolvedConfig = {
    ...config,
    name: 'profile',
    runs_dir: folder,
    samples: { ...config.samples, count: 0 },
    checkpoints: { ...config.checkpoints, every_steps: Number.MAX_SAFE_INTEGER },
    pretraining: { ...config.pretraining, val_datasets: [] },
    training: { ...config.training, val_datasets: [], init: isOwn ? 'last' : config.training.init },
  };
  const common = { config: trial, resume: false, stop };
  if (stage === 'training' && isOwn) {
    const engine = await openEngine(parseEngine(name), { device: config.device });
    await train({ ...common, engine, stage: 'pretraining', maxSteps: 1, observer: silent });
  }
  const engine = await openEngine(parseEngine(name), { device: config.device, profiles: folder });
  if (engine.name === 'tensorflow') {
    throw new WorkbenchError(
      'usage',
      'The engine tensorflow makes no profile: choose --engine cpu, webgpu or cuda.',
    );
  }
  const times: number[] = [];
  const observer = { ...silent, step: () => times.push(performance.now()) };
  await train({ ...common, engine, stage, maxSteps: warmUp + steps, observer });
  if (stop.aborted) throw new WorkbenchError('interrupted', 'Cancelled.');
  const [first, last] = [times[warmUp - 1], times.at(-1)];
  const measured = times.length - warmUp;
  if (first === undefined || last === undefined || measured < 1) {
    throw new WorkbenchError(
      'usage',
      `The ${stage} has ${times.length} steps: a profile needs more than ${warmUp}.`,
    );
  }
  const files = readdirSync(folder).filter((file) => file.endsWith('.json'));
  return {
    milliseconds: (last - first) / measured,
    engine: engine.name,
    profiles: files.sort().map((file): unknown => JSON.parse(readFileSync(join(folder, file), 'utf8'))),
  };
}

const silent = { step() {}, line() {}, event() {} };

/** The lines of the report: what the operations take, then the slowest of them by the shapes of their inputs. */
function reportLines({ byOperation, byShapes, steps }: StepProfile, milliseconds: number): string[] {
  const inOperations = byOperation.reduce((sum, each) => sum + each.milliseconds, 0);
  const rest: OperationTime = {
    operation: 'all else: batches, copies',
    shapes: '',
    calls: 0,
    milliseconds: Math.max(0, milliseconds - inOperations),
  };
  return [
    `${milliseconds.toFixed(0)} ms per step, the average of ${steps} steps.`,
    '',
    ...table([...byOperation, rest], milliseconds),
    '',
    'The slowest operations by the shapes of their inputs:',
    '',
    ...table(byShapes.slice(0, slowest), milliseconds),
  ];
}

function table(rows: readonly OperationTime[], milliseconds: number): string[] {
  const cells = rows.map((row) => [
    row.milliseconds.toFixed(1),
    `${formatPercentage((100 * row.milliseconds) / milliseconds)} %`,
    row.calls > 0 ? formatCount(Math.round(row.calls)) : '',
    `${row.operation} ${row.shapes}`.trim(),
  ]);
  const all = [['MS', 'OF STEP', 'CALLS', 'OPERATION'], ...cells];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  '));
}

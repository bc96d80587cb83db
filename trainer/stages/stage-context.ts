import type { TrainEvent } from '../cli-output/events.ts';
import type { ResolvedConfig } from '../config/index.ts';
import type { Loader } from '../data/loader.ts';
import type { Measure } from '../measures/measure.ts';
import type { Stage } from '../run-state/run-state.ts';
import type { Checkpoint } from '../runs/checkpoints.ts';
import type { EventWriter } from '../runs/event-writer.ts';
import type { Hint } from './hints.ts';
import type { StageTrainer } from './stage-trainer.ts';
import type { ValidationPair } from './training-data.ts';
import type { TrainingSession } from './training-session.ts';

/** Receives the progress of a stage: a terminal, a log, a program. */
export interface StageObserver {
  step(progress: StepProgress): void;
  line(text: string): void;
  event(event: TrainEvent): void;
}

export interface StepProgress {
  readonly stage: string;
  readonly step: number;
  readonly steps: number;
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** Steps per second, averaged over the recent steps. */
  readonly rate: number;
  readonly etaSeconds: number;
}

/** What the parts of a stage share. */
export interface StageContext {
  readonly config: ResolvedConfig;
  readonly stage: Stage;
  readonly engineName: string;
  readonly session: TrainingSession;
  readonly loader: Loader;
  readonly trainer: StageTrainer;
  readonly events: EventWriter;
  /** Steps of the whole stage. */
  readonly steps: number;
  /** Step at which this session stops. */
  readonly lastStep: number;
  readonly validationPairs: readonly ValidationPair[];
  /** Those of `validation.metrics`. */
  readonly measures: readonly Measure[];
  /** The checkpoint that the stage resumes from. */
  readonly checkpoint: Checkpoint | undefined;
  readonly configHash: string;
  readonly stop: AbortSignal;
  readonly observer: StageObserver;
}

/** Reports damage that does not end the stage: as `report`, as an event, and in the status until the stage ends. */
export function warn(
  { session, observer }: Pick<StageContext, 'session' | 'observer'>,
  message: string,
): void {
  report({ session, observer }, message);
  observer.event({ event: 'warning', message });
  const earlier = session.status().message;
  session.setStatus({ message: earlier === null ? message : `${earlier} ${message}` });
}

/** Reports a hint: as `report`, and where it is a problem in the status until the stage ends. */
export function reportHint(
  { session, observer }: Pick<StageContext, 'session' | 'observer'>,
  { text, isProblem }: Hint,
): void {
  report({ session, observer }, text);
  if (isProblem) session.setStatus({ hints: [...(session.status().hints ?? []), text] });
}

/** Writes a line to the log of the run and shows it. */
export function report(
  { session, observer }: Pick<StageContext, 'session' | 'observer'>,
  line: string,
): void {
  session.log(line);
  observer.line(line);
}

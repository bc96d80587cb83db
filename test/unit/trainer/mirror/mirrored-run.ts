import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { encodePng } from '../../../../trainer/data/decode.ts';
import type { Stage, TrainerState } from '../../../../trainer/run-state/run-state.ts';
import { createEventWriter, type EventWriter } from '../../../../trainer/runs/event-writer.ts';
import { acquireLock } from '../../../../trainer/runs/lock.ts';
import { createManifest, recordStart } from '../../../../trainer/runs/manifest.ts';
import { type RunPaths, samplesFolder } from '../../../../trainer/runs/run-directory.ts';
import { writeStatus } from '../../../../trainer/runs/status.ts';
import { temporaryRun } from '../runs/temporary-run.ts';
import type { WandbServer } from './wandb-server.ts';

/** A run that this process trains. */
export interface TestRun {
  readonly paths: RunPaths;
  /** Starts a session whose first step is this one. */
  session(firstStep?: number): Session;
  /** A gray sample image at a step, and those to compare with. */
  sample(stage: Stage, step: number, gray: number): Promise<void>;
  log(text: string): void;
  /** Releases the lock with a final state; `lost`: without. */
  end(state: TrainerState | 'lost'): void;
}

interface Session {
  /** Logs a scalar at these steps. */
  steps(first: number, last: number): void;
}

const status = {
  stage: 'pretraining',
  epoch: 0,
  epochs: 1,
  step: 1,
  steps: 2,
  rate: null,
  etaSeconds: null,
  loss: null,
  psnr: null,
  message: null,
} as const;

/** The loss that is logged at a step. */
export const lossAt = (step: number) => Math.fround(1 / step);

export function testRun(): TestRun {
  const paths = temporaryRun();
  writeFileSync(paths.config, 'name: run\nscale_factor: 4\ngenerator:\n  blocks: 2\n');
  writeFileSync(paths.log, '');
  createManifest(paths, { seed: 7, configHash: '', data: {}, ancestry: [] });
  let lock: ReturnType<typeof acquireLock> | undefined;
  const open = new Set<EventWriter>();
  /** As the end of a process does. */
  const closeEvents = () => {
    for (const events of open) events.close();
    open.clear();
  };
  onTestFinished(closeEvents);
  const log: string[] = [];

  return {
    paths,
    session(firstStep) {
      lock = acquireLock(paths);
      writeStatus(paths, { ...status, state: 'running' });
      recordStart(paths, {
        stage: 'pretraining',
        step: (firstStep ?? 1) - 1,
        toolVersion: '1.0',
        engine: 'cpu',
        device: 'a processor',
      });
      const events = createEventWriter(paths.root, firstStep);
      open.add(events);
      return {
        steps(first, last) {
          for (let step = first; step <= last; step++) {
            events.scalars(
              step,
              { 'train/content_loss': lossAt(step), 'machine/memory_bytes': 5 },
              1000 + step,
            );
          }
          events.flush();
        },
      };
    },
    async sample(stage, step, gray) {
      const png = await encodePng({ width: 4, height: 2, channels: 3, data: new Uint8Array(24).fill(gray) });
      const reference = join(paths.samples, stage, 'reference');
      const folder = samplesFolder(paths, stage, step);
      for (const each of [reference, folder]) mkdirSync(each, { recursive: true });
      for (const kind of ['lr', 'bicubic', 'hr']) writeFileSync(join(reference, `00-photo.${kind}.png`), png);
      writeFileSync(join(folder, '00-photo.sr.png'), png);
    },
    log(text) {
      log.push(text);
      writeFileSync(paths.log, log.join(''));
    },
    end(state) {
      if (state !== 'lost') writeStatus(paths, { ...status, state });
      lock?.release();
      closeEvents();
    },
  };
}

/** The steps of the lines with scalars, after a check that nothing is missing, twice or wrong. */
export function stepsOf(server: WandbServer): number[] {
  expect(server.violations).toEqual([]);
  const history = server.history();
  expect(history.map(({ _step }) => _step)).toEqual(history.map((_, index) => index));
  return history.flatMap(({ step, ...values }) => {
    const loss = values['train/content_loss'];
    if (loss !== undefined) expect(loss).toBe(lossAt(Number(step)));
    return loss === undefined ? [] : [Number(step)];
  });
}

export const range = (first: number, last: number) =>
  Array.from({ length: last - first + 1 }, (_, index) => first + index);

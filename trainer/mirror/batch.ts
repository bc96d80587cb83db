import { createHash } from 'node:crypto';
import { closeSync, readFileSync } from 'node:fs';
import { openRegularFile } from '../files/regular-file.ts';
import { type ImageSize, imageSize } from '../image-files/image-size.ts';
import { stepsBeforeTraining } from '../runs/global-steps.ts';
import { readManifest } from '../runs/manifest.ts';
import type { RunPaths } from '../runs/run-directory.ts';
import { type Cursor, historyLines, type Position, type SentSamples } from './cursor.ts';
import { leadsOutside } from './leads-outside.ts';
import { openLogLines } from './log-lines.ts';
import { stepMetric } from './run-config.ts';
import { imagesOf, nextSample, type SampleImage } from './sample-folders.ts';
import { openScalarEvents, type ScalarEvent } from './scalar-events.ts';
import type { StreamMessage } from './wandb-client.ts';
import type { Window } from './window.ts';

/** What is sent together. */
export interface Batch {
  /** To upload before the message: names on the server, with `/`. */
  readonly images: readonly { readonly name: string; readonly bytes: Buffer }[];
  readonly message: StreamMessage;
}

type Progress = Pick<Cursor, 'from' | 'to' | 'samples'>;

/** Reads a run directory in batches. */
export interface BatchReader {
  /** The cursor of the next batch after one, as far as the run is now; the same positions if there is nothing new. */
  next(after: Progress, hasEnded: boolean): Progress;
  /** The batch of a cursor. A cursor always has the same batch: that is why it may be sent twice. */
  read(cursor: Progress): Batch;
  /** All tags of the scalars that were read, and of the images that were sent. */
  tags(): string[];
}

/** Far below the 10 MB that W&B accepts; a folder of images takes as long as all the lines. */
const most = { events: 5000, samples: 1, logLines: 5000 };

export function openBatchReader(run: RunPaths): BatchReader {
  const events = openScalarEvents(run.root);
  const log: Window<string> = leadsOutside(run.root, run.log) ? () => [] : openLogLines(run.log);
  const imageTags = new Set<string>();

  /** Which images a folder has, with those to compare with in the first of its stage. */
  function imagesOfSample(samples: readonly SentSamples[], index: number): SampleImage[] {
    const { folder } = samples[index]!;
    const [stage] = folder.split('/');
    const isFirst = samples.findIndex((each) => each.folder.startsWith(`${stage}/`)) === index;
    return imagesOf(run, folder, isFirst);
  }

  function eventLine(event: ScalarEvent, number: number): string {
    const { step, wallTime, values } = event;
    return JSON.stringify({
      _step: number,
      _timestamp: wallTime,
      _runtime: wallTime - (events.startTime() ?? wallTime),
      [stepMetric]: step,
      ...Object.fromEntries(Object.entries(values).map(([tag, value]) => [tag, toJson(value)])),
    });
  }

  return {
    next({ to: from, samples }, hasEnded) {
      const folder = nextSample(run, new Set(samples.map(({ folder }) => folder)), hasEnded);
      const before = folder?.stage === 'training' ? stepsBeforeTraining(run, readManifest(run)) : 0;
      const added = folder === undefined ? [] : [{ folder: folder.folder, step: before + folder.step }];
      return {
        from,
        to: {
          events: from.events + events.window(from.events, from.events + most.events).length,
          samples: from.samples + added.length,
          logLines: from.logLines + log(from.logLines, from.logLines + most.logLines).length,
        },
        samples: [...samples, ...added],
      };
    },
    read({ from, to, samples }) {
      const first = historyLines(from);
      const lines = events
        .window(from.events, to.events)
        .map((event, index) => eventLine(event, first + index));
      const images: { name: string; bytes: Buffer }[] = [];
      for (let index = from.samples; index < to.samples; index++) {
        const { step } = samples[index]!;
        const values: Record<string, unknown> = {};
        for (const { tag, path, name } of imagesOfSample(samples, index)) {
          const bytes = leadsOutside(run.root, path) ? undefined : tryRead(path);
          if (bytes === undefined) continue;
          images.push({ name, bytes });
          values[tag] = imageValue(name, bytes, imageSize(path), step);
          imageTags.add(tag);
        }
        lines.push(JSON.stringify({ _step: first + lines.length, [stepMetric]: step, ...values }));
      }
      const summary = {
        _step: first + lines.length - 1,
        ...Object.fromEntries([...events.lastValues].map(([tag, value]) => [tag, toJson(value)])),
      };
      const logLines = log(from.logLines, to.logLines);
      const files = {
        ...(lines.length > 0 && {
          'wandb-history.jsonl': { offset: first, content: lines },
          'wandb-summary.json': { offset: 0, content: [JSON.stringify(summary)] },
        }),
        ...(logLines.length > 0 && { 'output.log': { offset: from.logLines, content: logLines } }),
      };
      return {
        images,
        message: {
          ...(Object.keys(files).length > 0 && { files }),
          ...(images.length > 0 && { uploaded: images.map(({ name }) => name) }),
        },
      };
    },
    tags: () => [...events.lastValues.keys(), ...imageTags],
  };
}

/** Whether a batch has nothing in it. */
export function isEmpty({ from, to }: { readonly from: Position; readonly to: Position }): boolean {
  return from.events === to.events && from.samples === to.samples && from.logLines === to.logLines;
}

/** JSON has no other numbers; W&B reads these texts as numbers. */
function toJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** An image in a line of the history. */
function imageValue(path: string, bytes: Buffer, size: ImageSize | undefined, step: number): unknown {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const about = { path, sha256, size: bytes.length, format: 'png', ...size };
  return { _type: 'image-file', ...about, caption: `step ${step}` };
}

/** The content of a file; undefined if a person has deleted it in the meantime, or it is no regular file. */
function tryRead(path: string): Buffer | undefined {
  try {
    const file = openRegularFile(path);
    try {
      return readFileSync(file);
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

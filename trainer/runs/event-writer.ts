import { closeSync, fsyncSync, ftruncateSync, openSync } from 'node:fs';
import { basename, join } from 'node:path';
import { diskError, writeAll } from './atomic-file.ts';
import { eventFileSeconds, listEventFiles } from './event-files.ts';
import { type EventMessage, encodeEvent, type SummaryValue, sessionStart } from './event-protocol.ts';
import { encodeRecord } from './event-records.ts';
import { thisHost } from './processes.ts';

/** Appends scalars and other values to an event file of a run. `flush` writes them to the disk. */
export interface EventWriter {
  readonly path: string;
  /**
   * Buffers the values of a step as one event. They are stored as 32-bit floats, NaN and infinities included.
   * `wallTime` is in seconds since 1970.
   */
  scalars(step: number, values: Readonly<Record<string, number>>, wallTime?: number): void;
  /** Buffers values of other kinds, such as images. */
  summaries(step: number, values: readonly SummaryValue[]): void;
  /** Writes the buffered events, so that other processes see them; `durable` also waits for the disk. */
  flush(options?: { readonly durable?: boolean }): void;
  /** Flushes durably and closes the file. */
  close(): void;
}

/**
 * Creates a new event file in `folder`. `resumeStep` is the first step that a resumed session logs again: it makes
 * the points of earlier sessions at that step or later, of all tags, void for every reader (TensorBoard too). Files
 * of earlier sessions are never appended to, because their last record may be incomplete. Throws `disk` errors.
 *
 * @param assertWritable is called before each write; it throws if another process writes to the run now
 */
export function createEventWriter(
  folder: string,
  resumeStep?: number,
  assertWritable: () => void = () => {},
): EventWriter {
  assertWritable();
  const path = newEventFile(folder);
  const file = attempt(path, () => openSync(path, 'ax'));
  let buffered: Uint8Array[] = [];
  let writtenBytes = 0;

  function append(event: EventMessage): void {
    buffered.push(encodeRecord(encodeEvent(event)));
  }

  function flush({ durable = false } = {}): void {
    assertWritable();
    attempt(path, () => {
      const bytes = Buffer.concat(buffered);
      try {
        writeAll(file, bytes);
      } catch (error) {
        // Readers could not find the records after an incomplete one.
        ftruncateSync(file, writtenBytes);
        throw error;
      }
      buffered = [];
      writtenBytes += bytes.length;
      if (durable) fsyncSync(file);
    });
  }

  const started = Date.now() / 1000;
  append({ wallTime: started, fileVersion: 'brain.Event:2' });
  if (resumeStep !== undefined) {
    append({ wallTime: started, step: resumeStep, sessionLog: { status: sessionStart } });
  }
  flush();

  return {
    path,
    scalars(step, values, wallTime = Date.now() / 1000) {
      const value = Object.entries(values).map(([tag, simpleValue]) => ({ tag, simpleValue }));
      append({ wallTime, step, summary: { value } });
    },
    summaries(step, value) {
      append({ wallTime: Date.now() / 1000, step, summary: { value } });
    },
    flush,
    close() {
      try {
        flush({ durable: true });
      } finally {
        closeSync(file);
      }
    },
  };
}

/**
 * TensorBoard's name, `events.out.tfevents.<seconds>.<host>.<pid>.0`, but with seconds later than those of every
 * existing file: they order the files, and the clock may be set back.
 */
function newEventFile(folder: string): string {
  const last = listEventFiles(folder).at(-1);
  const now = Math.floor(Date.now() / 1000);
  const seconds = last === undefined ? now : Math.max(now, eventFileSeconds(basename(last)) + 1);
  return join(folder, `events.out.tfevents.${seconds}.${thisHost}.${process.pid}.0`);
}

function attempt<T>(path: string, write: () => T): T {
  try {
    return write();
  } catch (error) {
    throw diskError(path, error);
  }
}

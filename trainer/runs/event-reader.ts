import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { decodeEvent } from './event-decoder.ts';
import { listEventFiles } from './event-files.ts';
import { type EventMessage, type SummaryValue, sessionStart, tensorTypes } from './event-protocol.ts';
import { scanRecord } from './event-records.ts';

/** One point of a scalar tag; `wallTime` in seconds since 1970. */
interface EventScalar {
  readonly kind: 'scalar';
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  readonly wallTime: number;
}

/** A session started: all earlier points of the run at `step` or later are void. */
interface EventSessionStart {
  readonly kind: 'sessionStart';
  readonly step: number;
}

export type EventItem = EventScalar | EventSessionStart;

/** Reads event records incrementally, while another process appends them. */
export interface EventReader {
  /**
   * The next items, from about 1 MiB of the file at most (more for a single larger record); empty if there are none
   * yet. An incomplete record at the end is read once it is complete. Never throws.
   */
  read(): EventItem[];
  /** The damage found so far, one sentence per file: skipped records, a file that cannot be read further. */
  problems(): string[];
}

const chunkBytes = 2 ** 20;

/** A reader of one event file, from its start. The file is open only while `read` runs. */
export function createEventReader(path: string): EventReader {
  let position = 0;
  let skipped = 0;
  let stopped: string | undefined;

  /** Adds the items of the complete records in `bytes`; returns how many bytes the next record needs. */
  function take(bytes: Uint8Array, items: EventItem[]): number {
    let used = 0;
    while (true) {
      const scan = scanRecord(bytes.subarray(used));
      if (scan.kind === 'incomplete') {
        position += used;
        return scan.size;
      }
      if (scan.kind === 'badLength') {
        stopped = `${path}: the record at byte ${position + used} is damaged, and the records after it cannot be found`;
        return Number.POSITIVE_INFINITY;
      }
      if (scan.kind === 'badData' || !takeEvent(scan.data, items)) skipped++;
      used += scan.size;
    }
  }

  function readNext(file: number): EventItem[] {
    const { size } = fstatSync(file);
    if (size < position) stopped = `${path}: the file became shorter while it was read`;
    const items: EventItem[] = [];
    let needed = 1;
    while (items.length === 0 && stopped === undefined && size - position >= needed) {
      const bytes = new Uint8Array(Math.min(size - position, Math.max(needed, chunkBytes)));
      const length = readSync(file, bytes, 0, bytes.length, position);
      needed = take(bytes.subarray(0, length), items);
      if (length < bytes.length) break;
    }
    return items;
  }

  return {
    read() {
      if (stopped !== undefined) return [];
      try {
        const file = openSync(path, 'r');
        try {
          return readNext(file);
        } finally {
          closeSync(file);
        }
      } catch (error) {
        stopped = `${path}: ${error instanceof Error ? error.message : error}`;
        return [];
      }
    },
    problems() {
      const damage = skipped === 1 ? '1 damaged record was' : `${skipped} damaged records were`;
      return [
        ...(skipped > 0 ? [`${path}: ${damage} skipped`] : []),
        ...(stopped === undefined ? [] : [stopped]),
      ];
    },
  };
}

/** A reader of all event files of a folder, in order, including files that are created later. */
export function createRunReader(folder: string): EventReader {
  const readers = new Map<string, EventReader>();
  return {
    read() {
      for (const path of listEventFiles(folder)) {
        const reader = readers.get(path) ?? createEventReader(path);
        readers.set(path, reader);
        const items = reader.read();
        if (items.length > 0) return items;
      }
      return [];
    },
    problems: () => [...readers.values()].flatMap((reader) => reader.problems()),
  };
}

/** Adds the items of a record's event to `items`; returns false if the record is not an event. */
function takeEvent(data: Uint8Array, items: EventItem[]): boolean {
  let event: EventMessage;
  try {
    event = decodeEvent(data);
  } catch {
    return false;
  }
  const step = event.step ?? 0;
  if (event.sessionLog?.status === sessionStart) items.push({ kind: 'sessionStart', step });
  for (const entry of event.summary?.value ?? []) {
    const value = scalarValue(entry);
    if (value === undefined || entry.tag === undefined) continue;
    items.push({ kind: 'scalar', tag: entry.tag, step, value, wallTime: event.wallTime ?? 0 });
  }
  return true;
}

/** The scalar in a summary value; undefined if it is a text, an image, a histogram or another plugin's. */
function scalarValue(entry: SummaryValue): number | undefined {
  if (entry.simpleValue !== undefined) return entry.simpleValue;
  const plugin = entry.metadata?.pluginData?.pluginName ?? 'scalars';
  const tensor = entry.tensor;
  if (tensor === undefined || plugin !== 'scalars') return undefined;
  const raw = tensor.tensorContent;
  if (tensor.dtype === tensorTypes.float) {
    return raw?.length === 4 ? viewOf(raw).getFloat32(0, true) : onlyElement(tensor.floatVal);
  }
  if (tensor.dtype === tensorTypes.double) {
    return raw?.length === 8 ? viewOf(raw).getFloat64(0, true) : onlyElement(tensor.doubleVal);
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function onlyElement(list: readonly number[] | undefined): number | undefined {
  return list?.length === 1 ? list[0] : undefined;
}

import { closeSync, readSync, statSync } from 'node:fs';
import { messageOf } from '../errors/errors.ts';
import { openRegularFile } from '../files/regular-file.ts';
import { decodeEvent } from './event-decoder.ts';
import { isTime, listEventFiles } from './event-files.ts';
import { type EventMessage, type SummaryValue, sessionStart, tensorTypes } from './event-protocol.ts';
import { scanRecord } from './event-records.ts';

/** One point of a scalar tag. */
export interface EventScalar {
  readonly kind: 'scalar';
  readonly tag: string;
  readonly step: number;
  readonly value: number;
  /** Seconds since 1970; 0 if the event has no valid time. */
  readonly wallTime: number;
}

/** A session started: all earlier points of the run at `step` or later are void. */
export interface EventSessionStart {
  readonly kind: 'sessionStart';
  readonly step: number;
}

export type EventItem = EventScalar | EventSessionStart;

/** Reads what events contain incrementally, while another process appends them. */
export interface RecordReader<Item> {
  /**
   * The items that were appended since the last call, in parts of about 1 MiB of a file (or one larger record); a part
   * may be empty. Whoever has other work yields between the parts. An incomplete record at the end is read once it is
   * complete. Never throws.
   */
  read(): Iterable<readonly Item[]>;
  /** The damage found so far, one sentence per file: skipped records, a file that cannot be read further. */
  problems(): string[];
}

/** Reads scalars. */
export type EventReader = RecordReader<EventItem>;

/**
 * Adds the items of an event to `items`. `data` is a view of bytes that another record may have later; they are at `at` in
 * the file.
 */
export type TakeEvent<Item> = (
  event: EventMessage,
  items: Item[],
  place: { readonly path: string; readonly data: Uint8Array; readonly at: number },
) => void;

const chunkBytes = 2 ** 20;

/** Larger records are skipped unread: no trainer writes so many scalars at once. */
const maximumRecordBytes = 2 ** 24;

/** A reader of the scalars of one event file, from its start. */
export function createEventReader(path: string): EventReader {
  return createRecordReader(path, takeScalars);
}

/** A reader of one event file, from its start. The file is open only while a part is read. */
function createRecordReader<Item>(path: string, takeEvent: TakeEvent<Item>): RecordReader<Item> {
  let position = 0;
  /** Bytes of the file from `position` that the next record needs. */
  let needed = 1;
  let damaged = 0;
  let tooLarge = 0;
  let stopped: string | undefined;

  /** The items of the complete records in `bytes`, which start at `position`. */
  function take(bytes: Uint8Array): Item[] {
    const items: Item[] = [];
    let used = 0;
    while (true) {
      const scan = scanRecord(bytes.subarray(used));
      if (scan.kind === 'incomplete') {
        position += used;
        needed = scan.size;
        return items;
      }
      if (scan.kind === 'badLength') {
        stopped = `${path}: the record at byte ${position + used} is damaged, and the records after it cannot be found`;
        return items;
      }
      const event = scan.kind === 'record' ? tryToDecode(scan.data) : undefined;
      if (scan.kind === 'record' && event !== undefined) {
        const { data } = scan;
        takeEvent(event, items, { path, data, at: position + data.byteOffset - bytes.byteOffset });
      } else damaged++;
      used += scan.size;
    }
  }

  /** The next part; undefined if there is nothing more at present. */
  function readPart(): readonly Item[] | undefined {
    if (stopped !== undefined) return undefined;
    const found = statSync(path);
    if (!found.isFile()) stopped = `${path}: this is no file`;
    else if (found.size < position) stopped = `${path}: the file became shorter while it was read`;
    if (stopped !== undefined || found.size - position < needed) return undefined;
    if (needed > maximumRecordBytes) {
      position += needed;
      needed = 1;
      tooLarge++;
      return [];
    }
    const file = openRegularFile(path);
    try {
      const bytes = new Uint8Array(Math.min(found.size - position, Math.max(needed, chunkBytes)));
      const length = readSync(file, bytes, 0, bytes.length, position);
      return length < needed ? undefined : take(bytes.subarray(0, length));
    } finally {
      closeSync(file);
    }
  }

  function tryReadPart(): readonly Item[] | undefined {
    try {
      return readPart();
    } catch (error) {
      stopped = `${path}: ${messageOf(error)}`;
      return undefined;
    }
  }

  return {
    *read() {
      for (let part = tryReadPart(); part !== undefined; part = tryReadPart()) yield part;
    },
    problems() {
      const skipped = (count: number, what: string) =>
        count === 0
          ? []
          : [`${path}: ${count} ${what} ${count === 1 ? 'record was' : 'records were'} skipped`];
      return [
        ...skipped(damaged, 'damaged'),
        ...skipped(tooLarge, 'too large'),
        ...(stopped === undefined ? [] : [stopped]),
      ];
    },
  };
}

/** A reader of the scalars of all event files of a folder, in order, including files that are created later. */
export function createRunReader(folder: string): EventReader {
  return createFolderReader(folder, takeScalars);
}

/** A reader of all event files of a folder, in order, including files that are created later. */
export function createFolderReader<Item>(folder: string, takeEvent: TakeEvent<Item>): RecordReader<Item> {
  const readers = new Map<string, RecordReader<Item>>();
  return {
    *read() {
      for (const path of listEventFiles(folder)) {
        const reader = readers.get(path) ?? createRecordReader(path, takeEvent);
        readers.set(path, reader);
        yield* reader.read();
      }
    },
    problems: () => [...readers.values()].flatMap((reader) => reader.problems()),
  };
}

/** The event of a record; undefined if it is none. */
function tryToDecode(data: Uint8Array): EventMessage | undefined {
  try {
    return decodeEvent(data);
  } catch {
    return undefined;
  }
}

function takeScalars(event: EventMessage, items: EventItem[]): void {
  const { step = 0, wallTime: seconds = 0 } = event;
  const wallTime = isTime(seconds) ? seconds : 0;
  if (event.sessionLog?.status === sessionStart) items.push({ kind: 'sessionStart', step });
  for (const entry of event.summary?.value ?? []) {
    const value = scalarValue(entry);
    if (value === undefined || entry.tag === undefined) continue;
    items.push({ kind: 'scalar', tag: entry.tag, step, value, wallTime });
  }
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

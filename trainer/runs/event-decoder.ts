import type { EventMessage, ImageMessage, SummaryValue, TensorMessage } from './event-protocol.ts';

/**
 * Reads the events of `event-protocol.ts` from their protocol buffers, by hand: a long run has millions of them,
 * and a general decoder takes six times as long.
 */

/** Messages are read-only for everyone except the decoder. */
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** The position of the decoder in the bytes of a record. */
interface Cursor {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  at: number;
}

const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** The event in a record's data. Throws a `RangeError` if the bytes are not an event. */
export function decodeEvent(data: Uint8Array): EventMessage {
  const cursor = { bytes: data, view: new DataView(data.buffer, data.byteOffset, data.byteLength), at: 0 };
  return event(cursor, data.length);
}

function event(cursor: Cursor, end: number): EventMessage {
  const message: Mutable<EventMessage> = {};
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(1, 'fixed64')) message.wallTime = double(cursor, end);
    else if (key === field(2, 'varint')) message.step = varint(cursor, end);
    else if (key === field(3, 'bytes')) message.fileVersion = text(cursor, end);
    else if (key === field(5, 'bytes')) message.summary = { value: summary(cursor, lengthEnd(cursor, end)) };
    else if (key === field(7, 'bytes')) message.sessionLog = sessionLog(cursor, lengthEnd(cursor, end));
    else skip(cursor, end, key);
  }
  return message;
}

function sessionLog(cursor: Cursor, end: number): NonNullable<EventMessage['sessionLog']> {
  let status: number | undefined;
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(1, 'varint')) status = varint(cursor, end);
    else skip(cursor, end, key);
  }
  return status === undefined ? {} : { status };
}

function summary(cursor: Cursor, end: number): SummaryValue[] {
  const values: SummaryValue[] = [];
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(1, 'bytes')) values.push(summaryValue(cursor, lengthEnd(cursor, end)));
    else skip(cursor, end, key);
  }
  return values;
}

function summaryValue(cursor: Cursor, end: number): SummaryValue {
  const value: Mutable<SummaryValue> = {};
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(1, 'bytes')) value.tag = text(cursor, end);
    else if (key === field(2, 'fixed32')) value.simpleValue = float(cursor, end);
    else if (key === field(4, 'bytes')) value.image = image(cursor, lengthEnd(cursor, end));
    else if (key === field(8, 'bytes')) value.tensor = tensor(cursor, lengthEnd(cursor, end));
    else if (key === field(9, 'bytes')) value.metadata = metadata(cursor, lengthEnd(cursor, end));
    else skip(cursor, end, key);
  }
  return value;
}

function image(cursor: Cursor, end: number): ImageMessage {
  const message: Mutable<ImageMessage> = {};
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(4, 'bytes')) message.encodedImageString = bytes(cursor, end);
    else skip(cursor, end, key);
  }
  return message;
}

function metadata(cursor: Cursor, end: number): NonNullable<SummaryValue['metadata']> {
  let pluginData: { pluginName?: string } | undefined;
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key !== field(1, 'bytes')) {
      skip(cursor, end, key);
      continue;
    }
    pluginData = {};
    const pluginEnd = lengthEnd(cursor, end);
    while (cursor.at < pluginEnd) {
      const pluginKey = varint(cursor, pluginEnd);
      if (pluginKey === field(1, 'bytes')) pluginData.pluginName = text(cursor, pluginEnd);
      else skip(cursor, pluginEnd, pluginKey);
    }
  }
  return pluginData === undefined ? {} : { pluginData };
}

function tensor(cursor: Cursor, end: number): TensorMessage {
  const message: Mutable<TensorMessage> = {};
  const floats: number[] = [];
  const doubles: number[] = [];
  const strings: Uint8Array[] = [];
  while (cursor.at < end) {
    const key = varint(cursor, end);
    if (key === field(1, 'varint')) message.dtype = varint(cursor, end);
    else if (key === field(4, 'bytes')) message.tensorContent = bytes(cursor, end);
    // Lists are packed or not; a reader must accept both.
    else if (key === field(5, 'fixed32')) floats.push(float(cursor, end));
    else if (key === field(6, 'fixed64')) doubles.push(double(cursor, end));
    else if (key === field(8, 'bytes')) strings.push(bytes(cursor, end));
    else if (key === field(5, 'bytes')) packed(cursor, end, floats, float);
    else if (key === field(6, 'bytes')) packed(cursor, end, doubles, double);
    else skip(cursor, end, key);
  }
  if (floats.length > 0) message.floatVal = floats;
  if (doubles.length > 0) message.doubleVal = doubles;
  if (strings.length > 0) message.stringVal = strings;
  return message;
}

function packed(
  cursor: Cursor,
  end: number,
  list: number[],
  read: (cursor: Cursor, end: number) => number,
): void {
  const listEnd = lengthEnd(cursor, end);
  while (cursor.at < listEnd) list.push(read(cursor, listEnd));
}

function field(id: number, type: keyof typeof wireTypes): number {
  return id * 8 + wireTypes[type];
}

function skip(cursor: Cursor, end: number, key: number): void {
  const type = key % 8;
  if (type === wireTypes.varint) varint(cursor, end);
  else if (type === wireTypes.fixed64) advance(cursor, 8, end);
  else if (type === wireTypes.bytes) cursor.at = lengthEnd(cursor, end);
  else if (type === wireTypes.fixed32) advance(cursor, 4, end);
  else throw new RangeError(`a field of the unknown wire type ${type}`);
}

/** Advances by `count` bytes; returns the position before. */
function advance(cursor: Cursor, count: number, end: number): number {
  const { at } = cursor;
  if (at + count > end) throw new RangeError('the message ends within a field');
  cursor.at = at + count;
  return at;
}

/** A signed 64-bit number of variable length; beyond 2^53 it is rounded. */
function varint(cursor: Cursor, end: number): number {
  let value = 0;
  for (let scale = 1, count = 0; count < 10; scale *= 128, count++) {
    const byte = cursor.bytes[advance(cursor, 1, end)] ?? 0;
    // The last of ten bytes has the sign; `BigInt` keeps small negative numbers exact.
    if (count === 9) return byte === 0 ? value : negative(cursor);
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
  }
  throw new RangeError('a number of more than ten bytes');
}

/** The number in the ten bytes before the cursor. */
function negative({ bytes, at }: Cursor): number {
  let value = 0n;
  for (let index = 0; index < 10; index++) {
    value |= BigInt((bytes[at - 10 + index] ?? 0) & 0x7f) << BigInt(7 * index);
  }
  return Number(BigInt.asIntN(64, value));
}

/** Reads a length; returns where its field ends. */
function lengthEnd(cursor: Cursor, end: number): number {
  const length = varint(cursor, end);
  const stop = cursor.at + length;
  if (length < 0 || stop > end) throw new RangeError('the message ends within a field');
  return stop;
}

function bytes(cursor: Cursor, end: number): Uint8Array {
  const stop = lengthEnd(cursor, end);
  return cursor.bytes.subarray(advance(cursor, stop - cursor.at, end), stop);
}

function float(cursor: Cursor, end: number): number {
  return cursor.view.getFloat32(advance(cursor, 4, end), true);
}

function double(cursor: Cursor, end: number): number {
  return cursor.view.getFloat64(advance(cursor, 8, end), true);
}

function text(cursor: Cursor, end: number): string {
  const found = bytes(cursor, end);
  return Buffer.from(found.buffer, found.byteOffset, found.byteLength).toString('utf8');
}

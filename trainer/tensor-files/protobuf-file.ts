import { type Fail, readBytes } from './file-bytes.ts';

/** A field of a message. */
interface ProtobufField {
  /** Its number in the definition of the message. */
  readonly id: number;
  /** A whole number, or a text, a list or a message. Fields of other types are skipped. */
  readonly value: number | FilePart;
}

/** Bytes of a file that have not been read. */
export interface FilePart {
  readonly begin: number;
  readonly end: number;
}

/** Reads messages of protocol buffers (https://protobuf.dev/programming-guides/encoding/) from a file of any size. */
export interface ProtobufFile {
  /** The whole file. */
  readonly message: FilePart;
  /** The fields of a message. Throws `fail` if it is not one. */
  fields(message: FilePart): Iterable<ProtobufField>;
  /** A text. Throws `fail` if all texts together are too long. */
  text(part: FilePart): string;
  /** Whole numbers in sequence. */
  numbers(part: FilePart): number[];
}

const windowBytes = 2 ** 13;

/** Large models have a hundred thousand fields and a megabyte of texts. The limits are for files made to waste time. */
const mostFields = 5_000_000;
const mostTextBytes = 2 ** 24;

/** @param size of the file in bytes */
export function openProtobuf(file: number, size: number, fail: Fail): ProtobufFile {
  let window = new Uint8Array();
  let windowBegin = 0;
  let fieldsLeft = mostFields;
  let textBytesLeft = mostTextBytes;

  const countField = (): void => {
    if (--fieldsLeft < 0) throw fail(`it has more than ${mostFields} fields`);
  };
  const byteAt = (at: number, end: number): number => {
    if (at >= end) throw fail(`a part of it ends at byte ${end}, within a value`);
    if (at < windowBegin || at >= windowBegin + window.length) {
      window = readBytes(file, at, Math.min(windowBytes, size - at), fail);
      windowBegin = at;
    }
    return window[at - windowBegin]!;
  };
  /** A number of seven bits per byte, the lowest first. */
  const varint = (begin: number, end: number): { value: number; next: number } => {
    let value = 0n;
    for (let at = begin; at < begin + 10; at++) {
      const byte = byteAt(at, end);
      value |= BigInt(byte & 0x7f) << BigInt(7 * (at - begin));
      if (byte < 0x80) return { value: Number(BigInt.asIntN(64, value)), next: at + 1 };
    }
    throw fail(`the number at byte ${begin} has more than 10 bytes`);
  };

  function* fields({ begin, end }: FilePart): Iterable<ProtobufField> {
    for (let at = begin; at < end; ) {
      countField();
      const tag = varint(at, end);
      const [id, type] = [Math.floor(tag.value / 8), tag.value & 7];
      if (type === 0) {
        const { value, next } = varint(tag.next, end);
        yield { id, value };
        at = next;
      } else if (type === 1 || type === 5) {
        at = tag.next + (type === 1 ? 8 : 4);
      } else if (type === 2) {
        const { value: length, next } = varint(tag.next, end);
        if (length < 0 || length > end - next) throw fail(`its field at byte ${at} has ${length} bytes`);
        yield { id, value: { begin: next, end: next + length } };
        at = next + length;
      } else {
        throw fail(`its field at byte ${at} has the type ${type}, which does not exist`);
      }
      if (at > end) throw fail(`a part of it ends at byte ${end}, within a value`);
    }
  }

  return {
    message: { begin: 0, end: size },
    fields,
    text({ begin, end }) {
      textBytesLeft -= end - begin;
      if (textBytesLeft < 0) throw fail(`its texts have more than ${mostTextBytes} bytes`);
      return new TextDecoder().decode(readBytes(file, begin, end - begin, fail));
    },
    numbers({ begin, end }) {
      const found: number[] = [];
      for (let at = begin; at < end; ) {
        countField();
        const { value, next } = varint(at, end);
        found.push(value);
        at = next;
      }
      return found;
    },
  };
}

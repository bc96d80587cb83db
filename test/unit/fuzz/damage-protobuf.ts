import type { Random } from '../../../trainer/data/random.ts';
import { awkwardNumbers, oneOf, shuffled } from './damage.ts';

const wireTypes = [0, 1, 2, 3, 4, 5, 6, 7];

/** A field of a protocol buffer. */
interface Field {
  readonly number: number;
  readonly wireType: number;
  /** The bytes after the key and the length, if it has one. */
  readonly content: Buffer;
}

/**
 * A message with fields repeated, dropped, swapped, or with other numbers, types and lengths, also in nested messages.
 */
export function damageProtobuf(message: Buffer, random: Random): Buffer {
  const fields = shuffledSometimes(fieldsOf(message) ?? [], random);
  if (fields.length === 0) return message;
  const at = random.integer(fields.length);
  const encoded = fields.map((field, index) => (index === at ? damageField(field, random) : encode(field)));
  return Buffer.concat(encoded);
}

function shuffledSometimes(fields: Field[], random: Random): Field[] {
  return random.chance(0.3) ? shuffled(fields, random) : fields;
}

function damageField(field: Field, random: Random): Buffer {
  const { number, wireType, content } = field;
  const change = oneOf(
    ['within', 'within', 'within', 'number', 'type', 'length', 'content'] as const,
    random,
  );
  if (change === 'within' && wireType === 2 && (fieldsOf(content)?.length ?? 0) > 0) {
    return encode({ ...field, content: damageProtobuf(content, random) });
  }
  if (change === 'number') return encode({ ...field, number: random.integer(32) });
  if (change === 'type') return encode({ ...field, wireType: oneOf(wireTypes, random) });
  if (change === 'length' && wireType === 2) {
    return Buffer.concat([varint(BigInt(number * 8 + 2)), varint(oneOf(awkwardNumbers, random)), content]);
  }
  const numbers = Array.from({ length: random.integer(4) }, () => varint(oneOf(awkwardNumbers, random)));
  return encode({ ...field, content: Buffer.concat(numbers) });
}

function encode({ number, wireType, content }: Field): Buffer {
  const length = wireType === 2 ? [varint(BigInt(content.length))] : [];
  return Buffer.concat([varint(BigInt(number * 8 + wireType)), ...length, content]);
}

/** Undefined if the bytes are not a message. */
function fieldsOf(bytes: Buffer): Field[] | undefined {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length; ) {
    const key = varintEnd(bytes, at);
    if (key === undefined) return undefined;
    const [number, wireType] = [Math.floor(key.value / 8), key.value % 8];
    const length = wireType === 2 || wireType === 0 ? varintEnd(bytes, key.end) : undefined;
    let begin = key.end;
    let end = key.end + (wireType === 1 ? 8 : 4);
    if (wireType === 0) end = length?.end ?? Number.POSITIVE_INFINITY;
    if (wireType === 2) {
      begin = length?.end ?? 0;
      end = begin + (length?.value ?? Number.POSITIVE_INFINITY);
    }
    if (number === 0 || ![0, 1, 2, 5].includes(wireType) || end > bytes.length) return undefined;
    fields.push({ number, wireType, content: bytes.subarray(begin, end) });
    at = end;
  }
  return fields;
}

function varintEnd(bytes: Buffer, begin: number): { value: number; end: number } | undefined {
  let value = 0;
  for (let at = begin; at < Math.min(bytes.length, begin + 10); at++) {
    value += (bytes[at]! & 127) * 128 ** (at - begin);
    if (bytes[at]! < 128) return { value, end: at + 1 };
  }
  return undefined;
}

function varint(value: bigint): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  return Buffer.from([...bytes, Number(rest)]);
}

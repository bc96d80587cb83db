import protobuf from 'protobufjs';

/** Fields of a message: a number, a text, a list of packed numbers, or the bytes of a message. */
export type Field = readonly [id: number, value: number | string | readonly number[] | Uint8Array];

export function message(...fields: Field[]): Uint8Array {
  const writer = protobuf.Writer.create();
  for (const [id, value] of fields) {
    if (typeof value === 'number') writer.uint32(id * 8).int64(value);
    else if (typeof value === 'string') writer.uint32(id * 8 + 2).string(value);
    else if (value instanceof Uint8Array) writer.uint32(id * 8 + 2).bytes(value);
    else {
      writer.uint32(id * 8 + 2).fork();
      for (const each of value) writer.int64(each);
      writer.ldelim();
    }
  }
  return writer.finish();
}

import { expect, test } from 'vitest';
import { decodeEvent } from '../../../../trainer/runs/event-decoder.ts';
import { type EventMessage, encodeEvent } from '../../../../trainer/runs/event-protocol.ts';

const bytes = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));

test.each<[string, EventMessage]>([
  ['nothing', {}],
  ['the first event of a file', { wallTime: 1700000000.125, fileVersion: 'brain.Event:2' }],
  ['a session that starts', { wallTime: 1, step: 5, sessionLog: { status: 1 } }],
  [
    'scalars',
    {
      step: 1,
      summary: {
        value: [
          { tag: 'a/höhe', simpleValue: 0.5 },
          { tag: 'b', simpleValue: -1 },
        ],
      },
    },
  ],
  ['a large step', { step: 2 ** 52 + 1 }],
  ['a step of two bytes', { step: 300 }],
  ['a negative step', { step: -1 }],
  ['a very negative step', { step: -(2 ** 40) }],
  [
    'tensors',
    {
      summary: {
        value: [
          { tag: 'raw', tensor: { dtype: 1, tensorContent: Uint8Array.of(0, 0, 128, 63) } },
          { tag: 'floats', tensor: { dtype: 1, floatVal: [1.5, 2.5] } },
          { tag: 'doubles', tensor: { dtype: 2, doubleVal: [0.1] } },
          { tag: 'named', metadata: { pluginData: { pluginName: 'scalars' } }, tensor: { dtype: 1 } },
        ],
      },
    },
  ],
])('decodes %s', (_, event) => {
  expect(decodeEvent(new Uint8Array(encodeEvent(event)))).toEqual(event);
});

test.each([
  [
    'ignores unknown fields of every type',
    '10 07 f8 07 01 f9 07 0000000000000000 fa 07 02 ffff fd 07 00000000',
    { step: 7 },
  ],
  [
    'accepts a list of floats that is not packed',
    '2a 0b 0a 09 42 07 08 01 2d 0000803f',
    {
      summary: { value: [{ tensor: { dtype: 1, floatVal: [1] } }] },
    },
  ],
])('%s', (_, hex, expected) => {
  expect(decodeEvent(bytes(hex))).toEqual(expected);
});

test.each([
  ['a number without an end', '10 ff'],
  ['a number of eleven bytes', '10 ffffffffffffffffffff01'],
  ['a text longer than the message', '1a 05 61'],
  ['a value longer than its summary', '2a 02 0a 05 61 61 61 61 61'],
  ['half a double', '09 0000'],
  ['a wire type that does not exist', '0f'],
])('rejects %s', (_, hex) => {
  expect(() => decodeEvent(bytes(hex))).toThrow(RangeError);
});

import { expect, test } from 'vitest';
import { getArguments, parseGetProgress } from '../../../../client/downloads/download-progress.ts';

test.each([
  [
    '{"event":"progress","archive":"DIV2K.zip","phase":"downloading","done":50,"total":200}',
    'DIV2K.zip downloading 25 %',
    0.25,
  ],
  ['{"event":"progress","model":"vgg19","done":2097152,"total":null}', '2.1 MB', null],
])('%s', (line, message, share) => expect(parseGetProgress(line)).toEqual({ message, share }));

test.each(['{"event":"line","text":"x"}', 'a warning', '[]', 'null'])('%s is no progress', (line) =>
  expect(parseGetProgress(line)).toBe(undefined),
);

test.each([
  [{ kind: 'data', name: 'div2k', path: '/w/data/div2k' }, 'data get div2k --to /w/data --json'],
  [
    { kind: 'weights', name: 'vgg19', path: '/h/vgg19.safetensors' },
    'weights get vgg19 --to /h/vgg19.safetensors --json',
  ],
] as const)('%j', (item, expected) => expect(getArguments(item).join(' ')).toBe(expected));

test('from archives that a person has', () =>
  expect(getArguments({ kind: 'data', name: 'set5', path: '/w/data/Set5' }, '/h/my archives')).toEqual([
    'data',
    'get',
    'set5',
    '--to',
    '/w/data',
    '--mirror',
    '/h/my archives',
    '--json',
  ]));

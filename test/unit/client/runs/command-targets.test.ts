import { expect, test } from 'vitest';
import { commandTargets, selectionArgument } from '../../../../client/runs/command-targets.ts';
import { type CommandTarget, isCommandTarget } from '../../../../server/protocol/commands.ts';

const line = (run: string) => ({ id: run, target: { run } });

test.each<[what: string, args: unknown[], expected: CommandTarget[]]>([
  ['the palette', [], []],
  [
    'a lens',
    [{ file: '/a.esrgan.yaml', stage: 'training', run: '/r' }],
    [{ file: '/a.esrgan.yaml', stage: 'training', run: '/r' }],
  ],
  ['a line of a tree', [line('/r'), undefined], [{ run: '/r' }]],
  ['several lines of a tree', [line('/r'), [line('/r'), line('/s')]], [{ run: '/r' }, { run: '/s' }]],
  ['a line that is no run', [{ id: 'x', label: 'x' }], []],
  ['a file of the Explorer', [{ fsPath: '/a.esrgan.yaml', scheme: 'file' }], [{ file: '/a.esrgan.yaml' }]],
  ['a key', [selectionArgument], [{ run: '/selected' }]],
])('%s', (_, args, expected) => expect(commandTargets(args, [line('/selected'), {}])).toEqual(expected));

test.each([
  [{ file: '/a', stage: 'training', run: '/r' }, true],
  [{ run: '/r' }, true],
  [{ stage: 'cooking', run: '/r' }, false],
  [{ file: 1 }, false],
  [{ run: '/r', other: 1 }, false],
  [{}, false],
  [['/r'], false],
])('%j is a target: %s', (value, expected) => expect(isCommandTarget(value)).toBe(expected));

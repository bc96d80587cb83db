import { dirname, join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { nodeProgram } from '../../../../server/command/programs.ts';

const installed = resolve('/tools/node');
const find = (name: string) => (name === 'node' ? installed : undefined);

test.each([
  ['', process.execPath],
  [resolve('/own/node'), resolve('/own/node')],
  ['node', installed],
  ['node22', join(dirname(process.execPath), 'node22')],
])('the setting %j starts %s', (setting, expected) => {
  expect(nodeProgram(setting, find)).toBe(expected);
});

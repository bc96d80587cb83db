import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type RequestKind,
  requestKinds,
  sendRequest,
  takeRequests,
} from '../../../../trainer/runs/control.ts';
import { temporaryRun } from './temporary-run.ts';

test.each<[RequestKind[], RequestKind[]]>([
  [[], []],
  [['stop'], ['stop']],
  [
    ['pause', 'resume'],
    ['pause', 'resume'],
  ],
  [
    ['resume', 'pause'],
    ['resume', 'pause'],
  ],
  [
    ['validate', 'checkpoint', 'validate'],
    ['checkpoint', 'validate'],
  ],
  [[...requestKinds], [...requestKinds]],
])('requests %j are taken as %j, once', (asked, expected) => {
  const paths = temporaryRun();
  asked.forEach((kind, index) => {
    sendRequest(paths, kind);
    utimesSync(join(paths.control, kind), index, index);
  });
  expect(takeRequests(paths)).toEqual(expected);
  expect(readdirSync(paths.control)).toEqual([]);
  expect(takeRequests(paths)).toEqual([]);
});

test('a repeated request is reported as pending', () => {
  const paths = temporaryRun();
  expect(sendRequest(paths, 'stop')).toBe(false);
  expect(sendRequest(paths, 'pause')).toBe(false);
  expect(sendRequest(paths, 'stop')).toBe(true);
  takeRequests(paths);
  expect(sendRequest(paths, 'stop')).toBe(false);
});

test('files that are not requests, or not complete, remain', () => {
  const paths = temporaryRun();
  for (const name of ['.tmp-stop-1', 'restart']) writeFileSync(join(paths.control, name), '');
  expect(takeRequests(paths)).toEqual([]);
  expect(readdirSync(paths.control)).toHaveLength(2);
});

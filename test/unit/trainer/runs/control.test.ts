import { mkdirSync, readdirSync, rmdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  dropEarlierRequests,
  type RequestKind,
  requestKinds,
  sendRequest,
  type TakenRequests,
  takeRequests,
} from '../../../../trainer/runs/control.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import { oddFiles } from '../files/odd-files.ts';
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
  const taken: TakenRequests = new Map();
  expect(takeRequests(paths, taken)).toEqual(expected);
  expect(readdirSync(paths.control)).toEqual([]);
  expect(takeRequests(paths, taken)).toEqual([]);
});

test('a repeated request is reported as pending', () => {
  const paths = temporaryRun();
  expect(sendRequest(paths, 'stop')).toBe(false);
  expect(sendRequest(paths, 'pause')).toBe(false);
  expect(sendRequest(paths, 'stop')).toBe(true);
  takeRequests(paths, new Map());
  expect(sendRequest(paths, 'stop')).toBe(false);
});

test('files that are not requests, or not complete, remain', () => {
  const paths = temporaryRun();
  for (const name of ['.tmp-stop-1', 'restart']) writeFileSync(join(paths.control, name), '');
  expect(takeRequests(paths, new Map())).toEqual([]);
  expect(readdirSync(paths.control)).toHaveLength(2);
});

test('a request that cannot be deleted is taken once, and a later one is another request', () => {
  const paths = temporaryRun();
  const taken: TakenRequests = new Map();
  const stop = join(paths.control, 'stop');
  // A folder stands in for a file that another program has open.
  mkdirSync(stop);
  sendRequest(paths, 'pause');
  expect(takeRequests(paths, taken).sort()).toEqual(['pause', 'stop']);
  expect(takeRequests(paths, taken)).toEqual([]);
  utimesSync(stop, 1, 1);
  expect(takeRequests(paths, taken)).toEqual(['stop']);
  rmdirSync(stop);
  sendRequest(paths, 'stop');
  expect(takeRequests(paths, taken)).toEqual(['stop']);
  expect(readdirSync(paths.control)).toEqual([]);
});

test.each([
  { title: 'to whoever trains', receiver: undefined, expected: [] },
  { title: 'to this process', receiver: { host: thisHost, pid: process.pid }, expected: ['stop'] },
  { title: 'to an earlier process', receiver: { host: thisHost, pid: process.pid + 1 }, expected: [] },
  { title: 'to a process of another host', receiver: { host: 'gpu-7', pid: process.pid }, expected: [] },
])('of earlier requests, a trainer takes $expected that was sent $title', ({ receiver, expected }) => {
  const paths = temporaryRun();
  const taken: TakenRequests = new Map();
  sendRequest(paths, 'stop', receiver);
  sendRequest(paths, 'pause');
  dropEarlierRequests(paths, taken);
  expect(takeRequests(paths, taken)).toEqual(expected);
  expect(readdirSync(paths.control)).toEqual([]);
});

test('an earlier request that cannot be deleted is not taken', () => {
  const paths = temporaryRun();
  const taken: TakenRequests = new Map();
  mkdirSync(join(paths.control, 'stop'));
  dropEarlierRequests(paths, taken);
  expect(takeRequests(paths, taken)).toEqual([]);
});

const isWindows = process.platform === 'win32';

test.skipIf(isWindows).each(oddFiles)(
  `%s in place of a request is no request to this process, and does not block it${isWindows ? ' (skipped: not on Windows)' : ''}`,
  (_, make) => {
    const paths = temporaryRun();
    mkdirSync(paths.control, { recursive: true });
    make(join(paths.control, 'stop'));
    const taken: TakenRequests = new Map();
    dropEarlierRequests(paths, taken);
    expect(takeRequests(paths, taken)).toEqual([]);
  },
);

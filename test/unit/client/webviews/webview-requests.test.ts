import { describe, expect, test } from 'vitest';
import { isInside, parseTarget, parseWebviewRequest } from '../../../../client/webviews/webview-requests.ts';

const bytes = new Uint8Array([1]);

describe('what a webview may ask passes, without what does not belong to it', () => {
  test.each<[name: string, params: unknown, passed: unknown]>([
    ['esrgan/runs', null, null],
    ['esrgan/runs', { all: 1 }, null],
    ['esrgan/run', { run: '/r', more: 1 }, { run: '/r' }],
    ['esrgan/points', { run: '/r', after: null }, { run: '/r', after: null }],
    [
      'esrgan/points',
      { run: '/r', after: { generation: 1, counts: { a: 2 } } },
      { run: '/r', after: { generation: 1, counts: { a: 2 } } },
    ],
    ['esrgan/newestPoints', { run: '/r', count: 5 }, { run: '/r', count: 5 }],
    ['esrgan/follow', { run: '/r', follow: false }, { run: '/r', follow: false }],
    ['esrgan/control', { run: '/r', request: 'pause' }, { run: '/r', request: 'pause' }],
    ['host/draggedRuns', null, null],
    ['host/uris', { paths: ['/r/a'] }, { paths: ['/r/a'] }],
    ['host/save', { name: 'a.csv', content: 'x' }, { name: 'a.csv', content: 'x' }],
    ['host/save', { name: 'a.png', content: bytes }, { name: 'a.png', content: bytes }],
    ['host/open', { path: '/r/a' }, { path: '/r/a' }],
    [
      'host/command',
      { command: 'esrgan.resumeRun', args: [{ run: '/r', x: 1 }] },
      { command: 'esrgan.resumeRun', args: [{ run: '/r' }] },
    ],
  ])('%s %j', (name, params, passed) =>
    expect(parseWebviewRequest({ kind: 'request', id: 7, name, params })).toEqual({
      kind: 'request',
      id: 7,
      name,
      params: passed,
    }),
  );
});

describe('anything else is refused', () => {
  test.each<[unknown]>([
    [null],
    ['esrgan/runs'],
    [{ kind: 'request', name: 'esrgan/runs', params: null }],
    [{ kind: 'answer', id: 1, name: 'esrgan/runs', params: null }],
    ...[
      ['esrgan/deleteRun', { run: '/r' }],
      ['esrgan/run', null],
      ['esrgan/run', { run: 1 }],
      ['esrgan/points', { run: '/r' }],
      ['esrgan/points', { run: '/r', after: { generation: 1, counts: { a: 'b' } } }],
      ['esrgan/control', { run: '/r', request: 'kill' }],
      ['host/uris', { paths: ['/r/a', 1] }],
      ['host/save', { name: 'a', content: [1] }],
      ['host/command', { command: 'workbench.action.quit', args: [{ run: '/r' }] }],
      ['host/command', { command: 'esrgan.openRun', args: [] }],
      ['host/command', { command: 'esrgan.openRun', args: ['x'] }],
    ].map(([name, params]): [unknown] => [{ kind: 'request', id: 1, name, params }]),
  ])('%j', (message) => expect(parseWebviewRequest(message)).toBe(undefined));
});

test.each([
  [
    { file: '/a', stage: 'training', run: '/r' },
    { file: '/a', stage: 'training', run: '/r' },
  ],
  [{ file: 1, stage: 'cooking', run: '/r' }, { run: '/r' }],
  [{ other: 1 }, undefined],
  [['/r'], undefined],
])('the target %j', (value, expected) => expect(parseTarget(value)).toEqual(expected));

test.each([
  ['/w/runs/a', '/w/runs/a/samples/x.png', true],
  ['/w/runs/a', '/w/runs/a', true],
  ['/w/runs/a', '/w/runs/a/../b/x.png', false],
  ['/w/runs/a', '/w/runs/ab', false],
  ['/w/runs/a', '/w/runs/a/..b', true],
  ['/w/runs/a', 'x.png', false],
])('%s: %s', (folder, path, expected) => expect(isInside(folder, path)).toBe(expected));

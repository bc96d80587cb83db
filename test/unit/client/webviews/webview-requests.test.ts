import { describe, expect, test } from 'vitest';
import { isWebviewRequest } from '../../../../client/webviews/webview-requests.ts';

const model = { run: '/r', checkpoint: '/r/c', interpolatedWith: null };
const interpolated = { ...model, interpolatedWith: { checkpoint: '/r/d', alpha: 0.5 } };
const query = {
  runs: ['/r'],
  models: [
    { kind: 'checkpoint', stage: 'training', checkpoint: 'best' },
    { kind: 'checkpoint', stage: 'pretraining', checkpoint: 400 },
    { kind: 'interpolated', alpha: 0.8, pretraining: 'best', training: 'last' },
  ],
  protocols: ['rgb'],
  baseline: null,
};
const image = { path: '/p.png', role: 'hr', box: { x: 0, y: 1, width: 2, height: 3 } };
const exported = {
  comparison: query,
  format: 'html',
  rows: ['a'],
  columns: null,
  published: ['theirs'],
  tags: ['t'],
  images: [{ title: 'x', tiles: [{ label: 'y', path: '/z' }] }],
};
const nineRuns = Array.from({ length: 9 }, (_, i) => `/r${i}`);
const manyModels = Array.from({ length: 257 }, () => model);

const isRequest = (name: string, params: unknown) =>
  isWebviewRequest({ kind: 'request', id: 7, name, params });

describe('a page can send', () => {
  test.each<[name: string, params: object | null]>([
    ['esrgan/runs', null],
    ['esrgan/run', { run: '/r' }],
    ['esrgan/points', { run: '/r', after: null }],
    ['esrgan/points', { run: '/r', after: { generation: '1.0', count: 2 } }],
    ['esrgan/newestPoints', { run: '/r', count: 5 }],
    ['esrgan/follow', { run: '/r', follow: false }],
    ['esrgan/control', { run: '/r', request: 'pause' }],
    ['esrgan/comparison', query],
    ['esrgan/comparison', { ...query, baseline: '/r' }],
    ['esrgan/evaluation', { run: '/r', file: '/r/e.json' }],
    ['esrgan/testSets', { runs: [] }],
    ['esrgan/evaluate', { model: interpolated, testSet: '/set5', protocols: ['rgb'] }],
    ['esrgan/configDifference', { runs: ['/a', '/b'] }],
    ['esrgan/curveScale', { run: '/r' }],
    ['esrgan/imageResults', { image, models: [model, interpolated], run: null }],
    ['esrgan/imageResults', { image: { ...image, role: 'lr', box: null }, models: [], run: '/r' }],
    ['esrgan/weightsDifference', { a: '/a', b: '/b' }],
    ['esrgan/interpolate', { a: '/a', b: '/b', alpha: 0, image }],
    ['esrgan/closeInterpolation', null],
    ['esrgan/exportComparison', exported],
    ['esrgan/jobs', null],
    ['esrgan/cancelJob', { job: '1' }],
    ['esrgan/weights', { file: '/w.pth' }],
    ['esrgan/tensorValues', { file: '/w.pth' }],
    ['host/uris', { paths: ['/r/a'] }],
    ['host/save', { name: 'a.csv', content: 'x' }],
    ['host/save', { name: 'a.png', content: new Uint8Array([1]) }],
    ['host/open', { path: '/r/a' }],
    ['host/openRunFile', null],
    ['host/command', { command: 'esrgan.resumeRun', args: [{ run: '/r' }] }],
    ['host/diff', { left: '/a', right: '/b' }],
    ['host/pickRuns', { runs: ['/a'] }],
    ['host/runsOf', { uris: ['file:///a'] }],
    ['host/draggedRuns', null],
    ['host/setRuns', { runs: ['/a'] }],
    ['host/displayableImage', { path: '/a.tif' }],
    ['host/upscaleWith', null],
    ['host/convertWeights', null],
    ['host/pickWeights', null],
    ['host/openAsText', null],
  ])('%s %j', (name, params) => {
    expect(isRequest(name, params)).toBe(true);
    expect(isRequest(name, { ...params, more: 1 })).toBe(false);
  });
});

describe('a page cannot send', () => {
  test.each<[name: string, params: unknown]>([
    ['esrgan/deleteRun', { run: '/r' }],
    ['esrgan/resultsFolder', null],
    ['toString', {}],
    ['esrgan/runs', {}],
    ['esrgan/run', null],
    ['esrgan/run', { run: 1 }],
    ['esrgan/points', { run: '/r' }],
    ['esrgan/points', { run: '/r', after: { generation: '1.0', count: 'b' } }],
    ['esrgan/control', { run: '/r', request: 'kill' }],
    ['esrgan/comparison', { ...query, runs: nineRuns }],
    ['esrgan/comparison', { ...query, models: [{ kind: 'checkpoint', stage: 'cooking', checkpoint: 1 }] }],
    ['esrgan/comparison', { ...query, baseline: 1 }],
    ['esrgan/evaluate', { model: { run: '/r', checkpoint: '/c' }, testSet: '/s', protocols: [] }],
    ['esrgan/imageResults', { image: { ...image, box: [0, 0, 1, 1] }, models: [], run: '/r' }],
    ['esrgan/imageResults', { image: { ...image, role: 'sr' }, models: [], run: '/r' }],
    ['esrgan/imageResults', { image, models: manyModels, run: '/r' }],
    ['esrgan/interpolate', { a: '/a', b: '/b', alpha: Number.NaN, image }],
    ['esrgan/exportComparison', { ...exported, format: 'exe' }],
    ['host/uris', { paths: ['/r/a', 1] }],
    ['host/save', { name: 'a', content: [1] }],
    ['host/command', { command: 'workbench.action.quit', args: [{ run: '/r' }] }],
    ['host/command', { command: 'esrgan.openRun', args: [] }],
    ['host/command', { command: 'esrgan.openRun', args: ['x'] }],
    ['host/command', { command: 'esrgan.openRun', args: [{ run: '/r', more: 1 }] }],
    ['host/diff', { left: '/a' }],
    ['host/setRuns', { runs: nineRuns }],
  ])('%s %j', (name, params) => expect(isRequest(name, params)).toBe(false));
});

test.each<[unknown]>([
  [null],
  ['esrgan/runs'],
  [{ kind: 'request', name: 'esrgan/runs', params: null }],
  [{ kind: 'answer', id: 1, name: 'esrgan/runs', params: null }],
])('%j is not a request', (message) => expect(isWebviewRequest(message)).toBe(false));

import { describe, expect, test } from 'vitest';
import { parseWebviewRequest } from '../../../../client/webviews/webview-requests.ts';

const model = { run: '/r', checkpoint: '/r/c', mixed: null };
const mixed = { ...model, mixed: { checkpoint: '/r/d', alpha: 0.5 } };
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
const nine = Array.from({ length: 9 }, (_, i) => `/r${i}`);

function parsed(name: string, params: unknown): unknown {
  return parseWebviewRequest({ kind: 'request', id: 7, name, params })?.params;
}

describe('what a comparison may ask passes', () => {
  test.each<[name: string, params: object | null]>([
    ['esrgan/comparison', query],
    ['esrgan/comparison', { ...query, baseline: '/r' }],
    ['esrgan/evaluation', { run: '/r', file: '/r/e.json' }],
    ['esrgan/testSets', { runs: [] }],
    ['esrgan/evaluate', { model: mixed, testSet: '/set5', protocols: ['rgb'] }],
    ['esrgan/configDifference', { runs: ['/a', '/b'] }],
    ['esrgan/curveScale', { run: '/r' }],
    ['esrgan/imageResults', { image, models: [model, mixed], run: null }],
    ['esrgan/imageResults', { image: { ...image, role: 'lr', box: null }, models: [], run: '/r' }],
    ['esrgan/weightsDifference', { a: '/a', b: '/b' }],
    ['esrgan/interpolate', { a: '/a', b: '/b', alpha: 0, image }],
    ['esrgan/closeInterpolation', null],
    [
      'esrgan/exportComparison',
      {
        comparison: query,
        format: 'html',
        rows: ['a'],
        columns: null,
        published: ['theirs'],
        tags: ['t'],
        images: [{ title: 'x', tiles: [{ label: 'y', path: '/z' }] }],
      },
    ],
    ['esrgan/jobs', null],
    ['esrgan/cancelJob', { job: '1' }],
    ['host/diff', { left: '/a', right: '/b' }],
    ['host/pickRuns', { runs: ['/a'] }],
    ['host/runsOf', { uris: ['file:///a'] }],
    ['host/setRuns', { runs: ['/a'] }],
  ])('%s %j', (name, params) => {
    expect(parsed(name, params)).toEqual(params);
    if (params) expect(parsed(name, { ...params, more: 1 })).toEqual(params);
  });
});

describe('anything else is refused', () => {
  test.each<[name: string, params: unknown]>([
    ['esrgan/comparison', { ...query, runs: nine }],
    ['esrgan/comparison', { ...query, models: [{ kind: 'checkpoint', stage: 'cooking', checkpoint: 1 }] }],
    ['esrgan/comparison', { ...query, baseline: 1 }],
    ['esrgan/evaluate', { model: { run: '/r', checkpoint: '/c' }, testSet: '/s', protocols: [] }],
    ['esrgan/imageResults', { image: { ...image, box: [0, 0, 1, 1] }, models: [], run: '/r' }],
    ['esrgan/imageResults', { image: { ...image, role: 'sr' }, models: [], run: '/r' }],
    ['esrgan/interpolate', { a: '/a', b: '/b', alpha: Number.NaN, image }],
    [
      'esrgan/exportComparison',
      { comparison: query, format: 'exe', rows: null, columns: null, published: [], tags: [], images: [] },
    ],
    ['host/diff', { left: '/a' }],
    ['host/setRuns', { runs: nine }],
    ['esrgan/resultsFolder', {}],
    ['toString', {}],
  ])('%s %j', (name, params) => expect(parsed(name, params)).toBe(undefined));
});

import { expect, test } from 'vitest';
import { ModelResults } from '../../../../../media/compare/images/model-results.ts';
import type { ImageResults, ModelReference } from '../../../../../server/protocol/comparison.ts';
import type { Job } from '../../../../../server/protocol/jobs.ts';

const model = (checkpoint: string): ModelReference => ({ run: '/run', checkpoint, interpolatedWith: null });
const [one, two] = [model('one'), model('two')];
const noJobs = new Map<string, Job>();

/** The jobs of a host with job `j` in a state. */
function jobs(state: Job['state']): Map<string, Job> {
  const task: Job['task'] = { kind: 'evaluation', model: one, testSet: '/set', protocols: [] };
  const job: Job = {
    job: 'j',
    task,
    state,
    detail: '',
    done: 0,
    total: null,
    rate: null,
    etaSeconds: null,
    message: null,
  };
  return new Map([['j', job]]);
}

/** A host that has all results but the missing ones, for which it starts job `j`. */
function resultsOf(missing: readonly string[] = []) {
  const requested: { image: string; models: (string | null)[] }[] = [];
  const remaining = [...missing];
  let changes = 0;
  const request = (_: string, { image, models }: { image: { path: string }; models: ModelReference[] }) => {
    requested.push({ image: image.path, models: models.map(({ checkpoint }) => checkpoint) });
    const lacking = remaining.shift();
    const results: ImageResults = {
      scale: 4,
      width: 8,
      height: 8,
      lr: '/lr.png',
      bicubic: '/bicubic.png',
      hr: image.path,
      results: models.map(({ checkpoint }) =>
        checkpoint === lacking ? null : `${checkpoint} of ${image.path}`,
      ),
      job: lacking === undefined ? null : 'j',
    };
    return Promise.resolve(results);
  };
  const results = new ModelResults({ request: request as never }, () => changes++);
  return { results, requested, changes: () => changes };
}

test('requests the same results once, and reports their arrival', async () => {
  const { results, requested, changes } = resultsOf();
  expect(results.of('/a', [one])).toBe(null);
  await results.request('/a', [one, two], noJobs);
  expect(changes()).toBe(1);
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
  expect(results.request('/a', [one, two], noJobs)).toBe(null);
  expect(requested).toEqual([{ image: '/a', models: ['one', 'two'] }]);
});

test('requests nothing without models', () =>
  expect(resultsOf().results.request('/a', [], noJobs)).toBe(null));

test('known results stay with their model and image during a request', async () => {
  const { results } = resultsOf();
  await results.request('/a', [one, two], noJobs);
  const request = results.request('/a', [two, model('three')], noJobs);
  expect(results.of('/a', [two, model('three')])?.results).toEqual(['two of /a', null]);
  expect(results.of('/b', [one])).toBe(null);
  await request;
  expect(results.of('/a', [two, model('three')])?.results).toEqual(['two of /a', 'three of /a']);
});

test('an image that is chosen again has its results', async () => {
  const { results } = resultsOf();
  await results.request('/a', [one], noJobs);
  expect(results.request('/a', [one], noJobs)).toBe(null);
  expect(results.of('/a', [one])?.results).toEqual(['one of /a']);
  await results.request('/b', [one], noJobs);
  await results.request('/a', [one], noJobs);
  expect(results.of('/a', [one])?.results).toEqual(['one of /a']);
});

test('ignores the results of an earlier request', async () => {
  const { results, changes } = resultsOf();
  const first = results.request('/a', [one], noJobs);
  await results.request('/b', [one], noJobs);
  await first;
  expect(changes()).toBe(1);
  expect(results.of('/b', [one])?.results).toEqual(['one of /b']);
});

test('requests missing results again when their job has finished', async () => {
  const { results, requested } = resultsOf(['two']);
  await results.request('/a', [one, two], noJobs);
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', null]);
  expect(results.request('/a', [one, two], jobs('running'))).toBe(null);
  await results.request('/a', [one, two], jobs('finished'));
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
  expect(requested).toHaveLength(2);
});

test('a reset lets a failed job start again', async () => {
  const { results } = resultsOf(['two']);
  await results.request('/a', [one, two], noJobs);
  expect(results.request('/a', [one, two], jobs('failed'))).toBe(null);
  results.reset();
  await results.request('/a', [one, two], jobs('failed'));
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
});

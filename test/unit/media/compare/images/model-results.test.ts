import { expect, test } from 'vitest';
import { ModelResults } from '../../../../../media/compare/images/model-results.ts';
import type { ImageResults, ModelReference } from '../../../../../server/protocol/comparison.ts';
import type { Job } from '../../../../../server/protocol/jobs.ts';

const model = (checkpoint: string): ModelReference => ({ run: '/run', checkpoint, mixed: null });
const [one, two] = [model('one'), model('two')];
const noJobs = new Map<string, Job>();

/** The jobs of a host where `j` is in a state. */
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

/** A host that has the result of each model asked for but those that are missing, for which it begins the job `j`. */
function resultsOf(missing: readonly string[] = []) {
  const asked: { image: string; models: (string | null)[] }[] = [];
  const left = [...missing];
  let changes = 0;
  const request = (_: string, { image, models }: { image: { path: string }; models: ModelReference[] }) => {
    asked.push({ image: image.path, models: models.map(({ checkpoint }) => checkpoint) });
    const lacks = left.shift();
    const results: ImageResults = {
      scale: 4,
      width: 8,
      height: 8,
      lr: '/lr.png',
      bicubic: '/bicubic.png',
      hr: image.path,
      results: models.map(({ checkpoint }) =>
        checkpoint === lacks ? null : `${checkpoint} of ${image.path}`,
      ),
      job: lacks === undefined ? null : 'j',
    };
    return Promise.resolve(results);
  };
  // Results are asked for in no other way.
  const results = new ModelResults({ request: request as never }, () => changes++);
  return { results, asked, changes: () => changes };
}

test('asks once for the same, and tells that the answer is there', async () => {
  const { results, asked, changes } = resultsOf();
  expect(results.of('/a', [one])).toBe(null);
  await results.ask('/a', [one, two], noJobs);
  expect(changes()).toBe(1);
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
  expect(results.ask('/a', [one, two], noJobs)).toBe(null);
  expect(asked).toEqual([{ image: '/a', models: ['one', 'two'] }]);
});

test('asks for nothing where there is no model', () =>
  expect(resultsOf().results.ask('/a', [], noJobs)).toBe(null));

test('what is there stays with its model and its image while others are asked for', async () => {
  const { results } = resultsOf();
  await results.ask('/a', [one, two], noJobs);
  const asking = results.ask('/a', [two, model('three')], noJobs);
  expect(results.of('/a', [two, model('three')])?.results).toEqual(['two of /a', null]);
  expect(results.of('/b', [one])).toBe(null);
  await asking;
  expect(results.of('/a', [two, model('three')])?.results).toEqual(['two of /a', 'three of /a']);
});

test('an image that was left and is chosen again is still there', async () => {
  const { results } = resultsOf();
  await results.ask('/a', [one], noJobs);
  expect(results.ask('/a', [one], noJobs)).toBe(null);
  expect(results.of('/a', [one])?.results).toEqual(['one of /a']);
  await results.ask('/b', [one], noJobs);
  await results.ask('/a', [one], noJobs);
  expect(results.of('/a', [one])?.results).toEqual(['one of /a']);
});

test('an answer that is not wanted any more is not shown', async () => {
  const { results, changes } = resultsOf();
  const first = results.ask('/a', [one], noJobs);
  await results.ask('/b', [one], noJobs);
  await first;
  expect(changes()).toBe(1);
  expect(results.of('/b', [one])?.results).toEqual(['one of /b']);
});

test('what was missing is asked for again once its job has finished', async () => {
  const { results, asked } = resultsOf(['two']);
  await results.ask('/a', [one, two], noJobs);
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', null]);
  expect(results.ask('/a', [one, two], jobs('running'))).toBe(null);
  await results.ask('/a', [one, two], jobs('finished'));
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
  expect(asked).toHaveLength(2);
});

test('a job that failed is begun anew when that is wanted', async () => {
  const { results } = resultsOf(['two']);
  await results.ask('/a', [one, two], noJobs);
  expect(results.ask('/a', [one, two], jobs('failed'))).toBe(null);
  results.forget();
  await results.ask('/a', [one, two], jobs('failed'));
  expect(results.of('/a', [one, two])?.results).toEqual(['one of /a', 'two of /a']);
});

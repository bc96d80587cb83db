import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { evaluationWork } from '../../../../server/comparison/evaluation-job.ts';
import { temporaryFolder } from '../../trainer/data/images.ts';

/** The job with a command that only writes these events. */
function work(...events: object[]) {
  const esrgan = join(temporaryFolder(), 'esrgan.cjs');
  const lines = events.map((event) => `${JSON.stringify(event)}\n`).join('');
  writeFileSync(esrgan, `process.stderr.write(${JSON.stringify(lines)}); process.stdout.write('[]\\n');`);
  const programs = { node: process.execPath, esrgan };
  const model = { run: 'runs/a', checkpoint: 'runs/a/checkpoints/b', interpolatedWith: null };
  return evaluationWork(programs, async () => 'cpu', model, { name: 'set5', dir: 'set5' }, ['rgb'], 4);
}

const progress = { event: 'progress', model: 'm', data: 'set5', image: 1, images: 2 };
const unsaved = { event: 'unsaved', model: 'm', data: 'set5', message: 'The result of m is not saved.' };

test('reports images', async () => {
  const reports: unknown[] = [];
  await work(progress)((report) => reports.push(report), new AbortController().signal);
  expect(reports).toEqual([
    { detail: 'set5, image 1 of 2', done: 0, total: 2 },
    { detail: 'set5, 2 images', done: 2, total: 2 },
  ]);
});

test.each<[string[], string[]]>([
  [
    ['rgb', 'paper-y'],
    ['--protocol', 'rgb,paper-y'],
  ],
  [
    ['rgb', 'lpips-vgg', 'niqe'],
    ['--protocol', 'rgb', '--metrics', 'lpips,niqe'],
  ],
  [['dists'], ['--metrics', 'dists']],
])('measures under %j', async (protocols, expected) => {
  const esrgan = join(temporaryFolder(), 'esrgan.cjs');
  const given = join(temporaryFolder(), 'arguments.json');
  writeFileSync(
    esrgan,
    `require('node:fs').writeFileSync(${JSON.stringify(given)}, JSON.stringify(process.argv.slice(2)));`,
  );
  const programs = { node: process.execPath, esrgan };
  const model = { run: 'runs/a', checkpoint: 'runs/a/checkpoints/b', interpolatedWith: null };
  const set = { name: 'set5', dir: 'data/set5' };
  await evaluationWork(
    programs,
    async () => 'cpu',
    model,
    set,
    protocols,
    4,
  )(() => {}, new AbortController().signal);
  expect(JSON.parse(readFileSync(given, 'utf8'))).toEqual([
    'evaluate',
    model.checkpoint,
    '--data',
    'set5=data/set5',
    ...expected,
    '--engine',
    'cpu',
    '--json',
    '--progress',
  ]);
});

test('fails if the run cannot store the result, which the editor could not show', async () => {
  const running = work(progress, unsaved)(() => {}, new AbortController().signal);
  await expect(running).rejects.toMatchObject({ code: 'disk', message: unsaved.message });
});

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileSubject, interpolatedSubject } from '../../../../trainer/evaluate/subject.ts';
import { createManifest } from '../../../../trainer/runs/manifest.ts';
import { createRunDirectory } from '../../../../trainer/runs/run-directory.ts';
import { writeGenerator } from '../../../../trainer/weights/write-generator.ts';
import { temporaryFolder } from '../data/images.ts';
import { randomGenerator } from '../weights/generators.ts';

const folder = temporaryFolder();

/** A file of weights in a new folder. */
function weightsIn(...path: string[]): string {
  const at = join(folder, ...path);
  mkdirSync(at, { recursive: true });
  const file = join(at, 'generator.safetensors');
  writeGenerator(file, randomGenerator());
  return file;
}

const unused = () => Promise.reject(new Error('It is not opened.'));

test('a checkpoint is called by its run, stage and step, other weights by their path', () => {
  const run = createRunDirectory(join(folder, 'photos'));
  createManifest(run, { seed: 0, configHash: '', data: {}, ancestry: [] });
  const first = weightsIn('photos', 'checkpoints', 'pretraining-00400000');
  const second = weightsIn('photos', 'checkpoints', 'training-00007500');
  const other = weightsIn('loose');
  expect(fileSubject(first, unused).name).toBe('photos pretraining 400,000');
  expect(fileSubject(other, unused).name).toMatch(/loose\/generator\.safetensors$/);
  expect(interpolatedSubject([first, second], 0.8, unused).name).toBe(
    'photos pretraining 400,000 and 0.8 of photos training 7,500',
  );
});

import { join } from 'node:path';
import { type Stage, stages } from '../../trainer/run-state/run-state.ts';
import { readNames } from '../../trainer/runs/atomic-file.ts';
import type { RunPaths } from '../../trainer/runs/run-directory.ts';
import type { SampleImage, StageSamples } from '../protocol/runs.ts';

/** The sample images of a run, by stage; stages without any are left out. Never throws. */
export function readSamples(paths: RunPaths): StageSamples[] {
  return stages.flatMap((stage) => {
    const samples = samplesOf(paths, stage);
    return samples.steps.length === 0 ? [] : [samples];
  });
}

function samplesOf(paths: RunPaths, stage: Stage): StageSamples {
  const folder = join(paths.samples, stage);
  const steps = readNames(folder)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => ({ step: Number(name), sr: resultsIn(join(folder, name)) }))
    .filter(({ sr }) => Object.keys(sr).length > 0)
    .sort((a, b) => a.step - b.step);
  return { stage, images: imagesIn(join(folder, 'reference')), steps };
}

/** What the generator made, by the image's key. */
function resultsIn(folder: string): Record<string, string> {
  return Object.fromEntries(keysIn(folder, '.sr.png').map((key) => [key, join(folder, `${key}.sr.png`)]));
}

/** The images of which everything is there that results are compared with; those of `samples.lr_images` have no HR image. */
function imagesIn(folder: string): SampleImage[] {
  const lr = new Set(keysIn(folder, '.lr.png'));
  const hr = new Set(keysIn(folder, '.hr.png'));
  return keysIn(folder, '.bicubic.png')
    .filter((key) => lr.has(key))
    .sort()
    .map((key) => ({
      key,
      lr: join(folder, `${key}.lr.png`),
      bicubic: join(folder, `${key}.bicubic.png`),
      hr: hr.has(key) ? join(folder, `${key}.hr.png`) : null,
    }));
}

function keysIn(folder: string, ending: string): string[] {
  return readNames(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .map((name) => name.slice(0, -ending.length));
}

import { join } from 'node:path';
import { type Stage, stages } from '../run-state/run-state.ts';
import { readNames } from '../runs/atomic-file.ts';
import type { RunPaths } from '../runs/run-directory.ts';

/** The sample images of one step of a stage. */
export interface SampleFolder {
  /** In `samples/`, with `/`: `<stage>/<step>`. */
  readonly folder: string;
  readonly stage: Stage;
  readonly step: number;
}

/** An image to upload. */
export interface SampleImage {
  /** The name of its curve of images. */
  readonly tag: string;
  readonly path: string;
  /** Name on the server, with `/`. */
  readonly name: string;
}

/**
 * The oldest folder that was not sent and whose images are all there. Images are written one by one, so a folder is complete
 * when it has as many as the references, when there is a later one, or when the run has ended properly. Never throws.
 */
export function nextSample(
  run: RunPaths,
  sent: ReadonlySet<string>,
  hasEnded: boolean,
): SampleFolder | undefined {
  const all = stages.flatMap((stage) =>
    stepsOf(run, stage).map((name) => ({ folder: `${stage}/${name}`, stage, step: Number(name) })),
  );
  return all.find(({ folder, stage }, index) => {
    if (sent.has(folder)) return false;
    const images = imagesIn(join(run.samples, folder), '.sr.png').length;
    const references = imagesIn(join(run.samples, stage, 'reference'), '.bicubic.png').length;
    return images > 0 && (images >= references || hasEnded || index < all.length - 1);
  });
}

/** The images of a folder; with the first of a stage also those to compare with. */
export function imagesOf(run: RunPaths, folder: string, isFirst: boolean): SampleImage[] {
  const [stage = '', step = ''] = folder.split('/');
  const images = (group: string, name: string, endings: readonly string[]) =>
    endings.flatMap((ending) =>
      imagesIn(join(run.samples, stage, name), ending).map((file) => ({
        tag: `${group}/${file.replace(/(\.sr)?\.png$/, '')}`,
        path: join(run.samples, stage, name, file),
        name: `media/images/samples/${stage}/${name}/${file}`,
      })),
    );
  return [
    ...(isFirst ? images('reference', 'reference', ['.lr.png', '.bicubic.png', '.hr.png']) : []),
    ...images('samples', step, ['.sr.png']),
  ];
}

function stepsOf(run: RunPaths, stage: Stage): string[] {
  return readNames(join(run.samples, stage))
    .filter((name) => /^\d+$/.test(name))
    .sort((a, b) => Number(a) - Number(b));
}

function imagesIn(folder: string, ending: string): string[] {
  return readNames(folder)
    .filter((name) => name.endsWith(ending) && !name.startsWith('.'))
    .sort();
}

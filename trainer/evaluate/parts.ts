import { discardSync } from '../files/change-files.ts';
import { createFolderSync } from '../files/create-folder.ts';
import type { Share } from '../image-files/share.ts';
import type { Measure } from '../measures/measure.ts';
import type { Metric, Values } from '../metrics/metrics.ts';
import { diskError, writeJsonAtomic } from '../runs/atomic-file.ts';
import type { MeasuredImages } from './evaluate.ts';
import { type EvaluationFile, listParts, partPath, type SavedValues } from './results/evaluation-files.ts';

/** The values of the measured images of an evaluation that several shares measure, each in its own files. */
export interface Parts extends MeasuredImages {
  /** Deletes the files of all shares. */
  discard(): void;
}

export interface PartsOptions {
  readonly folder: string;
  readonly measures: readonly Measure[];
  /** Facts of the files of a measure, without its images. */
  readonly factsOf: (measure: Measure) => Omit<EvaluationFile, 'images' | Metric>;
  /** The share that saves; undefined to read only. */
  readonly share: Share | undefined;
}

/** What a killed share loses: it saves after an image, but not more often than this, because it writes all of its images. */
const saveIntervalMs = 10_000;

/** Opens the parts of an evaluation. */
export function openParts({ folder, measures, factsOf, share }: PartsOptions): Parts {
  const values = new Map<Measure, Map<string, Values>>();
  const mine = new Map<Measure, Map<string, Values>>();
  for (const measure of measures) {
    values.set(measure, new Map());
    mine.set(measure, new Map());
  }
  const pathOf = (measure: Measure) => share && partPath(folder, factsOf(measure), share);
  let savedAt = performance.now();

  function reload(): void {
    for (const measure of measures) {
      for (const { path, part } of listParts(folder, factsOf(measure))) {
        for (const image of part.images) {
          const found = savedValues(image, measure);
          if (found === undefined) continue;
          values.get(measure)?.set(image.name, found);
          if (path === pathOf(measure)) mine.get(measure)?.set(image.name, found);
        }
      }
    }
  }

  function save(): void {
    savedAt = performance.now();
    for (const measure of measures) {
      const path = pathOf(measure);
      const images = Array.from(mine.get(measure) ?? [], ([name, found]) => ({ name, ...found }));
      if (path === undefined || images.length === 0) continue;
      try {
        createFolderSync(folder);
      } catch (error) {
        throw diskError(path, error);
      }
      writeJsonAtomic(path, { ...factsOf(measure), images });
    }
  }

  reload();
  return {
    get(path) {
      const found = measures.flatMap((measure) => {
        const each = values.get(measure)?.get(path);
        return each ? [[measure, each] as const] : [];
      });
      return found.length === measures.length ? new Map(found) : undefined;
    },
    add(path, found) {
      for (const [measure, each] of found) {
        values.get(measure)?.set(path, each);
        mine.get(measure)?.set(path, each);
      }
      if (performance.now() - savedAt >= saveIntervalMs) save();
    },
    exchange() {
      save();
      reload();
    },
    discard() {
      for (const measure of measures) {
        for (const { path } of listParts(folder, factsOf(measure))) discardSync(path);
      }
    },
  };
}

/** The values of a measure in a file, where null is infinite; undefined if one is missing. */
export function savedValues(saved: SavedValues, { metrics }: Measure): Values | undefined {
  const isWhole = metrics.every((metric) => saved[metric] !== undefined);
  if (!isWhole) return undefined;
  return Object.fromEntries(metrics.map((metric) => [metric, saved[metric] ?? Number.POSITIVE_INFINITY]));
}

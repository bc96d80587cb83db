import { datasetFindings } from './dataset-problems.ts';
import { degradationFindings } from './degradation-problems.ts';
import type { DatasetFiles, ImageList } from './image-problems.ts';
import { lossFindings } from './loss-problems.ts';
import type { Problem } from './problem.ts';
import { problemOf, type RunFile } from './run-file.ts';
import { scheduleFindings } from './schedule-problems.ts';
import { placeFindings, settingFindings } from './setting-problems.ts';
import { sizeFindings } from './size-problems.ts';
import { mayBeFollowUp } from './valid-part.ts';
import { weightFindings } from './weight-problems.ts';

/** Semantic checks of the valid part of a run file; those of the disk only with `files`. */
export function semanticProblems(run: RunFile, files?: DatasetFiles): Problem[] {
  const disk = files && cached(files);
  const { findings, images } = datasetFindings(run, disk);
  const all = [
    ...sizeFindings(run),
    ...settingFindings(run),
    ...lossFindings(run),
    ...degradationFindings(run),
    ...findings,
    ...scheduleFindings(run, images),
    ...(disk ? [...weightFindings(run, disk), ...placeFindings(run)] : []),
  ];
  const own = all.filter((finding) => !mayBeFollowUp(finding, run.removed, run.source));
  return merged(own.map((finding) => problemOf(run.source, finding)));
}

/** Merges equal problems of both stages at the same place into one of the whole run. */
function merged(problems: readonly Problem[]): Problem[] {
  const byPlace = new Map<string, Problem>();
  for (const problem of problems) {
    const place = `${problem.start.offset} ${problem.code} ${problem.message}`;
    const other = byPlace.get(place);
    const { stage, ...shared } = problem;
    byPlace.set(place, other === undefined || other.stage === stage ? problem : shared);
  }
  return [...byPlace.values()];
}

/** Caches folders and image sizes, because both stages often use the same. */
function cached(files: DatasetFiles): DatasetFiles {
  const lists = new Map<string, ImageList | undefined>();
  const hrLists = new Map<string, ImageList | undefined>();
  const sizes = new Map<string, ReturnType<DatasetFiles['size']>>();
  return {
    list: (pattern) => cache(lists, pattern, () => files.list(pattern)),
    listHr: (pattern) => cache(hrLists, pattern, () => files.listHr(pattern)),
    size: (path) => cache(sizes, path, () => files.size(path)),
    exists: (path) => files.exists(path),
    text: (path) => files.text(path),
  };
}

function cache<T>(values: Map<string, T | undefined>, key: string, read: () => T | undefined): T | undefined {
  if (!values.has(key)) values.set(key, read());
  return values.get(key);
}

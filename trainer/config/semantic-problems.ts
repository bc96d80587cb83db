import { datasetFindings } from './dataset-problems.ts';
import type { DatasetFiles, ImageList } from './image-problems.ts';
import type { Problem } from './problem.ts';
import { problemOf, type RunFile } from './run-file.ts';
import { scheduleFindings } from './schedule-problems.ts';
import { placeFindings, settingFindings } from './setting-problems.ts';
import { sizeFindings } from './size-problems.ts';
import { weightFindings } from './weight-problems.ts';

/** Semantic checks of a run file that is valid by the schema; those of the disk only with `files`. */
export function semanticProblems(run: RunFile, files?: DatasetFiles): Problem[] {
  const disk = files && cached(files);
  const { findings, images } = datasetFindings(run, disk);
  const all = [
    ...sizeFindings(run),
    ...settingFindings(run),
    ...findings,
    ...scheduleFindings(run, images),
    ...(disk ? [...weightFindings(run, disk), ...placeFindings(run)] : []),
  ];
  return merged(all.map((finding) => problemOf(run.source, finding)));
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
  };
}

function cache<T>(values: Map<string, T | undefined>, key: string, read: () => T | undefined): T | undefined {
  if (!values.has(key)) values.set(key, read());
  return values.get(key);
}

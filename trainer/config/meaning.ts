import { datasetFindings } from './dataset-problems.ts';
import type { DatasetFiles } from './image-problems.ts';
import type { Problem } from './problem.ts';
import { problemOf, type RunFile } from './run-file.ts';
import { scheduleFindings } from './schedule-problems.ts';
import { settingFindings } from './setting-problems.ts';
import { sizeFindings } from './size-problems.ts';
import { weightFindings } from './weight-problems.ts';

/**
 * What is wrong with a run file whose every key is allowed by itself. Without `files` only what the text
 * alone shows.
 */
export function meaningProblems(run: RunFile, files?: DatasetFiles): Problem[] {
  const disk = files && remembering(files);
  const { findings, images } = datasetFindings(run, disk);
  const all = [
    ...sizeFindings(run),
    ...settingFindings(run),
    ...findings,
    ...scheduleFindings(run, images),
    ...(disk ? weightFindings(run, disk) : []),
  ];
  return merged(all.map((finding) => problemOf(run.source, finding)));
}

/** What both stages find at the same place is one problem of the whole run. */
function merged(problems: readonly Problem[]): Problem[] {
  const places = problems.map(({ code, message, start }) => `${start.offset} ${code} ${message}`);
  return problems.flatMap((problem, i) => {
    const same = problems.filter((_, j) => places[j] === places[i]);
    if (same.length === 1) return [problem];
    if (places.indexOf(places[i] ?? '') !== i) return [];
    const { stage, ...shared } = problem;
    return [same.every((other) => other.stage === stage) ? problem : shared];
  });
}

/** Asks the disk once for each folder and image, as both stages often use the same. */
function remembering(files: DatasetFiles): DatasetFiles {
  const lists = new Map<string, ReturnType<DatasetFiles['list']>>();
  const sizes = new Map<string, ReturnType<DatasetFiles['size']>>();
  return {
    list: (pattern) => remember(lists, pattern, () => files.list(pattern)),
    size: (path) => remember(sizes, path, () => files.size(path)),
    exists: (path) => files.exists(path),
  };
}

function remember<T>(
  known: Map<string, T | undefined>,
  key: string,
  ask: () => T | undefined,
): T | undefined {
  if (!known.has(key)) known.set(key, ask());
  return known.get(key);
}

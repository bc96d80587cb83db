import { defaultModels, type ExportQuery } from '../protocol/comparison.ts';
import type { RunDetail, StageSamples } from '../protocol/runs.ts';

/** The query of a report that shows runs completely: all curves, and the newest samples of each image. */
export function fullReportQuery(runs: readonly RunDetail[], tags: readonly string[]): ExportQuery {
  return {
    comparison: {
      runs: runs.map(({ summary }) => summary.run),
      models: defaultModels,
      protocols: [],
      baseline: null,
    },
    format: 'html',
    rows: null,
    columns: null,
    published: [],
    tags,
    images: runs.flatMap(({ summary, samples }) =>
      samples.flatMap((stage) => newestSamples(summary.name, stage)),
    ),
  };
}

function newestSamples(run: string, { stage, images, steps }: StageSamples): ExportQuery['images'] {
  const newest = steps.at(-1);
  if (newest === undefined) return [];
  return images.map(({ key, bicubic, hr }) => {
    const sr = newest.sr[key];
    return {
      title: `${run}, ${key}`,
      tiles: [
        { label: 'bicubic', path: bicubic },
        ...(sr === undefined ? [] : [{ label: `${stage}, step ${newest.step}`, path: sr }]),
        ...(hr === null ? [] : [{ label: 'HR', path: hr }]),
      ],
    };
  });
}

import { createRunReader } from '../../../../trainer/runs/event-reader.ts';

/** The points of one tag in the order in which they were logged; wall times in seconds since 1970. */
interface ScalarSeries {
  readonly steps: Float64Array;
  readonly values: Float64Array;
  readonly wallTimes: Float64Array;
}

/** Reads all event files in `folder`, without the points that a later session made void. */
export function readRunScalars(folder: string): {
  readonly series: Map<string, ScalarSeries>;
  readonly problems: readonly string[];
} {
  const columns = new Map<string, Columns>();
  const reader = createRunReader(folder);
  for (const items of reader.read()) {
    for (const item of items) {
      if (item.kind === 'sessionStart') {
        for (const [tag, points] of columns) columns.set(tag, pointsBefore(points, item.step));
      } else {
        const points = columns.get(item.tag) ?? { steps: [], values: [], wallTimes: [] };
        columns.set(item.tag, points);
        points.steps.push(item.step);
        points.values.push(item.value);
        points.wallTimes.push(item.wallTime);
      }
    }
  }
  const series = new Map<string, ScalarSeries>();
  for (const [tag, { steps, values, wallTimes }] of columns) {
    if (steps.length === 0) continue;
    series.set(tag, {
      steps: Float64Array.from(steps),
      values: Float64Array.from(values),
      wallTimes: Float64Array.from(wallTimes),
    });
  }
  return { series, problems: reader.problems() };
}

interface Columns {
  readonly steps: number[];
  readonly values: number[];
  readonly wallTimes: number[];
}

function pointsBefore({ steps, values, wallTimes }: Columns, step: number): Columns {
  const isEarlier = (_: number, index: number) => steps[index]! < step;
  return {
    steps: steps.filter(isEarlier),
    values: values.filter(isEarlier),
    wallTimes: wallTimes.filter(isEarlier),
  };
}

import type { Stage } from '../../trainer/run-state/run-state.ts';
import { PointSeries } from '../plot/point-series.ts';

interface StagePart {
  readonly source: PointSeries;
  readonly order: number;
  /** Points of the source that were looked at. */
  length: number;
  readonly points: PointSeries;
}

/** The points of one stage of a run. New points of the run are appended, so that charts continue. */
export class StagePoints {
  #parts = new Map<string, StagePart>();
  #of = '';

  /**
   * The tags that have points in the stage, with these.
   *
   * @param all of both stages
   * @param border the step after which training starts
   */
  of(all: ReadonlyMap<string, PointSeries>, border: number, stage: Stage): ReadonlyMap<string, PointSeries> {
    const key = `${stage} ${border}`;
    if (this.#of !== key) this.#parts = new Map();
    this.#of = key;
    const found = new Map<string, PointSeries>();
    for (const [tag, source] of all) {
      const part = this.#partOf(tag, source);
      append(part, (step) => step > border === (stage === 'training'));
      if (part.points.length > 0) found.set(tag, part.points);
    }
    return found;
  }

  #partOf(tag: string, source: PointSeries): StagePart {
    const known = this.#parts.get(tag);
    const continues =
      known?.source === source && known.order === source.order && known.length <= source.length;
    if (known && continues) return known;
    const part = { source, order: source.order, length: 0, points: new PointSeries() };
    this.#parts.set(tag, part);
    return part;
  }
}

function append(part: StagePart, isIn: (step: number) => boolean): void {
  const { source, points } = part;
  const added: { steps: number[]; values: number[]; wallTimes: number[] } = {
    steps: [],
    values: [],
    wallTimes: [],
  };
  for (let i = part.length; i < source.length; i++) {
    if (!isIn(source.steps[i]!)) continue;
    added.steps.push(source.steps[i]!);
    added.values.push(source.values[i]!);
    added.wallTimes.push(source.times[i]!);
  }
  part.length = source.length;
  points.append(added);
}

import { type PointCursor, readNextPoints, type TagPoints } from '../../server/protocol/points.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import type { Host } from '../host.ts';
import { nearestIndex, PointSeries } from '../plot/point-series.ts';

/** How many points of each tag are shown before all are loaded. */
const newestCount = 500;

/** Loads the points of a run: the newest first, then all, then new ones. Calls `changed` after each answer. */
export class RunPoints {
  /** By tag; only the newest points until all are loaded. */
  shown: ReadonlyMap<string, PointSeries> = new Map();
  /** Whether `shown` has all points, as of the latest answer. */
  isComplete = false;
  /** Messages about what could not be read. */
  problems: readonly string[] = [];

  readonly #host: Pick<Host, 'request'>;
  readonly #run: string;
  readonly #changed: () => void;
  #all = new Map<string, PointSeries>();
  #cursor: PointCursor | null = null;
  #isLoading = false;
  #hasNew = false;

  constructor(host: Pick<Host, 'request'>, run: string, changed: () => void) {
    this.#host = host;
    this.#run = run;
    this.#changed = changed;
  }

  /** Loads the newest points, then all. Rejects with the host's message. */
  async load(): Promise<void> {
    const newest = await this.#host.request('esrgan/newestPoints', { run: this.#run, count: newestCount });
    const preview = new Map<string, PointSeries>();
    for (const points of newest.tags) append(preview, points);
    this.shown = preview;
    this.problems = newest.problems;
    // A short run is complete already.
    this.#cursor = newest.cursor;
    if (this.#cursor !== null) this.#all = preview;
    this.#changed();
    await this.loadNew();
  }

  /** Loads new points. If a call is in progress already, that one requests once more. */
  async loadNew(): Promise<void> {
    this.#hasNew = true;
    if (this.#isLoading) return;
    this.#isLoading = true;
    try {
      while (this.#hasNew) {
        this.#hasNew = false;
        while (await this.#loadNext());
      }
    } finally {
      this.#isLoading = false;
    }
  }

  /** Requests the next points once; returns whether there are more. */
  async #loadNext(): Promise<boolean> {
    const { cursor, more, problems } = await readNextPoints(
      (after) => this.#host.request('esrgan/points', { run: this.#run, after }),
      this.#cursor,
      {
        clear: () => {
          this.#all = new Map();
        },
        append: (points) => append(this.#all, points),
      },
    );
    this.#cursor = cursor;
    this.problems = problems;
    if (!more) {
      this.shown = this.#all;
      this.isComplete = true;
    } else if (this.isComplete || this.shown.size === 0) {
      // Many points are new, or there were no newest points to show.
      this.shown = this.#all;
    }
    this.#changed();
    return more;
  }

  /** Unix time in seconds at a step, by the longest curve; `null` without points. */
  timeOfStep(step: number): number | null {
    let longest: PointSeries | null = null;
    for (const series of this.shown.values()) {
      if (series.length > (longest?.length ?? 0)) longest = series;
    }
    return longest && longest.times[nearestIndex(longest.steps, longest.length, step)]!;
  }

  /** Unix time in seconds of the first session or, in external runs, of the first point. */
  start(detail: Pick<RunDetail, 'sessions'> | null): number {
    const session = detail?.sessions[0];
    if (session && session.started !== null) return session.started / 1000;
    let first = Number.POSITIVE_INFINITY;
    for (const { times } of this.shown.values()) first = Math.min(first, times[0]!);
    return first;
  }
}

function append(all: Map<string, PointSeries>, points: TagPoints): void {
  const series = all.get(points.tag) ?? new PointSeries();
  all.set(points.tag, series);
  series.append(points);
}

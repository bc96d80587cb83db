import {
  cursorAfter,
  type PointCursor,
  readNextPoints,
  type TagPoints,
} from '../../server/protocol/points.ts';
import type { RunDetail } from '../../server/protocol/runs.ts';
import type { Host } from '../host.ts';
import { nearestIndex, PointSeries } from '../plot/point-series.ts';

/** How many points of each tag are shown at once, before all are there. */
const newestCount = 500;

/**
 * The points of a run, asked of the host: the newest at once, then all from the first, then whatever is new. Calls
 * `changed` after each answer.
 */
export class RunPoints {
  /** By tag. Until all points are there, those of the newest that came first. */
  shown: ReadonlyMap<string, PointSeries> = new Map();
  /** Whether `shown` has all points that there were when the host last answered. */
  isComplete = false;
  /** What could not be read, a sentence each. */
  problems: readonly string[] = [];

  readonly #host: Pick<Host, 'request'>;
  readonly #run: string;
  readonly #changed: () => void;
  #all = new Map<string, PointSeries>();
  #cursor: PointCursor | null = null;
  #isAsking = false;
  #asksAgain = false;

  constructor(host: Pick<Host, 'request'>, run: string, changed: () => void) {
    this.#host = host;
    this.#run = run;
    this.#changed = changed;
  }

  /** Loads the newest points, then all. Rejects with the message of the host. */
  async load(): Promise<void> {
    const newest = await this.#host.request('esrgan/newestPoints', { run: this.#run, count: newestCount });
    const preview = new Map<string, PointSeries>();
    for (const [tag, points] of Object.entries(newest.tags)) append(preview, tag, points);
    this.shown = preview;
    this.problems = newest.problems;
    // A short run is complete already.
    this.#cursor = cursorAfter(null, newest);
    if (this.#cursor !== null) this.#all = preview;
    this.#changed();
    await this.askForNew();
  }

  /** Takes what is new. A call while another one goes on makes that one ask once more. */
  async askForNew(): Promise<void> {
    this.#asksAgain = true;
    if (this.#isAsking) return;
    this.#isAsking = true;
    try {
      while (this.#asksAgain) {
        this.#asksAgain = false;
        while (await this.#readNext());
      }
    } finally {
      this.#isAsking = false;
    }
  }

  /** Requests the next points once; returns whether there are more. */
  async #readNext(): Promise<boolean> {
    const { cursor, more, answer } = await readNextPoints(
      (after) => this.#host.request('esrgan/points', { run: this.#run, after }),
      this.#cursor,
      {
        clear: () => {
          this.#all = new Map();
        },
        append: (tag, points) => append(this.#all, tag, points),
      },
    );
    this.#cursor = cursor;
    this.problems = answer.problems;
    if (cursor === null) return true;
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

  /** Seconds since 1970 at a step, as the longest curve has it; `null` where there are no points. */
  timeOfStep(step: number): number | null {
    let longest: PointSeries | null = null;
    for (const series of this.shown.values()) {
      if (series.length > (longest?.length ?? 0)) longest = series;
    }
    return longest && longest.times[nearestIndex(longest.steps, longest.length, step)]!;
  }

  /** When the run began, in seconds since 1970: its first session or, in runs of others, its first point. */
  start(detail: Pick<RunDetail, 'sessions'> | null): number {
    const session = detail?.sessions[0];
    if (session) return session.started / 1000;
    return Math.min(...[...this.shown.values()].map(({ times }) => times[0]!));
  }
}

function append(all: Map<string, PointSeries>, tag: string, points: TagPoints): void {
  const series = all.get(tag) ?? new PointSeries();
  all.set(tag, series);
  series.append(points);
}

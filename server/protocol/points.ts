/** Points of one tag, in the order in which they were logged. */
export interface TagPoints {
  readonly tag: string;
  readonly steps: readonly number[];
  /** A value that is not finite is `null`. */
  readonly values: readonly (number | null)[];
  /** Seconds since 1970. */
  readonly wallTimes: readonly number[];
}

/** The points that a reader has: the first ones of the run, of all tags together. */
export interface PointCursor {
  /** Changes when earlier points became void, because the run was resumed from before them. */
  readonly generation: string;
  readonly count: number;
}

/** The points after a cursor. */
export interface PointsAnswer {
  /** These points start with the first of the run: they replace all that the reader has. */
  readonly isFromStart: boolean;
  readonly tags: readonly TagPoints[];
  /** The cursor after these points. */
  readonly cursor: PointCursor;
  /** There are more points after these. */
  readonly more: boolean;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

/** The last points of each tag. */
export interface NewestPoints extends Pick<PointsAnswer, 'tags' | 'problems'> {
  /** The cursor after these points; null unless they are all points of the run. */
  readonly cursor: PointCursor | null;
}

/** What a reader does with points. */
export interface PointSink {
  /** Discards all points. */
  clear(): void;
  append(points: TagPoints): void;
}

/** Reads the points after `cursor`, once. */
export async function readNextPoints(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
  cursor: PointCursor | null,
  sink: PointSink,
): Promise<PointsAnswer> {
  const answer = await request(cursor);
  if (answer.isFromStart) sink.clear();
  for (const points of answer.tags) sink.append(points);
  return answer;
}

/** Reads all points of a run. */
export async function readAllPoints(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
  sink: PointSink,
): Promise<void> {
  let cursor: PointCursor | null = null;
  for (let more = true; more; ) ({ cursor, more } = await readNextPoints(request, cursor, sink));
}

/** Points of one tag, in the order in which they were logged. */
export interface TagPoints {
  /** Number of points of the tag before these. */
  readonly first: number;
  readonly steps: readonly number[];
  /** A value that is not finite is `null`. */
  readonly values: readonly (number | null)[];
  /** Seconds since 1970. */
  readonly wallTimes: readonly number[];
}

/** The points that a reader has. */
export interface PointCursor {
  /** Changes when earlier points became void, because the run was resumed from before them. */
  readonly generation: number;
  /** Number of points by tag. */
  readonly counts: Readonly<Record<string, number>>;
}

/** The points after a cursor. */
export interface PointsAnswer {
  /** If it differs from the cursor's, these points replace all that the reader has. */
  readonly generation: number;
  readonly tags: Readonly<Record<string, TagPoints>>;
  /** There are more points after these. */
  readonly more: boolean;
  /** What could not be read, a sentence each. */
  readonly problems: readonly string[];
}

/** Number of points of a tag before a cursor of this generation. */
export function countAt(cursor: PointCursor | null, generation: number, tag: string): number {
  if (cursor?.generation !== generation || !Object.hasOwn(cursor.counts, tag)) return 0;
  return cursor.counts[tag] ?? 0;
}

/** The cursor after an answer; null if points are missing between the two, so that the reader must start over. */
export function cursorAfter(cursor: PointCursor | null, answer: PointsAnswer): PointCursor | null {
  const { generation, tags } = answer;
  const added = Object.entries(tags);
  if (added.some(([tag, { first }]) => first !== countAt(cursor, generation, tag))) return null;
  const counts = added.map(([tag, { first, steps }]) => [tag, first + steps.length]);
  const earlier = cursor?.generation === generation ? cursor.counts : {};
  return { generation, counts: { ...earlier, ...Object.fromEntries(counts) } };
}

/** What a reader does with points. */
export interface PointSink {
  /** Discards all points. */
  clear(): void;
  append(tag: string, points: TagPoints): void;
}

/** Reads the points after `cursor`, once; returns the next cursor and whether there are more points. */
export async function readNextPoints(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
  cursor: PointCursor | null,
  sink: PointSink,
): Promise<{ readonly cursor: PointCursor | null; readonly more: boolean; readonly answer: PointsAnswer }> {
  const answer = await request(cursor);
  const next = cursorAfter(cursor, answer);
  if (next === null || next.generation !== cursor?.generation) sink.clear();
  if (next !== null) for (const [tag, points] of Object.entries(answer.tags)) sink.append(tag, points);
  return { cursor: next, more: next === null || answer.more, answer };
}

/** Reads all points of a run. */
export async function readAllPoints(
  request: (after: PointCursor | null) => Promise<PointsAnswer>,
  sink: PointSink,
): Promise<void> {
  let cursor: PointCursor | null = null;
  for (let more = true; more; ) ({ cursor, more } = await readNextPoints(request, cursor, sink));
}

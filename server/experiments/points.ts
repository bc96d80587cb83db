import { basename } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { eventFileSeconds, listEventFiles } from '../../trainer/runs/event-files.ts';
import { createRunReader, type EventScalar } from '../../trainer/runs/event-reader.ts';
import type { NewestPoints, PointCursor, PointsAnswer, TagPoints } from '../protocol/points.ts';

/** The points of one run, copied from disk to memory: 24 bytes each. */
export interface PointStore {
  /** Reads what was appended since; calls meanwhile share one reading. */
  update(): Promise<void>;
  /** The next points after a cursor, `maximumPoints` at most. */
  after(cursor: PointCursor | null): PointsAnswer;
  /** The last points of each tag, at most `count` of each; fewer if there are very many tags, but at least one. */
  newest(count: number): NewestPoints;
  /** The last value of a tag. */
  last(tag: string): number | undefined;
  /** How many points it holds. */
  readonly size: number;
}

/** Points of all tags together in one answer. */
const maximumPoints = 10_000;

/** A store for the run directory (or folder of event files) `folder`, still empty. */
export function createPointStore(folder: string): PointStore {
  const reader = createRunReader(folder);
  const points = noPoints();
  const tagIds = new Map<string, number>();
  const tagNames: string[] = [];
  let firstFile = 0;
  let voided = 0;
  let reading: Promise<void> | undefined;

  function idOf(tag: string): number {
    const known = tagIds.get(tag);
    if (known !== undefined) return known;
    tagIds.set(tag, tagNames.length);
    return tagNames.push(tag) - 1;
  }

  /**
   * From when the files are and how many points became void: the same for every reader of the same files, also after a
   * restart, and another one when a run of the same name takes their place.
   */
  const generation = () => `${firstFile}.${voided}`;

  async function readAll(): Promise<void> {
    firstFile = eventFileSeconds(basename(listEventFiles(folder)[0] ?? ''));
    const starts: SessionStart[] = [];
    for (const items of reader.read()) {
      for (const item of items) {
        if (item.kind === 'scalar') addPoint(points, idOf(item.tag), item);
        else addStart(starts, { size: points.size, step: item.step });
      }
      await yieldToEventLoop();
    }
    voided += dropVoid(points, starts);
  }

  function tagsOf(indices: Iterable<number>): TagPoints[] {
    const { tags, steps, values, wallTimes } = points;
    const lists = new Map<number, { steps: number[]; values: (number | null)[]; wallTimes: number[] }>();
    for (const index of indices) {
      const tag = tags[index]!;
      const list = lists.get(tag) ?? { steps: [], values: [], wallTimes: [] };
      lists.set(tag, list);
      list.steps.push(steps[index]!);
      const value = values[index]!;
      list.values.push(Number.isFinite(value) ? value : null);
      list.wallTimes.push(wallTimes[index]!);
    }
    return [...lists].map(([tag, list]) => ({ tag: tagNames[tag]!, ...list }));
  }

  return {
    update() {
      reading ??= readAll().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    after(cursor) {
      const isContinued = cursor?.generation === generation() && cursor.count <= points.size;
      const first = isContinued ? Math.max(cursor.count, 0) : 0;
      const end = Math.min(first + maximumPoints, points.size);
      return {
        isFromStart: !isContinued,
        tags: tagsOf(Array.from({ length: end - first }, (_, index) => first + index)),
        cursor: { generation: generation(), count: end },
        more: end < points.size,
        problems: reader.problems(),
      };
    },
    newest(count) {
      const limit = Math.min(count, Math.max(1, Math.floor(maximumPoints / tagNames.length)));
      const found = new Uint32Array(tagNames.length);
      const indices: number[] = [];
      let openTags = tagNames.length;
      for (let index = points.size - 1; index >= 0 && openTags > 0; index--) {
        const tag = points.tags[index]!;
        if (found[tag] === limit) continue;
        indices.push(index);
        found[tag]!++;
        if (found[tag] === limit) openTags--;
      }
      const isAll = indices.length === points.size;
      return {
        tags: tagsOf(indices.reverse()),
        cursor: isAll ? { generation: generation(), count: points.size } : null,
        problems: reader.problems(),
      };
    },
    last(tag) {
      const id = tagIds.get(tag);
      for (let index = points.size - 1; index >= 0 && id !== undefined; index--) {
        if (points.tags[index] === id) return points.values[index];
      }
      return undefined;
    },
    get size() {
      return points.size;
    },
  };
}

/** Points of all tags, in the order in which they were logged. The arrays have room for more. */
interface Points {
  size: number;
  /** Ids of tags. */
  tags: Uint32Array<ArrayBuffer>;
  steps: Float64Array<ArrayBuffer>;
  values: Float32Array<ArrayBuffer>;
  wallTimes: Float64Array<ArrayBuffer>;
}

function noPoints(): Points {
  return {
    size: 0,
    tags: new Uint32Array(64),
    steps: new Float64Array(64),
    values: new Float32Array(64),
    wallTimes: new Float64Array(64),
  };
}

function addPoint(points: Points, tag: number, { step, value, wallTime }: EventScalar): void {
  if (points.size === points.tags.length) {
    const capacity = 2 * points.size;
    const { tags, steps, values, wallTimes } = points;
    points.tags = new Uint32Array(capacity);
    points.steps = new Float64Array(capacity);
    points.values = new Float32Array(capacity);
    points.wallTimes = new Float64Array(capacity);
    points.tags.set(tags);
    points.steps.set(steps);
    points.values.set(values);
    points.wallTimes.set(wallTimes);
  }
  points.tags[points.size] = tag;
  points.steps[points.size] = step;
  points.values[points.size] = value;
  points.wallTimes[points.size] = wallTime;
  points.size++;
}

/** A session that started after the first `size` points: those of them at `step` and later are void. */
interface SessionStart {
  readonly size: number;
  readonly step: number;
}

/** Adds a start, and removes the earlier ones that void nothing else, so that the steps of the starts rise. */
function addStart(starts: SessionStart[], start: SessionStart): void {
  while ((starts.at(-1)?.step ?? Number.NEGATIVE_INFINITY) >= start.step) starts.pop();
  starts.push(start);
}

/** Drops the points that the starts make void, all in one pass; returns how many. */
function dropVoid(points: Points, starts: readonly SessionStart[]): number {
  if (starts.length === 0) return 0;
  const { size, tags, steps, values, wallTimes } = points;
  let left = 0;
  let next = 0;
  for (let index = 0; index < size; index++) {
    while (next < starts.length && starts[next]!.size <= index) next++;
    // Of the starts after a point, the next one has the lowest step.
    if (next < starts.length && steps[index]! >= starts[next]!.step) continue;
    tags[left] = tags[index]!;
    steps[left] = steps[index]!;
    values[left] = values[index]!;
    wallTimes[left] = wallTimes[index]!;
    left++;
  }
  points.size = left;
  return size - left;
}

/** The stores of recently requested runs. */
export interface PointStores {
  /** The store of a run, made if need be, with all that is on the disk. */
  open(folder: string): Promise<PointStore>;
  /** The store of a run if there is one, as it is. */
  peek(folder: string): PointStore | undefined;
  /** Drops the store of a run that is gone. */
  forget(folder: string): void;
}

/** Points in memory, 480 MB; beyond this, the least recently requested stores are dropped. */
const maximumStored = 20_000_000;

export function createPointStores(): PointStores {
  // The most recently requested store is the last.
  const stores = new Map<string, PointStore>();
  return {
    async open(folder) {
      const store = stores.get(folder) ?? createPointStore(folder);
      stores.delete(folder);
      stores.set(folder, store);
      await store.update();
      let sum = [...stores.values()].reduce((points, { size }) => points + size, 0);
      for (const [other, { size }] of stores) {
        if (sum <= maximumStored || other === folder) break;
        stores.delete(other);
        sum -= size;
      }
      return store;
    },
    peek: (folder) => stores.get(folder),
    forget(folder) {
      stores.delete(folder);
    },
  };
}

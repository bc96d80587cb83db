import { basename } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { eventFileSeconds, listEventFiles } from '../../trainer/runs/event-files.ts';
import { createRunReader, type EventItem } from '../../trainer/runs/event-reader.ts';
import { countAt, type PointCursor, type PointsAnswer, type TagPoints } from '../protocol/points.ts';

/** The points of one run, copied from disk to memory: 20 bytes each. */
export interface PointStore {
  /** Reads what was appended since; calls meanwhile share one reading. */
  update(): Promise<void>;
  /** The next points after a cursor, about `maximumPoints` at most. */
  after(cursor: PointCursor | null): PointsAnswer;
  /** The last points of each tag, at most `count` of each. */
  newest(count: number): PointsAnswer;
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
  const columns = new Map<string, Columns>();
  let firstFile = 0;
  let voided = 0;
  let reading: Promise<void> | undefined;

  function take(item: EventItem): void {
    if (item.kind === 'scalar') {
      const tag = columns.get(item.tag) ?? createColumns();
      columns.set(item.tag, tag);
      tag.push(item.step, item.value, item.wallTime);
      return;
    }
    let isChanged = false;
    for (const tag of columns.values()) isChanged = tag.dropFrom(item.step) || isChanged;
    if (isChanged) voided++;
  }

  /**
   * From when the files are and how often points became void: the same for every reader of the same files, also
   * after a restart, and another one when a run of the same name takes their place.
   */
  const generation = () => firstFile * 1000 + voided;

  async function readAll(): Promise<void> {
    firstFile = eventFileSeconds(basename(listEventFiles(folder)[0] ?? ''));
    for (let items = reader.read(); items.length > 0; items = reader.read()) {
      for (const item of items) take(item);
      await yieldToEventLoop();
    }
  }

  return {
    update() {
      reading ??= readAll().finally(() => {
        reading = undefined;
      });
      return reading;
    },
    after(cursor) {
      const first = (tag: string, size: number) =>
        Math.min(Math.max(countAt(cursor, generation(), tag), 0), size);
      const remaining = [...columns].filter(([tag, { size }]) => first(tag, size) < size);
      const limit = Math.ceil(maximumPoints / Math.max(remaining.length, 1));
      const tags = remaining.map(([tag, points]) => {
        const start = first(tag, points.size);
        return [tag, points.slice(start, start + limit)] as const;
      });
      const more = remaining.some(([tag, { size }]) => size - first(tag, size) > limit);
      return { generation: generation(), tags: Object.fromEntries(tags), more, problems: reader.problems() };
    },
    newest(count) {
      const tags = [...columns].map(
        ([tag, points]) => [tag, points.slice(Math.max(0, points.size - count), points.size)] as const,
      );
      return {
        generation: generation(),
        tags: Object.fromEntries(tags),
        more: false,
        problems: reader.problems(),
      };
    },
    last: (tag) => columns.get(tag)?.last(),
    get size() {
      let sum = 0;
      for (const { size } of columns.values()) sum += size;
      return sum;
    },
  };
}

/** The points of one tag. */
interface Columns {
  readonly size: number;
  push(step: number, value: number, wallTime: number): void;
  /** Drops the points at `step` and later; whether there were any. */
  dropFrom(step: number): boolean;
  slice(start: number, end: number): TagPoints;
  last(): number | undefined;
}

function createColumns(): Columns {
  let steps = new Float64Array(64);
  let values = new Float32Array(64);
  let wallTimes = new Float64Array(64);
  let size = 0;

  function grow(): void {
    const capacity = 2 * steps.length;
    const [oldSteps, oldValues, oldTimes] = [steps, values, wallTimes];
    steps = new Float64Array(capacity);
    values = new Float32Array(capacity);
    wallTimes = new Float64Array(capacity);
    steps.set(oldSteps);
    values.set(oldValues);
    wallTimes.set(oldTimes);
  }

  return {
    get size() {
      return size;
    },
    push(step, value, wallTime) {
      if (size === steps.length) grow();
      steps[size] = step;
      values[size] = value;
      wallTimes[size] = wallTime;
      size++;
    },
    dropFrom(step) {
      let length = 0;
      for (let index = 0; index < size; index++) {
        const each = steps[index] ?? 0;
        if (each >= step) continue;
        steps[length] = each;
        values[length] = values[index] ?? Number.NaN;
        wallTimes[length] = wallTimes[index] ?? 0;
        length++;
      }
      const isChanged = length < size;
      size = length;
      return isChanged;
    },
    slice(start, end) {
      const stop = Math.min(end, size);
      return {
        first: start,
        steps: Array.from(steps.subarray(start, stop)),
        values: Array.from(values.subarray(start, stop), (value) => (Number.isFinite(value) ? value : null)),
        wallTimes: Array.from(wallTimes.subarray(start, stop)),
      };
    },
    last: () => (size === 0 ? undefined : values[size - 1]),
  };
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

/** Points in memory, 400 MB; beyond this, the least recently requested stores are dropped. */
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

import { createRunReader, type EventItem } from '../runs/event-reader.ts';
import { createWindow, type Window } from './window.ts';

/** The scalars of an event: of one step, logged at one time. */
export interface ScalarEvent {
  /** Among the steps of all stages. A resumed run has the steps after its checkpoint twice. */
  readonly step: number;
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly values: Readonly<Record<string, number>>;
}

export interface ScalarEvents {
  /** The events of all files in order, void ones too: which event has which number never changes. */
  readonly window: Window<ScalarEvent>;
  /** Of the events that were read: all tags, with their last values. */
  readonly lastValues: ReadonlyMap<string, number>;
  /** Of the first event that was read; undefined if there is none. */
  readonly startTime: () => number | undefined;
}

/** Reads the event files of a run from their start. */
export function openScalarEvents(folder: string): ScalarEvents {
  const reader = createRunReader(folder);
  const lastValues = new Map<string, number>();
  let startTime: number | undefined;
  let parts: Iterator<readonly EventItem[]> | undefined;

  function more(): readonly ScalarEvent[] | undefined {
    parts ??= reader.read()[Symbol.iterator]();
    const part = parts.next();
    if (part.done) {
      parts = undefined;
      return undefined;
    }
    const events = eventsOf(part.value);
    for (const { wallTime, values } of events) {
      startTime ??= wallTime;
      for (const [tag, value] of Object.entries(values)) lastValues.set(tag, value);
    }
    return events;
  }

  return { window: createWindow(more), lastValues, startTime: () => startTime };
}

/** Puts the scalars of one step and time together: a reader returns those of an event one after the other. */
function eventsOf(items: readonly EventItem[]): ScalarEvent[] {
  const events: { step: number; wallTime: number; values: Record<string, number> }[] = [];
  let isOpen = false;
  for (const item of items) {
    if (item.kind === 'sessionStart') {
      isOpen = false;
      continue;
    }
    const { tag, step, wallTime, value } = item;
    const last = events.at(-1);
    if (isOpen && last?.step === step && last.wallTime === wallTime) last.values[tag] = value;
    else events.push({ step, wallTime, values: { [tag]: value } });
    isOpen = true;
  }
  return events;
}

import { closeSync, existsSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import { createFolderSync } from '../../trainer/files/create-folder.ts';
import { openRegularFile } from '../../trainer/files/regular-file.ts';
import { writeFileAtomic } from '../../trainer/runs/atomic-file.ts';
import { createImageReader, type EventImage } from '../../trainer/runs/event-images.ts';
import type { LoggedStep } from '../protocol/comparison.ts';
import { nameFor, prune, touch } from './results-folder.ts';

/** The images that runs of other programs have in their event files. */
export interface LoggedImages {
  /** The images of a run by rising step, the newest of each tag, as files in the folder. Rejects with `disk` errors. */
  read(run: string): Promise<readonly LoggedStep[]>;
}

/** The newest images that are shown of a tag, and the most tags. */
const maximumSteps = 100;
const maximumTags = 50;

export function createLoggedImages(folder: string): LoggedImages {
  const runs = new Map<string, () => Promise<readonly LoggedStep[]>>();
  return {
    read(run) {
      const read = runs.get(run) ?? createReading(run, join(folder, nameFor('logged', run)), folder);
      runs.set(run, read);
      return read();
    },
  };
}

/** Reads what was appended since the last call; calls meanwhile share one reading. */
function createReading(run: string, place: string, cache: string): () => Promise<readonly LoggedStep[]> {
  const reader = createImageReader(run);
  const tags = new Map<string, EventImage[]>();
  let reading: Promise<readonly LoggedStep[]> | undefined;

  function add(image: EventImage): void {
    const images = tags.get(image.tag) ?? [];
    if (images.length === 0 && tags.size === maximumTags) return;
    tags.set(image.tag, [...images, image].slice(-maximumSteps));
  }

  async function readAll(): Promise<readonly LoggedStep[]> {
    for (const items of reader.read()) {
      for (const item of items) {
        if (item.kind === 'image') add(item);
        // A resumed session logs these again.
        else
          for (const [tag, images] of tags)
            tags.set(
              tag,
              images.filter(({ step }) => step < item.step),
            );
      }
      await yieldToEventLoop();
    }
    const steps = new Map<number, Record<string, string>>();
    let isWritten = false;
    for (const image of [...tags.values()].flat()) {
      const path = join(place, `${nameFor(image.path, image.at, image.bytes)}${image.extension}`);
      if (!existsSync(path)) {
        createFolderSync(place);
        writeFileAtomic(path, contentOf(image));
        isWritten = true;
        await yieldToEventLoop();
      }
      const images = steps.get(image.step) ?? {};
      images[image.tag] = path;
      steps.set(image.step, images);
    }
    touch(place);
    if (isWritten) prune(cache);
    return [...steps].map(([step, images]) => ({ step, images })).sort((a, b) => a.step - b.step);
  }

  return () => {
    reading ??= readAll().finally(() => {
      reading = undefined;
    });
    return reading;
  };
}

function contentOf({ path, at, bytes }: EventImage): Uint8Array {
  const content = new Uint8Array(bytes);
  const file = openRegularFile(path);
  try {
    readSync(file, content, 0, bytes, at);
  } finally {
    closeSync(file);
  }
  return content;
}

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLoggedImages } from '../../../../server/comparison/logged-images.ts';
import type { LoggedStep } from '../../../../server/protocol/comparison.ts';
import { encodeEvent, type SummaryValue } from '../../../../trainer/runs/event-protocol.ts';
import { encodeRecord } from '../../../../trainer/runs/event-records.ts';
import { createEventWriter } from '../../../../trainer/runs/event-writer.ts';
import { temporaryFolder } from '../../trainer/runs/temporary-run.ts';

const text = (content: string) => Buffer.from(content, 'latin1');
const [png, other, jpeg, gif] = ['\x89PNG one', '\x89PNG other', '\xff\xd8 two', 'GIF three'].map(text);

/** As PyTorch and TensorFlow 1 write an image. */
const image = (tag: string, encoded = png): SummaryValue => ({
  tag,
  image: { width: 1, height: 1, colorspace: 3, encodedImageString: encoded ?? text('') },
});

/** As TensorFlow 2 writes images, with another plugin those of another kind. */
const images = (tag: string, pluginName: string, ...encoded: (Buffer | undefined)[]): SummaryValue => ({
  tag,
  metadata: { pluginData: { pluginName } },
  tensor: {
    dtype: 7,
    tensorShape: {},
    stringVal: [text('1'), text('1'), ...encoded.flatMap((each) => each ?? [])],
  },
});

/** The images as `step tag=content`, with the endings of their files. */
function contents(steps: readonly LoggedStep[]): string[] {
  return steps.flatMap(({ step, images: files }) =>
    Object.entries(files).map(
      ([tag, path]) => `${step} ${tag}=${readFileSync(path, 'latin1')}${path.slice(-4)}`,
    ),
  );
}

test.each<[string, SummaryValue[], string[]]>([
  ['one image', [image('val/img')], ['7 val/img=\x89PNG one.png']],
  ['another format', [image('a', jpeg), image('b', gif)], ['7 a=\xff\xd8 two.jpg', '7 b=GIF three.gif']],
  [
    'several images of a tag',
    [images('v', 'images', png, jpeg)],
    ['7 v=\x89PNG one.png', '7 v 2=\xff\xd8 two.jpg'],
  ],
  ['other plugins', [images('t', 'text', png), { tag: 'loss', simpleValue: 1 }], []],
  ['a format that no page shows', [image('a', text('RIFFWEBP'))], []],
  ['an image without content', [{ tag: 'a', image: {} }], []],
])('%s', async (_, values, expected) => {
  const [run, cache] = [temporaryFolder(), temporaryFolder()];
  const writer = createEventWriter(run);
  writer.summaries(7, values);
  writer.close();
  expect(contents(await createLoggedImages(cache).read(run))).toEqual(expected);
});

test('images that are logged later, again after a resumption, or too many', async () => {
  const [run, cache] = [temporaryFolder(), temporaryFolder()];
  const logged = createLoggedImages(cache);
  const first = createEventWriter(run);
  for (const step of [10, 20]) first.summaries(step, [image('a')]);
  first.close();
  expect(contents(await logged.read(run))).toEqual(['10 a=\x89PNG one.png', '20 a=\x89PNG one.png']);
  const second = createEventWriter(run, 15);
  second.summaries(15, [image('a', other)]);
  second.flush();
  const both = [logged.read(run), logged.read(run)];
  for (const each of both)
    expect(contents(await each)).toEqual(['10 a=\x89PNG one.png', '15 a=\x89PNG other.png']);
  for (let step = 16; step <= 130; step++) second.summaries(step, [image('a')]);
  second.close();
  const steps = await logged.read(run);
  expect([steps.length, steps[0]?.step, steps.at(-1)?.step]).toEqual([100, 31, 130]);
  // Another server, which has read nothing yet, uses the same files.
  expect(await createLoggedImages(cache).read(run)).toEqual(steps);
});

test('damaged records are skipped', async () => {
  const run = temporaryFolder();
  const record = (step: number) => encodeRecord(encodeEvent({ step, summary: { value: [image('a')] } }));
  const damaged = record(1);
  damaged[20]! ^= 1;
  writeFileSync(
    join(run, 'events.out.tfevents.1.host'),
    Buffer.concat([damaged, record(2), record(3).subarray(0, 30)]),
  );
  expect(contents(await createLoggedImages(temporaryFolder()).read(run))).toEqual(['2 a=\x89PNG one.png']);
});

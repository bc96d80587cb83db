import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { sharpen } from '../../../../../trainer/data/degradation/sharpen.ts';
import { toFloatImage } from '../../../../../trainer/data/image.ts';
import { createRandom } from '../../../../../trainer/data/random.ts';

/** An image, in levels of 255, sharpened by PyTorch: see scripts/fixtures/degradation.py. */
interface Fixture {
  readonly image: readonly (readonly number[])[];
  readonly cases: readonly {
    readonly size: number;
    readonly weight: number;
    readonly threshold: number;
    readonly rows: readonly (readonly number[])[];
  }[];
}

const fixture: Fixture = JSON.parse(readFileSync('test/fixtures/degradation/sharpening.json', 'utf8'));

test.each(fixture.cases)(
  "equals BasicSR's unsharp mask: side $size, weight $weight",
  ({ rows, size, ...own }) => {
    const height = fixture.image.length;
    const width = fixture.image[0]!.length;
    const image = toFloatImage({ width, height, channels: 1, data: Uint8Array.from(fixture.image.flat()) });
    const step = sharpen(
      image,
      { op: 'sharpen', p: 1, size: [size, size], order: 'fixed', ...own },
      { random: createRandom(1), lr: { width, height } },
    );
    for (const [i, value] of rows.flat().entries()) expect(step.image.data[i]).toBeCloseTo(value, 4);
    expect(step.drawn).toEqual({ size });
  },
);

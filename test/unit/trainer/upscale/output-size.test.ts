import { describe, expect, test } from 'vitest';
import { planSize, type SizeRequest, sizeLabel, sizeText } from '../../../../trainer/upscale/output-size.ts';

const image = { width: 1200, height: 800 };

describe('the plan of a size', () => {
  test.each<[SizeRequest | undefined, number, string]>([
    [undefined, 4, '1200 x 800 → 4800 x 3200 by the model'],
    [undefined, 1, '1200 x 800 → 1200 x 800 by the model'],
    [{ scale: 4 }, 4, '1200 x 800 → 4800 x 3200 by the model'],
    [{ scale: 2.5 }, 4, '1200 x 800 → 4800 x 3200 by the model → 3000 x 2000'],
    [{ scale: 1 }, 4, '1200 x 800 → 4800 x 3200 by the model → 1200 x 800'],
    [{ scale: 1 }, 1, '1200 x 800 → 1200 x 800 by the model'],
    [{ scale: 6 }, 2, '1200 x 800 → 9600 x 6400 by the model, applied 3 times → 7200 x 4800'],
    [{ scale: 16 }, 4, '1200 x 800 → 19200 x 12800 by the model, applied twice'],
    [{ width: 3000 }, 4, '1200 x 800 → 4800 x 3200 by the model → 3000 x 2000'],
    [{ height: 1000 }, 2, '1200 x 800 → 2400 x 1600 by the model → 1500 x 1000'],
    [{ width: 3000, height: 1000 }, 4, '1200 x 800 → 4800 x 3200 by the model → 1500 x 1000'],
    [{ width: 3000, height: 9000 }, 4, '1200 x 800 → 4800 x 3200 by the model → 3000 x 2000'],
    [{ megapixels: 6 }, 4, '1200 x 800 → 4800 x 3200 by the model → 3000 x 2000'],
    [{ width: 600 }, 4, '1200 x 800 → 600 x 400'],
    [{ megapixels: 0.24 }, 4, '1200 x 800 → 600 x 400'],
    [{ width: 1 }, 4, '1200 x 800 → 1 x 1'],
  ])('%j with a model of scale %i: %s', (request, scale, expected) => {
    expect(sizeText(image, planSize(request, image, scale)!)).toBe(expected);
  });

  test.each<SizeRequest>([{ scale: 1.01 }, { width: 1201 }, { megapixels: 1 }])(
    '%j is beyond a model of scale 1',
    (request) => {
      expect(planSize(request, image, 1)).toBeUndefined();
    },
  );

  test.each<SizeRequest>([{ scale: 1.37 }, { megapixels: 1.7 }, { width: 977, height: 977 }])(
    '%j is never exceeded',
    (request) => {
      for (let width = 301; width < 340; width++) {
        const height = 2 * width - 600;
        const { width: w, height: h } = planSize(request, { width, height }, 4)!;
        if ('scale' in request)
          expect([w <= width * request.scale, h <= height * request.scale]).toEqual([true, true]);
        else if ('megapixels' in request) expect(w * h).toBeLessThanOrEqual(request.megapixels * 1e6);
        else expect(Math.max(w, h)).toBeLessThanOrEqual(977);
      }
    },
  );
});

test.each<[SizeRequest | undefined, string]>([
  [undefined, '4'],
  [{ scale: 2.5 }, '2.5'],
  [{ width: 3000 }, '3000w'],
  [{ height: 2000 }, '2000h'],
  [{ width: 3000, height: 2000 }, '3000w2000h'],
  [{ megapixels: 12 }, '12mp'],
])('%j is named %s', (request, expected) => {
  expect(sizeLabel(request, 4)).toBe(expected);
});

import { describe, expect, test } from 'vitest';
import { parseDocument, visit } from 'yaml';
import { presets } from '../../../../server/presets/presets.ts';
import { readRunFile } from '../../../../trainer/config/index.ts';
import { fakeFiles, images } from '../../trainer/config/fake-files.ts';

const many = images(800, [640, 480]);
const withData = fakeFiles(
  {
    '/p/photos/train': many,
    '/p/photos/val': images(10, [640, 480]),
    '/p/data/DIV2K_train_HR': many,
    '/p/data/DIV2K_valid_HR': images(100, [640, 480]),
    '/p/data/DIV2K_train_LR_bicubic/X4': images(800, [160, 120], 'x4.png'),
    '/p/data/DIV2K_valid_LR_bicubic/X4': images(100, [160, 120], 'x4.png'),
  },
  ['/p/weights/esrgan-x4.safetensors'],
);

describe.each(presets)('$label', ({ id, label, description, text }) => {
  test('has no problems with its data', () => {
    const { config, problems } = readRunFile(text, { file: `/p/${id}.esrgan.yaml`, files: withData });
    expect(problems).toEqual([]);
    expect(config?.name).toBe(id);
  });

  test('has only problems of missing data without it', () => {
    const { problems } = readRunFile(text, { file: `/p/${id}.esrgan.yaml`, files: fakeFiles({}) });
    const codes = new Set(problems.map(({ code }) => code));
    expect(codes.size).toBeGreaterThan(0);
    expect(
      [...codes].filter((code) => !['dataset-missing', 'vgg-missing', 'weights-missing'].includes(code)),
    ).toEqual([]);
  });

  test('has one-line labels and comments', () => {
    expect(`${label} ${description}`).not.toContain('\n');
    expect(text.match(/#/g)?.length).toBeGreaterThan(5);
    expect(text.startsWith('# ') && text.endsWith('\n')).toBe(true);
  });
});

test('ids are unique', () => {
  expect(presets.map(({ id }) => id)).toEqual(['quick', 'psnr', 'esrgan', 'compact', 'fine-tune']);
});

test('sections are not empty', () => {
  const empty = presets.flatMap(({ id, text }) => {
    const found: string[] = [];
    visit(parseDocument(text), {
      Pair: (_, { key, value }) => {
        if (value === null) found.push(`${id} ${key}`);
      },
    });
    return found;
  });
  expect(empty).toEqual([]);
});

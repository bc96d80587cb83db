import { describe, expect, test } from 'vitest';
import { parseNamePattern, resultName, sourceName } from '../../../../trainer/upscale/plan.ts';

describe('the name of a result', () => {
  test.each([
    ['{name}_x{scale}', 'weights/anime.pth', 'harbour_x4'],
    ['{name}_{model}', 'weights/anime.pth', 'harbour_anime'],
    ['{name}', 'bicubic', 'harbour'],
    ['{model}-{name}-{name}', 'bicubic', 'bicubic-harbour-harbour'],
    [
      '{name}_{model}',
      'runs/photos/checkpoints/training-000300000/generator-ema.safetensors',
      'harbour_photos-training-000300000',
    ],
    ['{name}_{model}', 'C:\\models\\big.onnx', 'harbour_big'],
  ])('%s by %s is %s', (pattern, model, expected) => {
    expect(resultName(parseNamePattern(pattern), 'harbour', { name: model, scale: 4 })).toBe(expected);
  });

  test('braces in the name of the input are literal', () => {
    expect(resultName('{name}_x{scale}', '{scale}', { name: 'm', scale: 2 })).toBe('{scale}_x2');
  });

  test.each([
    ['x{scale}', /does not contain \{name\}/],
    ['{name}{size}', /contains \{size\}; only/],
    ['{name}{', /contains \{;/],
    ['up/{name}', /a character that is not allowed/],
    ['{name}:{scale}', /a character that is not allowed/],
  ])('%s is not valid', (pattern, message) => {
    expect(() => parseNamePattern(pattern)).toThrow(message);
  });
});

test.each([
  ['{name}_x{scale}', 'a_x4', 'a'],
  ['{name}_x{scale}', 'a_x2', 'a'],
  ['{name}_x{scale}', 'a_x1.1', 'a'],
  ['{name}_x{scale}', 'a_300w', 'a'],
  ['{name}_x{scale}', 'a_200h', 'a'],
  ['{name}_x{scale}', 'a_300w200h', 'a'],
  ['{name}_x{scale}', 'a_12mp', 'a'],
  ['{name}_x{scale}', 'a_0.5mp-2', 'a'],
  ['{name}_x{scale}', 'a_x2_x4', 'a_x2'],
  ['{name}_x{scale}', 'a.b_x2', 'a.b'],
  ['{name}_x{scale}', 'a_x', undefined],
  ['{name}_x{scale}', 'a_2024', undefined],
  ['{name}_x{scale}', '_x2', undefined],
  ['{name}-{scale}', 'a-4', 'a'],
  ['{name}-{scale}', 'a-300w', 'a'],
  ['{name}-{scale}', 'a-2', undefined],
  ['{name}_{model}', 'a_big', 'a'],
  ['{name}_{model}', 'a_night', undefined],
  ['{name}+{name} (x{scale})', 'a+a (x2)', 'a'],
  ['{name}+{name} (x{scale})', 'a+b (x2)', undefined],
  ['{name}', 'a-2', undefined],
])('with the name %s, %s is the result of %s', (pattern, result, expected) => {
  expect(sourceName(pattern, result, { name: 'models/big.onnx', scale: 4 })).toBe(expected);
});

import { describe, expect, test } from 'vitest';
import { parseNamePattern, resultName } from '../../../../trainer/upscale/plan.ts';

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

  test('a name with braces stays as it is', () => {
    expect(resultName('{name}_x{scale}', '{scale}', { name: 'm', scale: 2 })).toBe('{scale}_x2');
  });

  test.each([
    ['x{scale}', /no \{name\} in it/],
    ['{name}{size}', /has \{size\} in it; known are/],
    ['{name}{', /has \{ in it/],
    ['up/{name}', /a character in it/],
    ['{name}:{scale}', /a character in it/],
  ])('%s is refused', (pattern, message) => {
    expect(() => parseNamePattern(pattern)).toThrow(message);
  });
});

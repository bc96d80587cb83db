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

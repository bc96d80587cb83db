import { expect, test } from 'vitest';
import schema from '../../../../schemas/run.esrgan.schema.json' with { type: 'json' };
import { readRunFile } from '../../../../trainer/config/index.ts';

function check(degradation: string, expected: string) {
  const [a, b] = [degradation, expected].map((text) =>
    readRunFile(`degradation: ${text}`, { file: 'run.esrgan.yaml' }),
  );
  expect(b?.problems).toEqual([]);
  expect(a?.config?.degradation).toEqual(b?.config?.degradation);
}

test('the preset real-esrgan is its list, whose defaults are those of the first order', () =>
  check(
    'real-esrgan',
    `
  - op: blur
  - op: resize
  - op: noise
  - op: jpeg
  - { op: blur, p: 0.8, sigma: [0.2, 1.5] }
  - { op: resize, up: 0.3, down: 0.4, keep: 0.3, range: [0.3, 1.2], of: lr }
  - { op: noise, sigma: [1, 25], scale: [0.05, 2.5] }
  - { op: downscale, order: shuffled }
  - { op: sinc, order: attached }
  - { op: jpeg, order: shuffled }`,
  ));

test('the preset compression-only is its list', () =>
  check(
    'compression-only',
    '[{ op: downscale, modes: { matlab: 1 } }, { op: jpeg, p: 0.8 }, { op: webp, p: 0.2 }]',
  ));

test.each(schema.properties.degradation.presets)('%s can be written as a list, at each scale', (preset) => {
  for (const scale of [1, 2, 4, 8]) {
    const text = (degradation: string) => `scale_factor: ${scale}\ndegradation: ${degradation}`;
    const { config } = readRunFile(text(preset), { file: 'run.esrgan.yaml' });
    const list = readRunFile(text(JSON.stringify(config?.degradation)), { file: 'run.esrgan.yaml' });
    expect(list.problems).toEqual([]);
    expect(list.config?.degradation).toEqual(config?.degradation);
    expect(config?.degradation.length).toBeGreaterThan(2);
  }
});

import { expect, test } from 'vitest';
import { fullRangeGray, roundedStudioLuma, studioLuma } from '../../../../trainer/metrics/luma.ts';

function pixel(...data: number[]) {
  return { width: 1, height: 1, channels: data.length, data: Uint8Array.from(data) };
}

// BT.601: 16 + (65.481 R + 128.553 G + 24.966 B) / 255.
test.each([
  [[0, 0, 0], 16, 16, 0],
  [[255, 255, 255], 235, 235, 255],
  [[255, 0, 0], 81.481, 81, 76.245],
  [[0, 255, 0], 144.553, 145, 149.685],
  [[0, 0, 255], 40.966, 41, 29.07],
  [[51], 59.8, 60, 51],
])('%j', (samples, luma, rounded, grey) => {
  expect(studioLuma(pixel(...samples)).data[0]).toBeCloseTo(luma, 10);
  expect(roundedStudioLuma(pixel(...samples)).data[0]).toBe(rounded);
  expect(fullRangeGray(pixel(...samples)).data[0]).toBeCloseTo(grey, 10);
});

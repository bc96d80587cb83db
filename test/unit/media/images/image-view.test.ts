import { describe, expect, test } from 'vitest';
import {
  fittingView,
  formatZoom,
  limitedView,
  pannedView,
  toImage,
  toPane,
  zoomedView,
} from '../../../../media/images/image-view.ts';

const image = { width: 200, height: 100 };
const pane = { width: 400, height: 400 };

describe('a fitting view', () => {
  test.each([
    { image, zoom: 2 },
    { image: { width: 4000, height: 1000 }, zoom: 0.1 },
    { image: { width: 10, height: 10 }, zoom: 4 },
  ])('of $image.width x $image.height', ({ image, zoom }) => {
    expect(fittingView(image, pane)).toEqual({ zoom, x: image.width / 2, y: image.height / 2 });
  });
});

test('zooming keeps the point under the pointer', () => {
  const view = { zoom: 4, x: 80, y: 50 };
  const at = { x: 300, y: 180 };
  const before = toImage(view, at.x, at.y, pane);
  const zoomed = zoomedView(view, 2, at, image, pane);
  expect(zoomed.zoom).toBe(8);
  expect(toImage(zoomed, at.x, at.y, pane).x).toBeCloseTo(before.x);
});

test.each([
  {
    name: 'dragging right shows what is left',
    view: { zoom: 8, x: 100, y: 50 },
    by: [80, 0],
    centre: [90, 50],
  },
  { name: 'no further than the edge', view: { zoom: 8, x: 100, y: 50 }, by: [8000, -8000], centre: [25, 75] },
  {
    name: 'what is seen whole stays in the middle',
    view: { zoom: 1, x: 100, y: 50 },
    by: [50, 50],
    centre: [100, 50],
  },
] as const)('$name', ({ view, by: [dx, dy], centre: [x, y] }) => {
  expect(pannedView(view, dx, dy, image, pane)).toEqual({ zoom: view.zoom, x, y });
});

test.each([
  [1000, 64],
  [1e-9, 1],
])('a zoom of %d is limited to %d', (zoom, limited) => {
  expect(limitedView({ zoom, x: 100, y: 50 }, image, pane).zoom).toBe(limited);
});

test('points of the image and the pane', () => {
  expect(toPane({ zoom: 2, x: 100, y: 50 }, 110, 50, pane)).toEqual({ x: 220, y: 200 });
});

test.each([
  [1, '1×'],
  [4, '4×'],
  [2.83, '2.8×'],
  [32, '32×'],
  [0.5, '1/2×'],
  [0.3, '1/3.3×'],
])('%d is shown as %s', (zoom, read) => {
  expect(formatZoom(zoom)).toBe(read);
});

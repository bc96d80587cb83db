import { isNumber, isObject } from '../../trainer/guards/guards.ts';

/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * The visible part of an image: CSS pixels per image pixel, and the image point in the middle of the pane. `null` instead
 * of a view fits the whole image.
 */
export interface ImageView {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

export const isImageView = isObject<ImageView>({
  zoom: (value): value is number => isNumber(value) && value > 0,
  x: isNumber,
  y: isNumber,
});

const maximumZoom = 64;

/** The view that fits the whole image, but zooms a small one to at most 4×. */
export function fittingView(image: Size, pane: Size): ImageView {
  const zoom = Math.min(pane.width / image.width, pane.height / image.height, 4);
  return { zoom: Math.max(zoom, 1 / 64), x: image.width / 2, y: image.height / 2 };
}

/** The view limited so that no more empty space shows than in the fitting view. */
export function limitedView(view: ImageView, image: Size, pane: Size): ImageView {
  const smallest = Math.min(fittingView(image, pane).zoom, 1);
  const zoom = Math.min(maximumZoom, Math.max(smallest, view.zoom));
  return {
    zoom,
    x: limitedCenter(view.x, image.width, pane.width / zoom),
    y: limitedCenter(view.y, image.height, pane.height / zoom),
  };
}

function limitedCenter(center: number, length: number, visible: number): number {
  if (visible >= length) return length / 2;
  return Math.min(length - visible / 2, Math.max(visible / 2, center));
}

/** The view zoomed by a factor around a point of the pane. */
export function zoomedView(
  view: ImageView,
  factor: number,
  at: { readonly x: number; readonly y: number },
  image: Size,
  pane: Size,
): ImageView {
  const zoom = Math.min(maximumZoom, view.zoom * factor);
  const x = view.x + (at.x - pane.width / 2) * (1 / view.zoom - 1 / zoom);
  const y = view.y + (at.y - pane.height / 2) * (1 / view.zoom - 1 / zoom);
  return limitedView({ zoom, x, y }, image, pane);
}

/** The view after a drag by some CSS pixels. */
export function pannedView(view: ImageView, dx: number, dy: number, image: Size, pane: Size): ImageView {
  return limitedView({ ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom }, image, pane);
}

/** The position in the pane, in CSS pixels, of a point of the image. */
export function toPane(view: ImageView, x: number, y: number, pane: Size): { x: number; y: number } {
  return {
    x: (x - view.x) * view.zoom + pane.width / 2,
    y: (y - view.y) * view.zoom + pane.height / 2,
  };
}

/** The point of the image at a position in the pane. */
export function toImage(view: ImageView, x: number, y: number, pane: Size): { x: number; y: number } {
  return {
    x: view.x + (x - pane.width / 2) / view.zoom,
    y: view.y + (y - pane.height / 2) / view.zoom,
  };
}

/** `4×`, `1/2×`, `1.4×`. */
export function formatZoom(zoom: number): string {
  if (zoom >= 1) return `${Number(zoom.toFixed(zoom < 10 ? 1 : 0))}×`;
  return `1/${Number((1 / zoom).toFixed(1))}×`;
}

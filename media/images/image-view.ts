/** A size in pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/**
 * What part of an image is seen: how many CSS pixels one of its pixels takes, and which of its points is in the
 * middle. `null` in place of it: all of the image, as large as fits.
 */
export interface ImageView {
  readonly zoom: number;
  readonly x: number;
  readonly y: number;
}

/** The largest that a pixel gets. */
const maximalZoom = 64;

/** The view that shows all of an image, in a pane of that size. A small image is not upscaled beyond 4 times. */
export function fittingView(image: Size, pane: Size): ImageView {
  const zoom = Math.min(pane.width / image.width, pane.height / image.height, 4);
  return { zoom: Math.max(zoom, 1 / 64), x: image.width / 2, y: image.height / 2 };
}

/** The view moved and limited so that no more empty space shows than a fitting view has. */
export function limitedView(view: ImageView, image: Size, pane: Size): ImageView {
  const smallest = Math.min(fittingView(image, pane).zoom, 1);
  const zoom = Math.min(maximalZoom, Math.max(smallest, view.zoom));
  return {
    zoom,
    x: limitedCentre(view.x, image.width, pane.width / zoom),
    y: limitedCentre(view.y, image.height, pane.height / zoom),
  };
}

function limitedCentre(centre: number, length: number, seen: number): number {
  if (seen >= length) return length / 2;
  return Math.min(length - seen / 2, Math.max(seen / 2, centre));
}

/** The view zoomed by a factor while the point of the image under a place of the pane stays there. */
export function zoomedView(
  view: ImageView,
  factor: number,
  at: { readonly x: number; readonly y: number },
  image: Size,
  pane: Size,
): ImageView {
  const zoom = Math.min(maximalZoom, view.zoom * factor);
  const x = view.x + (at.x - pane.width / 2) * (1 / view.zoom - 1 / zoom);
  const y = view.y + (at.y - pane.height / 2) * (1 / view.zoom - 1 / zoom);
  return limitedView({ zoom, x, y }, image, pane);
}

/** The view after the image was dragged by so many CSS pixels. */
export function pannedView(view: ImageView, dx: number, dy: number, image: Size, pane: Size): ImageView {
  return limitedView({ ...view, x: view.x - dx / view.zoom, y: view.y - dy / view.zoom }, image, pane);
}

/** Where a point of the image lies in the pane, in CSS pixels. */
export function toPane(view: ImageView, x: number, y: number, pane: Size): { x: number; y: number } {
  return {
    x: (x - view.x) * view.zoom + pane.width / 2,
    y: (y - view.y) * view.zoom + pane.height / 2,
  };
}

/** The point of the image at a place of the pane. */
export function toImage(view: ImageView, x: number, y: number, pane: Size): { x: number; y: number } {
  return {
    x: view.x + (x - pane.width / 2) / view.zoom,
    y: view.y + (y - pane.height / 2) / view.zoom,
  };
}

/** A zoom as people read it: `4×`, `1/2×`, `1.4×`. */
export function formatZoom(zoom: number): string {
  if (zoom >= 1) return `${Number(zoom.toFixed(zoom < 10 ? 1 : 0))}×`;
  return `1/${Number((1 / zoom).toFixed(1))}×`;
}

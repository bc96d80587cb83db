import type { Rect } from '../../trainer/guards/rect.ts';
import type { ImageView, Size } from './image-view.ts';

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The box of all pixels between two points of an image, including partly covered ones; null if it is empty. */
export function boxBetween(from: Point, to: Point, image: Size): Rect | null {
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x)));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y)));
  const right = Math.min(image.width, Math.ceil(Math.max(from.x, to.x)));
  const bottom = Math.min(image.height, Math.ceil(Math.max(from.y, to.y)));
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** The box moved by some pixels, within the image. */
export function movedBox(box: Rect, dx: number, dy: number, image: Size): Rect {
  return {
    ...box,
    x: Math.min(image.width - box.width, Math.max(0, box.x + dx)),
    y: Math.min(image.height - box.height, Math.max(0, box.y + dy)),
  };
}

/** The box with its right and lower side moved by some pixels, within the image; at least one pixel large. */
export function resizedBox(box: Rect, dx: number, dy: number, image: Size): Rect {
  return {
    ...box,
    width: Math.min(image.width - box.x, Math.max(1, box.width + dx)),
    height: Math.min(image.height - box.y, Math.max(1, box.height + dy)),
  };
}

/** The part of a box inside an image; null if there is none. */
export function boxInside(box: Rect, image: Size): Rect | null {
  return boxBetween({ x: box.x, y: box.y }, { x: box.x + box.width, y: box.y + box.height }, image);
}

/** The initial box: the middle half of the visible part. */
export function boxInView(view: ImageView, image: Size, pane: Size): Rect {
  const visible = {
    width: Math.min(image.width, pane.width / view.zoom),
    height: Math.min(image.height, pane.height / view.zoom),
  };
  const quarter = { x: visible.width / 4, y: visible.height / 4 };
  const box = boxBetween(
    { x: Math.round(view.x - quarter.x), y: Math.round(view.y - quarter.y) },
    { x: Math.round(view.x + quarter.x), y: Math.round(view.y + quarter.y) },
    image,
  );
  return box ?? { x: 0, y: 0, width: Math.min(1, image.width), height: Math.min(1, image.height) };
}

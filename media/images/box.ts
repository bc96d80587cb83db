import type { ImageView, Size } from './image-view.ts';

/** A rectangle of whole pixels. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** The box of all pixels that a drag from one point of an image to another touches; null where it touches none. */
export function boxBetween(from: Point, to: Point, image: Size): Box | null {
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x)));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y)));
  const right = Math.min(image.width, Math.ceil(Math.max(from.x, to.x)));
  const bottom = Math.min(image.height, Math.ceil(Math.max(from.y, to.y)));
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** The box moved by so many pixels, as far as the image goes. */
export function movedBox(box: Box, dx: number, dy: number, image: Size): Box {
  return {
    ...box,
    x: Math.min(image.width - box.width, Math.max(0, box.x + dx)),
    y: Math.min(image.height - box.height, Math.max(0, box.y + dy)),
  };
}

/** The box with its right and lower side moved by so many pixels; at least one pixel stays. */
export function resizedBox(box: Box, dx: number, dy: number, image: Size): Box {
  return {
    ...box,
    width: Math.min(image.width - box.x, Math.max(1, box.width + dx)),
    height: Math.min(image.height - box.y, Math.max(1, box.height + dy)),
  };
}

/** The part of a box that lies in an image; null where none does. */
export function boxInside(box: Box, image: Size): Box | null {
  return boxBetween({ x: box.x, y: box.y }, { x: box.x + box.width, y: box.y + box.height }, image);
}

/** A box to begin with: the middle half of what is seen. */
export function boxInView(view: ImageView, image: Size, pane: Size): Box {
  const seen = {
    width: Math.min(image.width, pane.width / view.zoom),
    height: Math.min(image.height, pane.height / view.zoom),
  };
  const quarter = { x: seen.width / 4, y: seen.height / 4 };
  const box = boxBetween(
    { x: Math.round(view.x - quarter.x), y: Math.round(view.y - quarter.y) },
    { x: Math.round(view.x + quarter.x), y: Math.round(view.y + quarter.y) },
    image,
  );
  return box ?? { x: 0, y: 0, width: Math.min(1, image.width), height: Math.min(1, image.height) };
}

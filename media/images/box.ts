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

/** The box of all pixels that a drag from one point of a picture to another touches; null where it touches none. */
export function boxBetween(from: Point, to: Point, picture: Size): Box | null {
  const left = Math.max(0, Math.floor(Math.min(from.x, to.x)));
  const top = Math.max(0, Math.floor(Math.min(from.y, to.y)));
  const right = Math.min(picture.width, Math.ceil(Math.max(from.x, to.x)));
  const bottom = Math.min(picture.height, Math.ceil(Math.max(from.y, to.y)));
  return right > left && bottom > top ? { x: left, y: top, width: right - left, height: bottom - top } : null;
}

/** The box moved by so many pixels, as far as the picture goes. */
export function movedBox(box: Box, dx: number, dy: number, picture: Size): Box {
  return {
    ...box,
    x: Math.min(picture.width - box.width, Math.max(0, box.x + dx)),
    y: Math.min(picture.height - box.height, Math.max(0, box.y + dy)),
  };
}

/** The box with its right and lower side moved by so many pixels; at least one pixel stays. */
export function resizedBox(box: Box, dx: number, dy: number, picture: Size): Box {
  return {
    ...box,
    width: Math.min(picture.width - box.x, Math.max(1, box.width + dx)),
    height: Math.min(picture.height - box.y, Math.max(1, box.height + dy)),
  };
}

/** The part of a box that lies in a picture; null where none does. */
export function boxInside(box: Box, picture: Size): Box | null {
  return boxBetween({ x: box.x, y: box.y }, { x: box.x + box.width, y: box.y + box.height }, picture);
}

/** A box to begin with: the middle half of what is seen. */
export function boxInView(view: ImageView, picture: Size, pane: Size): Box {
  const seen = {
    width: Math.min(picture.width, pane.width / view.zoom),
    height: Math.min(picture.height, pane.height / view.zoom),
  };
  const quarter = { x: seen.width / 4, y: seen.height / 4 };
  const box = boxBetween(
    { x: Math.round(view.x - quarter.x), y: Math.round(view.y - quarter.y) },
    { x: Math.round(view.x + quarter.x), y: Math.round(view.y + quarter.y) },
    picture,
  );
  return box ?? { x: 0, y: 0, width: Math.min(1, picture.width), height: Math.min(1, picture.height) };
}

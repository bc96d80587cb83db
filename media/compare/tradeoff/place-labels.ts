/** A label for the point at (`x`, `y`), in pixels. */
export interface LabelRequest {
  readonly x: number;
  readonly y: number;
  readonly text: string;
  /** Of the text in pixels. */
  readonly width: number;
}

/** Where a label is drawn: `y` is its baseline. */
export interface PlacedLabel {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
  readonly text: string;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** Of a line of text of 11 pixels: above and below its baseline. */
const [ascent, descent] = [10, 3];
/** Half the size of a mark. */
const markSize = 6;

/** Places next to a point, the best first: right, left, above, below, then the corners. */
const places = [
  [10, 4, 'start'],
  [-10, 4, 'end'],
  [0, -10, 'middle'],
  [0, 19, 'middle'],
  [7, -7, 'start'],
  [-7, -7, 'end'],
  [7, 16, 'start'],
  [-7, 16, 'end'],
] as const;

/**
 * Places labels within `area` so that none covers another or a mark: each at its best free place, those that come first
 * before the others. A label without a free place is left out.
 *
 * @param marks the positions of all points
 */
export function placeLabels(
  labels: readonly LabelRequest[],
  marks: readonly { readonly x: number; readonly y: number }[],
  area: Box,
): PlacedLabel[] {
  const taken = marks.map(({ x, y }) => boxAround(x - markSize, y - markSize, 2 * markSize, 2 * markSize));
  return labels.flatMap(({ x, y, text, width }) => {
    for (const [right, down, anchor] of places) {
      const start = x + right - { start: 0, middle: width / 2, end: width }[anchor];
      const box = boxAround(start, y + down - ascent, width, ascent + descent);
      if (!isWithin(box, area) || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return [{ x: x + right, y: y + down, anchor, text }];
    }
    return [];
  });
}

function boxAround(left: number, top: number, width: number, height: number): Box {
  return { left, top, right: left + width, bottom: top + height };
}

function isWithin(box: Box, area: Box): boolean {
  return box.left >= area.left && box.right <= area.right && box.top >= area.top && box.bottom <= area.bottom;
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

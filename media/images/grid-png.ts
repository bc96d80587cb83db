/** An image of a grid with the texts above and below it. */
export interface GridTile {
  readonly label: string;
  /** Lines below the image. */
  readonly lines: readonly string[];
  /** CSS color of the bar next to the label; null: no bar. */
  readonly color: string | null;
  readonly canvas: HTMLCanvasElement;
}

export interface GridColors {
  readonly background: string;
  readonly text: string;
  readonly quiet: string;
}

const gap = 8;
const labelHeight = 22;
const lineHeight = 16;

/** A PNG file of images in a grid, with labels and unscaled. */
export async function gridToPng(
  tiles: readonly GridTile[],
  columns: number,
  colors: GridColors,
): Promise<Uint8Array> {
  const width = Math.max(1, ...tiles.map(({ canvas }) => canvas.width));
  const height = Math.max(1, ...tiles.map(({ canvas }) => canvas.height));
  const lines = Math.max(0, ...tiles.map((tile) => tile.lines.length));
  const cell = { width: width + gap, height: labelHeight + height + lines * lineHeight + gap };
  const across = Math.max(1, Math.min(columns, tiles.length));
  const down = Math.ceil(tiles.length / across);
  const canvas = new OffscreenCanvas(across * cell.width + gap, down * cell.height + gap);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('Cannot draw the image: the browser provides no canvas.');
  context.fillStyle = colors.background;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const [i, tile] of tiles.entries()) {
    const left = gap + (i % across) * cell.width;
    const top = gap + Math.floor(i / across) * cell.height;
    context.fillStyle = tile.color ?? 'transparent';
    context.fillRect(left, top, 4, labelHeight - 6);
    context.fillStyle = colors.text;
    context.font = '600 13px system-ui, sans-serif';
    context.fillText(tile.label, left + (tile.color === null ? 0 : 10), top + 13, width - 10);
    context.drawImage(tile.canvas, left, top + labelHeight);
    context.fillStyle = colors.quiet;
    context.font = '12px system-ui, sans-serif';
    for (const [line, text] of tile.lines.entries()) {
      context.fillText(text, left, top + labelHeight + height + (line + 1) * lineHeight - 3, width);
    }
  }
  const blob = await canvas.convertToBlob({ type: 'image/png' });
  return new Uint8Array(await blob.arrayBuffer());
}

/** A grayscale image: samples in rows, `[height, width]`, 0 to 255, not rounded. */
export interface Gray {
  readonly width: number;
  readonly height: number;
  readonly data: Float32Array;
}

interface Source {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** Luma with BT.601's weights in full range; of RGBA, alpha is ignored. */
export function grayOf({ width, height, channels, data }: Source): Gray {
  const gray = new Float32Array(width * height);
  const [green, blue] = channels < 3 ? [0, 0] : [1, 2];
  for (let i = 0, at = 0; i < gray.length; i++, at += channels) {
    gray[i] = 0.299 * data[at]! + 0.587 * data[at + green]! + 0.114 * data[at + blue]!;
  }
  return { width, height, data: gray };
}

/** An 8-bit image: samples in rows, `[height, width, channels]`, 0 to 255. */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array;
}

/** An image of numbers: samples in rows, `[height, width, channels]`, nominally 0 to 1, not clamped. */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

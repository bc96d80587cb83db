/** An image as a metric takes it: samples `[height, width, channels]`, in any range. */
export interface Samples {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Uint8Array | Uint8ClampedArray | Float32Array | Float64Array;
}

/** Crops `border` pixels at each side; a copy in double precision. */
export function cropBorder(image: Samples, border: number): Samples {
  const { channels, data } = image;
  const width = image.width - 2 * border;
  const height = image.height - 2 * border;
  if (width <= 0 || height <= 0) {
    throw new RangeError(`a border of ${border} leaves nothing of ${image.width}x${image.height} pixels`);
  }
  const cropped = new Float64Array(width * height * channels);
  const row = width * channels;
  for (let y = 0; y < height; y++) {
    const start = ((y + border) * image.width + border) * channels;
    cropped.set(data.subarray(start, start + row), y * row);
  }
  return { width, height, channels, data: cropped };
}

/** Throws a RangeError if the shapes differ. */
export function requireSameShape(a: Samples, b: Samples): void {
  if (a.width !== b.width || a.height !== b.height || a.channels !== b.channels) {
    const shape = (image: Samples) => `${image.width}x${image.height}x${image.channels}`;
    throw new RangeError(`images of differing shape: ${shape(a)} and ${shape(b)}`);
  }
}

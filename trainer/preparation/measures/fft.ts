/** Complex numbers: real and imaginary parts. */
export interface Complex {
  readonly re: Float64Array;
  readonly im: Float64Array;
}

/** The discrete Fourier transform of a square of `size` x `size` numbers in rows, in place; `size` is a power of two. */
export function transform2d(square: Complex, size: number): void {
  for (let row = 0; row < size; row++) transform(square, size, row * size, 1);
  for (let column = 0; column < size; column++) transform(square, size, column, size);
}

/** The inverse of `transform2d`: the transform of the complex conjugate, over the number of values. */
export function inverse2d({ re, im }: Complex, size: number): void {
  for (let i = 0; i < im.length; i++) im[i] = -im[i]!;
  transform2d({ re, im }, size);
  const count = size * size;
  for (let i = 0; i < count; i++) {
    re[i] = re[i]! / count;
    im[i] = -im[i]! / count;
  }
}

/** Cooley and Tukey's algorithm (1965) for a power of two, on `size` values from `start` with a stride. */
function transform({ re, im }: Complex, size: number, start: number, stride: number): void {
  for (let i = 1, j = 0; i < size; i++) {
    let bit = size >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i < j) {
      swap(re, start + i * stride, start + j * stride);
      swap(im, start + i * stride, start + j * stride);
    }
  }
  for (let length = 2; length <= size; length *= 2) {
    const half = length / 2;
    for (let k = 0; k < half; k++) {
      const angle = (-2 * Math.PI * k) / length;
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      for (let block = k; block < size; block += length) {
        const a = start + block * stride;
        const b = a + half * stride;
        const real = re[b]! * cos - im[b]! * sin;
        const imaginary = re[b]! * sin + im[b]! * cos;
        re[b] = re[a]! - real;
        im[b] = im[a]! - imaginary;
        re[a] = re[a]! + real;
        im[a] = im[a]! + imaginary;
      }
    }
  }
}

function swap(values: Float64Array, a: number, b: number): void {
  const value = values[a]!;
  values[a] = values[b]!;
  values[b] = value;
}

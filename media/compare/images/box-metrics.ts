/** Pixels as a canvas gives them: red, green, blue and opacity in rows, 0 to 255. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray;
}

/** How near one image is to another: in R, G and B, and in Y alone. */
export interface BoxScore {
  readonly rgb: Score;
  readonly y: Score;
}

/** PSNR in dB, Infinity for equal pixels; SSIM up to 1, null where there are fewer than 11 x 11 pixels. */
export interface Score {
  readonly psnr: number;
  readonly ssim: number | null;
}

/** What the numbers in a box are, for a person to read. */
export const boxProtocol =
  'Inside the box alone, 8 bits, no border left out. PSNR: 10 log10(255² / mean squared error). ' +
  'SSIM: Gaussian window of 11×11, σ 1.5, K 0.01 and 0.03, where it lies in the box. ' +
  'rgb: R, G and B. Y: of MATLAB’s rgb2ycbcr, rounded to 8 bits. ' +
  'They are the formulas of the protocols rgb and paper-y; the numbers of a part do not compare with those of whole images.';

const peak = 255;
const windowSize = 11;
const c1 = (0.01 * peak) ** 2;
const c2 = (0.03 * peak) ** 2;
const gaussian = gaussianWindow(1.5);

/** Measures two images of the same size, by the protocols `rgb` and `paper-y` of the trainer with no border cropped. */
export function scoreOf(a: Pixels, b: Pixels): BoxScore {
  const channels = [0, 1, 2].map((channel) => [plane(a, channel), plane(b, channel)] as const);
  return { rgb: scoreOfPlanes(channels, a), y: scoreOfPlanes([[luma(a), luma(b)]], a) };
}

/** PSNR in words, as the tables write it. */
export function formatPsnr(psnr: number): string {
  return Number.isFinite(psnr) ? psnr.toFixed(2) : '∞';
}

/** SSIM in words, as the tables write it. */
export function formatSsim(ssim: number | null): string {
  return ssim?.toFixed(4) ?? '–';
}

/** The numbers in lines of text, for an image. */
export function scoreLines({ rgb, y }: BoxScore): string[] {
  return [
    `box: PSNR rgb ${formatPsnr(rgb.psnr)}  Y ${formatPsnr(y.psnr)} dB`,
    `SSIM rgb ${formatSsim(rgb.ssim)}  Y ${formatSsim(y.ssim)}`,
  ];
}

function scoreOfPlanes(
  planes: readonly (readonly [Float64Array, Float64Array])[],
  { width, height }: Pixels,
): Score {
  let error = 0;
  for (const [a, b] of planes) {
    for (let i = 0; i < a.length; i++) error += (a[i]! - b[i]!) ** 2;
  }
  error /= planes.length * width * height;
  const isLargeEnough = width >= windowSize && height >= windowSize;
  const similarities = isLargeEnough ? planes.map(([a, b]) => similarity(a, b, width, height)) : [];
  return {
    psnr: -10 * Math.log10(error / peak ** 2),
    ssim: isLargeEnough ? mean(similarities) : null,
  };
}

function plane({ data, width, height }: Pixels, channel: number): Float64Array {
  return Float64Array.from({ length: width * height }, (_, i) => data[4 * i + channel]!);
}

/** ITU-R BT.601 in studio range, 16 to 235, rounded as MATLAB does. */
function luma({ data, width, height }: Pixels): Float64Array {
  return Float64Array.from({ length: width * height }, (_, i) => {
    const weighed = 65.481 * data[4 * i]! + 128.553 * data[4 * i + 1]! + 24.966 * data[4 * i + 2]!;
    return Math.floor(16 + weighed / 255 + 0.5);
  });
}

/** Structural similarity (Wang et al., 2004), the mean over all places of the window. */
function similarity(a: Float64Array, b: Float64Array, width: number, height: number): number {
  const meanA = windowMeans(a, width, height);
  const meanB = windowMeans(b, width, height);
  const squares = windowMeans(
    a.map((value, i) => value ** 2 + b[i]! ** 2),
    width,
    height,
  );
  const products = windowMeans(
    a.map((value, i) => value * b[i]!),
    width,
    height,
  );
  let sum = 0;
  for (let i = 0; i < meanA.length; i++) {
    const product = meanA[i]! * meanB[i]!;
    const square = meanA[i]! ** 2 + meanB[i]! ** 2;
    const luminance = (2 * product + c1) / (square + c1);
    sum += (luminance * (2 * (products[i]! - product) + c2)) / (squares[i]! - square + c2);
  }
  return sum / meanA.length;
}

/** The weighed means of a plane at all places where the window lies inside: first across, then down. */
function windowMeans(values: Float64Array, width: number, height: number): Float64Array {
  const columns = width - windowSize + 1;
  const rows = height - windowSize + 1;
  const across = new Float64Array(columns * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
      let sum = 0;
      for (let k = 0; k < windowSize; k++) sum += gaussian[k]! * values[y * width + x + k]!;
      across[y * columns + x] = sum;
    }
  }
  const means = new Float64Array(columns * rows);
  for (let i = 0; i < means.length; i++) {
    let sum = 0;
    for (let k = 0; k < windowSize; k++) sum += gaussian[k]! * across[i + k * columns]!;
    means[i] = sum;
  }
  return means;
}

function gaussianWindow(sigma: number): Float64Array {
  const half = (windowSize - 1) / 2;
  const weights = Float64Array.from({ length: windowSize }, (_, i) =>
    Math.exp(-((i - half) ** 2) / (2 * sigma ** 2)),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

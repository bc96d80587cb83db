import type { Graph, Shape, Value } from './graph.ts';

/**
 * Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016, https://arxiv.org/abs/1509.09308, section 4): tiles
 * of 6x6 pixels and filters are transformed, multiplied element by element, and the products transformed back to
 * tiles of 4x4 pixels: 36 products instead of 144. Here are two of the three matrices; `filterLine` is the third.
 */
const inputTransform = [
  [4, 0, -5, 0, 1, 0],
  [0, -4, -4, 1, 1, 0],
  [0, 4, -4, -1, 1, 0],
  [0, -2, -1, 2, 1, 0],
  [0, 2, -1, -2, 1, 0],
  [0, 4, 0, -5, 0, 1],
];
const outputTransform = [
  [1, 1, 1, 1, 1, 0],
  [0, 1, -1, 2, -2, 0],
  [0, 1, 1, 4, 4, 0],
  [0, 1, -1, 8, -8, 1],
];
const tile = 4;
const points = 6;

/** Maps of up to this many pixels are transformed in both directions by one product. */
const densePixels = 256;

/** Whether this is faster for a 3x3 convolution with padding 1; as measured, see docs/architecture.md. */
export function isWinogradFaster([, height = 0, width = 0, inputs = 0]: Shape, outputs: number): boolean {
  return Math.max(height, width) <= 32 && Math.min(inputs, outputs) >= 128;
}

/**
 * Transforms a filter `[O, I, 3, 3]` to `[36, O, I]`.
 *
 * @param isTurned whether to turn it by 180 degrees first
 */
export function winogradFilter(data: Float32Array, isTurned: boolean): Float32Array {
  const pairs = data.length / 9;
  const result = new Float32Array(points ** 2 * pairs);
  const columns = new Float64Array(points * 3);
  const line = new Float64Array(points);
  for (let pair = 0; pair < pairs; pair++) {
    const tap = (index: number) => data[pair * 9 + (isTurned ? 8 - index : index)]!;
    for (let q = 0; q < 3; q++) {
      filterLine(tap(q), tap(3 + q), tap(6 + q), line);
      for (let u = 0; u < points; u++) columns[u * 3 + q] = line[u]!;
    }
    for (let u = 0; u < points; u++) {
      filterLine(columns[u * 3]!, columns[u * 3 + 1]!, columns[u * 3 + 2]!, line);
      for (let v = 0; v < points; v++) result[(u * points + v) * pairs + pair] = line[v]!;
    }
  }
  return result;
}

/** Transforms one line of a filter: the values of its polynomial at 0, 1, -1, 2, -2 and infinity. */
function filterLine(a: number, b: number, c: number, line: Float64Array): void {
  line[0] = a / 4;
  line[1] = -(a + b + c) / 6;
  line[2] = (b - a - c) / 6;
  line[3] = a / 24 + b / 12 + c / 6;
  line[4] = a / 24 - b / 12 + c / 6;
  line[5] = c;
}

/**
 * The convolution of x `[N, H, W, I]` with a transformed filter, to `[N, H, W, O]`. Products with constant matrices
 * transform the tiles, cut them out and join them; the map is `[H, W, N, C]` for that.
 *
 * @param filter `[36, O, I]`, or `[36, I, O]` if `isTransposed`
 */
export function winogradConvolution(graph: Graph, x: Value, filter: Value, isTransposed: boolean): Value {
  const [n = 0, height = 0, width = 0, inputs = 0] = x.shape;
  const outputs = filter.shape[isTransposed ? 2 : 1]!;
  const [tileRows, tileColumns] = [Math.ceil(height / tile), Math.ceil(width / tile)];
  const tiles = tileRows * tileColumns;
  const [rowsIn, columnsIn] = [cutMatrix(height), cutMatrix(width)];
  const [rowsOut, columnsOut] = [joinMatrix(height), joinMatrix(width)];
  const product = (a: Value, b: Value) => graph.matmul(a, b, false, false);
  const pixels = graph.transpose(x, [1, 2, 0, 3]);
  const isDense = height * width <= densePixels;

  let cut: Value;
  if (isDense) {
    const matrix = bothDirections(rowsIn, columnsIn, [points, tileRows], [points, tileColumns]);
    cut = product(
      graph.constant(matrix, [points ** 2 * tiles, height * width]),
      graph.reshape(pixels, [height * width, n * inputs]),
    );
  } else {
    const byRows = product(
      graph.constant(rowsIn, [points * tileRows, height]),
      graph.reshape(pixels, [height, width * n * inputs]),
    );
    const byColumns = product(
      graph.constant(columnsIn, [points * tileColumns, width]),
      graph.reshape(byRows, [points * tileRows, width, n * inputs]),
    );
    const split = graph.reshape(byColumns, [points, tileRows, points, tileColumns * n * inputs]);
    cut = graph.transpose(split, [0, 2, 1, 3]);
  }
  const products = graph.matmul(
    graph.reshape(cut, [points ** 2, tiles * n, inputs]),
    filter,
    false,
    !isTransposed,
  );

  let joined: Value;
  if (isDense) {
    const matrix = bothDirections(
      transposed(rowsOut, height),
      transposed(columnsOut, width),
      [points, tileRows],
      [points, tileColumns],
    );
    joined = product(
      graph.constant(transposed(matrix, points ** 2 * tiles), [height * width, points ** 2 * tiles]),
      graph.reshape(products, [points ** 2 * tiles, n * outputs]),
    );
  } else {
    const split = graph.reshape(products, [points, points, tileRows, tileColumns * n * outputs]);
    const together = graph.reshape(graph.transpose(split, [0, 2, 1, 3]), [
      points * tileRows,
      points * tileColumns,
      n * outputs,
    ]);
    const byColumns = product(graph.constant(columnsOut, [width, points * tileColumns]), together);
    joined = product(
      graph.constant(rowsOut, [height, points * tileRows]),
      graph.reshape(byColumns, [points * tileRows, width * n * outputs]),
    );
  }
  return graph.transpose(graph.reshape(joined, [height, width, n, outputs]), [2, 0, 1, 3]);
}

/** `[6 * tiles, size]`: row (u, t) applies row u of the input transform to tile t, with zeros outside of the map. */
function cutMatrix(size: number): Float32Array {
  const tiles = Math.ceil(size / tile);
  const matrix = new Float32Array(points * tiles * size);
  for (const [u, row] of inputTransform.entries())
    for (let t = 0; t < tiles; t++)
      for (const [i, weight] of row.entries()) {
        const pixel = tile * t + i - 1;
        if (pixel >= 0 && pixel < size) matrix[(u * tiles + t) * size + pixel] = weight;
      }
  return matrix;
}

/** `[size, 6 * tiles]`: pixel k of tile t is row k of the output transform, applied to the six products of the tile. */
function joinMatrix(size: number): Float32Array {
  const tiles = Math.ceil(size / tile);
  const matrix = new Float32Array(size * points * tiles);
  for (let pixel = 0; pixel < size; pixel++)
    for (const [u, weight] of outputTransform[pixel % tile]!.entries())
      matrix[pixel * points * tiles + u * tiles + Math.floor(pixel / tile)] = weight;
  return matrix;
}

/**
 * Combines matrices for the two directions, `[u * t, rows]` and `[v * s, columns]`, to one:
 * `[(u, v, t, s), rows * columns]`.
 */
function bothDirections(
  a: Float32Array,
  b: Float32Array,
  [us, ts]: readonly [number, number],
  [vs, ss]: readonly [number, number],
): Float32Array {
  const rows = a.length / (us * ts);
  const columns = b.length / (vs * ss);
  const matrix = new Float32Array(a.length * b.length);
  let index = 0;
  for (let u = 0; u < us; u++)
    for (let v = 0; v < vs; v++)
      for (let t = 0; t < ts; t++)
        for (let s = 0; s < ss; s++)
          for (let row = 0; row < rows; row++)
            for (let column = 0; column < columns; column++)
              matrix[index++] = a[(u * ts + t) * rows + row]! * b[(v * ss + s) * columns + column]!;
  return matrix;
}

/** Transposes a matrix of `rows` rows. */
function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return Float32Array.from(
    matrix,
    (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)]!,
  );
}

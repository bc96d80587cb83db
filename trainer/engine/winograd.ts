import type { Graph, Shape, Value } from './graph.ts';

/**
 * Winograd's minimal filtering F(4x4, 3x3) (Lavin and Gray 2016, https://arxiv.org/abs/1509.09308, section 4): tiles
 * of 6x6 pixels and filters are transformed, multiplied element by element, and the products transformed back to
 * tiles of 4x4 pixels: 36 products instead of 144. Here are the three matrices.
 *
 * In the domain all three passes of a convolution are products of 36 matrices. With the tiles V `[36, P, I]` of its map,
 * the filters U `[36, I, O]` and the tiles D `[36, P, O]` of its result's gradient, the result is V U, the filter's
 * gradient is that of U, the transposed V times D, and the map's gradient is a convolution of the result's gradient.
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
/** The values of the filter's polynomial at 0, 1, -1, 2, -2 and infinity. */
const filterTransform = [
  [1 / 4, 0, 0],
  [-1 / 6, -1 / 6, -1 / 6],
  [-1 / 6, 1 / 6, -1 / 6],
  [1 / 24, 1 / 12, 1 / 6],
  [1 / 24, -1 / 12, 1 / 6],
  [0, 0, 1],
];
const tile = 4;
const points = 6;

/**
 * Where this is faster than direct convolutions, as measured, see docs/performance.md: in maps of at most `side` pixels a
 * side, with at least `shared` channels where several convolutions read the map or a part of it, as in a dense block, which
 * cuts it into tiles once for all of them, and at least `alone` channels where only one does.
 */
export const winogradLimits = {
  training: { side: 48, shared: 16, alone: 16 },
  /** Without AVX-512, with which direct convolutions of the blocked layout are faster everywhere. */
  inference: { side: 128, shared: 16, alone: 64 },
} as const;

/** The tiles of a map `[N, H, W, C]` in the domain: `[36, tiles * N, C]`. */
export function mapTiles(graph: Graph, x: Value): Value {
  return transformed(graph, x, graph.constant(inputMatrix, [points, points]), 1);
}

/** The tiles of the gradient of a convolution's result `[N, H, W, O]`: `[36, tiles * N, O]`. */
export function gradientTiles(graph: Graph, dy: Value): Value {
  return transformed(graph, dy, graph.constant(gradientMatrix, [points, tile]), 0);
}

/**
 * Transforms tiles that start each fourth row and column, rows first, then columns. The map is `[H, W, N, C]` for that.
 *
 * @param before rows and columns of a tile before the fourth
 */
function transformed(graph: Graph, x: Value, matrix: Value, before: number): Value {
  const [n = 0, height = 0, width = 0, channels = 0] = x.shape;
  const [tileRows, tileColumns] = tilesOf(x.shape);
  const pixels = graph.reshape(graph.transpose(x, [1, 2, 0, 3]), [1, 1, height, width * n * channels]);
  const byRows = graph.slide(pixels, matrix, tile, before, tileRows);
  const lines = graph.reshape(byRows, [points, tileRows, width, n * channels]);
  const byColumns = graph.slide(lines, matrix, tile, before, tileColumns);
  return graph.reshape(byColumns, [points ** 2, tileRows * tileColumns * n, channels]);
}

/** The map of `shape` `[N, H, W, O]` that products in the domain, `[36, tiles * N, O]`, are the tiles of. */
export function mapOfTiles(graph: Graph, products: Value, shape: Shape): Value {
  const [n = 0, height = 0, width = 0, channels = 0] = shape;
  const [tileRows, tileColumns] = tilesOf(shape);
  const matrix = graph.constant(outputMatrix, [tile, points]);
  const lines = [points, points * tileRows, tileColumns * n * channels];
  const byRows = graph.unslide(graph.reshape(products, lines), matrix);
  const columns = [points, tileRows * tile * tileColumns, n * channels];
  const byColumns = graph.unslide(graph.reshape(byRows, columns), matrix);
  const whole = graph.reshape(byColumns, [tileRows * tile, tileColumns * tile, n, channels]);
  return graph.transpose(graph.slice(whole, [0, 0, 0, 0], [height, width, n, channels]), [2, 0, 1, 3]);
}

/**
 * The products of a map's tiles with a filter `[3, 3, I, O]`, `[36, tiles * N, O]`.
 *
 * @param reader number of the convolution among those that read the filter. Each transforms it again: the form is four
 * times as large as the filter, and VGG's would be held from the pass of the one image to that of the other.
 */
export function convolvedTiles(graph: Graph, tiles: Value, filter: Value, reader: number): Value {
  return graph.matmul(tiles, transformedFilter(graph, filter, filterMatrixOf(reader)), false, true);
}

/** The products of the tiles of a result's gradient, cut out like those of a map, for the gradient of the map. */
export function inputGradientTiles(graph: Graph, tiles: Value, filter: Value): Value {
  return graph.matmul(tiles, transformedFilter(graph, filter, turnedFilterMatrix), false, false);
}

/** A filter `[3, 3, I, O]` in the domain, `[36, O, I]`, by a matrix `[36, 9]`. */
function transformedFilter(graph: Graph, filter: Value, matrix: Float32Array): Value {
  const [, , inputs = 0, outputs = 0] = filter.shape;
  const taps = graph.reshape(graph.transpose(filter, [3, 2, 0, 1]), [outputs * inputs, 9]);
  const product = graph.matmul(graph.constant(matrix, [points ** 2, 9]), taps, false, true);
  return graph.reshape(product, [points ** 2, outputs, inputs]);
}

/** The gradient by the filter, `[3, 3, I, O]`, from the tiles of the map and of the result's gradient. */
export function filterGradientOfTiles(graph: Graph, map: Value, gradient: Value): Value {
  const [inputs, outputs] = [map.shape[2]!, gradient.shape[2]!];
  const products = graph.matmul(gradient, map, true, false);
  const taps = graph.matmul(
    graph.reshape(products, [points ** 2, outputs * inputs]),
    graph.constant(filterMatrix, [points ** 2, 9]),
    true,
    false,
  );
  return graph.transpose(graph.reshape(taps, [outputs, inputs, 3, 3]), [2, 3, 1, 0]);
}

function tilesOf([, height = 0, width = 0]: Shape): [rows: number, columns: number] {
  return [Math.ceil(height / tile), Math.ceil(width / tile)];
}

/** `[36, 9]`: the transforms of a filter, and of the filter turned by 180 degrees. */
const filterMatrix = inBothDirections(filterTransform);
const turnedFilterMatrix = inBothDirections(filterTransform.map((row) => row.toReversed()));

/** A matrix for each reader of a filter: the graph computes equal nodes once, and those of two arrays are not equal. */
const filterMatrixOf = once((_reader: number) => filterMatrix.slice());

const inputMatrix = Float32Array.from(inputTransform.flat());
const outputMatrix = Float32Array.from(outputTransform.flat());
/** The transform of a result's gradient. */
const gradientMatrix = transposed(outputMatrix, tile);

/** The transform of a square from that of its lines: the Kronecker product of their matrix with itself. */
function inBothDirections(rows: readonly (readonly number[])[]): Float32Array {
  return Float32Array.from(rows.flatMap((a) => rows.flatMap((b) => a.flatMap((x) => b.map((y) => x * y)))));
}

/** Transposes a matrix of `rows` rows. */
function transposed(matrix: Float32Array, rows: number): Float32Array {
  const columns = matrix.length / rows;
  return Float32Array.from(
    matrix,
    (_, index) => matrix[(index % rows) * columns + Math.floor(index / rows)]!,
  );
}

/** Computes a matrix once for each key, because equal nodes of a graph have the same constant. */
function once<Key>(make: (key: Key) => Float32Array): (key: Key) => Float32Array {
  const known = new Map<Key, Float32Array>();
  return (key) => {
    const matrix = known.get(key) ?? make(key);
    known.set(key, matrix);
    return matrix;
  };
}

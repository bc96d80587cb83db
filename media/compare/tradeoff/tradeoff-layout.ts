import { type ChartLayout, layoutLegend } from '../../charts/chart-layout.ts';
import { cssColor, cssVariable } from '../../components/css-variable.ts';
import { axisLimits, createScale } from '../../plot/scale.ts';
import { ticks } from '../../plot/ticks.ts';
import { runColor } from '../../run-colors.ts';
import { placeLabels } from './place-labels.ts';
import {
  axisName,
  axisTitle,
  paretoFronts,
  pathsOfRuns,
  type TradeoffAxes,
  type TradeoffPoint,
} from './tradeoff-points.ts';

/** The plot as on the screen and in exported images, with the place of each point. */
export interface TradeoffLayout extends ChartLayout {
  readonly places: readonly { readonly point: TradeoffPoint; readonly x: number; readonly y: number }[];
}

/** Closed paths around the origin, one for each run in turn, so that runs differ not only in color. */
const marks = [
  'M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z',
  'M-4.5 -4.5h9v9h-9Z',
  'M0 -6L5.5 4.5h-11Z',
  'M0 -6L6 0L0 6L-6 0Z',
] as const;
const bicubicMark = 'M-5.5 -4L-4 -5.5L0 -1.5L4 -5.5L5.5 -4L1.5 0L5.5 4L4 5.5L0 1.5L-4 5.5L-5.5 4L-1.5 0Z';

/** The path of a point's mark around the origin. */
export function markOf({ run }: TradeoffPoint): string {
  return run < 0 ? bicubicMark : (marks[run % marks.length] ?? marks[0]);
}

/** The CSS color of a point, resolved at `element`. */
export function colorOf({ color }: TradeoffPoint, element: Element): string {
  return color === null ? cssVariable(element, '--wb-quiet', 'gray') : cssColor(element, runColor(color));
}

export interface TradeoffLayoutOptions {
  readonly axes: TradeoffAxes;
  readonly showsFront: boolean;
  /** Of the whole plot without its legend, in pixels. */
  readonly width: number;
  readonly height: number;
  /** Font of the labels, 11 pixels high. */
  readonly font: string;
}

/**
 * Lays out points by rising x. The models of the table are labeled where there is room, the last of each run first; the
 * other checkpoints are not.
 */
export function layoutTradeoff(
  points: readonly TradeoffPoint[],
  { axes, showsFront, width, height, font }: TradeoffLayoutOptions,
  element: Element,
): TradeoffLayout {
  const { x: xAxis, y: yAxis } = axes;
  const plot = { left: 70, top: 32, width: width - 90, height: height - 76 };
  const [right, bottom] = [plot.left + plot.width, plot.top + plot.height];
  const limits = (values: readonly number[]) => axisLimits(Math.min(...values), Math.max(...values), false);
  const xLimits = limits(points.map(({ x }) => x));
  const yLimits = limits(points.map(({ y }) => y));
  const x = createScale(xLimits.min, xLimits.max, plot.left, right, false);
  const y = createScale(yLimits.min, yLimits.max, bottom, plot.top, false);
  const along = ticks('number', x.min, x.max, false, Math.max(2, Math.floor(plot.width / 80)));
  const up = ticks('number', y.min, y.max, false, Math.max(2, Math.floor(plot.height / 45)));
  const places = points.map((point) => ({ point, x: x.position(point.x), y: y.position(point.y) }));
  const lineOf = (path: readonly TradeoffPoint[]) =>
    path.map((each, i) => `${i === 0 ? 'M' : 'L'}${x.position(each.x)} ${y.position(each.y)}`).join('');
  const marksOf = (path: readonly TradeoffPoint[]) =>
    path.map((each) => movedPath(markOf(each), x.position(each.x), y.position(each.y))).join('');

  const paths = pathsOfRuns(points);
  const bicubic = points.filter(({ run }) => run < 0);
  // A front of one point is no line.
  const fronts = showsFront ? paretoFronts(points, axes).filter(({ length }) => length > 1) : [];
  const text = cssVariable(element, '--wb-text', 'black');
  const curves = [
    ...[...paths, ...(bicubic.length > 0 ? [bicubic] : [])].flatMap((path) => {
      const [first] = path;
      if (first === undefined) return [];
      return [
        {
          label: first.runName,
          color: colorOf(first, element),
          dash: [],
          line: first.run < 0 ? '' : lineOf(path),
          marks: marksOf(path),
          symbol: markOf(first),
        },
      ];
    }),
    ...(fronts.length === 0
      ? []
      : [
          {
            label: 'Pareto front',
            color: text,
            dash: [4, 3],
            line: fronts.map(lineOf).join(''),
            marks: '',
            symbol: '',
          },
        ]),
  ];
  const legend = layoutLegend(
    curves.map(({ label }) => label),
    { left: plot.left, right, top: bottom + 36 },
  );
  return {
    width,
    height: legend.bottom + 8,
    title: `${axisName(yAxis)} over ${axisName(xAxis)}`,
    plot,
    xTicks: along.values.map((value, i) => ({
      at: Math.round(x.position(value)) + 0.5,
      label: along.labels[i] ?? '',
    })),
    yTicks: up.values.map((value, i) => ({
      at: Math.round(y.position(value)) + 0.5,
      label: up.labels[i] ?? '',
    })),
    xTitle: axisTitle(xAxis),
    yTitle: axisTitle(yAxis),
    border: null,
    curves: curves.map((curve, i) => ({
      ...curve,
      raw: '',
      envelope: '',
      legend: legend.places[i] ?? { x: plot.left, y: legend.bottom },
    })),
    labels: placeLabels(labelRequests(places, paths, font), places, {
      left: plot.left,
      top: plot.top,
      right: width,
      bottom,
    }),
    places,
    colors: { background: cssVariable(element, '--wb-background', 'white'), text },
  };
}

function labelRequests(
  places: TradeoffLayout['places'],
  paths: readonly (readonly TradeoffPoint[])[],
  font: string,
) {
  const context = new OffscreenCanvas(1, 1).getContext('2d');
  if (context) context.font = font;
  const last = new Set(paths.map((path) => path.findLast(({ isOfTable }) => isOfTable)));
  return places
    .filter(({ point }) => point.isOfTable)
    .sort((a, b) => Number(last.has(b.point)) - Number(last.has(a.point)))
    .map(({ point, x, y }) => {
      const text = pointName(point);
      return { x, y, text, width: context?.measureText(text).width ?? text.length * 6.5 };
    });
}

/** `photos · PSNR 400k` */
export function pointName({ runName, label }: TradeoffPoint): string {
  return `${runName} · ${label}`;
}

/** A path of absolute moves and lines, moved. Relative commands need no change. */
function movedPath(path: string, x: number, y: number): string {
  return path.replaceAll(
    /([ML])(-?[\d.]+) (-?[\d.]+)/g,
    (_, command: string, left: string, top: string) => `${command}${Number(left) + x} ${Number(top) + y}`,
  );
}

import { describe, expect, test } from 'vitest';
import { PointSeries } from '../../../../media/plot/point-series.ts';
import { comparisonCsv, comparisonMarkdown, shownPart } from '../../../../server/comparison/export.ts';
import { type ReportData, reportHtml } from '../../../../server/comparison/report.ts';
import { chartSvg } from '../../../../server/comparison/report-chart.ts';
import type { Comparison, ComparisonResult } from '../../../../server/protocol/comparison.ts';

const result = (psnr: number | null, changes: Partial<ComparisonResult> = {}): ComparisonResult => ({
  group: 0,
  values: { psnr },
  range: { psnr: [psnr, psnr] },
  delta: {},
  best: [],
  belowBicubic: [],
  images: 5,
  file: '/e.json',
  ...changes,
});

const column = {
  kind: 'evaluation',
  protocol: 'rgb',
  description: 'R, G and B',
  testSet: '/set5',
  metrics: [{ name: 'psnr', title: 'PSNR dB', digits: 2, better: 'higher' }],
} as const;

const comparison: Comparison = {
  runs: [
    { run: '/a', name: 'a|1', color: 0, kind: 'esrgan', scale: 4 },
    { run: '/b', name: '<b>"', color: 9, kind: 'external', scale: null },
  ],
  columns: [
    {
      ...column,
      id: 'one',
      data: 'set5',
      groups: [{ description: 'x4' }, { description: 'x2' }],
      warning: 'Two scales.',
    },
    { ...column, id: 'two', data: 'set14', groups: [{ description: 'x4' }], warning: null },
  ],
  rows: [
    {
      id: 'r1',
      run: '/a',
      isReference: false,
      choice: 0,
      label: 'PSNR',
      checkpoints: [{ stage: 'pretraining', step: 400 }],
      model: null,
      cells: [
        { state: 'computed', result: result(30.126, { best: ['psnr'], delta: { psnr: 0 } }) },
        { state: 'missing' },
      ],
    },
    {
      id: 'r2',
      run: '/b',
      isReference: false,
      choice: 0,
      label: 'ESRGAN',
      checkpoints: [],
      model: null,
      cells: [
        { state: 'stale', result: result(null, { group: 1, range: null }), reason: 'old' },
        { state: 'computed', result: result(28, { delta: { psnr: -1.5 } }) },
      ],
    },
  ],
  warnings: ['They differ.'],
  published: [],
};

test('CSV has a line for each number, in full', () => {
  expect(
    comparisonCsv(comparison),
  ).toBe(`run,model,checkpoints,data,protocol,group,state,images,psnr,psnr_min,psnr_max,psnr_delta
a|1,PSNR,pretraining-00000400,set5,rgb,x4,computed,5,30.126,30.126,30.126,0
"<b>""",ESRGAN,,set5,rgb,x2,stale,5,Infinity,,,
"<b>""",ESRGAN,,set14,rgb,x4,computed,5,28,28,28,-1.5
`);
});

test('Markdown is the table as it is shown', () => {
  expect(comparisonMarkdown(comparison)).toBe(`| run | model | set5, rgb PSNR dB | set14, rgb PSNR dB |
| --- | --- | ---: | ---: |
| a\\|1 | PSNR | **30.13 [a]** | - |
| <b>" | ESRGAN | ∞ [b] (out of date) | 28.00 (−1.50) |

- set5, rgb [a]: x4
- set5, rgb [b]: x2

> **Warning:** They differ.
`);
});

describe('published results', () => {
  const published = [
    { title: 'theirs', note: 'Single images.', data: 'set5', protocol: 'seed', psnr: 32.47, ssim: 0.9335 },
    { title: 'theirs', note: 'Single images.', data: 'set14', protocol: 'seed', psnr: 31.1, ssim: 0.9 },
    { title: 'others', note: 'Single images.', data: 'set5', protocol: 'seed', psnr: 31.93, ssim: 0.92 },
  ];
  const part = (titles: string[]) =>
    shownPart({ ...comparison, published }, { rows: [], columns: [], published: titles });

  test('stand in CSV as maxima of an image', () =>
    expect(comparisonCsv(part(['theirs']))).toBe(
      `run,model,checkpoints,data,protocol,group,state,images,psnr,psnr_min,psnr_max,psnr_delta,ssim,ssim_min,ssim_max,ssim_delta
theirs,published,,set5,seed,best single image,published,1,,,32.47,,,,0.9335,
theirs,published,,set14,seed,best single image,published,1,,,31.1,,,,0.9,
`,
    ));

  test('stand in Markdown and in a report in a table of their own, with what they are', () => {
    const shown = part(['theirs', 'others']);
    expect(
      comparisonMarkdown(shown),
    ).toContain(`| published | set5 PSNR dB | set5 SSIM | set14 PSNR dB | set14 SSIM |
| --- | ---: | ---: | ---: | ---: |
| theirs | 32.47 | 0.9335 | 31.10 | 0.9000 |
| others | 31.93 | 0.9200 | - | - |

- Single images.
`);
    const config = { files: [], keys: [] };
    const report = reportHtml({
      ...{ title: '', date: '', baseline: null, config, charts: [], images: [] },
      comparison: shown,
    });
    expect(report).toContain('<th scope="row">theirs</th><td>32.47</td><td>0.9335</td><td>31.10</td>');
    expect(report).toContain('<li>Single images.</li>');
  });

  test('stay away where they are not shown', () => {
    expect(comparisonCsv(part([]))).not.toContain('published');
    expect(comparisonMarkdown(part([]))).not.toContain('published');
  });
});

test('a column without a number is offered on the screen and left out elsewhere', () => {
  const empty = { ...column, id: 'three', data: 'posters', groups: [], warning: null };
  const columns = [empty, ...comparison.columns];
  const rows = comparison.rows.map((row) => ({
    ...row,
    cells: [{ state: 'missing' as const }, ...row.cells],
  }));
  const part = shownPart({ ...comparison, columns, rows }, { rows: null, columns: null, published: [] });
  expect(part.columns.map(({ id }) => id)).toEqual(['one', 'two']);
  expect(part.rows.map(({ cells }) => cells)).toEqual(comparison.rows.map(({ cells }) => cells));
});

test.each<[string, Parameters<typeof shownPart>[1], [string[], string[]]]>([
  [
    'all',
    { rows: null, columns: null, published: [] },
    [
      ['r1', 'r2'],
      ['one', 'two'],
    ],
  ],
  [
    'in another order',
    { rows: ['r2', 'r1'], columns: ['two', 'one'], published: [] },
    [
      ['r2', 'r1'],
      ['two', 'one'],
    ],
  ],
  [
    'a part; what is gone is passed over',
    { rows: ['r2', 'gone'], columns: ['gone', 'two'], published: [] },
    [['r2'], ['two']],
  ],
])('what is shown: %s', (_, shown, [rows, columns]) => {
  const part = shownPart(comparison, shown);
  expect([part.rows.map(({ id }) => id), part.columns.map(({ id }) => id)]).toEqual([rows, columns]);
  for (const row of part.rows) expect(row.cells).toHaveLength(columns.length);
  if (rows[0] === 'r2' && columns[0] === 'two')
    expect(part.rows[0]?.cells[0]).toMatchObject({ result: { values: { psnr: 28 } } });
});

describe('the report', () => {
  const data: ReportData = {
    title: 'a & b',
    date: '2030-01-31',
    baseline: '/a',
    comparison,
    config: {
      files: [null, null],
      keys: [
        { key: 'batch_size', differs: true, values: [{ value: 16 }, null] },
        { key: 'name<', differs: true, values: [{ value: '<i>' }, { value: null }] },
        { key: 'seed', differs: false, values: [{ value: 0 }, { value: 0 }] },
      ],
    },
    charts: [
      {
        title: 'train/loss',
        series: [
          { label: 'a', color: 0, points: pointsOf([1, 2], [1, 2]), marks: [{ step: 2, label: 'best' }] },
        ],
      },
      { title: 'nothing', series: [] },
    ],
    images: [{ title: 'baby', tiles: [{ label: 'HR', png: Uint8Array.of(137, 80) }] }],
  };
  const html = reportHtml(data);

  test('needs nothing but itself', () => {
    expect(html).not.toMatch(/<script|<link|@import|url\(|https?:/);
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)).toEqual([
      'data:image/png;base64,iVA=',
    ]);
  });

  test('shows texts as they are', () => {
    expect(html).toContain('<title>a &amp; b</title>');
    expect(html).toContain('&lt;b&gt;&quot;');
    expect(html).not.toMatch(/<b>|<i>/);
  });

  test.each([
    ['small ones in whole squares', [112, 28], 224],
    ['large ones as they are', [300], 300],
    ['what ends too early too', [], 256],
  ])('shows images side by side: %s', (_, widths, expected) => {
    const tiles = [0, ...widths].map((width, at) => {
      const png = new Uint8Array(at === 0 ? 3 : 24);
      if (at > 0) new DataView(png.buffer).setUint32(16, width);
      return { label: 'x', png };
    });
    const page = reportHtml({ ...data, images: [{ title: 'baby', tiles }] });
    expect(page).toContain(`<div class="tiles" style="--width:${expected}px">`);
  });

  test('has the numbers, the warnings, what differs, and the curves', () => {
    expect(html).toContain('<strong>30.13 [a]</strong>');
    expect(html).toContain('<p class="warning">⚠ They differ.</p>');
    expect(html).toContain('<p class="warning">⚠ Two scales.</p>');
    expect(html).toContain(
      '<th scope="row">batch_size</th><td class="text">16</td><td class="text">not set</td>',
    );
    expect(html).not.toContain('seed</th>');
    expect([...html.matchAll(/<figcaption>([^<]*)/g)].map(([, text]) => text)).toEqual(['train/loss', 'HR']);
    expect(html).toContain('class="swatch run1"');
  });
});

function pointsOf(steps: number[], values: (number | null)[]): PointSeries {
  const points = new PointSeries();
  points.append({ steps, values, wallTimes: steps });
  return points;
}

describe('a chart', () => {
  const line = (steps: number[], values: (number | null)[]) =>
    chartSvg('t', [{ label: 'l', color: 0, points: pointsOf(steps, values), marks: [] }]).match(
      /class="line run0" d="([^"]*)"/,
    )?.[1];

  test.each<[string, number[], (number | null)[], string | undefined]>([
    ['from the lowest to near the highest value', [0, 10], [0, 1], 'M56 186L470 19.96'],
    [
      'with a gap where a value is not finite, and a dot for the point alone before it',
      [0, 5, 10, 20],
      [0, null, 1, 1],
      'M56 186L54.5 186L56 184.5L57.5 186L56 187.5L54.5 186M263 19.96L470 19.96',
    ],
    ['flat', [0, 10], [5, 5], 'M56 98L470 98'],
    ['not of one point', [0], [1], undefined],
  ])('draws a line %s', (_, steps, values, path) => {
    expect(line(steps, values)).toBe(path);
  });

  test('draws the extremes of long lines', () => {
    const steps = Array.from({ length: 100_000 }, (_, step) => step);
    const path =
      line(
        steps,
        steps.map((step) => (step === 54_321 ? 9 : step % 2)),
      ) ?? '';
    expect(path.length).toBeLessThan(30_000);
    expect(path).toContain(' 19.96L');
  });

  test('marks checkpoints on the line', () => {
    const svg = chartSvg('t', [
      {
        label: 'l',
        color: 0,
        points: pointsOf([0, 10], [0, 1]),
        marks: [
          { step: 12, label: 'last' },
          { step: -1, label: 'none' },
        ],
      },
    ]);
    expect([...svg.matchAll(/<circle[^>]*cx="([^"]*)" cy="([^"]*)"/g)].map(([, x, y]) => [x, y])).toEqual([
      ['470.0', '20.0'],
    ]);
  });
});

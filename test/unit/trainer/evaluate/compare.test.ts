import { describe, expect, test } from 'vitest';
import {
  type CompareOptions,
  type Comparison,
  type ComparisonRow,
  compareRuns,
} from '../../../../trainer/evaluate/compare.ts';
import {
  comparisonCsv,
  comparisonJson,
  comparisonMarkdown,
  comparisonText,
} from '../../../../trainer/evaluate/compare-report.ts';
import type { ComparedRun } from '../../../../trainer/evaluate/results/comparability.ts';
import { bicubicSha256, findEvaluation } from '../../../../trainer/evaluate/results/evaluation-files.ts';
import { evaluateOnce } from '../../../../trainer/evaluate/store.ts';
import { type Measure, pixelMeasures } from '../../../../trainer/measures/measure.ts';
import { type Stage, stages } from '../../../../trainer/run-state/run-state.ts';
import { asOnUnix, isWindows, unlessWindows } from '../../../unix.ts';
import { fakeOpener, fakeRun, fakeTestSet } from './compared-runs.ts';

const both = (name: string, text = '') =>
  fakeRun(name, text, [
    { stage: 'pretraining', step: 10, error: 4, psnr: 20 },
    { stage: 'pretraining', step: 20, error: 2, psnr: 30 },
    { stage: 'pretraining', step: 30, error: 6, psnr: 25 },
    { stage: 'training', step: 10, error: 20, psnr: 29 },
    { stage: 'training', step: 20, error: 12, psnr: 28 },
  ]);

async function compare(runs: ComparedRun[], options: Partial<CompareOptions> = {}): Promise<Comparison> {
  return compareRuns(runs, {
    testSets: [await fakeTestSet('set5')],
    measures: pixelMeasures(['rgb']),
    alpha: 0.8,
    opener: fakeOpener(),
    evaluate: (subject, testSet, measures, options) =>
      evaluateOnce(subject, testSet, measures, {
        ...options,
        onUnsaved(reason) {
          throw new Error(reason);
        },
      }),
    again: false,
    ...options,
  });
}

describe('the models of a run', () => {
  test('are the best checkpoint of pretraining, the last of training, and their interpolation', async () => {
    const opener = fakeOpener();
    const { rows } = await compare([both('one')], { opener });
    expect(opener.opened.map(Math.round)).toEqual([2, 12, 10]);
    expect(rows.map(({ evaluations, ...row }) => row)).toEqual([
      {
        run: 'one',
        model: 'PSNR',
        checkpoints: ['pretraining-00000020'],
        validation: { psnr: 30, ssim: 0.6 },
      },
      {
        run: 'one',
        model: 'ESRGAN',
        checkpoints: ['training-00000020'],
        validation: { psnr: 28, ssim: 0.56 },
      },
      {
        run: 'one',
        model: 'interpolated 0.8',
        checkpoints: ['pretraining-00000020', 'training-00000020'],
        validation: null,
      },
    ]);
    const [psnr = 0, esrgan = 0, mean = 0] = rows.map(({ evaluations }) => evaluations[0]?.psnr);
    expect(psnr).toBeGreaterThan(mean);
    expect(mean).toBeGreaterThan(esrgan);
  });

  test('are next to bicubic upscaling, which is measured once for each scale and saved', async () => {
    const [two, four] = [fakeRun('two', 'scale_factor: 2', []), both('one')];
    const options = { testSets: [await fakeTestSet('set5')], opener: fakeOpener() };
    const { bicubic, rows } = await compare([two, four, both('other')], options);
    expect(bicubic.map(({ run, model, validation }) => [run, model, validation])).toEqual([
      ['bicubic', 'x2', null],
      ['bicubic', 'x4', { psnr: 28.5, ssim: 0.7 }],
    ]);
    const psnr = bicubic[1]?.evaluations[0]?.psnr ?? Number.NaN;
    // The models of these runs are bicubic upscaling and then an error.
    expect(psnr).toBeGreaterThan(rows[0]?.evaluations[0]?.psnr ?? Number.NaN);
    const [testSet] = options.testSets;
    const key = { dataSha256: testSet!.sha256, protocol: 'rgb', net: undefined };
    expect(findEvaluation(four.paths, { ...key, weights: bicubicSha256(4) })?.psnr).toBe(psnr);
  });

  test('use the metric for the best checkpoint of the run file', async () => {
    const run = fakeRun('r', 'checkpoints: { best: ssim }', [
      { stage: 'pretraining', step: 1, error: 1, psnr: 20 },
      { stage: 'pretraining', step: 2, error: 2, psnr: 30 },
    ]);
    expect((await compare([run])).rows.map(({ checkpoints }) => checkpoints)).toEqual([
      ['pretraining-00000002'],
    ]);
  });

  test('are the last checkpoint of pretraining without validation, and none without checkpoints', async () => {
    const unvalidated = fakeRun('a', '', [
      { stage: 'pretraining', step: 1, error: 1 },
      { stage: 'pretraining', step: 2, error: 2 },
    ]);
    const { rows } = await compare([unvalidated, fakeRun('b', '', [])]);
    expect(rows).toMatchObject([
      { run: 'a', model: 'PSNR', checkpoints: ['pretraining-00000002'], validation: null },
    ]);
  });

  test('are measured once for each alpha', async () => {
    const opener = fakeOpener();
    const run = both('one');
    const testSets = [await fakeTestSet('set5')];
    const first = await compare([run], { opener, testSets });
    expect(await compare([run], { opener, testSets })).toEqual(first);
    expect(opener.opened).toHaveLength(3);
    await compare([run], { opener, testSets, alpha: 0.5 });
    expect(opener.opened.slice(3)).toEqual([7]);
    await compare([run], { opener, testSets, again: true });
    expect(opener.opened).toHaveLength(7);
  });
});

test.each<[string, readonly Stage[], readonly Stage[], readonly string[]]>([
  [
    'both trained both',
    stages,
    stages,
    ['datasets.a.train.weight', 'datasets.b.train.weight', 'training.num_epoch'],
  ],
  ['none has trained', [], [], ['datasets.a.train.weight', 'datasets.b.train.weight', 'training.num_epoch']],
  ['both have only pretrained', ['pretraining'], ['pretraining'], ['datasets.a.train.weight']],
  [
    'one has only pretrained',
    ['pretraining'],
    stages,
    ['datasets.a.train.weight', 'datasets.b.train.weight', 'training.num_epoch'],
  ],
])('differences leave out what no trained stage uses: %s', async (_, one, two, expected) => {
  const run = (name: string, trained: readonly Stage[], weight: number) =>
    fakeRun(
      name,
      [
        'data_dir: /d',
        'datasets:',
        ...['a', 'b', 'c'].map((each) => `  ${each}: { hr: /d/${each}, weight: ${weight} }`),
        'pretraining: { train_datasets: [a], val_datasets: [] }',
        `training: { train_datasets: [b], val_datasets: [], num_epoch: ${weight} }`,
      ].join('\n'),
      trained.map((stage) => ({ stage, step: 1, error: 0 })),
    );
  const { differences } = await compare([run('one', one, 1), run('two', two, 2)]);
  expect(differences.map(({ key }) => key)).toEqual(expected);
});

test('differences of run files exclude names and folders', async () => {
  const { differences } = await compare([
    both('one', 'data_dir: /d\nbatch_size: 4\nruns_dir: a'),
    both('two', 'data_dir: /d\nbatch_size: 8\nname: other'),
  ]);
  expect(differences).toEqual([{ key: 'batch_size', values: [4, 8] }]);
});

test.each<[string, [string, string], RegExp[]]>([
  ['nothing', ['', 'generator: { num_basic_blocks: 3 }'], []],
  [
    'the scale',
    ['', 'scale_factor: 2'],
    [/by different factors, .* \(one: x4; two: x2\)\./, /Validat|validated/],
  ],
  [
    'the crop',
    ['validation: { crop_size: null }', 'validation: { max_images: 3 }'],
    [/different crops, .* \(one: whole images, all images; two: 256x256, 3 images\)\./],
  ],
  [
    'the images of validation',
    ['data_dir: /d', 'data_dir: /d\ntraining: { val_datasets: [bsds500] }'],
    [
      /different images in training, .* \(one: \/d\/DIV2K_valid_HR with .*; two: \/d\/BSR.* with LR by bicubic\)\./,
    ],
  ],
  [
    'how their LR is made',
    ['data_dir: /d', 'data_dir: /d\ndatasets: { div2k: { hr: /d/DIV2K_valid_HR } }'],
    [/different images in pretraining/, /different images in training/],
  ],
])('warns of differences that make runs incomparable: %s', async (_, [one, two], warnings) => {
  const data = 'data_dir: /d\n';
  const runs = [one, two].map((text, i) =>
    both(['one', 'two'][i] ?? '', text.includes('data_dir') ? text : data + text),
  );
  const found = asOnUnix((await compare(runs)).warnings);
  for (const [i, warning] of warnings.entries()) expect(found[i]).toMatch(warning);
  if (warnings.length === 0) expect(found).toEqual([]);
});

test.each<[string, readonly Stage[], readonly Stage[], RegExp[]]>([
  ['both trained both', stages, stages, [/in pretraining/, /in training/]],
  ['both have only pretrained', ['pretraining'], ['pretraining'], [/in pretraining/]],
  ['one has only pretrained', stages, ['pretraining'], [/in pretraining/]],
  ['both have only trained', ['training'], ['training'], [/in training/]],
  ['neither has trained', [], [], []],
])('validation images count only for stages that were trained: %s', async (_, one, two, warnings) => {
  const run = (name: string, trained: readonly Stage[]) =>
    fakeRun(
      name,
      `data_dir: /${name}`,
      trained.map((stage) => ({ stage, step: 1, error: 0 })),
    );
  const found = (await compare([run('one', one), run('two', two)])).warnings;
  expect(found).toEqual(warnings.map((warning) => expect.stringMatching(warning)));
});

test('warns of training data that changed under the same name', async () => {
  const runs = [fakeRun('one', 'data_dir: /d', []), fakeRun('two', 'data_dir: /d', [], 'beef')];
  expect((await compare(runs)).warnings).toEqual([
    'The runs were trained on different files under the name a (one: 3 files, da7a; two: 3 files, beef).',
  ]);
});

describe('the report', () => {
  const options = { baseline: 'one', isPublishedShown: false };

  async function twoRuns(): Promise<Comparison> {
    const second = fakeRun('two', 'data_dir: /d\nbatch_size: 4', [
      { stage: 'pretraining', step: 5, error: 4, psnr: 21 },
    ]);
    return compare([both('one', 'data_dir: /d'), second]);
  }

  test('as text', async () => {
    const comparison = await twoRuns();
    const blanked = comparisonText(comparison, options).replaceAll(/\d+\.\d{3,4}/g, '#');
    expect(blanked.replaceAll(/ {2,}/g, ' | ')).toBe(`Validation in training: PSNR and SSIM of R, G and B
run | model | checkpoint | PSNR dB | SSIM
one | PSNR | pretraining-00000020 | # | #
one | ESRGAN | training-00000020 | # | #
two | PSNR | pretraining-00000005 | # | #
bicubic | x4 | # | #

Protocol rgb: R, G and B; border of \`scale\` pixels cropped; in parentheses, the difference to one
run | model | set5 PSNR dB | set5 SSIM
one | PSNR | # | #
one | ESRGAN | # | #
one | interpolated 0.8 | # | #
two | PSNR | # (-#) | # (-#)
bicubic | x4 | # | #

Differences of the run files (-: no such key)
key | one | two
batch_size | 16 | 4
`);
  });

  test('as Markdown', async () => {
    const lines = comparisonMarkdown(await twoRuns(), options).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '### Validation in training: PSNR and SSIM of R, G and B',
      '',
      '| run | model | checkpoint | PSNR dB | SSIM |',
      '| --- | --- | --- | ---: | ---: |',
    ]);
    expect(lines).toContain('| batch_size | 16 | 4 |');
  });

  test('as CSV, with differences to the baseline', async () => {
    const comparison = await twoRuns();
    const [head = '', ...rows] = comparisonCsv(comparison, options).trimEnd().split('\n');
    expect(head).toBe(
      'run,model,checkpoints,data,protocol,images,psnr,psnr_min,psnr_max,psnr_delta,ssim,ssim_min,ssim_max,ssim_delta',
    );
    const cells = rows.map((row) => row.split(','));
    expect(cells.map((row) => row.slice(0, 6))).toEqual([
      ['one', 'PSNR', 'pretraining-00000020', 'set5', 'rgb', '2'],
      ['one', 'ESRGAN', 'training-00000020', 'set5', 'rgb', '2'],
      ['one', 'interpolated 0.8', 'pretraining-00000020 training-00000020', 'set5', 'rgb', '2'],
      ['two', 'PSNR', 'pretraining-00000005', 'set5', 'rgb', '2'],
      ['bicubic', 'x4', '', 'set5', 'rgb', '2'],
    ]);
    const numbers = cells.map((row) => row.slice(6).map(Number));
    const [baseline = [], , , other = []] = numbers;
    expect(other[3]).toBeCloseTo(other[0]! - baseline[0]!, 12);
    expect(other[7]).toBeCloseTo(other[4]! - baseline[4]!, 12);
    expect(baseline[3]).toBe(0);
    expect(other[0]).toBeLessThan(baseline[0]!);
    expect(other[1]).toBeLessThan(other[2]!);
  });

  test('shows a distance, for which lower is better', async () => {
    const distance: Measure = {
      protocol: 'lpips-vgg',
      description: 'lower is better',
      metrics: ['lpips'],
      smallest: () => 1,
      measure: async (sr, hr) => ({ lpips: Math.abs(sr.data[0]! - hr.data[0]!) }),
      close: async () => {},
    };
    const runs = [4, 8].map((error, i) =>
      fakeRun(`run${i}`, 'data_dir: /d', [{ stage: 'pretraining', step: 1, error }]),
    );
    const comparison = await compare(runs, { measures: [...pixelMeasures(['rgb']), distance] });
    const inReport = { ...options, baseline: 'run0' };
    const text = comparisonText(comparison, inReport);
    const table = text.slice(text.indexOf('Protocol lpips-vgg')).split('\n');
    const [first, second] = comparison.rows.map(({ evaluations }) => evaluations[1]!.lpips!);
    expect(table.slice(0, 4).map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'Protocol lpips-vgg: lower is better; in parentheses, the difference to run0',
      'run | model | set5 LPIPS',
      `run0 | PSNR | ${first!.toFixed(4)}`,
      `run1 | PSNR | ${second!.toFixed(4)} (+${(second! - first!).toFixed(4)})`,
    ]);
    const csv = comparisonCsv(comparison, inReport).trimEnd().split('\n').slice(1);
    expect(csv.map((line) => line.split(',').slice(4))).toEqual([
      ['rgb', '2', ...Array(8).fill(expect.stringMatching(/\d/)), '', '', '', ''],
      ['lpips-vgg', '2', ...Array(8).fill(''), ...Array(4).fill(expect.stringMatching(/\d/))],
      ['rgb', '2', ...Array(8).fill(expect.stringMatching(/\d/)), '', '', '', ''],
      ['lpips-vgg', '2', ...Array(8).fill(''), ...Array(4).fill(expect.stringMatching(/\d/))],
      [
        'rgb',
        '2',
        ...Array(3).fill(expect.stringMatching(/\d/)),
        '',
        ...Array(3).fill(expect.stringMatching(/\d/)),
        '',
        '',
        '',
        '',
        '',
      ],
      ['lpips-vgg', '2', ...Array(8).fill(''), ...Array(3).fill(expect.stringMatching(/\d/)), ''],
    ]);
    expect(comparisonJson(comparison, inReport)).toMatchObject({
      rows: [{}, { evaluations: [{}, { delta: { lpips: second! - first! } }] }],
    });
  });

  test.skipIf(isWindows)(
    unlessWindows('quotes special characters in CSV', 'Windows has no such names'),
    async () => {
      const run = fakeRun('a,"b"', '', [{ stage: 'pretraining', step: 1, error: 0 }]);
      expect(comparisonCsv(await compare([run]), options)).toContain('\n"a,""b""",PSNR,');
    },
  );

  test('as JSON', async () => {
    const comparison = await twoRuns();
    const found: unknown = JSON.parse(JSON.stringify(comparisonJson(comparison, options)));
    expect(found).toMatchObject({
      baseline: 'one',
      runs: ['one', 'two'],
      rows: [
        { run: 'one', model: 'PSNR', evaluations: [{ data: 'set5', delta: { psnr: 0, ssim: 0 } }] },
        { model: 'ESRGAN' },
        { model: 'interpolated 0.8' },
        { run: 'two', evaluations: [{ delta: { psnr: expect.any(Number) } }] },
      ],
      differences: [{ key: 'batch_size', values: [16, 4] }],
      warnings: [],
    });
    expect(found).not.toHaveProperty('published');
  });

  test('a model that the baseline lacks has no difference', async () => {
    const comparison = await twoRuns();
    const text = comparisonText(comparison, { ...options, baseline: 'two' });
    expect(text).toMatch(/^one +PSNR +\S+ \(\+/m);
    expect(text).toMatch(/^one +ESRGAN +\d+\.\d{3} +\d\.\d{4}$/m);
  });

  test('shows the published results and our best image', async () => {
    const comparison = await compare([both('one')], { measures: pixelMeasures(['seed']) });
    const text = comparisonText(comparison, { ...options, isPublishedShown: true });
    const table = text.slice(text.indexOf('The best single image'));
    expect(table).toMatch(/These are not means, so they are not comparable to the other tables/);
    expect(table).toMatch(/^128\/128\/23 DIV2K +published +32\.47 +0\.9335 +31\.01 +0\.9749$/m);
    const best = Math.max(...comparison.rows[0]!.evaluations[0]!.images.map(({ psnr }) => psnr!));
    expect(table).toMatch(new RegExp(`^one +PSNR +${best.toFixed(2)} +\\S+ +- +-$`, 'm'));
  });

  test('a long setting is cut in the terminal, and whole in Markdown and JSON', async () => {
    const path = `/${'a'.repeat(70)}`;
    const datasets = `data_dir: /d\ndatasets: { div2k: { hr: ${path} } }`;
    const comparison = await compare([both('one', 'data_dir: /d'), both('two', datasets)]);
    expect(comparisonText({ ...comparison, warnings: [] }, options)).toContain(` ${path.slice(0, 59)}…`);
    expect(comparisonText({ ...comparison, warnings: [] }, options)).not.toContain(path);
    expect(comparisonMarkdown(comparison, options)).toContain(`| ${path} |`);
    expect(JSON.stringify(comparisonJson(comparison, options))).toContain(path);
  });

  test('ends with its warnings', async () => {
    const runs = [fakeRun('one', 'data_dir: /d', []), fakeRun('two', 'data_dir: /d', [], 'beef')];
    const comparison = await compare(runs, { testSets: [] });
    expect(comparisonText(comparison, options)).toMatch(/\nWarning: The runs were trained on .*\.\n$/);
    expect(comparisonMarkdown(comparison, options)).toMatch(
      /\n> \*\*Warning:\*\* The runs were trained on .*\.\n$/,
    );
  });
});

test.each<[string, one: number, two: number, delta: string]>([
  ['finite', 30, 32.5, '2.5'],
  ['both infinite', Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, ''],
  ['infinite against finite', 30, Number.POSITIVE_INFINITY, 'Infinity'],
])('the difference of PSNRs that are %s', (_, one, two, delta) => {
  const row = (run: string, psnr: number): ComparisonRow => ({
    run,
    model: 'PSNR',
    checkpoints: [],
    validation: null,
    evaluations: [{ model: run, data: 'a', protocol: 'rgb', psnr, images: [{ name: '1', psnr }] }],
  });
  const comparison: Comparison = {
    runs: ['one', 'two'],
    rows: [row('one', one), row('two', two)],
    bicubic: [],
    protocols: [],
    differences: [],
    warnings: [],
  };
  const [head = [], , cells = []] = comparisonCsv(comparison, { baseline: 'one', isPublishedShown: false })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));
  expect(cells[head.indexOf('psnr_delta')]).toBe(delta);
});

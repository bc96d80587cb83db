import { readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { FilePair } from '../../../../trainer/data/datasets.ts';
import { decodeImage, encodePng } from '../../../../trainer/data/decode.ts';
import type { FloatImage } from '../../../../trainer/data/image.ts';
import { WorkbenchError } from '../../../../trainer/errors/errors.ts';
import type { Measure } from '../../../../trainer/measures/measure.ts';
import { bestCheckpoint, latestCheckpoint, listCheckpoints } from '../../../../trainer/runs/checkpoints.ts';
import { sendRequest } from '../../../../trainer/runs/control.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { scenery, temporaryFolder } from '../data/images.ts';
import { readRunScalars } from '../runs/read-run-scalars.ts';
import { temporaryRun } from '../runs/temporary-run.ts';
import { runSession } from './stage-fixture.ts';

const every = ({ validation = 100, samples = 100, checkpoints = 100, crop = '[16, 16]' }) => [
  `validation: { every_steps: ${validation}, crop_size: ${crop} }`,
  `samples: { every_steps: ${samples}, count: 2, crop_size: [16, 16] }`,
  `checkpoints: { every_steps: ${checkpoints}, keep: 9 }`,
];

async function images(...names: string[]): Promise<FilePair[]> {
  const folder = temporaryFolder();
  const pairs = names.map((name): FilePair => ({ hr: join(folder, name), downscale: 'bicubic' }));
  for (const [seed, { hr }] of pairs.entries())
    writeFileSync(hr, await encodePng(scenery(34, 30, 3, seed + 1)));
  return pairs;
}

const savedSteps = (paths: RunPaths) => listCheckpoints(paths).map(({ state }) => state.step);
const validatedSteps = (paths: RunPaths) => [
  ...(readRunScalars(paths.root).series.get('validation/psnr_rgb')?.steps ?? []),
];
const samplesIn = (paths: RunPaths, folder: string) =>
  readdirSync(join(paths.samples, 'pretraining', folder)).sort();

test.each([
  ['validation', { validation: 2 }],
  ['validation, of a step with a checkpoint', { validation: 2, checkpoints: 2 }],
  ['sample', { samples: 2 }],
  ['sample, of a step with a checkpoint', { samples: 2, checkpoints: 2 }],
])('a failing %s costs no step', async (_, settings) => {
  const paths = temporaryRun();
  const failure = new Error('out of memory');
  const { error } = await runSession(paths, {
    validationPairs: await images('a.png'),
    settings: every(settings),
    onUpscale() {
      throw failure;
    },
  });
  expect(error).toBe(failure);
  expect(savedSteps(paths)).toEqual([2]);
});

test('images that cannot be loaded cost no step', async () => {
  const paths = temporaryRun();
  const failure = new WorkbenchError('data', 'no image can be read');
  let count = 0;
  const { error } = await runSession(paths, {
    next: async () => {
      if (++count === 4) throw failure;
      return { step: count, epoch: 1, lr: new Float32Array(), hr: new Float32Array() };
    },
  });
  expect(error).toBe(failure);
  expect(savedSteps(paths)).toEqual([3]);
});

test('what the loader says about files is in the log', async () => {
  const paths = temporaryRun();
  const { lines } = await runSession(paths, { notices: ['Skipped a.png: cannot read the file.'] });
  expect(lines).toContain('Skipped a.png: cannot read the file.');
  expect(readFileSync(paths.log, 'utf8').match(/Skipped a\.png: cannot read the file\./g)).toHaveLength(1);
});

test('the log has the start, the end and what the session did', async () => {
  const paths = temporaryRun();
  await runSession(paths, {});
  const lines = readFileSync(paths.log, 'utf8').trim().split('\n');
  const texts = lines.map((line) => line.replace(/^\S+ /, ''));
  expect(texts[0]).toMatch(/^Started: pretraining, \d+ steps\.$/);
  expect(texts.at(-1)).toMatch(/^Finished: pretraining, \d+ steps\.$/);
});

test('the checkpoint of a step exists before its validation and its samples, and has the scores after it', async () => {
  const paths = temporaryRun();
  const seen: number[][] = [];
  await runSession(paths, {
    validationPairs: await images('a.png'),
    settings: every({ validation: 3, samples: 3, checkpoints: 3 }),
    onUpscale: () => seen.push(savedSteps(paths)),
  });
  expect(seen).toEqual([[3], [3], [3, 6], [3, 6]]);
  for (const { state } of listCheckpoints(paths)) {
    expect(state.metrics).toEqual({
      psnr: expect.any(Number),
      ssim: expect.any(Number),
      psnr_y: expect.any(Number),
      ssim_y: expect.any(Number),
      bicubic_psnr: expect.any(Number),
      bicubic_ssim: expect.any(Number),
      bicubic_psnr_y: expect.any(Number),
      bicubic_ssim_y: expect.any(Number),
    });
    expect(state.best).toMatchObject({ step: 3 });
  }
  expect(latestCheckpoint(paths).problems).toEqual([]);
});

test('the first validation is the best and has a checkpoint, an equal one has none', async () => {
  const paths = temporaryRun();
  await runSession(paths, {
    validationPairs: await images('a.png'),
    settings: every({ validation: 2 }),
    lastStep: 5,
  });
  expect(savedSteps(paths)).toEqual([2, 5]);
  expect(validatedSteps(paths)).toEqual([2, 4, 5]);
});

test('a resume does the validation and the samples that its step lacks, once', async () => {
  const paths = temporaryRun();
  const validationPairs = await images('a.png');
  const settings = every({ validation: 3, samples: 3 });
  const stop = new AbortController();
  const first = await runSession(paths, {
    validationPairs,
    settings,
    stop: stop.signal,
    onUpdate: (step) => {
      if (step === 3) stop.abort();
    },
  });
  expect(first.end).toMatchObject({ reason: 'stopped', step: 3 });
  expect([savedSteps(paths), validatedSteps(paths)]).toEqual([[3], []]);
  for (let session = 0; session < 2; session++) {
    await runSession(paths, { validationPairs, settings, lastStep: 4 });
    expect(validatedSteps(paths)).toEqual([3, 4]);
    expect(samplesIn(paths, '00000003')).toEqual(['01-a.sr.png']);
    expect(listCheckpoints(paths)[0]?.state.metrics).toHaveProperty('psnr');
    rmSync(join(paths.checkpoints, 'pretraining-00000004'), { recursive: true });
  }
});

test('a stop during a validation ends it, and the step is saved', async () => {
  const paths = temporaryRun();
  const stop = new AbortController();
  const { end } = await runSession(paths, {
    validationPairs: await images('a.png', 'b.png'),
    settings: every({ validation: 2, samples: 2 }),
    stop: stop.signal,
    onUpscale: () => stop.abort(),
  });
  expect(end).toMatchObject({ reason: 'stopped', step: 2 });
  expect([savedSteps(paths), validatedSteps(paths)]).toEqual([[2], []]);
});

test('a stop during the last step leaves a finished run with a checkpoint', async () => {
  const paths = temporaryRun();
  const stop = new AbortController();
  const { end } = await runSession(paths, {
    stop: stop.signal,
    onUpdate: (step) => step === 6 && stop.abort(),
  });
  expect(end).toMatchObject({ reason: 'finished', step: 6 });
  expect(savedSteps(paths)).toEqual([6]);
});

test.each<[string, 'onUpdate' | 'onUpscale' | 'onCheckpoint', number, Parameters<typeof every>[0]]>([
  ['an update', 'onUpdate', 3, {}],
  ['an update before a checkpoint', 'onUpdate', 3, { checkpoints: 3 }],
  ['a checkpoint', 'onCheckpoint', 1, { checkpoints: 3 }],
  ['a validation', 'onUpscale', 2, { validation: 3, checkpoints: 3 }],
  ['a sample', 'onUpscale', 1, { samples: 3 }],
  ['the last update', 'onUpdate', 6, {}],
])(
  'if another process takes the lock over during %s, nothing more is written',
  async (_, when, call, settings) => {
    const paths = temporaryRun();
    let calls = 0;
    let before: Record<string, string> | undefined;
    const { error } = await runSession(paths, {
      validationPairs: await images('a.png'),
      settings: every(settings),
      [when]: () => {
        if (++calls !== call) return;
        renameSync(join(paths.lock, readdirSync(paths.lock)[0]!), join(paths.lock, 'held.gpu-7.12.5'));
        before = filesOf(paths);
      },
    });
    expect(String(error)).toMatch(/process 12 on gpu-7 took it over.*It writes nothing more/);
    expect(before).toBeDefined();
    expect(filesOf(paths)).toEqual(before);
  },
);

/** The files of a run and their content, without those that are being written. */
function filesOf({ root }: RunPaths): Record<string, string> {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  const files = names.filter((name) => !name.includes('.tmp-') && statSync(join(root, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(root, name), 'latin1')]));
}

test('a paused run handles requests at once: it validates, once, and its step is saved', async () => {
  const paths = temporaryRun();
  const stop = new AbortController();
  const { lines, end } = await runSession(paths, {
    validationPairs: await images('a.png'),
    stop: stop.signal,
    onUpdate(step) {
      if (step === 2) sendRequest(paths, 'pause');
    },
    onLine(line) {
      if (line === 'Paused.')
        for (const kind of ['validate', 'checkpoint'] as const) sendRequest(paths, kind);
      if (line.startsWith('Step 2: validation')) sendRequest(paths, 'validate');
      if (line === 'Step 2 is validated already.') stop.abort();
    },
  });
  expect(end).toMatchObject({ reason: 'stopped', step: 2 });
  expect(lines).toContain('Step 2 is saved already.');
  expect(validatedSteps(paths)).toEqual([2]);
  expect(listCheckpoints(paths)).toMatchObject([
    { state: { step: 2, metrics: { psnr: expect.any(Number) } } },
  ]);
});

test('the time of checkpoints, validations and samples does not count in the speed', async () => {
  const paths = temporaryRun();
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    await runSession(paths, {
      validationPairs: await images('a.png'),
      settings: every({ validation: 3, samples: 3, checkpoints: 2 }),
      onUpdate: () => vi.advanceTimersByTime(100),
      onUpscale: () => vi.advanceTimersByTime(60_000),
      onCheckpoint: () => vi.advanceTimersByTime(60_000),
    });
  } finally {
    vi.useRealTimers();
  }
  const speeds = readRunScalars(paths.root).series.get('machine/steps_per_second')?.values ?? [];
  expect([...speeds].map(Math.round)).toEqual([10, 10, 10, 10, 10, 10]);
});

describe('validation images that cannot be used are skipped at the start, with their names', () => {
  test.each<[string, (pair: FilePair) => FilePair | Promise<FilePair>, RegExp]>([
    ['truncated', ({ hr }) => damaged(hr, (bytes) => bytes.subarray(0, -40)), /b\.png: cannot decode/],
    ['no image', ({ hr }) => damaged(hr, () => Buffer.from('text')), /b\.png: cannot decode/],
    ['empty', ({ hr }) => damaged(hr, () => Buffer.alloc(0)), /b\.png: cannot decode/],
    [
      'gone',
      (pair) => {
        rmSync(pair.hr);
        return pair;
      },
      /b\.png: cannot read the file: ENOENT/,
    ],
    [
      'too small to measure',
      async ({ hr }) => damaged(hr, await encodePng(scenery(14, 40, 3)).then((bytes) => () => bytes)),
      /b\.png: its (center crop is 14x16|size is 14x40), but it must be at least 15x15/,
    ],
    [
      'with an LR image of another size',
      async ({ hr }) => {
        const lr = hr.replace('b.png', 'lr.png');
        writeFileSync(lr, await encodePng(scenery(16, 15, 3)));
        return { hr, lr, downscale: 'bicubic' };
      },
      /lr\.png: its size is 16x15, but 1\/2 of .*b\.png is 17x15/,
    ],
  ])('%s', async (_, damage, message) => {
    for (const crop of ['[16, 16]', 'null']) {
      const paths = temporaryRun();
      const [a, b, c] = await images('a.png', 'b.png', 'c.png');
      const { lines, events, end } = await runSession(paths, {
        validationPairs: [a!, await damage(b!), c!],
        settings: every({ validation: 3, samples: 6, crop }),
      });
      expect(end).toMatchObject({ reason: 'finished' });
      expect(lines.filter((line) => line.startsWith('Skipped '))).toEqual([expect.stringMatching(message)]);
      expect(lines[0]).toMatch(message);
      expect(readFileSync(paths.log, 'utf8')).toMatch(message);
      expect(lines.filter((line) => line.includes(', 2 images'))).toHaveLength(2);
      expect(events.filter(({ event }) => event === 'validation')).toHaveLength(2);
    }
  });

  test('samples skip them too, and the others keep their numbers', async () => {
    const paths = temporaryRun();
    const validationPairs = await images('a.png', 'b.png', 'c.png', 'd.png');
    writeFileSync(validationPairs[0]!.hr, 'text');
    await runSession(paths, { validationPairs, settings: every({ samples: 6 }) });
    expect(samplesIn(paths, '00000006')).toEqual(['02-b.sr.png', '03-c.sr.png']);
  });

  test('all: the run trains without validation and says so', async () => {
    const paths = temporaryRun();
    const validationPairs = await images('a.png');
    writeFileSync(validationPairs[0]!.hr, 'text');
    const { lines, end } = await runSession(paths, {
      validationPairs,
      settings: every({ validation: 2, samples: 2 }),
    });
    expect(end).toMatchObject({ reason: 'finished', step: 6 });
    expect(lines).toContain('No validation image can be used: this session trains without validation.');
  });
});

test('a whole image that cannot be read later costs that validation only', async () => {
  const paths = temporaryRun();
  const validationPairs = await images('a.png', 'b.png');
  const { hr } = validationPairs[1]!;
  const bytes = readFileSync(hr);
  const { lines, end } = await runSession(paths, {
    validationPairs,
    settings: every({ validation: 2, crop: 'null' }),
    onUpdate(step) {
      if (step === 4) rmSync(hr);
      if (step === 5) writeFileSync(hr, bytes);
    },
  });
  expect(end).toMatchObject({ reason: 'finished' });
  expect(validatedSteps(paths)).toEqual([2, 6]);
  expect(lines).toContainEqual(
    expect.stringMatching(/^Step 4: no validation, .*b\.png: cannot read the file/),
  );
});

test('several data sets have their own curves and metrics, and one decides which checkpoint is best', async () => {
  const paths = temporaryRun();
  const [a, b, c] = await images('a.png', 'b.png', 'c.png');
  let upscaled = 0;
  const { lines } = await runSession(paths, {
    validationPairs: [
      { ...a!, dataset: 'first' },
      { ...b!, dataset: 'first' },
      { ...c!, dataset: 'set' },
    ],
    settings: [
      'validation: { every_steps: 2, crop_size: [16, 16], max_images: 1 }',
      'samples: { every_steps: 100 }',
      'checkpoints: { every_steps: 2, best_dataset: set }',
    ],
    // The second data set gets worse after the first validation, and the first data set better after the second.
    adjust: (sr) => {
      const [validation, image] = [Math.floor(upscaled / 2), upscaled % 2];
      upscaled++;
      return brighter(sr, image === 0 ? [9, 9, 0][validation]! : [0, 9, 9][validation]!);
    },
  });
  const { series } = readRunScalars(paths.root);
  const valuesOf = (tag: string) => [...(series.get(tag)?.values ?? [])];
  const [first, second, all] = ['first/', 'set/', ''].map((name) => valuesOf(`validation/${name}psnr_rgb`));
  expect([first!.length, second!.length, all!.length]).toEqual([3, 3, 3]);
  for (const i of [0, 1, 2]) expect(all![i]).toBeCloseTo((first![i]! + second![i]!) / 2, 4);
  expect(first![2]).toBeGreaterThan(first![1]!);
  expect(second![1]).toBeLessThan(second![0]!);
  expect(valuesOf('bicubic/set/ssim_y')).toHaveLength(3);
  const states = listCheckpoints(paths).map(({ state }) => state);
  expect(states.map(({ best }) => best?.step)).toEqual([2, 2, 2]);
  expect(states[2]!.metrics['set/psnr']).toBeCloseTo(second![2]!, 4);
  expect(states[2]!.progress?.['set/psnr']).toMatchObject({ step: 2, since: 2 });
  expect(states[2]!.best?.ssim_y).toBeCloseTo(valuesOf('validation/set/ssim_y')[0]!, 4);
  expect(states[2]!.best?.psnr).toBeCloseTo(second![0]!, 4);
  expect(lines.filter((line) => /^Step 6: (first|set): PSNR .*, 1 image\.$/.test(line))).toHaveLength(2);
});

/** An image whose samples are larger by some levels. */
function brighter(image: FloatImage, levels: number): FloatImage {
  return { ...image, data: image.data.map((value) => value + levels / 255) };
}

test('LR images without originals are sampled, not measured', async () => {
  const paths = temporaryRun();
  const [first, ...others] = await images('real a.png', 'b.png', 'damaged.png');
  writeFileSync(others[1]!.hr, 'text');
  const folder = dirname(first!.hr);
  const { lines } = await runSession(paths, {
    validationPairs: await images('v.png'),
    settings: [
      'validation: { every_steps: 6 }',
      `samples: { every_steps: 6, count: 3, crop_size: [32, 64], lr_images: ${JSON.stringify(folder)} }`,
    ],
  });
  expect(samplesIn(paths, '00000006')).toEqual(['01-v.sr.png', '02-b.sr.png', '04-real a.sr.png']);
  expect(samplesIn(paths, 'reference').filter((name) => name.startsWith('04'))).toEqual([
    '04-real a.bicubic.png',
    '04-real a.lr.png',
  ]);
  const lr = await decodeImage(join(paths.samples, 'pretraining', 'reference', '04-real a.lr.png'));
  expect([lr.width, lr.height]).toEqual([32, 16]);
  const [validation] = lines.filter((line) => line.startsWith('Step 6: validation'));
  expect(validation).toContain('1 image');
  expect(lines.filter((line) => /^Skipped .*damaged\.png/.test(line))).toHaveLength(1);
});

test('long names are shortened for samples, between characters, and stay different', async () => {
  const paths = temporaryRun();
  const flag = '👩🏽‍🚀';
  const names = [
    'x'.repeat(240),
    `${'x'.repeat(240)}y`,
    '写'.repeat(80),
    `a${flag.repeat(14)}`,
    'e\u0301'.repeat(60),
  ];
  await runSession(paths, {
    validationPairs: await images(...names.map((name) => `${name}.png`)),
    settings: [
      ...every({ samples: 6 }).slice(0, 1),
      'samples: { every_steps: 6, count: 9, crop_size: [16, 16] }',
    ],
  });
  const samples = samplesIn(paths, '00000006').map((name) => name.replace('.sr.png', ''));
  expect(samples).toEqual([
    `01-${'x'.repeat(100)}`,
    `02-${'x'.repeat(100)}`,
    `03-${'写'.repeat(33)}`,
    `04-a${flag.repeat(6)}`,
    `05-${'e\u0301'.repeat(33)}`,
  ]);
  expect(samplesIn(paths, 'reference')).toHaveLength(15);
});

function damaged(hr: string, change: (bytes: Buffer) => Buffer): FilePair {
  writeFileSync(hr, change(readFileSync(hr)));
  return { hr, downscale: 'bicubic' };
}

describe('early stopping', () => {
  // The generator of the fixture never improves.
  const stageSettings = 'early_stopping: { patience: 1 }';
  const settings = every({ validation: 2 });
  const message = expect.stringMatching(
    /^Finished: PSNR has not improved in 1 validation since step 2, with \d+\.\d\d dB\. To train on, raise/,
  );

  test('ends the stage as finished, with a checkpoint, and says why', async () => {
    const paths = temporaryRun();
    const validationPairs = await images('a.png');
    const { end, lines } = await runSession(paths, { validationPairs, settings, stageSettings });
    expect(end).toEqual({ reason: 'finished', step: 4, message });
    expect(lines.at(-1)).toEqual(message);
    expect(savedSteps(paths)).toEqual([2, 4]);
  });

  test('a resume does not train on, unless the patience was raised', async () => {
    const paths = temporaryRun();
    const validationPairs = await images('a.png');
    await runSession(paths, { validationPairs, settings, stageSettings });
    const updates: number[] = [];
    const onUpdate = (step: number) => updates.push(step);
    const again = await runSession(paths, { validationPairs, settings, stageSettings, onUpdate });
    expect([again.end, updates]).toEqual([{ reason: 'finished', step: 4, message }, []]);
    const longer = { stageSettings: 'early_stopping: { patience: 2 }', onUpdate };
    const { end } = await runSession(paths, { validationPairs, settings, ...longer });
    expect([end?.step, updates]).toEqual([6, [5, 6]]);
  });

  test('a session that was killed before the validation ends at the same step', async () => {
    const paths = temporaryRun();
    const validationPairs = await images('a.png');
    let isKilled = false;
    const killed = await runSession(paths, {
      validationPairs,
      settings: every({ validation: 2, checkpoints: 2 }),
      stageSettings,
      onUpdate: (step) => {
        isKilled = step === 4;
      },
      onUpscale() {
        if (isKilled) throw new Error('killed');
      },
    });
    expect([killed.end, savedSteps(paths)]).toEqual([undefined, [2, 4]]);
    const { end } = await runSession(paths, { validationPairs, settings, stageSettings });
    expect(end).toEqual({ reason: 'finished', step: 4, message });
  });

  test('a validation on request does not count', async () => {
    const paths = temporaryRun();
    const { end } = await runSession(paths, {
      validationPairs: await images('a.png'),
      settings: every({ validation: 5 }),
      stageSettings,
      onUpdate: (step) => {
        if (step < 5) sendRequest(paths, 'validate');
      },
    });
    expect([end?.step, end?.message]).toEqual([6, null]);
  });
});

describe('the metrics of the run file', () => {
  /** Measures as LPIPS these values in turn, first of bicubic upscaling; undefined where it is not defined. */
  const lpipsOf = (...values: (number | undefined)[]): Measure => ({
    protocol: 'lpips-vgg',
    description: '',
    metrics: ['lpips'],
    smallest: () => 16,
    measure: async () => {
      const lpips = values.shift();
      return lpips === undefined ? {} : { lpips };
    },
    close: async () => {},
  });
  const settings = [
    'validation: { every_steps: 1, crop_size: [16, 16], metrics: [lpips] }',
    'checkpoints: { every_steps: 100, keep: 9, best: lpips }',
  ];

  test('are logged and decide which checkpoint is the best: the lowest', async () => {
    const paths = temporaryRun();
    const { lines, events } = await runSession(paths, {
      validationPairs: await images('a.png'),
      settings,
      lastStep: 4,
      measures: [lpipsOf(0.7, 0.5, 0.6, 0.25, 0.375)],
    });
    const { series } = readRunScalars(paths.root);
    expect([...series.get('validation/lpips')!.values]).toEqual([0.5, 0.6, 0.25, 0.375].map(Math.fround));
    expect([...series.get('bicubic/lpips')!.values]).toEqual(Array(4).fill(Math.fround(0.7)));
    expect(savedSteps(paths)).toEqual([1, 3, 4]);
    expect(bestCheckpoint(listCheckpoints(paths))?.state).toMatchObject({
      step: 3,
      best: { lpips: 0.25, step: 3 },
      metrics: { lpips: 0.25, bicubic_lpips: 0.7 },
    });
    expect(lines.find((line) => line.startsWith('Step 3:'))).toMatch(
      /SSIM \d\.\d{4}, LPIPS 0\.2500, 1 image, the best so far\.$/,
    );
    expect(events).toContainEqual(
      expect.objectContaining({ event: 'validation', step: 2, perceptual: { lpips: 0.6 }, isBest: false }),
    );
  });

  test('that are not defined for an image are left out, and no checkpoint is the best by them', async () => {
    const paths = temporaryRun();
    const { lines } = await runSession(paths, {
      validationPairs: await images('a.png'),
      settings,
      lastStep: 2,
      measures: [lpipsOf(0.7, undefined, 0.6)],
    });
    expect([...readRunScalars(paths.root).series.get('validation/lpips')!.steps]).toEqual([2]);
    expect(savedSteps(paths)).toEqual([2]);
    expect(lines).toContain(
      'Step 1: no LPIPS, because it is not defined for an upscaled image that is flat.',
    );
  });

  test('say how large an image has to be', async () => {
    const { lines } = await runSession(temporaryRun(), {
      validationPairs: await images('a.png'),
      settings,
      measures: [{ ...lpipsOf(), smallest: () => 33 }],
    });
    expect(lines).toContainEqual(expect.stringMatching(/its center crop is 16x16, but .* at least 33x33/));
  });
});

describe('a step that is not finite', () => {
  const nan =
    (...steps: readonly number[]) =>
    (step: number) =>
      steps.includes(step) ? Number.NaN : 0.5;
  const settings = (nonFinite: string) => [...every({ checkpoints: 1 }), `non_finite: ${nonFinite}`];

  test.each<[string, string, readonly number[], RegExp]>([
    [
      'ends the run by default',
      '{}',
      [3],
      /^Training diverged: content_loss is NaN at step 3 of pret.*last good/,
    ],
    ['more than may be skipped', '{ max_skipped: 1 }', [3, 4], /NaN at step 4 .*last good/],
    ['without a checkpoint to return to', '{ then: rollback }', [1], /NaN at step 1 .*no checkpoint yet/],
    [
      'at the smallest learning rate',
      '{ then: rollback, lr_factor: 0.0009 }',
      [3],
      /NaN at step 3 .*Lower `pretraining.lr`/,
    ],
  ])('%s', async (_, nonFinite, steps, message) => {
    const { error } = await runSession(temporaryRun(), {
      settings: settings(nonFinite),
      lossAt: nan(...steps),
    });
    expect(error).toMatchObject({ code: 'notFinite', message: expect.stringMatching(message) });
  });

  test('is skipped, counted and in no curve; a checkpoint of it is not due', async () => {
    const paths = temporaryRun();
    const { end, lines } = await runSession(paths, {
      settings: settings('{ max_skipped: 2 }'),
      lossAt: nan(2, 4, 5),
    });
    expect(end).toMatchObject({ reason: 'finished', step: 6 });
    expect(lines.filter((line) => line.startsWith('Skipped'))).toEqual([
      'Skipped a step: content_loss is NaN at step 2 of pretraining (1 of at most 2 in a row).',
      'Skipped a step: content_loss is NaN at step 4 of pretraining (1 of at most 2 in a row).',
      'Skipped a step: content_loss is NaN at step 5 of pretraining (2 of at most 2 in a row).',
    ]);
    expect(savedSteps(paths)).toEqual([1, 3, 6]);
    const { series } = readRunScalars(paths.root);
    expect([...series.get('train/content_loss')!.steps]).toEqual([1, 3, 6]);
    expect([...series.get('train/skipped_steps')!.values]).toEqual([0, 1, 1, 2, 3, 3]);
    expect(latestCheckpoint(paths).checkpoint?.state).toMatchObject({
      adamStep: 3,
      nonFinite: { inRow: 0, skipped: 3, learningRateFactor: 1 },
    });
  });

  test('leads back to the last checkpoint of a good step, also after a stop among skipped ones', async () => {
    const paths = temporaryRun();
    const common = {
      settings: settings('{ max_skipped: 2, then: rollback }'),
      lossAt: nan(3, 4, 5),
    };
    const { end } = await runSession(paths, { ...common, lastStep: 4 });
    expect([end?.step, savedSteps(paths)]).toEqual([4, [1, 2, 4]]);
    const { rollback } = await runSession(paths, common);
    expect(rollback?.checkpoint.state).toMatchObject({
      step: 2,
      nonFinite: { inRow: 0, skipped: 0, learningRateFactor: 0.5 },
    });
  });
});

test.each<[string, string, number[]]>([
  ['returns to', 'rollback', [2, 3]],
  ['does not return to', 'stop', [3]],
])('a run that %s a checkpoint keeps what it needs, whatever was saved since', async (_, then, saved) => {
  const paths = temporaryRun();
  const { rollback } = await runSession(paths, {
    settings: ['checkpoints: { every_steps: 2, keep: 1 }', `non_finite: { then: ${then} }`],
    onUpdate: (step) => {
      if (step === 2) sendRequest(paths, 'checkpoint');
    },
    lossAt: (step) => (step === 4 ? Number.NaN : 0.5),
  });
  expect(savedSteps(paths)).toEqual(saved);
  expect(rollback?.checkpoint.state.step).toBe(then === 'rollback' ? 2 : undefined);
});

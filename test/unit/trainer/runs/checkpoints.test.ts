import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { move } from '../../../../trainer/files/change-files.ts';
import {
  bestCheckpoint,
  bestWholeCheckpoint,
  type CheckpointState,
  findWeightsDamage,
  isKept,
  latestCheckpoint,
  listCheckpoints,
  newestStep,
  pruneCheckpoints,
  resultCheckpoint,
  setAsideAfter,
  setKept,
  writeCheckpoint,
} from '../../../../trainer/runs/checkpoints.ts';
import { takeRequests } from '../../../../trainer/runs/control.ts';
import { thisHost } from '../../../../trainer/runs/processes.ts';
import { recoverRun } from '../../../../trainer/runs/recover.ts';
import type { RunPaths } from '../../../../trainer/runs/run-directory.ts';
import { filesOf, stateAt } from './checkpoint-fixture.ts';
import { temporaryRun } from './temporary-run.ts';

vi.mock('../../../../trainer/files/change-files.ts', async (importOriginal) => {
  const files = await importOriginal<typeof import('../../../../trainer/files/change-files.ts')>();
  return { ...files, move: vi.fn(files.move) };
});

/** Checkpoints given as `step` or `step:psnr`, with a T before it for the training stage. */
function runWith(...specs: string[]): RunPaths {
  const paths = temporaryRun();
  for (const spec of specs) {
    const [step, psnr] = spec.replace('T', '').split(':');
    writeCheckpoint(
      paths,
      filesOf(spec),
      stateAt(Number(step), {
        stage: spec.startsWith('T') ? 'training' : 'pretraining',
        metrics: psnr === undefined ? {} : { psnr: Number(psnr) },
      }),
    );
  }
  return paths;
}

const names = (paths: RunPaths) => listCheckpoints(paths).map(({ name }) => name);

test('reads what was written', () => {
  const paths = temporaryRun();
  const state = stateAt(1200, {
    best: { psnr: 27.5, ssim: 0.81, step: 900 },
    metrics: { psnr: 27.1, ssim: 0.8 },
  });
  const written = writeCheckpoint(paths, filesOf('x'), state);
  expect(written.path).toBe(join(paths.checkpoints, 'pretraining-00001200'));
  expect(readdirSync(paths.checkpoints)).toEqual(['pretraining-00001200']);
  expect(readFileSync(join(written.path, 'generator.safetensors'), 'utf8')).toBe('generator.safetensors x');
  expect(latestCheckpoint(paths)).toEqual({ checkpoint: written, problems: [] });
  expect(written.state).toEqual({
    format: 1,
    ...state,
    files: {
      // sha256sum of the two texts.
      'generator.safetensors': {
        bytes: 23,
        sha256: '864c420f0ac8c174f9fa47319c05e610fa428ddf15eaa75b707318a9aecb7c62',
      },
      'optimizer.safetensors': {
        bytes: 23,
        sha256: 'eaa8a6d483d20fa382cd1baccf528291bc9cd946135042356c8467f7c73fe7f5',
      },
    },
  });
});

test.each([30, Number.POSITIVE_INFINITY])('a PSNR of %d dB survives in the metrics and the best', (psnr) => {
  const paths = temporaryRun();
  const state = stateAt(1, {
    metrics: { psnr, psnr_y: psnr, ssim: 1 },
    progress: { psnr: { best: psnr, step: 1, since: 0 } },
    best: { psnr, ssim: 1, niqe: 3.5, step: 1 },
  });
  writeCheckpoint(paths, [], state);
  expect(latestCheckpoint(paths).checkpoint?.state).toMatchObject(state);
});

test.each([
  { metrics: { psnr: Number.NaN } },
  { best: { psnr: 30, ssim: Number.POSITIVE_INFINITY, step: 1 } },
  { best: { psnr: Number.NaN, ssim: 0.8, step: 1 } },
  { adamStep: Number.POSITIVE_INFINITY },
  { epoch: -1 },
])('does not write a state that could not be read: %j', (changes) => {
  const paths = temporaryRun();
  expect(() => writeCheckpoint(paths, filesOf('x'), stateAt(1, changes))).toThrow(
    'the state of pretraining-00000001 is not valid',
  );
  expect(readdirSync(paths.checkpoints)).toEqual([]);
});

test.each([
  [
    ['10', '9', '100000000', '99999999'],
    ['pretraining-00000009', 'pretraining-00000010', 'pretraining-99999999', 'pretraining-100000000'],
  ],
  [
    ['T5', '10'],
    ['pretraining-00000010', 'training-00000005'],
  ],
  [[], []],
])('%j are listed by stage and step', (specs, expected) => {
  const paths = runWith(...specs);
  for (const other of [
    '.tmp-pretraining-00000011-ab',
    '.replaced-pretraining-00000012',
    'pretraining-7',
    'best',
  ]) {
    mkdirSync(join(paths.checkpoints, other));
  }
  expect(names(paths)).toEqual(expected);
  expect(latestCheckpoint(paths).checkpoint?.name).toBe(expected.at(-1));
  expect(latestCheckpoint(paths, 'pretraining').checkpoint?.name).toBe(
    expected.filter((name) => name.startsWith('pre')).at(-1),
  );
});

const generator = 'generator.safetensors';

function changeState(path: string, change: (state: CheckpointState) => unknown): void {
  const file = join(path, 'state.json');
  writeFileSync(file, JSON.stringify(change(JSON.parse(readFileSync(file, 'utf8')))));
}

test.each<[string, (path: string) => void, RegExp]>([
  ['a file is missing', (path) => rmSync(join(path, generator)), /generator.safetensors is missing/],
  [
    'a file is truncated',
    (path) => writeFileSync(join(path, generator), ''),
    /generator.safetensors has 0 bytes instead of 24/,
  ],
  ['a file is longer', (path) => appendFileSync(join(path, generator), 'x'), /has 25 bytes instead of 24/],
  [
    'a byte is flipped',
    (path) => writeFileSync(join(path, generator), 'generator.safetensors 33'),
    /content of generator.safetensors has changed/,
  ],
  ['the state is missing', (path) => rmSync(join(path, 'state.json')), /state.json is missing or damaged/],
  [
    'the state is truncated',
    (path) => writeFileSync(join(path, 'state.json'), '{"format": 1'),
    /state.json is missing or damaged/,
  ],
  [
    'the state is of another step',
    (path) => changeState(path, (state) => ({ ...state, step: 21 })),
    /state.json is missing or damaged/,
  ],
  [
    'the state lacks what a resume needs',
    (path) => changeState(path, ({ adamStep: _, ...state }) => state),
    /state.json is missing or damaged/,
  ],
  [
    'the state names a file elsewhere',
    (path) =>
      changeState(path, (state) => ({ ...state, files: { '../../run.json': { bytes: 0, sha256: '' } } })),
    /names a file outside of the checkpoint, "..\/..\/run.json"/,
  ],
])('if %s, the previous checkpoint is the latest, with the problem', (_, damage, message) => {
  const paths = runWith('10', '20', '30');
  damage(join(paths.checkpoints, 'pretraining-00000030'));
  const { checkpoint, problems } = latestCheckpoint(paths);
  expect(checkpoint?.name).toBe('pretraining-00000020');
  expect(problems).toEqual([expect.stringMatching(message)]);
  expect(problems[0]).toContain(join(paths.checkpoints, 'pretraining-00000030'));
});

test('if all are damaged there is none, with all problems', () => {
  const paths = runWith('10', '20');
  for (const name of names(paths)) rmSync(join(paths.checkpoints, name, generator));
  expect(latestCheckpoint(paths)).toEqual({
    checkpoint: undefined,
    problems: [expect.stringContaining('00000020'), expect.stringContaining('00000010')],
  });
});

test.each<[string[], number, string[]]>([
  [['1', '2', '3'], 2, ['2', '3']],
  [['1', '2', '3'], 5, ['1', '2', '3']],
  [['1', '2', '3'], 0, ['3']],
  [['1:20', '2:30', '3:25', '4'], 1, ['2', '4']],
  [['1:30', '2:30', '3'], 1, ['1', '3']],
  [['1:Infinity', '2:-5', '3'], 1, ['1', '3']],
  [['1:30', '2:Infinity', '3:Infinity', '4'], 1, ['2', '4']],
  [['T1', '1', '2'], 1, ['2', '1']],
])('of %j the newest %i and the best remain', async (specs, keep, expected) => {
  const paths = runWith(...specs);
  await pruneCheckpoints(paths, 'pretraining', keep, 100);
  expect(listCheckpoints(paths).map(({ state }) => String(state.step))).toEqual(expected);
  expect(readdirSync(paths.checkpoints)).toHaveLength(expected.length);
});

test.each<[Record<string, number>[], number[]]>([
  [
    [{ lpips: 0.1 }, { lpips: 0.3 }, { lpips: 0.2 }],
    [1, 3],
  ],
  [
    [
      { psnr: 20, niqe: 4 },
      { psnr: 22, niqe: 5 },
      { psnr: 21, niqe: 3 },
      { psnr: 20, niqe: 6 },
    ],
    [2, 3, 4],
  ],
  [
    [{ dists: 0.3 }, {}, {}],
    [1, 3],
  ],
])('with the metrics %j the best by each of them remain', async (all, expected) => {
  const paths = temporaryRun();
  for (const [index, metrics] of all.entries())
    writeCheckpoint(paths, filesOf('x'), stateAt(index + 1, { metrics }));
  await pruneCheckpoints(paths, 'pretraining', 1, 100);
  expect(listCheckpoints(paths).map(({ state }) => state.step)).toEqual(expected);
});

test('a checkpoint that cannot be deleted is reported, and deleted with the next ones', async () => {
  const paths = runWith('1', '2', '3');
  vi.mocked(move).mockRejectedValueOnce(Object.assign(new Error('EBUSY'), { code: 'EBUSY' }));
  expect(await pruneCheckpoints(paths, 'pretraining', 1, 100)).toEqual([
    expect.stringContaining(`Cannot write ${join(paths.checkpoints, 'pretraining-00000001')}: EBUSY`),
  ]);
  expect(names(paths)).toEqual(['pretraining-00000001', 'pretraining-00000003']);
  expect(await pruneCheckpoints(paths, 'pretraining', 1, 100)).toEqual([]);
  expect(names(paths)).toEqual(['pretraining-00000003']);
});

test.each<[number, number, string[]]>([
  [1, 2, ['2', '3', '4']],
  [2, 3, ['2', '3', '4']],
  [1, 4, ['4']],
])('keeping %i, what is newer than step %i remains', async (keep, newest, expected) => {
  const paths = runWith('1', '2', '3', '4');
  await pruneCheckpoints(paths, 'pretraining', keep, newest);
  expect(listCheckpoints(paths).map(({ state }) => String(state.step))).toEqual(expected);
});

test('checkpoints are set aside once each, and no longer count', () => {
  const paths = runWith('1', '2', '3', 'T4');
  rmSync(join(paths.checkpoints, 'pretraining-00000003', 'state.json'));
  expect(setAsideAfter(paths, 'pretraining', 1).map((path) => basename(path))).toEqual([
    'aside-pretraining-00000002',
    'aside-pretraining-00000003',
  ]);
  writeCheckpoint(paths, filesOf('again'), stateAt(2));
  expect(setAsideAfter(paths, 'pretraining', 1).map((path) => basename(path))).toEqual([
    'aside-pretraining-00000002-2',
  ]);
  expect(names(paths)).toEqual(['pretraining-00000001', 'training-00000004']);
});

test('those that are kept remain, until they are no longer kept', async () => {
  const paths = runWith('1', '2', '3', '4');
  const [first, second] = listCheckpoints(paths);
  for (const each of [first!, second!]) setKept(each.path, true);
  await pruneCheckpoints(paths, 'pretraining', 1, 100);
  expect(listCheckpoints(paths).map(({ state }) => state.step)).toEqual([1, 2, 4]);
  // The extra file does not make it another checkpoint.
  expect(latestCheckpoint(paths, 'pretraining').problems).toEqual([]);
  expect(findWeightsDamage(first!.path)).toBeUndefined();
  setKept(second!.path, false);
  await pruneCheckpoints(paths, 'pretraining', 1, 100);
  expect(listCheckpoints(paths).map(({ state }) => state.step)).toEqual([1, 4]);
});

test('a checkpoint that is written again is still kept', () => {
  const paths = runWith('1', '2');
  const [first] = listCheckpoints(paths);
  setKept(first!.path, true);
  for (const step of [1, 2]) writeCheckpoint(paths, filesOf('again'), stateAt(step));
  expect(listCheckpoints(paths).map(({ path }) => isKept(path))).toEqual([true, false]);
});

test('the best by SSIM remains too', async () => {
  const paths = temporaryRun();
  const metrics = [{ psnr: 30, ssim: 0.7 }, { psnr: 29, ssim: 0.9 }, { psnr: 28, ssim: 0.8 }, {}];
  metrics.forEach((each, step) => {
    writeCheckpoint(paths, [], stateAt(step, { metrics: each }));
  });
  await pruneCheckpoints(paths, 'pretraining', 1, 100);
  expect(listCheckpoints(paths).map(({ state }) => state.step)).toEqual([0, 1, 3]);
});

test.each<[found: number | null, expected: number | undefined, specs: string[]]>([
  // By PSNR if the run recorded none; the earliest of equals.
  [null, 2, ['1:20', '2:30', '3:30', '4']],
  // The run selects by SSIM.
  [3, 3, ['1:20', '2:30', '3:25', '4']],
  // The best was deleted.
  [5, 2, ['1:20', '2:30', '3:25', '6']],
  [null, undefined, ['1', '2', 'T3:30']],
])('if the run recorded step %s as the best, the best is step %s of %j', (found, expected, specs) => {
  const paths = runWith(...specs);
  const last = listCheckpoints(paths, 'pretraining').at(-1)!.state;
  const best = found === null ? null : { psnr: 25, ssim: 0.9, step: found };
  writeCheckpoint(paths, [], { ...last, best });
  expect(bestCheckpoint(listCheckpoints(paths, 'pretraining'))?.state.step).toBe(expected);
});

test.each<[expected: string | undefined, specs: string[]]>([
  ['training-00000002', ['1:30', 'T1:28', 'T2:27']],
  ['pretraining-00000001', ['1:30', '2:29', '3']],
  ['pretraining-00000002', ['1', '2']],
  [undefined, []],
])('the result is %s of %j', (expected, specs) =>
  expect(resultCheckpoint(runWith(...specs)).checkpoint?.name).toBe(expected),
);

test.each<[result: string | undefined, specs: string[], damaged: Record<string, string>, problems: string[]]>(
  [
    ['pretraining-00000002', ['1:30', '2:29', '3'], { 'pretraining-00000001': generator }, ['00000001']],
    ['pretraining-00000003', ['1:30', '3'], { 'pretraining-00000001': generator }, ['00000001']],
    ['pretraining-00000001', ['1:30', '2:29'], { 'pretraining-00000001': 'optimizer.safetensors' }, []],
    ['training-00000001', ['T1:28', 'T2:27'], { 'training-00000002': generator }, ['00000002']],
    ['training-00000002', ['T1:28', 'T2:27'], { 'training-00000002': 'optimizer.safetensors' }, []],
    ['training-00000001', ['T1:28', 'T2:27'], { 'training-00000002': 'state.json' }, ['00000002']],
    ['pretraining-00000001', ['1:30', 'T1'], { 'training-00000001': generator }, ['00000001']],
    [undefined, ['1:30'], { 'pretraining-00000001': generator }, ['00000001']],
  ],
)('the result is %s of %j if %j are damaged', (result, specs, damaged, expected) => {
  const paths = runWith(...specs);
  for (const [name, file] of Object.entries(damaged)) writeFileSync(join(paths.checkpoints, name, file), 'x');
  const { checkpoint, problems } = resultCheckpoint(paths);
  expect(checkpoint?.name).toBe(result);
  expect(problems).toEqual(expected.map((step) => expect.stringMatching(`${step} is not whole: `)));
});

const noLinks = process.platform === 'win32' ? ' (skipped: no links to files on Windows)' : '';

test.skipIf(noLinks).each([generator, 'state.json'])(
  `no earlier checkpoint takes the place of one whose %s cannot be read now${noLinks}`,
  (file) => {
    const paths = runWith('1:30', '2:31');
    const path = join(paths.checkpoints, 'pretraining-00000002');
    rmSync(join(path, file));
    symlinkSync(file, join(path, file));
    const refusal = /pretraining-00000002 cannot be read: ELOOP/;
    expect(() => latestCheckpoint(paths)).toThrow(refusal);
    expect(() => bestWholeCheckpoint(paths, 'pretraining')).toThrow(refusal);
    expect(() => resultCheckpoint(paths)).toThrow(refusal);
    expect(() => findWeightsDamage(path)).toThrow(refusal);
    expect(newestStep(paths, 'pretraining')).toBe(2);
  },
);

test.skipIf(noLinks)(`checkpoints that cannot be listed are not taken for none${noLinks}`, () => {
  const paths = runWith();
  rmSync(paths.checkpoints, { recursive: true });
  expect([latestCheckpoint(paths).checkpoint, newestStep(paths, 'training')]).toEqual([undefined, 0]);
  symlinkSync('checkpoints', paths.checkpoints);
  for (const look of [() => latestCheckpoint(paths), () => newestStep(paths, 'training')])
    expect(look).toThrow(/checkpoints cannot be read: ELOOP/);
});

test('of a checkpoint with an EMA, the EMA is checked; a chosen file itself', () => {
  const paths = temporaryRun();
  const files = [...filesOf('x'), { name: 'generator-ema.safetensors', chunks: [Buffer.from('ema')] }];
  const { path } = writeCheckpoint(paths, files, stateAt(1));
  expect(findWeightsDamage(path)).toBeUndefined();
  writeFileSync(join(path, generator), 'x');
  expect(findWeightsDamage(path)).toBeUndefined();
  expect(findWeightsDamage(path, generator)).toMatch(/generator\.safetensors has 1 bytes/);
  rmSync(join(path, 'generator-ema.safetensors'));
  expect(findWeightsDamage(path)).toBe('generator-ema.safetensors is missing');
  writeFileSync(join(path, 'state.json'), '{');
  expect(findWeightsDamage(path)).toBe('state.json is damaged');
  rmSync(join(path, 'state.json'));
  expect(findWeightsDamage(path)).toBeUndefined();
});

test('a checkpoint of the same step replaces the previous one', () => {
  const paths = runWith('10');
  writeCheckpoint(paths, filesOf('again'), stateAt(10, { metrics: { psnr: 1 } }));
  expect(readdirSync(paths.checkpoints)).toEqual(['pretraining-00000010']);
  const { checkpoint } = latestCheckpoint(paths);
  expect(checkpoint?.state.metrics).toEqual({ psnr: 1 });
  expect(readFileSync(join(checkpoint?.path ?? '', generator), 'utf8')).toBe('generator.safetensors again');
});

test('if writing fails, the previous one and no other file remains', () => {
  const paths = runWith('10');
  const broken = [{ name: join('missing', 'file'), chunks: [] }];
  expect(() => writeCheckpoint(paths, broken, stateAt(10))).toThrow(
    /Cannot write .*pretraining-00000010: ENOENT/,
  );
  expect(readdirSync(paths.checkpoints)).toEqual(['pretraining-00000010']);
  expect(latestCheckpoint(paths).checkpoint?.state.step).toBe(10);
});

test.each<[string, boolean, string]>([
  ['was renamed and its replacement is missing', false, '10'],
  ['was renamed and its replacement exists', true, '10'],
])('after a kill a checkpoint that %s', (_, successor, expected) => {
  const paths = runWith('10');
  const path = join(paths.checkpoints, 'pretraining-00000010');
  renameSync(path, join(paths.checkpoints, '.replaced-pretraining-00000010'));
  if (successor) writeCheckpoint(paths, filesOf('again'), stateAt(10));
  mkdirSync(join(paths.checkpoints, '.tmp-pretraining-00000020-ab'));
  writeFileSync(join(paths.root, '.tmp-status.json-ab'), '');
  const sample = join(paths.samples, 'pretraining', '00000010', '.tmp-other.1.5-ab');
  mkdirSync(sample, { recursive: true });
  const ofEndedProcess = `.tmp-${thisHost}.${2 ** 30}.5-ab`;
  const deletedRun = join(paths.root, '..', ofEndedProcess);
  for (const folder of [paths.launch, deletedRun])
    mkdirSync(join(folder, ofEndedProcess), { recursive: true });
  writeFileSync(join(paths.control, 'stop'), '');
  recoverRun(paths, new Map());
  expect(takeRequests(paths, new Map())).toEqual([]);
  expect(readdirSync(paths.checkpoints)).toEqual(['pretraining-00000010']);
  expect(readdirSync(paths.root).filter((name) => name.startsWith('.'))).toEqual([]);
  expect(readdirSync(dirname(sample))).toEqual([]);
  expect(readdirSync(paths.launch)).toEqual([]);
  expect(existsSync(deletedRun)).toBe(false);
  expect(latestCheckpoint(paths).problems).toEqual([]);
  expect(readFileSync(join(path, generator), 'utf8')).toBe(
    `generator.safetensors ${successor ? 'again' : expected}`,
  );
});

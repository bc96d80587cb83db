import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bicubicSha256 } from '../../trainer/evaluate/results/evaluation-files.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
import { protocols } from '../../trainer/metrics/protocols.ts';
import { type ComparedRuns, comparedRuns } from './compared-runs.ts';
import {
  closeBrowser,
  type Harness,
  type HarnessOptions,
  hasBrowser,
  needsBrowser,
  openApp,
} from './harness.ts';
import { themes } from './themes.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** As `expect`, tried again until it holds; a busy machine may need its time. */
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

let compared: ComparedRuns;
let view: Harness;

async function open(options: Partial<HarnessOptions> = {}): Promise<void> {
  view = await openApp({
    app: 'compare',
    parameters: { runs: JSON.stringify(compared.runs) },
    answers: compared.answers,
    onRequest: compared.onRequest,
    ...options,
  });
  await view.page.locator('comparison-grid tbody tr').first().waitFor();
}

function tab(name: string): Promise<void> {
  return view.page.getByRole('tab', { name }).click();
}

/** The parameters of the last request of a name. */
function lastRequest(name: string): unknown {
  return compared.requests.findLast((each) => each.name === name)?.params;
}

async function text(element: Locator): Promise<string> {
  return ((await element.textContent()) ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** The heads of the rows, as `amber PSNR`. */
async function rows(): Promise<string[]> {
  return view.page
    .locator('comparison-grid tbody tr')
    .evaluateAll((all) =>
      all.map((row) =>
        ['.run', '.label'].map((part) => row.querySelector(part)?.textContent?.trim()).join(' '),
      ),
    );
}

/** The cell of a row (`amber PSNR`) in a column of the grid, counted from 1. */
async function cell(row: string, column: number): Promise<Locator> {
  const place = (await rows()).indexOf(row);
  return view.page.locator('comparison-grid tbody tr').nth(place).locator(`[data-column="${column}"]`);
}

/** Colors of what a tile shows at a few places around its middle, where the image's pixels are squares of 4. */
function pixels(tile: string): Promise<string> {
  return view.page.locator(`[data-tile="${tile}"] canvas`).evaluate((canvas: HTMLCanvasElement) => {
    const places = [-70, -34, 2, 38, 74];
    const [x, y] = [Math.round(canvas.width / 2), Math.round(canvas.height / 2)];
    const context = canvas.getContext('2d');
    return places
      .flatMap((down) =>
        places.map((right) => context?.getImageData(x + right, y + down, 1, 1).data.join(',')),
      )
      .join(' ');
  });
}

/** The tile of a run by its place. */
function tileOf(run: number): string {
  return `run:${compared.runs[run]}`;
}

describe.skipIf(!hasBrowser)(needsBrowser('comparison'), () => {
  beforeEach(async () => {
    compared = await comparedRuns();
    for (const [run, psnr] of [25, 27, 26].entries()) compared.evaluate(run, 'paper-y', psnr);
  });
  afterEach(async () => {
    expect(await view.refused()).toEqual([]);
    await view.close();
    compared.remove();
  });
  afterAll(closeBrowser);

  test('marks the best, shows differences to the baseline, and warns about numbers that do not compare', async () => {
    await open();
    expect(await text(await cell('birch PSNR', 1))).toBe('★best 27.000 +2.000');
    expect(await text(await cell('cedar PSNR', 1))).toBe('26.000 +1.000');
    await view.page.getByLabel('baseline').selectOption({ label: 'cedar' });
    await soon(async () => text(await cell('birch PSNR', 1))).toBe('★best 27.000 +1.000');
    // The last run was validated on other crops.
    const notes = await text(view.page.getByRole('list', { name: 'Limits of the comparison' }));
    expect(notes).toContain('validation under rgb was measured on different pixels, (a) ');
    const column = await view.page
      .getByRole('columnheader', { name: 'validation · rgb' })
      .getAttribute('data-column');
    expect(await text(await cell('dune PSNR', Number(column)))).toContain('comparable only within b');
  });

  test('bicubic has a row, and what is below it says so', async () => {
    compared.evaluate(0, 'paper-y', 26.5, bicubicSha256(4));
    await open();
    expect((await rows()).at(-1)).toBe('bicubic x4');
    expect(await text(await cell('bicubic x4', 1))).toBe('26.500');
    expect(await text(await cell('amber PSNR', 1))).toBe('▾below bicubic 25.000 ±0');
    expect(await text(await cell('birch PSNR', 1))).toBe('★best 27.000 +2.000');
    await (await cell('bicubic x4', 1)).press('Enter');
    await soon(() => lastRequest('esrgan/evaluation')).toMatchObject({ run: compared.runs[0] });
  });

  test('columns with numbers are first, and stay where they are', async () => {
    await open();
    const heads = view.page.locator('comparison-grid thead .set');
    const titles = async () =>
      (await heads.allTextContents()).map((each) => each.trim().match(/\w+ · [\w-]+$/)?.[0]);
    const expected = ['tiny · paper-y', 'validation · rgb', 'validation · paper-y', 'tiny · rgb'];
    expect(await titles()).toEqual(expected);
    compared.evaluate(3, 'rgb', 30);
    view.notify('esrgan/runChanged', { run: compared.runs[3]!, parts: ['evaluations'] });
    await soon(async () => text(await cell('dune PSNR', 6))).toContain('30.000');
    expect(await titles()).toEqual(expected);
  });

  test('sorts, filters, moves and hides by mouse and keyboard, and restores it', async () => {
    await open();
    await view.page.locator('comparison-grid thead .sortable').first().click();
    await soon(async () => (await rows()).slice(0, 3)).toEqual(['birch PSNR', 'cedar PSNR', 'amber PSNR']);
    await view.page.locator('comparison-grid thead .sortable').first().press('Enter');
    await soon(async () => (await rows())[0]).toBe('amber PSNR');
    await view.page.getByLabel('Filter rows').fill('psnr');
    await soon(rows).toEqual(['amber PSNR', 'cedar PSNR', 'birch PSNR', 'dune PSNR']);

    // By keys only: from the first number to the head of its row, move the row up, then hide a column.
    await (await cell('birch PSNR', 1)).focus();
    await view.page.keyboard.press('ArrowLeft');
    await view.page.keyboard.press('Alt+ArrowUp');
    await soon(rows).toEqual(['amber PSNR', 'birch PSNR', 'cedar PSNR', 'dune PSNR']);
    await view.page.keyboard.press('Control+Home');
    await view.page.keyboard.press('ArrowRight');
    const head = view.page.locator('comparison-grid thead .set');
    expect(await text(head.first())).toBe('tiny · paper-y');
    await view.page.keyboard.press('Alt+ArrowRight');
    await soon(() => text(head.first())).toContain('validation · rgb');
    await head.first().press('Delete');
    await soon(() => text(head.first())).toBe('tiny · paper-y');

    await view.page.reload();
    await soon(rows).toHaveLength(4);
    expect(await text(head.first())).toBe('tiny · paper-y');
    expect(await view.page.evaluate('acquireVsCodeApi().getState().runs')).toEqual(compared.runs);
  });

  test('evaluates a missing cell with progress and cancellation', async () => {
    await open();
    const missing = async () => cell('dune PSNR', 1);
    await (await missing()).focus();
    await view.page.keyboard.press('Enter');
    await soon(() => lastRequest('esrgan/evaluate')).toMatchObject({
      model: { run: compared.runs[3], interpolatedWith: null },
      testSet: compared.testSet,
      protocols: ['paper-y', 'rgb'],
    });
    const evaluation = lastRequest('esrgan/evaluate') as Parameters<ComparedRuns['job']>[0];
    view.notify('esrgan/jobChanged', compared.job(evaluation, { done: 1 }));
    await (await missing()).getByText('tiny, image 1 of 2').waitFor();
    await (await missing()).getByRole('button', { name: 'Cancel' }).click();
    await soon(() => lastRequest('esrgan/cancelJob')).toEqual({ job: '1' });

    view.notify(
      'esrgan/jobChanged',
      compared.job(evaluation, { state: 'failed', message: 'The disk is full.' }),
    );
    await soon(async () => text(await missing())).toContain('The disk is full.');
    compared.evaluate(3, 'paper-y', 31.5);
    view.notify('esrgan/jobChanged', compared.job(evaluation, { state: 'finished' }));
    await soon(async () => text(await missing())).toContain('best 31.500');
  });

  test('numbers of earlier weights are out of date and can be evaluated again', async () => {
    compared.evaluate(3, 'rgb', 20, '0'.repeat(64));
    await open();
    const column = await view.page
      .getByRole('columnheader', { name: 'tiny · rgb' })
      .getAttribute('data-column');
    const ssim = await cell('dune PSNR', Number(column) + 1);
    await soon(() => text(ssim)).toContain('out of date 0.4000');
    await ssim.getByRole('button', { name: 'Evaluate dune PSNR on tiny' }).click();
    await soon(() => lastRequest('esrgan/evaluate')).toMatchObject({
      model: { run: compared.runs[3] },
      protocols: ['paper-y', 'rgb'],
    });
    await view.page.getByRole('button', { name: /^Evaluate all \d+ missing or outdated$/ }).waitFor();
  });

  test('shows results per image', async () => {
    await open();
    await (await cell('amber PSNR', 1)).press('Enter');
    const detail = view.page.getByRole('region', { name: 'Results per image' });
    await soon(() => detail.getByRole('row').count()).toBe(3);
    expect(await text(detail.getByRole('row').nth(2))).toBe('2 ∞1.0000 View');
    await detail.getByRole('button', { name: 'View' }).first().click();
    await soon(() => lastRequest('esrgan/imageResults')).toMatchObject({
      image: { path: `${compared.testSet}/HR/1.png`, role: 'hr', box: null },
    });
  });

  test('adds models, shows published results, saves files', async () => {
    await open();
    await view.page.getByRole('button', { name: 'Models…' }).click();
    await view.page.getByLabel('Kind of model').selectOption('step');
    await view.page.getByLabel('Step', { exact: true }).fill('10');
    await view.page.getByRole('button', { name: 'Add' }).click();
    await soon(rows).toContain('amber pretraining 10');
    await view.page.keyboard.press('Escape');
    await view.page.getByLabel('published results').check();
    await soon(async () => (await rows()).at(-1)).toBe('192/128/16 DIV2K+BSDS500 published');
    await view.page.getByRole('button', { name: 'Export' }).click();
    await view.page.getByRole('button', { name: 'CSV' }).click();
    await soon(() => lastRequest('host/save')).toEqual({ name: 'comparison.csv', content: 'csv' });
    expect(lastRequest('esrgan/exportComparison')).toMatchObject({
      format: 'csv',
      comparison: { runs: compared.runs, baseline: compared.runs[0] },
    });
  });

  test('runs are removed, added and dropped', async () => {
    await open();
    await view.page.getByRole('button', { name: 'Remove dune from the comparison' }).click();
    await soon(() => lastRequest('esrgan/comparison')).toMatchObject({ runs: compared.runs.slice(0, 3) });
    await view.page.getByRole('button', { name: 'Runs…' }).click();
    await soon(() => lastRequest('host/setRuns')).toEqual({ runs: compared.runs.slice(0, 2) });
    await view.page.evaluate(`{
      const dataTransfer = new DataTransfer();
      dataTransfer.setData('text/uri-list', 'file:///runs/cedar');
      dispatchEvent(new DragEvent('drop', { dataTransfer, cancelable: true }));
    }`);
    await soon(() => lastRequest('host/runsOf')).toEqual({ uris: ['file:///runs/cedar'] });
    await soon(() => lastRequest('esrgan/comparison')).toMatchObject({ runs: compared.runs.slice(0, 3) });
  });

  test('shows the differing keys of run files, all keys, and the diff editor', async () => {
    await open();
    await tab('Config');
    const keys = view.page.locator('config-tab tbody th');
    await soon(() => keys.allTextContents()).toEqual(['generator.num_basic_blocks', 'validation.crop_size']);
    expect(await view.page.locator('config-tab tbody tr').first().locator('td').allTextContents()).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    await view.page.getByLabel('All keys').check();
    await view.page.getByLabel('Filter keys and values').fill('batch');
    await soon(() => keys.allTextContents()).toEqual(['batch_size']);
    await view.page.getByRole('button', { name: 'Open Diff' }).click();
    const files = compared.runs.slice(0, 2).map((run) => `${run}/run.esrgan.yaml`);
    await soon(() => lastRequest('host/diff')).toEqual({ left: files[0], right: files[1] });
  });

  test('shows a scalar of four runs in one chart by step and by epoch', async () => {
    await open();
    await tab('Curves');
    const chart = view.page.locator('line-chart').filter({ hasText: 'Content loss' });
    const values = chart.locator('.legend .value');
    await soon(() => values.allTextContents()).toEqual(['0.03333', '0.06667', '0.1000', '0.1333']);
    expect(await chart.locator('.legend .name').allTextContents()).toEqual([
      'amber',
      'birch',
      'cedar',
      'dune',
    ]);
    const colors = await chart
      .locator('.legend button line')
      .evaluateAll((lines) => lines.map((line) => line.getAttribute('stroke')));
    expect(new Set(colors).size).toBe(4);

    await view.page.getByLabel('x axis').selectOption('epochs');
    await chart.getByRole('slider').press('End');
    // 8 images of 4 a step: two steps an epoch, and step 30 is the last.
    await soon(() => chart.getByRole('slider').getAttribute('aria-valuetext')).toContain(
      'epoch 15, amber 0.03333',
    );
    await view.page.locator('curves-tab').getByRole('button', { name: 'birch', exact: true }).click();
    await soon(() => chart.getByRole('slider').getAttribute('aria-valuetext')).not.toContain('birch');
    await chart.getByRole('button', { name: 'Content loss: export' }).click();
    await chart.getByRole('menuitem', { name: 'SVG' }).click();
    await soon(() => lastRequest('host/save')).toMatchObject({ name: 'comparison-content-loss.svg' });
  });

  test('flicker, difference and wipe change the pixels; the samples of all runs step together', async () => {
    await open();
    await tab('Images');
    await soon(() => view.page.locator('figure').count()).toBe(6);
    const isHr = async () => (await pixels(tileOf(3))) === (await pixels('hr'));
    await soon(isHr).toBe(false);
    await view.page.keyboard.down(' ');
    await soon(isHr).toBe(true);
    await view.page.keyboard.up(' ');
    await soon(isHr).toBe(false);
    const own = await pixels(tileOf(3));
    await view.page.keyboard.press('d');
    await soon(() => pixels(tileOf(3))).not.toBe(own);
    expect(await text(view.page.locator(`[data-tile="${tileOf(3)}"] .shown`))).toBe('|Δ HR| ×4');
    await view.page.keyboard.press('d');
    await soon(() => pixels(tileOf(3))).toBe(own);
    await view.page.keyboard.press('Shift+S');
    await view.page.locator('images-tab').getByText('Step 10').first().waitFor();
    await soon(() => pixels(tileOf(3))).not.toBe(own);
    await view.page.keyboard.press('w');
    await soon(() => view.page.locator('image-pane').count()).toBe(1);
    await view.page.locator('.wipe select').nth(1).selectOption('hr');
    expect(await view.page.locator('.wipe select').first().inputValue()).toBe(tileOf(0));
  });

  test('images that another program has logged are shown by tag and step', async () => {
    const run = compared.runs[1]!;
    const ours = await compared.answers['esrgan/run']?.({ run });
    const [before, after] = ours?.samples[0]?.steps.flatMap(({ sr }) => Object.values(sr).slice(0, 1)) ?? [];
    await open({
      parameters: { runs: JSON.stringify([run]) },
      answers: {
        ...compared.answers,
        'esrgan/run': () => ({ ...ours!, summary: { ...ours!.summary, kind: 'external' }, samples: [] }),
        'esrgan/loggedImages': () => [
          { step: 5, images: { 'val/img': before! } },
          { step: 9, images: { 'val/img': after!, fixed: before! } },
        ],
      },
    });
    await tab('Images');
    await view.page.locator('images-tab').getByText('step 9').first().waitFor();
    await soon(() => view.page.locator('figure').count()).toBe(1);
    expect(await view.page.locator('image-source').getByText('fixed').count()).toBeGreaterThan(0);
    await view.page.locator('image-source').getByText('val/img').click();
    await view.page.keyboard.press('Shift+S');
    await view.page.locator('images-tab').getByText('step 5').first().waitFor();
  });

  test('a box has the scores of the trainer in every tile', async () => {
    await open();
    await tab('Images');
    await soon(() => pixels(tileOf(0))).not.toBe('');
    await view.page.getByLabel('Box', { exact: true }).check();
    const scores = (run: number) =>
      view.page.locator(`[data-tile="${tileOf(run)}"] .scores td`).allTextContents();
    await soon(() => view.page.locator('.scores').count()).toBe(5);
    const box = () => view.page.evaluate<Rect | null>('acquireVsCodeApi().getState().images.box');
    await soon(box).not.toBe(null);
    const { x, y, width, height } = (await box())!;
    for (const run of [0, 3]) {
      const { sr, hr } = compared.pixelsOf(run, 20);
      const cut = ({ data, width: across }: typeof sr) => ({
        width,
        height,
        channels: 3,
        data: Uint8Array.from({ length: width * height * 3 }, (_, i) => {
          const pixel = Math.floor(i / 3);
          return data[((y + Math.floor(pixel / width)) * across + x + (pixel % width)) * 3 + (i % 3)]!;
        }),
      });
      const rgb = protocols.rgb.measure(cut(sr), cut(hr), 0);
      const luma = protocols['paper-y'].measure(cut(sr), cut(hr), 0);
      const found = (await scores(run)).map((each) => Number.parseFloat(each));
      expect(found.slice(1)).toEqual([
        Number(rgb.psnr.toFixed(2)),
        Number(luma.psnr.toFixed(2)),
        Number(rgb.ssim.toFixed(4)),
        Number(luma.ssim.toFixed(4)),
      ]);
    }
    // The first run has the best scores; keys move the box.
    expect(await view.page.locator(`[data-tile="${tileOf(0)}"] .scores .best`).count()).toBe(4);
    await view.page.locator(`[data-tile="${tileOf(0)}"] .frame`).press('ArrowRight');
    const before = await scores(0);
    await view.page.locator(`[data-tile="${tileOf(0)}"] .frame`).press('Shift+ArrowDown');
    await soon(() => scores(0)).not.toEqual(before);
    await view.page.getByRole('button', { name: 'PNG' }).click();
    await soon(() => (lastRequest('host/save') as { name: string } | undefined)?.name).toBe('comparison.png');
    const { bytes } = (lastRequest('host/save') as { content: { bytes: number[] } }).content;
    expect((await sharp(Buffer.from(bytes)).metadata()).format).toBe('png');
  });

  test('shows weight changes and the network interpolation of checkpoints', async () => {
    await open();
    await tab('Checkpoints');
    const tensors = view.page.locator('checkpoints-tab tbody th');
    await soon(() => tensors.count()).toBe(3);
    expect(lastRequest('esrgan/weightsDifference')).toEqual({
      a: `${compared.runs[0]}/checkpoints/pretraining-00000020`,
      b: `${compared.runs[0]}/checkpoints/training-00000010`,
    });
    // Never a checkpoint with itself: choosing the other one swaps both.
    await view.page
      .locator('checkpoints-tab select')
      .first()
      .selectOption(`${compared.runs[0]}/checkpoints/training-00000010`);
    await soon(() => lastRequest('esrgan/weightsDifference')).toEqual({
      a: `${compared.runs[0]}/checkpoints/training-00000010`,
      b: `${compared.runs[0]}/checkpoints/pretraining-00000020`,
    });
    await view.page.getByRole('button', { name: '‖B − A‖' }).click();
    await soon(async () => text(tensors.nth(1))).toBe('conv_last.weight 3×4×3×3');
    expect(await text(view.page.locator('checkpoints-tab tbody tr').nth(1))).toContain('0 → 2');

    await view.page.locator('interpolation-view').getByLabel('image').first().selectOption({ index: 1 });
    await soon(() => lastRequest('esrgan/interpolate')).toMatchObject({ alpha: 0.8 });
    const shot = () => view.page.locator('interpolation-view image-pane .frame').first().screenshot();
    await soon(() => text(view.page.locator('interpolation-view .status'))).toContain('α 0.80 in 0.12 s');
    const before = await shot();
    await view.page.getByLabel('α', { exact: true }).fill('0.3');
    await soon(() => text(view.page.locator('interpolation-view .status'))).toContain('α 0.30 in 0.12 s');
    await soon(async () => (await shot()).equals(before)).toBe(false);
    await tab('Table');
    await soon(() => compared.requests.some(({ name }) => name === 'esrgan/closeInterpolation')).toBe(true);
  });

  test('models are points of two metrics, which the keyboard reaches and a table lists', async () => {
    await open();
    await tab('Trade-off');
    const plot = view.page.locator('tradeoff-tab');
    const points = plot.locator('.point');
    const labels = () => points.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')));
    await soon(async () => (await labels()).length).toBe(3);
    const [first = '', second = ''] = await labels();
    expect(first).toMatch(/^\w+ · PSNR 20: PSNR dB \d\d\.\d{3}, SSIM 0\.\d{4}$/);
    const focused = () => plot.locator('.point:focus').getAttribute('aria-label');
    await points.first().focus();
    await view.page.keyboard.press('ArrowRight');
    await soon(focused).toBe(second);
    await view.page.keyboard.press('Home');
    await soon(focused).toBe(first);
    const tip = plot.locator('.tip');
    expect(await text(tip)).toMatch(/^amber PSNR 20 pretraining, step 20 PSNR dB 25\.000 SSIM 0\.5000$/);
    await view.page.keyboard.press('Escape');
    await soon(() => tip.count()).toBe(0);
    await points.nth(1).hover();
    await soon(() => text(tip)).toContain('pretraining, step 20');
    await plot.getByLabel('Vertical').selectOption({ label: 'validation · rgb · PSNR dB' });
    await soon(async () => (await labels())[0]).toMatch(/: PSNR dB \d\d\.\d{3}, PSNR dB \d\d\.\d{3}$/);
    await plot.getByLabel('All checkpoints').check();
    await soon(async () => (await labels()).length).toBe(3);
    await plot.getByLabel('Horizontal').selectOption({ label: 'validation · rgb · PSNR dB' });
    // Pretraining at 10 and 20 and training of each run.
    await soon(async () => (await labels()).length).toBe(12);
    await plot.getByLabel('All checkpoints').uncheck();
    await plot.getByLabel('Horizontal').selectOption({ label: 'tiny · paper-y · PSNR dB' });
    await plot.getByLabel('Pareto front').check();
    await soon(() => text(plot.locator('.plot > svg'))).toContain('Pareto front');
    const save = async (format: string) => {
      await plot.getByRole('button', { name: 'Trade-off: export' }).click();
      await plot.getByRole('menuitem', { name: format }).click();
      await soon(() => lastRequest('host/save')).toMatchObject({
        name: `comparison-trade-off.${format.toLowerCase()}`,
      });
      return (lastRequest('host/save') as { content: string | { bytes: number[] } }).content;
    };
    expect(await save('CSV')).toMatch(/^run,model,stage,step,alpha,.*\r\namber,PSNR 20,pretraining,20,,25,/);
    expect(await save('SVG')).toContain('validation · rgb · PSNR dB · higher is better →');
    const png = await save('PNG');
    if (typeof png === 'string') throw new Error('A PNG file is no text.');
    expect((await sharp(Buffer.from(png.bytes)).metadata()).width).toBe(1600);
    await plot.getByRole('button', { name: 'Trade-off: show as table' }).click();
    await soon(() => plot.locator('tbody tr').count()).toBe(3);
    expect(await text(plot.locator('thead'))).toBe(
      'Run Model tiny · paper-y · PSNR dB validation · rgb · PSNR dB',
    );
  });

  test('perceptual metrics are columns that can be measured', async () => {
    await open();
    await view.page.getByLabel('Perceptual metrics').check();
    await soon(() => lastRequest('esrgan/comparison')).toMatchObject({
      protocols: ['paper-y', 'rgb', 'lpips-vgg', 'dists', 'niqe'],
    });
    await soon(() => text(view.page.locator('comparison-grid thead'))).toMatch(/lpips-vgg.*dists.*niqe/);
  });

  test.each(themes)('axe finds no violations in %s', async (theme) => {
    await open({ theme });
    await view.page.evaluate(axeSource);
    for (const name of ['Table', 'Trade-off', 'Curves', 'Images', 'Config', 'Checkpoints']) {
      await tab(name);
      await soon(() => view.page.getByRole('tab', { name, selected: true }).count()).toBe(1);
      await soon(() => view.page.locator('[role="tabpanel"]:not([hidden]) .empty').count()).toBeLessThan(2);
      if (name === 'Images') await view.page.getByLabel('Box', { exact: true }).check();
      const found: { id: string; nodes: { html: string; failureSummary: string }[] }[] =
        await view.page.evaluate('axe.run().then(({ violations }) => violations)');
      expect(
        found.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
        ),
      ).toEqual([]);
    }
  });

  test('works with forced colors and reduced motion', async () => {
    await open({ forcedColors: true, reducedMotion: true });
    for (const name of ['Trade-off', 'Curves', 'Images', 'Config', 'Checkpoints']) await tab(name);
    await soon(() => view.page.locator('checkpoints-tab tbody tr').count()).toBe(3);
  });

  test.each([1400, 700, 420])('nothing overflows at %d pixels', async (width) => {
    await open({ width });
    for (const name of ['Table', 'Trade-off', 'Images', 'Config', 'Checkpoints']) {
      await tab(name);
      expect(await view.page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
    }
  });
});

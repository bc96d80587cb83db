import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Locator } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  closeBrowser,
  type Harness,
  type HarnessOptions,
  hasBrowser,
  needsBrowser,
  openApp,
} from './harness.ts';
import { type ScriptedRun, sampleColors, scriptRun } from './scripted-run.ts';
import { themes } from './themes.ts';

const loss = 'train/content_loss';
const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** As `expect`, tried again until it holds; a busy machine may need its time. */
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

let script: ScriptedRun;
let panel: Harness;

async function open(options: Partial<HarnessOptions> = {}): Promise<void> {
  panel = await openApp({
    app: 'run-panel',
    parameters: { run: script.run },
    answers: script.answers,
    ...options,
  });
  await panel.page.locator('run-header .state').waitFor();
}

function chart(heading: string): Locator {
  return panel.page.locator('line-chart').filter({ has: panel.page.locator('h3', { hasText: heading }) });
}

/** The value behind a label in the legend of a chart, once it is there. */
function legend(heading: string, label: string): Locator {
  return chart(heading).locator('.legend button', { hasText: label }).locator('.value');
}

/** What an element says. */
async function text(element: Locator): Promise<string> {
  return ((await element.textContent()) ?? '').trim();
}

/** The file that a chart gives as `kind`. */
async function exported(
  heading: string,
  kind: 'PNG' | 'SVG' | 'CSV',
): Promise<{ name: string; content: unknown }> {
  const before = script.requests.length;
  await chart(heading)
    .getByRole('button', { name: `${heading}: export` })
    .click();
  await chart(heading).getByRole('menuitem', { name: kind }).click();
  await soon(() => script.requests.slice(before).some(({ name }) => name === 'host/save')).toBe(true);
  const { params } = script.requests.findLast(({ name }) => name === 'host/save')!;
  return params as { name: string; content: unknown };
}

/** How many pixels of a chart's plot are of the run's color, more or less. */
function coloredPixels(heading: string): Promise<number> {
  return chart(heading)
    .locator('.uplot canvas')
    .evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let i = 0; i < data.length; i += 4)
        if (data[i + 2]! - data[i]! > 60 && data[i + 3]! > 100) count++;
      return count;
    });
}

/** The color of a point of the sample's pane, from a screenshot. */
async function colorAt(x: number): Promise<number[]> {
  const shot = await panel.page.locator('image-pane .frame').screenshot();
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.round(info.height / 2) * info.width + Math.round(x * info.width)) * 3;
  return [...data.subarray(at, at + 3)];
}

describe.skipIf(!hasBrowser)(needsBrowser('run panel'), () => {
  beforeEach(async () => {
    script = await scriptRun([500, 1000, 1500]);
    for (let step = 1; step <= 1500; step++) script.log(loss, step, 1 / step);
    for (let step = 100; step <= 1500; step += 100) script.log('validation/psnr_y', step, 20 + step / 300);
  });
  afterEach(async () => {
    expect(await panel.refused()).toEqual([]);
    await panel.close();
    script.remove();
  });
  afterAll(closeBrowser);

  test('shows the progress of the run and draws its points', async () => {
    await open();
    await soon(() => text(panel.page.locator('run-header dl'))).toContain('1,500 / 30,000');
    const facts = await text(panel.page.locator('run-header dl'));
    for (const fact of [
      '4.1 it/s',
      '1 h 12 min',
      '25.49 dB',
      '1.1 GB',
      'cpu · a processor',
      '0123456789 with changes',
      'esrgan train run.esrgan.yaml',
    ])
      expect(facts).toContain(fact);
    const upload = panel.page.locator('run-header dl a');
    expect([await text(upload), await upload.getAttribute('href')]).toEqual([
      'uploading',
      'https://wandb.ai/me/faces/runs/1',
    ]);
    await soon(() => text(legend('Content loss', 'train'))).toBe('6.667e-4');
    await soon(() => coloredPixels('Content loss')).toBeGreaterThan(200);
  });

  test.each([
    ['psnr', 31.2, 'Best PSNR31.20 dB · pretraining @ 1k · bicubic 30.71 dB'],
    ['psnr', 29.26, 'Best PSNR29.26 dB · pretraining @ 1k · below bicubic (30.71 dB)'],
    ['lpips', 0.2, 'Best LPIPS0.2000 · pretraining @ 1k · bicubic 0.4000'],
  ] as const)('the best %s, %d, is next to that of bicubic', async (bestMetric, value, expected) => {
    const answer = script.answers['esrgan/run']!;
    await open({
      answers: {
        ...script.answers,
        async 'esrgan/run'(params) {
          const metrics = { [bestMetric]: value, bicubic_psnr: 30.71, bicubic_lpips: 0.4 };
          const checkpoint = { path: '/c', stage: 'pretraining', step: 1000, epoch: 2, metrics } as const;
          const checkpoints = [{ ...checkpoint, bytes: 1, saved: 0, best: true, last: true, kept: false }];
          return { ...(await answer(params)), checkpoints, bestMetric };
        },
      },
    });
    await soon(() => text(panel.page.locator('run-header dl div', { hasText: 'Best' }))).toBe(expected);
  });

  test.each([
    [560, true],
    [900, false],
  ])('%d pixels wide, samples above the charts: %s', async (width, isAbove) => {
    await open({ width });
    const topOf = async (selector: string) =>
      (await panel.page.locator(selector).first().boundingBox())?.y ?? Number.NaN;
    await soon(async () => (await topOf('image-pane')) < (await topOf('line-chart'))).toBe(isAbove);
  });

  test('both stages have a border and names; one of them can be chosen', async () => {
    for (let step = 1600; step <= 3000; step += 100) script.log('validation/psnr_y', step, 18 + step / 3000);
    script.log('train/g_learning_rate', 1600, 1e-4);
    const answer = script.answers['esrgan/run']!;
    await open({
      answers: {
        ...script.answers,
        'esrgan/run': async (params) => ({ ...(await answer(params)), stepsBeforeTraining: 1500 }),
      },
    });
    const button = chart('PSNR').locator('.legend button').first();
    await soon(() => text(button)).toMatch(/Y · training\s+19.00/);
    const svg = String((await exported('PSNR', 'SVG')).content);
    expect(svg).toMatch(/>pretraining<.*>training</s);

    await panel.page.getByRole('combobox', { name: 'Stage' }).selectOption('pretraining');
    await soon(() => text(button)).toMatch(/Y\s+25.00/);
    await soon(() => chart('Learning rate').count()).toBe(0);
    expect(String((await exported('PSNR', 'SVG')).content)).not.toContain('>training<');
    await panel.page.getByRole('combobox', { name: 'Stage' }).selectOption('training');
    await soon(() => text(button)).toMatch(/Y\s+19.00/);
    await soon(() => chart('Content loss').count()).toBe(0);
    await chart('Learning rate').waitFor();
    await panel.page.reload();
    await soon(() => text(button)).toMatch(/Y\s+19.00/);
  });

  test('draws new points, and drops those of an earlier generation', async () => {
    await open();
    await soon(() => text(legend('PSNR', 'Y'))).toBe('25.00');
    script.log('validation/psnr_y', 1600, 31.5);
    script.log('new/quantity', 1600, 7);
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['points'] });
    await soon(() => text(legend('PSNR', 'Y'))).toBe('31.50');
    await soon(() => text(legend('quantity', 'quantity'))).toBe('7.000');
    // Only new points were requested.
    const { params } = script.requests.findLast(({ name }) => name === 'esrgan/points')!;
    expect(params).toMatchObject({
      after: { generation: '1', count: 1515 },
    });

    script.forget();
    script.log(loss, 10, 0.25);
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['points'] });
    await soon(() => text(legend('Content loss', 'train'))).toBe('0.2500');
    await soon(() => panel.page.locator('line-chart').count()).toBe(1);
  });

  test('why an action was refused stays in sight while the run is read again', async () => {
    const answers = {
      ...script.answers,
      'esrgan/control': () => {
        throw new Error('Trust the workspace.');
      },
    };
    await open({ answers });
    const alert = panel.page.getByRole('alert').filter({ hasText: 'Trust the workspace.' });
    await panel.page.getByRole('button', { name: 'Pause' }).click();
    await alert.waitFor();
    script.log('validation/psnr_y', 1600, 31.5);
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status', 'points'] });
    await soon(() => text(legend('PSNR', 'Y'))).toBe('31.50');
    expect(await alert.count()).toBe(1);
    script.setState('paused');
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status'] });
    await soon(() => alert.count()).toBe(0);
  });

  test('buttons send requests to the trainer and follow its state', async () => {
    await open();
    await panel.page.getByRole('button', { name: 'Pause' }).click();
    await soon(() => script.requests).toContainEqual({
      name: 'esrgan/control',
      params: { run: script.run, request: 'pause' },
    });
    await panel.page.getByText('Job 7 holds its node').waitFor();
    script.setState('paused');
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status'] });
    await panel.page.getByRole('button', { name: 'Resume' }).click();
    await soon(() => script.requests).toContainEqual({
      name: 'esrgan/control',
      params: { run: script.run, request: 'resume' },
    });
    await panel.page.getByRole('button', { name: 'Run File' }).click();
    await soon(() => script.requests).toContainEqual({ name: 'host/openRunFile', params: null });
    await panel.page.getByRole('button', { name: 'Stop' }).click();
    await soon(() => script.requests).toContainEqual({
      name: 'host/command',
      params: { command: 'esrgan.stopRun', args: [{ run: script.run }] },
    });
    script.setState('queued');
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status'] });
    await panel.page.getByText('queued on gpu: Resources').waitFor();
    script.setState('failed');
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status'] });
    await panel.page.getByText('The disk is full.').waitFor();
    expect(await panel.page.getByRole('button', { name: 'Stop' }).count()).toBe(0);
    await panel.page.getByRole('button', { name: 'Resume', exact: true }).click();
    await soon(() => script.requests).toContainEqual({
      name: 'host/command',
      params: { command: 'esrgan.resumeRun', args: [{ run: script.run }] },
    });
  });

  test.each([
    ['failed', 'Resume Both Stages', 'esrgan.startBothStages'],
    ['finished', 'Start Training (GAN)', 'esrgan.startTraining'],
    ['finished', 'Upscale With This', 'esrgan.upscaleWith'],
    ['finished', 'Compare', 'esrgan.compareRuns'],
    ['finished', 'Run Again…', 'esrgan.runAgain'],
  ] as const)('a run in pretraining that %s offers “%s”', async (state, name, command) => {
    await open();
    script.setState(state);
    panel.notify('esrgan/runChanged', { run: script.run, parts: ['status'] });
    await panel.page.getByRole('button', { name, exact: true }).click();
    await soon(() => script.requests).toContainEqual({
      name: 'host/command',
      params: { command, args: [{ run: script.run }] },
    });
  });

  test('dragging zooms all charts, a double click resets the zoom, the wheel scrolls the page', async () => {
    await open({ height: 400 });
    const plot = chart('Content loss').locator('.u-over');
    const box = (await plot.boundingBox())!;
    const y = box.y + box.height / 2;
    await panel.page.mouse.move(box.x + box.width * 0.25, y);
    await panel.page.mouse.down();
    await panel.page.mouse.move(box.x + box.width * 0.5, y, { steps: 4 });
    await panel.page.mouse.up();
    await panel.page.getByRole('button', { name: 'Reset zoom', exact: true }).waitFor();
    // A quarter of 1 to 1500 each side of the middle of the lower half.
    const zoomed = await exported('PSNR', 'SVG');
    expect(String(zoomed.content)).toMatch(/>400<.*>600</s);
    expect(String(zoomed.content)).not.toContain('>1000<');

    await plot.dblclick();
    await soon(() => panel.page.getByRole('button', { name: 'Reset zoom', exact: true }).count()).toBe(0);

    await plot.hover();
    await panel.page.mouse.wheel(0, 150);
    await soon(() => panel.page.evaluate('document.scrollingElement.scrollTop')).toBeGreaterThan(0);
  });

  test('axes can be logarithmic or show time', async () => {
    await open();
    await panel.page.getByLabel('Log y axis').check();
    const logarithmic = String((await exported('Content loss', 'SVG')).content);
    for (const label of ['0.001', '0.01', '0.1', '1']) expect(logarithmic).toContain(`>${label}<`);
    await panel.page.getByLabel('x axis').selectOption('relative');
    const relative = String((await exported('Content loss', 'SVG')).content);
    expect(relative).toContain('>10m<');
    await panel.page.getByLabel('x axis').selectOption('wall');
    const wall = String((await exported('Content loss', 'SVG')).content);
    expect(wall).toContain('>12:10<');
  });

  test('exports a chart as CSV, SVG and PNG', async () => {
    await open();
    const csv = await exported('PSNR', 'CSV');
    expect(csv.name).toBe('harbour-psnr.csv');
    const lines = String(csv.content).split('\r\n');
    expect(lines.slice(0, 2)).toEqual([
      'step,time,validation/psnr_y',
      '100,2030-01-31T12:01:40.000Z,20.333333333333332',
    ]);
    expect(lines).toHaveLength(17);
    const svg = String((await exported('Content loss', 'SVG')).content);
    expect((await sharp(Buffer.from(svg)).metadata()).format).toBe('svg');
    const png = await exported('Content loss', 'PNG');
    const { bytes } = png.content as { bytes: number[] };
    expect(await sharp(Buffer.from(bytes)).metadata()).toMatchObject({
      format: 'png',
      width: 1600,
      height: 824,
    });
  });

  test('exports the chosen axes while the table is shown', async () => {
    await open();
    await chart('Content loss').getByRole('button', { name: 'Content loss: show as table' }).click();
    await panel.page.getByLabel('Log y axis').check();
    const svg = String((await exported('Content loss', 'SVG')).content);
    for (const label of ['0.001', '0.01', '0.1', '1']) expect(svg).toContain(`>${label}<`);
  });

  test('keys move the cursor from point to point in all charts and the samples', async () => {
    await open();
    const slider = chart('PSNR').getByRole('slider');
    await slider.focus();
    await panel.page.keyboard.press('Home');
    await soon(() => slider.getAttribute('aria-valuetext')).toContain('step 100, Y 20.33');
    for (const _ of [1, 2, 3, 4, 5]) await panel.page.keyboard.press('ArrowRight');
    await expect.poll(() => text(legend('Content loss', 'train'))).toBe(String((1 / 600).toPrecision(4)));
    await panel.page.locator('sample-view').getByText('step 500').waitFor();
    await panel.page.keyboard.press('Escape');
    await soon(() => text(legend('Content loss', 'train'))).toBe('6.667e-4');
    await panel.page.keyboard.press('Shift+S');
    await panel.page.locator('sample-view').getByText('step 1,000').waitFor();
    await panel.page.keyboard.press('s');
    await panel.page.locator('sample-view').getByText('step 1,500').waitFor();
  });

  test('the wipe shows one image left and the other right', async () => {
    await open();
    await soon(() => colorAt(0.4)).toEqual([...sampleColors.bicubic]);
    expect(await colorAt(0.6)).toEqual([...sampleColors.sr]);
    await panel.page.getByLabel('Wipe between bicubic and SR').fill('20');
    await soon(() => colorAt(0.4)).toEqual([...sampleColors.sr]);
    await panel.page.getByRole('radiogroup', { name: 'Right' }).getByRole('radio', { name: 'HR' }).click();
    await soon(() => colorAt(0.4)).toEqual([...sampleColors.hr]);
    await panel.page.getByRole('radio', { name: 'Side by side' }).click();
    await soon(() => panel.page.locator('image-pane').count()).toBe(4);
    await panel.page.locator('image-pane .frame').first().focus();
    await panel.page.keyboard.press('+');
    await soon(() => text(panel.page.getByLabel('Zoom', { exact: true }))).toMatch(/×$/);
  });

  test('a reload restores the state and loads the data again', async () => {
    await open();
    await panel.page.getByLabel('smoothing').fill('0.9');
    await panel.page.getByLabel('Log y axis').check();
    await chart('PSNR').locator('.legend button').click();
    await panel.page.getByLabel('Wipe between bicubic and SR').fill('80');
    await panel.page.getByRole('radio', { name: 'field' }).click();
    script.log(loss, 1501, 0.5);
    await panel.page.reload();
    await soon(() => text(legend('Content loss', 'train'))).toBe('0.5000');
    expect(await panel.page.getByLabel('smoothing').inputValue()).toBe('0.9');
    expect(await panel.page.getByLabel('Log y axis').isChecked()).toBe(true);
    expect(await chart('PSNR').locator('.legend button').getAttribute('aria-pressed')).toBe('false');
    expect(await panel.page.getByLabel('Wipe between bicubic and SR').inputValue()).toBe('80');
    expect(await panel.page.getByRole('radio', { name: 'field' }).getAttribute('aria-checked')).toBe('true');
    expect(await panel.page.evaluate('acquireVsCodeApi().getState().run')).toBe(script.run);
  });

  test('shows a chart as a table', async () => {
    await open();
    await chart('PSNR').getByRole('button', { name: 'PSNR: show as table' }).click();
    const rows = chart('PSNR').getByRole('row');
    await soon(() => rows.count()).toBe(16);
    expect((await text(rows.nth(1))).split(/\s+/)).toEqual(['1,500', '25.00']);
  });

  test.each([
    { width: 1400, columns: 3 },
    { width: 900, columns: 2 },
    { width: 500, columns: 1 },
  ])('$columns columns in $width pixels', async ({ width, columns }) => {
    await open({ width });
    await legend('PSNR', 'Y').waitFor();
    const template = await panel.page
      .locator('run-panel .columns')
      .evaluate((grid) => getComputedStyle(grid).gridTemplateColumns);
    expect(template.split(' ')).toHaveLength(columns);
    expect(await panel.page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(width);
  });

  test.each(themes)('axe finds no violations in %s', async (theme) => {
    await open({ theme });
    await legend('PSNR', 'Y').waitFor();
    await panel.page.evaluate(axeSource);
    for (const action of [
      async () => {},
      () => chart('PSNR').getByRole('button', { name: 'PSNR: show as table' }).click(),
      () => panel.page.getByRole('radio', { name: 'Side by side' }).click(),
    ]) {
      await action();
      const found: { id: string; nodes: { html: string; failureSummary: string }[] }[] =
        await panel.page.evaluate('axe.run().then(({ violations }) => violations)');
      expect(
        found.map(
          ({ id, nodes }) =>
            `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
        ),
      ).toEqual([]);
    }
  });

  test.each([...themes.map((theme) => ({ theme })), { forcedColors: true }])(
    'the chosen one of a group has its own colors under the pointer, with %j',
    async (options) => {
      await open(options);
      const choice = panel.page.getByRole('radio', { name: 'Wipe' });
      const colors = () =>
        choice.evaluate((button) => {
          const { color, backgroundColor } = getComputedStyle(button);
          return { color, backgroundColor, isHovered: button.matches(':hover') };
        });
      expect(await choice.getAttribute('aria-checked')).toBe('true');
      const before = await colors();
      await choice.hover();
      expect(await colors()).toEqual({ ...before, isHovered: true });
    },
  );

  test('works with forced colors and reduced motion', async () => {
    await open({ forcedColors: true, reducedMotion: true });
    await soon(() => coloredPixels('Content loss')).toBeGreaterThan(200);
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PatchesQuery, TrainingPatches } from '../../server/protocol/training-patches.ts';
import { type Answers, closeBrowser, type Harness, hasBrowser, needsBrowser, openApp } from './harness.ts';
import { type Theme, themes } from './themes.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

let page: Harness;
let queries: PatchesQuery[];
/** The message of the next answers. */
let problem: string | undefined;

beforeEach(() => {
  queries = [];
  problem = undefined;
});
afterEach(async () => {
  expect(await page.refused()).toEqual([]);
  await page.close();
});
afterAll(closeBrowser);

const png = async (side: number, color: string): Promise<string> => {
  const image = sharp({ create: { width: side, height: side, channels: 3, background: color } });
  return (await image.png().toBuffer()).toString('base64');
};

/** Patches whose first color is that of the step. */
async function patchesOf({ stage, step, count, without }: PatchesQuery): Promise<TrainingPatches> {
  const lr = await png(8, step === 1 ? '#c80000' : '#00a000');
  const hr = await png(32, '#0000c8');
  const operations = ['blur', 'noise', 'downscale', 'jpeg'].map((op, index) => ({
    op,
    isOff: without.includes(index),
  }));
  const applied = [
    { index: 0, op: 'blur', drawn: { kernel: 'iso', size: 9, sigma: 1.25 } },
    { index: 3, op: 'jpeg', drawn: { quality: 41, chroma: '4:2:0' } },
  ].filter(({ index }) => !without.includes(index));
  const patches = Array.from({ length: Math.min(count, 16) }, (_, i) => ({
    image: `/photos/${i + 1}.png`,
    applied,
    lr,
    hr,
  }));
  return {
    stage,
    step,
    steps: 500,
    epoch: 2,
    scale: 4,
    width: 8,
    height: 8,
    batchSize: 16,
    operations,
    patches,
  };
}

const answers: Answers = {
  async 'host/trainingPatches'(query) {
    queries.push(query);
    if (problem !== undefined) throw new Error(problem);
    return patchesOf(query);
  },
};

async function open(theme?: Theme): Promise<void> {
  const parameters = { file: '/p/photos.esrgan.yaml', stage: 'training' };
  page = await openApp({ app: 'training-patches', parameters, answers, ...(theme && { theme }) });
  await page.page.locator('patch-image').first().waitFor();
}

/** The middle pixel of an image on the page. */
async function colorOf(label: string): Promise<number[]> {
  const shot = await page.page.getByLabel(label, { exact: true }).screenshot();
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.floor(info.height / 2) * info.width + Math.floor(info.width / 2)) * 3;
  return [...data.subarray(at, at + 3)];
}

/** What was done to the first patch. */
const done = () =>
  page.page.getByLabel('What was done to patch 1', { exact: true }).locator('li').allTextContents();

describe.skipIf(!hasBrowser)(needsBrowser('training patches'), () => {
  test('LR is next to HR in the same size, with what was done to each patch', async () => {
    await open();
    await soon(() => colorOf('LR patch 1 of 1.png')).toEqual([200, 0, 0]);
    await soon(() => colorOf('HR patch 1 of 1.png')).toEqual([0, 0, 200]);
    const boxes = await Promise.all(
      ['LR', 'HR'].map((side) =>
        page.page.getByLabel(`${side} patch 1 of 1.png`, { exact: true }).boundingBox(),
      ),
    );
    expect(boxes.map((box) => [box?.width, box?.height, box?.y])).toEqual([
      [256, 256, boxes[0]?.y],
      [256, 256, boxes[0]?.y],
    ]);
    expect(await done()).toEqual(['blur: iso, 9 px, sigma 1.25', 'jpeg: quality 41, 4:2:0']);
    expect(queries).toEqual([{ stage: 'training', step: 1, count: 12, without: [] }]);
    expect(await page.page.locator('span[role=status]').textContent()).toBe(
      '12 of 16 patches · epoch 2 · LR 8 × 8, HR 32 × 32',
    );
  });

  test('steps by button, field and key', async () => {
    await open();
    await page.page.getByRole('button', { name: 'Next step' }).click();
    await soon(() => colorOf('LR patch 1 of 1.png')).toEqual([0, 160, 0]);
    const field = page.page.getByLabel('Step', { exact: true });
    await field.fill('120');
    await field.press('Enter');
    await page.page.keyboard.press('PageDown');
    await soon(() => queries.map(({ step }) => step)).toEqual([1, 2, 120, 121]);
    await field.fill('900');
    await field.press('Enter');
    await soon(() => field.inputValue()).toBe('121');
    await page.page.getByRole('button', { name: 'Previous step' }).click();
    await soon(() => queries.at(-1)?.step).toBe(120);
  });

  test('an operation can be left out, but the downscale cannot', async () => {
    await open();
    await page.page.getByLabel('1 blur').uncheck();
    await soon(done).toEqual(['jpeg: quality 41, 4:2:0']);
    expect(queries.at(-1)?.without).toEqual([0]);
    expect(await page.page.getByLabel('3 downscale').isDisabled()).toBe(true);
    await page.page.getByLabel('1 blur').check();
    await soon(() => queries.at(-1)?.without).toEqual([]);
  });

  test('an edit is followed; a problem is shown over the last patches, dimmed', async () => {
    await open();
    problem = 'photos.esrgan.yaml:3:1: error: unknown key `blurr`';
    page.notify('esrgan/trainingPatchesChanged', { file: '/p/photos.esrgan.yaml' });
    await soon(() => page.page.getByRole('alert').textContent()).toBe(problem);
    const opacity = () =>
      page.page
        .locator('patch-image')
        .first()
        .evaluate((image) => getComputedStyle(image).opacity);
    expect(Number(await opacity())).toBeLessThan(1);
    expect(await page.page.locator('patch-image').count()).toBe(24);
    problem = undefined;
    page.notify('esrgan/trainingPatchesChanged', { file: '/p/photos.esrgan.yaml' });
    await soon(() => page.page.getByRole('alert').count()).toBe(0);
    expect(await opacity()).toBe('1');
  });

  test('zoom, the whole batch and the stage survive a reload', async () => {
    await open();
    await page.page.keyboard.press('-');
    await page.page.getByRole('button', { name: 'Show All 16 Patches' }).click();
    await soon(() => page.page.locator('patch-image').count()).toBe(32);
    await page.page.getByRole('radio', { name: 'Pretraining' }).click();
    await soon(() => queries.at(-1)?.stage).toBe('pretraining');
    const width = async () =>
      (await page.page.getByLabel('HR patch 1 of 1.png', { exact: true }).boundingBox())?.width;
    await soon(width).toBe(192);
    await page.page.reload();
    await soon(() => page.page.locator('patch-image').count()).toBe(32);
    await soon(width).toBe(192);
    expect(queries.at(-1)).toMatchObject({ stage: 'pretraining', step: 1 });
    await page.page.keyboard.press('+');
    await soon(width).toBe(256);
  });

  test.each(themes)('has no accessibility violations: %s', async (theme) => {
    await open(theme);
    problem = 'the run file has an error';
    page.notify('esrgan/trainingPatchesChanged', { file: '/p/photos.esrgan.yaml' });
    await page.page.getByRole('alert').waitFor();
    await page.page.evaluate(axeSource);
    const found: { id: string }[] = await page.page.evaluate(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id }) => id)).toEqual([]);
  });
});

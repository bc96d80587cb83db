import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ImagePair } from '../../server/protocol/upscaling.ts';
import {
  type Answers,
  addressOfFile,
  closeBrowser,
  type Harness,
  hasBrowser,
  needsBrowser,
  openApp,
} from './harness.ts';
import { type Theme, themes } from './themes.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

let folder: string;
let page: Harness;
let requests: { name: string; params: unknown }[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'before-after-view-'));
  requests = [];
});
afterEach(async () => {
  expect(await page.refused()).toEqual([]);
  await page.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(closeBrowser);

/** An image of one color. */
async function image(name: string, side: number, background: string): Promise<string> {
  const path = join(folder, name);
  await sharp({ create: { width: side, height: side, channels: 3, background } }).toFile(path);
  return path;
}

async function pair(name: string, before: string, after: string): Promise<ImagePair> {
  return {
    source: await image(`${name}.png`, 50, before),
    result: await image(`${name}_x4.png`, 200, after),
    model: 'photos · training 88,210',
  };
}

const answers: Answers = {
  async 'host/displayableImage'({ path }) {
    requests.push({ name: 'host/displayableImage', params: path });
    if (path.includes('gone')) throw new Error(`${path} is not there any more.`);
    const { width, height } = await sharp(path).metadata();
    // The "huge" one comes as a copy of half its width.
    const factor = path.includes('huge') ? 2 : 1;
    return {
      path,
      width: width * factor,
      height: height * factor,
      bytes: statSync(path).size,
      uri: addressOfFile(path),
    };
  },
  'host/open'({ path }) {
    requests.push({ name: 'host/open', params: path });
    return null;
  },
};

async function open(images: readonly ImagePair[], theme?: Theme): Promise<void> {
  const parameters = { images: JSON.stringify(images).replaceAll('"', '&quot;') };
  page = await openApp({ app: 'before-after', parameters, answers, ...(theme && { theme }) });
  await page.page.locator('image-pane').waitFor();
}

/** The color in the pane, at a share of its width. */
async function colorAt(x: number): Promise<number[]> {
  const shot = await page.page.locator('image-pane .frame').screenshot();
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.round(info.height / 2) * info.width + Math.round(x * info.width)) * 3;
  return [...data.subarray(at, at + 3)];
}

const red = [200, 0, 0];
const green = [0, 160, 0];

describe.skipIf(!hasBrowser)(needsBrowser('images before and after'), () => {
  test('the source is left of the wipe, the result right; the slider moves the wipe', async () => {
    await open([await pair('a', '#c80000', '#00a000')]);
    await soon(() => colorAt(0.45)).toEqual(red);
    expect(await colorAt(0.55)).toEqual(green);
    await page.page.getByLabel('Wipe between before and after').fill('52');
    await soon(() => colorAt(0.51)).toEqual(red);
    const facts = (await page.page.locator('.facts').textContent()) ?? '';
    expect(facts.replaceAll(/\s+/g, ' ')).toMatch(
      /Before 50 × 50 · [\d.]+ k?B, after 200 × 200 · [\d.]+ k?B, upscaled by photos · training 88,210/,
    );
    expect(facts).not.toContain('shown at');
  });

  test('holding Space shows the source alone', async () => {
    await open([await pair('a', '#c80000', '#00a000')]);
    await soon(() => colorAt(0.55)).toEqual(green);
    await page.page.locator('image-pane .frame').focus();
    await page.page.keyboard.down('Space');
    await soon(() => colorAt(0.55)).toEqual(red);
    await page.page.keyboard.up('Space');
    await soon(() => colorAt(0.55)).toEqual(green);
  });

  test('a downscaled copy of a huge image shows its resolution', async () => {
    const source = await image('huge.png', 50, '#c80000');
    await open([{ source, result: await image('huge_x4.png', 100, '#00a000'), model: null }]);
    await soon(() => page.page.locator('.facts').textContent()).toContain('shown at 50 % of its resolution');
    await soon(() => colorAt(0.45)).toEqual(red);
  });

  test('shows a batch pair by pair, including after a missing image', async () => {
    const pairs = [
      await pair('a', '#c80000', '#00a000'),
      { source: join(folder, 'gone.png'), result: join(folder, 'gone_x4.png'), model: null },
      await pair('c', '#00a000', '#c80000'),
    ];
    await open(pairs);
    await soon(() => colorAt(0.45)).toEqual(red);
    await page.page.getByRole('button', { name: 'Next image' }).click();
    await page.page.getByText(/gone\.png is not there any more/).waitFor();
    await page.page.keyboard.press('PageDown');
    await soon(() => colorAt(0.45)).toEqual(green);
    expect(await page.page.getByRole('button', { name: 'Next image' }).isDisabled()).toBe(true);
    await page.page.getByRole('button', { name: 'Open Result' }).click();
    await soon(() => requests.at(-1)).toEqual({ name: 'host/open', params: pairs[2]!.result });
    // As the editor does when it shows the page again.
    await page.page.reload();
    await soon(() => colorAt(0.45)).toEqual(green);
    expect(await page.page.locator('.pair').textContent()).toContain('3 of 3');
    const saved = await page.page.evaluate('acquireVsCodeApi().getState().images.length');
    expect(saved).toBe(3);
  });

  test('zooms by buttons and keys', async () => {
    await open([await pair('a', '#c80000', '#00a000')]);
    await soon(() => colorAt(0.45)).toEqual(red);
    const zoom = page.page.getByLabel('Zoom', { exact: true });
    expect(await zoom.textContent()).toBe('fit');
    await page.page.getByRole('button', { name: 'Zoom in' }).click();
    await soon(() => zoom.textContent()).toBe('8×');
    await page.page.locator('image-pane .frame').press('0');
    await soon(() => zoom.textContent()).toBe('fit');
  });

  test('the source is interpolated or shown as squares', async () => {
    const halves = join(folder, 'halves.png');
    await sharp(Buffer.from([0, 0, 0, 255, 255, 255]), { raw: { width: 2, height: 1, channels: 3 } })
      .resize(2, 2, { kernel: 'nearest', fit: 'fill' })
      .toFile(halves);
    await open([{ source: halves, result: await image('halves_x4.png', 8, '#00a000'), model: null }]);
    await page.page.getByLabel('Wipe between before and after').fill('100');
    /** Pixels in the middle of the pane that are neither black nor white. */
    const greys = async () => {
      const shot = await page.page.locator('image-pane .frame').screenshot();
      const { info } = await sharp(shot).toBuffer({ resolveWithObject: true });
      const middle = { left: (info.width >> 1) - 8, top: info.height >> 1, width: 16, height: 1 };
      const reds = await sharp(shot).extract(middle).extractChannel('red').raw().toBuffer();
      return reds.filter((value) => value > 20 && value < 235).length;
    };
    await soon(greys).toBeGreaterThan(3);
    await page.page.getByRole('radio', { name: 'Pixels' }).click();
    await soon(greys).toBe(0);
  });

  test.each(themes)('axe finds no violations in %s', async (theme) => {
    await open([await pair('a', '#c80000', '#00a000'), await pair('b', '#c80000', '#00a000')], theme);
    await page.page.evaluate(axeSource);
    const found: { id: string }[] = await page.page.evaluate(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id }) => id)).toEqual([]);
  });
});

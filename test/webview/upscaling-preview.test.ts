import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { PreviewedModel, PreviewRegion } from '../../server/protocol/webview.ts';
import type { Rect } from '../../trainer/guards/rect.ts';
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

const psnr: PreviewedModel = { id: 'psnr', name: 'psnr.pth', scale: 4 };
const gan: PreviewedModel = { id: 'gan', name: 'gan.pth', scale: 4 };
const clean: PreviewedModel = { id: 'clean', name: '1x-clean.pth, then gan.pth', scale: 4 };
const colors: Record<string, string> = {
  bicubic: '#c80000',
  psnr: '#00a000',
  gan: '#0000c8',
  clean: '#c8c800',
};
const [red, green, blue] = [
  [200, 0, 0],
  [0, 160, 0],
  [0, 0, 200],
];

let folder: string;
let page: Harness;
let models: readonly PreviewedModel[];
let queries: PreviewRegion[];
/** Names of the other requests. */
let requests: string[];
/** Model that does not answer until the page cancels. */
let slow: string | undefined;
let cancel: () => void;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'upscaling-preview-'));
  models = [psnr, gan];
  queries = [];
  requests = [];
  slow = undefined;
  cancel = () => {};
});
afterEach(async () => {
  cancel();
  expect(await page.refused()).toEqual([]);
  await page.close();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(closeBrowser);

async function image(name: string, width: number, height: number, background: string): Promise<string> {
  const path = join(folder, `${name}.png`);
  await sharp({ create: { width, height, channels: 3, background } }).toFile(path);
  return addressOfFile(path);
}

const answers: Answers = {
  async 'host/displayableImage'({ path }) {
    const uri = await image('whole', 400, 300, '#808080');
    return { path, width: 800, height: 600, bytes: 1, uri };
  },
  'host/previewedModels': () => ({ models }),
  'host/addPreviewedModel'() {
    models = [...models, clean];
    return { models };
  },
  'host/removePreviewedModel'({ id }) {
    models = models.filter((model) => model.id !== id);
    return { models };
  },
  async 'host/previewRegion'(query) {
    queries.push(query);
    const { id, region, scale } = query;
    if (id === slow) {
      await new Promise<void>((resolve) => {
        cancel = resolve;
      });
      throw new Error('Cancelled.');
    }
    if (id === 'broken') throw new Error('broken.pth is not a valid PyTorch file.');
    const [width, height] = [region.width * scale, region.height * scale];
    const name = id ?? 'bicubic';
    const uri = await image(`${name}-${queries.length}`, width, height, colors[name] ?? '');
    return { uri, width, height, milliseconds: id === null ? 12 : 2400 };
  },
  'host/cancelPreview'() {
    cancel();
    return null;
  },
  'host/upscalePreviewed': () => null,
};

async function open(options: { theme?: Theme; width?: number } = {}): Promise<void> {
  page = await openApp({
    app: 'upscaling-preview',
    parameters: { image: '/photos/harbour.jpg' },
    answers,
    onRequest: (name, params) => {
      if (name !== 'host/previewRegion')
        requests.push(params === null ? name : `${name} ${JSON.stringify(params)}`);
    },
    ...options,
  });
  await page.page.locator('.whole image-pane').waitFor();
}

const status = () => page.page.locator('.status [role=status]');
/** Everything is computed for a region. */
const done = (isWanted: (region: Rect) => boolean = () => true) =>
  soon(async () => {
    const last = queries.at(-1);
    return last?.id === models.at(-1)?.id && last && isWanted(last.region) && (await status().textContent());
  }).toBe('');

/** The color in the result of a model, at a fraction of its width. */
async function colorAt(model: string, x: number): Promise<number[]> {
  const frame = page.page.locator('li', {
    has: page.page.getByRole('heading', { name: model, exact: true }),
  });
  const shot = await frame.locator('image-pane .frame').screenshot();
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const at = (Math.round(info.height / 2) * info.width + Math.round(x * info.width)) * 3;
  return [...data.subarray(at, at + 3)];
}

const middle = { x: 320, y: 220, width: 160, height: 160 };

describe.skipIf(!hasBrowser)(needsBrowser('the preview of upscaling'), () => {
  test('shows the middle of the image by each model, next to bicubic, with one wipe', async () => {
    await open();
    await done();
    const query = { region: middle, scale: 4, isBetter: false };
    expect(queries).toEqual([
      { id: null, ...query },
      { id: 'psnr', ...query },
      { id: 'gan', ...query },
    ]);
    await soon(() => colorAt('psnr.pth', 0.3)).toEqual(red);
    expect(await colorAt('psnr.pth', 0.7)).toEqual(green);
    expect(await colorAt('gan.pth', 0.3)).toEqual(red);
    expect(await colorAt('gan.pth', 0.7)).toEqual(blue);
    expect(await page.page.locator('li .head').first().textContent()).toMatch(/psnr\.pth\s*×4 · 2\.4 s/);
    await page.page.getByLabel('Wipe between bicubic and psnr.pth').fill('20');
    await soon(() => colorAt('gan.pth', 0.3)).toEqual(blue);
    await page.page.locator('li image-pane .frame').first().focus();
    await page.page.keyboard.down('Space');
    await soon(() => colorAt('gan.pth', 0.7)).toEqual(red);
    await page.page.keyboard.up('Space');
  });

  test('compares with another model than bicubic', async () => {
    await open();
    await done();
    await page.page.getByLabel('Left of the wipe').selectOption({ label: 'gan.pth' });
    await soon(() => colorAt('psnr.pth', 0.3)).toEqual(blue);
    // On itself there is nothing to wipe.
    expect(await colorAt('gan.pth', 0.3)).toEqual(blue);
    await page.page.reload();
    await soon(() => colorAt('psnr.pth', 0.3)).toEqual(blue);
  });

  test('the region is moved and resized with the keyboard', async () => {
    await open();
    await done();
    const region = page.page.locator('.whole .frame');
    await region.focus();
    await region.press('ArrowRight');
    await region.press('Shift+ArrowDown');
    await done(({ x, height }) => x > middle.x && height > middle.height);
    const moved = queries.at(-1)?.region ?? middle;
    expect(await page.page.locator('.whole p').textContent()).toContain(
      `160 × ${moved.height} pixels at ${moved.x}, 220 of 800 × 600`,
    );
    await region.press('Escape');
    await done(({ x, height }) => x === middle.x && height === middle.height);
  });

  test('the region is drawn with the mouse; its sides are limited', async () => {
    await open();
    await done();
    const frame = await page.page.locator('.whole .frame').boundingBox();
    if (!frame) throw new Error('There is no frame.');
    const draw = async (from: number, to: number) => {
      await page.page.mouse.move(frame.x + from * frame.width, frame.y + from * frame.height);
      await page.page.mouse.down();
      await page.page.mouse.move(frame.x + to * frame.width, frame.y + to * frame.height);
      await page.page.mouse.up();
    };
    await draw(0.5, 0.505);
    await done(({ width, height }) => width === 16 && height === 16);
    await draw(0.02, 0.98);
    await done(({ width, height }) => width === 512 && height === 512);
  });

  test('a newer region ends the work on the one before', async () => {
    slow = 'psnr';
    await open();
    await soon(() => status().textContent()).toBe('Upscaling 2 of 3: psnr.pth');
    slow = undefined;
    await page.page.locator('.whole .frame').press('ArrowLeft');
    await soon(() => requests).toContain('host/cancelPreview');
    await done(({ x }) => x < middle.x);
    expect(queries.slice(-3).map(({ id, region }) => [id, region.x < middle.x])).toEqual([
      [null, true],
      ['psnr', true],
      ['gan', true],
    ]);
  });

  test('the work can be cancelled and continued', async () => {
    slow = 'gan';
    await open();
    await soon(() => status().textContent()).toBe('Upscaling 3 of 3: gan.pth');
    await page.page.getByRole('button', { name: 'Cancel' }).click();
    await soon(() => status().textContent()).toBe('Cancelled');
    await page.page.getByText('Not upscaled').waitFor();
    slow = undefined;
    await page.page.getByRole('button', { name: 'Continue' }).click();
    await soon(() => colorAt('gan.pth', 0.7)).toEqual(blue);
  });

  test('models are added and removed; one that fails says why, and the others are there', async () => {
    models = [{ id: 'broken', name: 'broken.pth', scale: null }, psnr];
    await open();
    await page.page.getByText('broken.pth is not a valid PyTorch file.').waitFor();
    await soon(() => colorAt('psnr.pth', 0.7)).toEqual(green);
    await page.page.getByRole('button', { name: 'Remove broken.pth' }).click();
    await page.page.getByRole('button', { name: 'Add Model…' }).click();
    await soon(() => colorAt('1x-clean.pth, then gan.pth', 0.7)).toEqual([200, 200, 0]);
    expect(await page.page.getByRole('heading', { level: 2 }).allTextContents()).toEqual([
      'psnr.pth',
      '1x-clean.pth, then gan.pth',
    ]);
  });

  test('more passes are for the models only; a model upscales the image', async () => {
    await open();
    await done();
    await page.page.getByLabel('Better (TTA, 8 passes)').check();
    await soon(() => queries.length).toBe(6);
    expect(queries.slice(3).map(({ isBetter }) => isBetter)).toEqual([false, true, true]);
    await page.page.getByRole('button', { name: 'Upscale Image With This: gan.pth' }).click();
    await soon(() => requests.at(-1)).toBe('host/upscalePreviewed {"id":"gan"}');
  });

  test('a narrow page has the image above the results and needs no horizontal scroll', async () => {
    await open({ width: 420 });
    await done();
    const [whole, result] = [page.page.locator('.whole'), page.page.locator('li').first()];
    const [above, below] = [await whole.boundingBox(), await result.boundingBox()];
    expect((above?.y ?? 0) + (above?.height ?? 0)).toBeLessThanOrEqual(below?.y ?? 0);
    expect(await page.page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test.each(themes)('axe finds no violations in %s', async (theme) => {
    await open({ theme });
    await done();
    await page.page.evaluate(axeSource);
    const found: { id: string }[] = await page.page.evaluate(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id }) => id)).toEqual([]);
  });
});

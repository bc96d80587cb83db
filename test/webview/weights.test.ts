import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WeightsReport } from '../../server/protocol/upscaling.ts';
import { type Answers, closeBrowser, type Harness, hasBrowser, needsBrowser, openApp } from './harness.ts';
import { type Theme, themes } from './themes.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

const generator: WeightsReport = {
  path: '/w/runs/photos/checkpoints/training-300/generator.safetensors',
  bytes: 2 ** 21,
  sha256: 'f'.repeat(64),
  format: 'safetensors',
  architecture: 'ESRGAN',
  reason: null,
  layout: 'basicsr',
  options: { scale_factor: 4, rrdb_channels: 64 },
  dtypes: ['F32'],
  wrapper: [],
  others: [],
  notFinite: [],
  parameters: 16_697_987,
  metadata: { architecture: 'ESRGAN', scale: '4' },
  tensors: [
    { name: 'conv_first.weight', dtype: 'F32', shape: [64, 3, 3, 3] },
    { name: 'conv_first.bias', dtype: 'F32', shape: [64] },
    { name: 'conv_last.weight', dtype: 'F32', shape: [3, 64, 3, 3] },
  ],
  checkpoint: {
    run: '/w/runs/photos',
    path: '/w/runs/photos/checkpoints/training-300',
    stage: 'training',
    step: 300_000,
    metrics: { psnr: 25.491, ssim: 0.7123 },
    isIntact: true,
  },
};

let page: Harness;
let requests: string[];
let answers: Answers;

beforeEach(() => {
  requests = [];
  answers = {
    'esrgan/weights': () => generator,
    'esrgan/tensorValues': () =>
      generator.tensors.map(({ name }, i) => ({
        name,
        count: 64,
        notFinite: i === 1 ? 2 : 0,
        mean: 0.25,
        deviation: 0.5,
        least: -1,
        largest: 1,
        norm: 4.5,
      })),
    'host/upscaleWith': () => {
      requests.push('upscale');
      return null;
    },
    'host/convertWeights': () => ({ path: '/w/net.pth' }),
    'host/pickWeights': () => ({ path: '/w/other.safetensors' }),
    'esrgan/weightsDifference'({ a, b }) {
      const changed = { norm: 0.5, relative: 0.125, largest: 0.01, notFinite: [0, 0], count: 64 } as const;
      const tensors = [{ ...changed, name: 'conv_last.weight', shape: [3, 64, 3, 3] }];
      return { a, b, total: changed, tensors, unmatched: ['conv_first.weight'] };
    },
    'host/openAsText': () => {
      requests.push('text');
      return null;
    },
  };
});
afterEach(async () => {
  expect(await page.refused()).toEqual([]);
  await page.close();
});
afterAll(closeBrowser);

async function open(theme?: Theme): Promise<void> {
  page = await openApp({
    app: 'weights',
    parameters: { file: generator.path },
    answers,
    ...(theme && { theme }),
  });
  await page.page.locator('h1').waitFor();
}

const text = () => page.page.locator('weights-view').evaluate((view) => view.shadowRoot?.textContent);

describe.skipIf(!hasBrowser)(needsBrowser('weights'), () => {
  test('show model, origin and tensors', async () => {
    await open();
    for (const fact of [
      'ESRGAN generator, ×4 · 16,697,987 parameters · 2.1 MB',
      'BasicSR, Real-ESRGAN',
      'f'.repeat(64),
      'rrdb_channels',
      '/w/runs/photos',
      '300,000',
      '25.491 dB',
    ]) {
      await soon(text).toContain(fact);
    }
    expect(await page.page.locator('tbody tr').count()).toBe(3);
    await page.page.getByLabel('Filter tensors').fill('first bias');
    await soon(() => page.page.locator('tbody tr').allTextContents()).toHaveLength(1);
    expect(await page.page.evaluate('acquireVsCodeApi().getState().file')).toBe(generator.path);
  });

  test('show the values of tensors on request', async () => {
    await open();
    await page.page.getByRole('button', { name: 'Show Values' }).click();
    await page.page.getByRole('columnheader', { name: 'Std. deviation' }).waitFor();
    const cells = await page.page.locator('tbody tr').nth(1).locator('th, td').allTextContents();
    expect(cells.map((cell) => cell.trim())).toEqual([
      'conv_first.bias',
      '64',
      'F32',
      '0.2500',
      '0.5000',
      '−1.000',
      '1.000',
      '4.500',
      '2',
    ]);
    expect(await page.page.locator('td.bad').count()).toBe(1);
  });

  test('upscale, convert and compare', async () => {
    await open();
    await page.page.getByRole('button', { name: 'Upscale With This…' }).click();
    await soon(() => requests).toEqual(['upscale']);
    await page.page.getByRole('button', { name: 'Convert…' }).click();
    await page.page.getByText('Saved as /w/net.pth').waitFor();
    await page.page.getByRole('button', { name: 'Compare…' }).click();
    await page.page.getByText('relative change 0.1250, largest 0.01000').waitFor();
    await page.page.getByText('1 tensor is not in both files').waitFor();
    expect(await page.page.locator('tbody tr').count()).toBe(1);
    await page.page.getByRole('button', { name: 'End Comparison' }).click();
    await soon(() => page.page.locator('tbody tr').count()).toBe(3);
  });

  test('of another architecture show the reason', async () => {
    const reason = '/w/swin.pth holds no supported generator: it holds SwinIR.';
    answers = {
      ...answers,
      'esrgan/weights': () => ({
        ...generator,
        architecture: null,
        layout: null,
        options: null,
        checkpoint: null,
        reason,
      }),
    };
    await open();
    await page.page.getByText(reason).waitFor();
    await soon(text).toContain('Not a known generator');
    expect(await page.page.getByRole('button', { name: 'Upscale With This…' }).count()).toBe(0);
    expect(await page.page.getByRole('button', { name: 'Convert…' }).count()).toBe(0);
    expect(await page.page.locator('tbody tr').count()).toBe(3);
  });

  test('that cannot be read show the reason and can be opened as text', async () => {
    const message = '/w/net.pth is not a valid PyTorch file.';
    answers = {
      ...answers,
      'esrgan/weights': () => {
        throw new Error(message);
      },
    };
    await open();
    await page.page.getByText(message).waitFor();
    await page.page.getByRole('button', { name: 'Open as Text' }).click();
    await soon(() => requests).toEqual(['text']);
  });

  test('that changed since they were saved show a warning', async () => {
    const { checkpoint } = generator;
    answers = {
      ...answers,
      'esrgan/weights': () => ({
        ...generator,
        checkpoint: checkpoint && { ...checkpoint, isIntact: false },
      }),
    };
    await open();
    await page.page.getByText('has changed since the trainer saved it').waitFor();
  });

  test.each(themes)('axe finds no violations in %s', async (theme) => {
    await open(theme);
    await page.page.getByRole('button', { name: 'Show Values' }).click();
    await page.page.getByRole('columnheader', { name: 'Std. deviation' }).waitFor();
    await page.page.evaluate(axeSource);
    const found: { id: string; nodes: { html: string }[] }[] = await page.page.evaluate(
      'axe.run().then(({ violations }) => violations)',
    );
    expect(found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`)).toEqual([]);
  });
});

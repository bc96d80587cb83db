import { cpSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { chromium, type Locator } from 'playwright-core';
import { beforeAll, expect, inject, test } from 'vitest';
import { createEventWriter } from '../../trainer/runs/event-writer.ts';
import { ComparePanel, type CompareTab } from './compare-panel.ts';
import { esrgan, miniRuns, trainMiniRuns, writeImages } from './mini-runs.ts';
import { findProcess } from './processes.ts';
import { useWorkbench } from './use-workbench.ts';
import type { Workspace } from './workspace.ts';

const patience = { timeout: 60_000 };
/** A test set with enough large images that there is time to cancel. */
const manyImages = 8;
const desk = useWorkbench({}, {}, prepare, { timeout: 600_000 });
const [first, second, third, fourth] = miniRuns as [string, string, string, string];
let panel: ComparePanel;

/** Four trained runs, their PSNR, ESRGAN and interpolated models evaluated under paper-y, and an external run. */
async function prepare(workspace: Workspace): Promise<void> {
  await trainMiniRuns(workspace);
  await writeImages(workspace.path('data/marble/HR'), { count: 2, width: 96, height: 72, seed: 10 });
  await writeImages(workspace.path('data/posters/HR'), { count: 1, width: 1600, height: 1200, seed: 11 });
  for (let copy = 1; copy < manyImages; copy++) {
    cpSync(workspace.path('data/posters/HR/0.png'), workspace.path(`data/posters/HR/${copy}.png`));
  }
  const runs = miniRuns.map((name) => `runs/${name}`);
  await esrgan(workspace, 'compare', ...runs, ...measured('marble', 'paper-y'));

  // Two test sets with the same name: one for the models of the first run, one for those of the second.
  for (const [folder, models, seed] of [
    ['here', [psnrModel(first), ganModel(first)], 12],
    ['there', [ganModel(second)], 13],
  ] as const) {
    await writeImages(workspace.path(`${folder}/HR`), { count: 1, width: 64, height: 64, seed });
    await esrgan(workspace, 'evaluate', ...models, ...measured('photos', 'paper-y', folder));
  }

  const external = workspace.path('runs/other-trainer');
  mkdirSync(external);
  const events = createEventWriter(external);
  for (let step = 1; step <= 5; step++) events.scalars(step, { 'metrics/psnr': 20 + step, l_pix: 1 / step });
  events.close();
}

function psnrModel(run: string): string {
  return `runs/${run}/checkpoints/pretraining-00000020`;
}

function ganModel(run: string): string {
  return `runs/${run}/checkpoints/training-00000010`;
}

function measured(name: string, protocol: string, folder = `data/${name}`): string[] {
  return ['--data', `${name}=${folder}`, '--protocol', protocol, '--engine', 'cpu'];
}

/** PSNR and SSIM of `esrgan evaluate`, formatted as in the table. */
async function evaluated(
  models: readonly string[],
  protocol: string,
  ...more: readonly string[]
): Promise<readonly { readonly psnr: string; readonly ssim: string }[]> {
  const words = [...models, ...measured('marble', protocol), ...more, '--again', '--json'];
  const found: { psnr: number; ssim: number }[] = JSON.parse(
    await esrgan(desk.workspace, 'evaluate', ...words),
  );
  return found.map(({ psnr, ssim }) => ({ psnr: psnr.toFixed(3), ssim: ssim.toFixed(4) }));
}

beforeAll(() => {
  panel = new ComparePanel(desk.workbench);
});

test('by keyboard alone: the palette prompts for runs, and four are compared', async () => {
  const { page } = desk.workbench;
  await desk.workbench.run('ESRGAN: Compare Runs…');
  await desk.workbench.choice(first).waitFor();
  await chooseByKeys(miniRuns);
  await page.keyboard.press('Enter');
  expect((await panel.runs()).toSorted()).toEqual(miniRuns);
  await page.getByRole('tab', { name: 'Compare 4 Runs' }).waitFor();
});

test('by keyboard alone: arrow keys select the tabs, and each has content', async () => {
  const { keyboard } = desk.workbench.page;
  const contents: Readonly<Record<CompareTab, string>> = {
    Table: 'comparison-grid tbody tr',
    'Trade-off': 'svg, p',
    Curves: 'line-chart canvas',
    Images: 'image-pane canvas',
    Config: 'tbody tr',
    Checkpoints: 'tbody tr',
  };
  await panel.tabTo(panel.tab('Table'));
  for (const name of ['Table', 'Trade-off', 'Curves', 'Images', 'Config', 'Checkpoints'] as const) {
    if (name !== 'Table') await keyboard.press('ArrowRight');
    await panel.panel(name).locator(contents[name]).first().waitFor();
    expect(await panel.tab(name).getAttribute('aria-selected')).toBe('true');
  }
  await keyboard.press('ArrowRight');
  await panel.grid.waitFor();
});

test('the numbers of the table are those of `esrgan evaluate`', async () => {
  const models = miniRuns.flatMap((run) => [psnrModel(run), ganModel(run)]);
  const names = miniRuns.flatMap((run) => [`${run} · PSNR`, `${run} · ESRGAN`]);
  const singles = await evaluated(models, 'paper-y');
  const interpolated = await evaluated([psnrModel(fourth), ganModel(fourth)], 'paper-y', '--alpha', '0.8');
  const expected = [...singles, ...interpolated];
  const shown = await Promise.all(
    ['marble · paper-y PSNR dB', 'marble · paper-y SSIM'].map((metric) => panel.numbers(metric)),
  );
  const found = [...names, `${fourth} · interpolated 0.8`].map((model) => {
    const [psnr, ssim] = shown.map((numbers) => numbers[model]?.number);
    return { psnr, ssim };
  });
  expect(found).toEqual(expected);
  // And bicubic upscaling.
  expect(Object.keys(shown[0] ?? {})).toHaveLength(3 * miniRuns.length + 1);
});

test('the best of each column is marked, and its header sorts by it', async () => {
  const metric = 'marble · paper-y PSNR dB';
  const numbers = await panel.numbers(metric);
  const byNumber = Object.keys(numbers).toSorted(
    (a, b) => Number(numbers[b]?.number) - Number(numbers[a]?.number),
  );
  const best = Object.keys(numbers).filter((model) => numbers[model]?.isBest);
  expect(best).toEqual(byNumber.slice(0, 1));
  const asGiven = await panel.rows();
  const head = await panel.head(metric);
  await head.click();
  expect(await panel.rows()).toEqual(byNumber);
  expect(await head.getAttribute('aria-sort')).toBe('descending');
  await head.click();
  expect(await panel.rows()).toEqual(byNumber.toReversed());
  await head.click();
  expect(await panel.rows()).toEqual(asGiven);
});

test('differences are to the chosen baseline, model by model', async () => {
  const metric = 'marble · paper-y PSNR dB';
  await panel.baseline.selectOption({ label: third });
  await expect.poll(async () => (await panel.numbers(metric))[`${third} · PSNR`]?.delta, patience).toBe('±0');
  const numbers = await panel.numbers(metric);
  for (const [model, { number, delta }] of Object.entries(numbers)) {
    // It has no counterpart in a run.
    if (model.startsWith('bicubic')) continue;
    const label = model.slice(model.indexOf(' · '));
    const beyond = Number(number) - Number(numbers[third + label]?.number);
    const shown = Number(delta.replace('−', '-').replace('±', ''));
    // All three are rounded to 0.001.
    expect(Math.abs(shown - beyond), model).toBeLessThan(0.0016);
  }
});

test('numbers of other images are marked and not ranked', async () => {
  const metric = 'photos · paper-y PSNR dB';
  const [model, gan, other] = [`${first} · PSNR`, `${first} · ESRGAN`, `${second} · ESRGAN`];
  await panel.baseline.selectOption({ label: first });
  await expect.poll(async () => (await panel.numbers(metric))[gan]?.delta, patience).toBe('±0');
  const numbers = await panel.numbers(metric);
  expect(Object.keys(numbers).toSorted()).toEqual([model, gan, other].toSorted());
  expect(numbers[other]).toMatchObject({ delta: '', isBest: false });
  expect(numbers[other]?.group).not.toBe(numbers[gan]?.group);
  expect(numbers[model]?.group).toBe(numbers[gan]?.group);
  expect([numbers[model]?.isBest, numbers[gan]?.isBest].toSorted()).toEqual([false, true]);
  const notes = panel.page.getByRole('list', { name: 'Limits of the comparison' });
  expect(await notes.textContent()).toContain('photos under paper-y was measured on different pixels');

  const head = await panel.head(metric);
  const groups = async () => Object.values(await panel.numbers(metric)).map(({ group }) => group);
  await head.click();
  const ranked = await groups();
  await head.click();
  expect(await groups()).toEqual(ranked);
  await head.click();
});

test('a click computes a missing cell', async () => {
  const model = `${second} · ESRGAN`;
  const cell = await panel.cell(model, 'marble · rgb PSNR dB');
  await cell.getByRole('button', { name: 'Evaluate' }).click();
  await expect
    .poll(async () => (await panel.numbers('marble · rgb PSNR dB'))[model]?.number, patience)
    .toBeDefined();
  const [expected] = await evaluated([ganModel(second)], 'rgb');
  expect((await panel.numbers('marble · rgb PSNR dB'))[model]?.number).toBe(expected?.psnr);
  expect((await panel.numbers('marble · rgb SSIM'))[model]?.number).toBe(expected?.ssim);
});

test('cancelling leaves no files', async () => {
  const { workspace } = desk;
  const evaluations = () => readdirSync(workspace.path(`runs/${first}/evaluations`)).toSorted();
  const before = evaluations();
  const cell = await panel.cell(`${first} · PSNR`, 'posters · paper-y PSNR dB');
  await cell.getByRole('button', { name: 'Evaluate' }).click();
  const job = (await panel.cell(`${first} · PSNR`, 'posters · paper-y PSNR dB')).locator('job-line');
  await job.getByText(new RegExp(`posters, image \\d of ${manyImages}`)).waitFor();
  await job.getByRole('progressbar').waitFor();
  const evaluate = () => findProcess(inject('editor').pid, /esrgan\.js evaluate/);
  expect(evaluate()).toBeGreaterThan(0);
  await job.getByRole('button', { name: 'Cancel' }).click();
  await cell.getByRole('button', { name: 'Evaluate' }).waitFor();
  expect(evaluate).toThrow('No process');
  expect(evaluations()).toEqual(before);
});

test('exactly the settings that differ in the run files are listed', async () => {
  await panel.show('Config');
  const runs = await panel.runs();
  const settings = await panel.settings();
  expect(Object.keys(settings)).toEqual([
    'datasets.b.train.downscale',
    'datasets.b.train.hr',
    'generator.num_basic_blocks',
    'pretraining.cr_patch_size',
    'pretraining.train_datasets',
    'training.cr_patch_size',
    'training.train_datasets',
  ]);
  const of = (key: string) => Object.fromEntries(runs.map((run, i) => [run, settings[key]?.[i]]));
  expect(of('generator.num_basic_blocks')).toEqual({
    [first]: '3',
    [second]: '3',
    [third]: '2',
    [fourth]: '3',
  });
  expect(of('training.cr_patch_size')).toEqual({
    [first]: '[64, 64]',
    [second]: '[96, 96]',
    [third]: '[64, 64]',
    [fourth]: '[64, 64]',
  });
  expect(of('datasets.b.train.downscale')).toEqual({
    [first]: 'not set',
    [second]: 'not set',
    [third]: 'nearest',
    [fourth]: 'nearest',
  });
});

test('samples of all runs are side by side, with PSNR and SSIM inside a box', async () => {
  const images = await panel.show('Images');
  const tile = (name: string) =>
    images.locator('figure').filter({ has: desk.workbench.page.getByText(name, { exact: true }) });
  for (const run of miniRuns) {
    await expect.poll(() => panel.colors(tile(run)), patience).toBeGreaterThan(50);
  }
  await desk.workbench.page.keyboard.press('b');
  for (const run of miniRuns) await images.getByRole('table', { name: `${run} inside the box` }).waitFor();
  await desk.workbench.page.keyboard.press('Escape');
});

test('models upscale a test image side by side', async () => {
  const images = panel.panel('Images');
  await images.getByRole('radio', { name: 'Test images' }).click();
  await images.getByRole('combobox', { name: 'test set' }).selectOption({ label: 'marble' });
  await images.getByRole('combobox', { name: 'image' }).selectOption({ label: '0.png' });
  const panes = images.locator('figure image-pane');
  // Eight results, bicubic and HR.
  await expect.poll(() => panes.count(), patience).toBe(10);
  await expect
    .poll(
      async () => new Set(await Promise.all((await panes.all()).map((pane) => panel.pixels(pane)))).size,
      patience,
    )
    .toBe(10);
});

test('the alpha slider between two checkpoints changes pixels', async () => {
  const checkpoints = await panel.show('Checkpoints');
  await checkpoints.getByRole('combobox', { name: 'image' }).selectOption({ label: '0.png' });
  const pane = checkpoints.locator('image-pane').first();
  const slider = checkpoints.getByRole('slider', { name: 'α', exact: true });
  const at = async (key: string, alpha: string) => {
    await slider.press(key);
    await checkpoints.getByText(new RegExp(`^α ${alpha} in .* s; crop on Y: PSNR`)).waitFor(patience);
    await pane.getByText(`α ${alpha}`, { exact: true }).waitFor();
    return panel.pixels(pane);
  };
  const faithful = await at('Home', '0.00');
  const sharp = await at('End', '1.00');
  const interpolated = await at('PageDown', '0.90');
  expect(new Set([faithful, sharp, interpolated]).size).toBe(3);
  expect(await at('Home', '0.00')).toBe(faithful);
});

test('the report is one file with table and images, and needs no network', async () => {
  const { workbench, workspace } = desk;
  await panel.show('Table');
  await panel.page.getByRole('button', { name: 'Export' }).click();
  await panel.page.getByRole('button', { name: 'Report (HTML)' }).click();
  const input = workbench.page.locator('.quick-input-widget:visible input[type="text"]').first();
  await expect.poll(() => input.inputValue(), patience).toMatch(/comparison\.html$/);
  await input.press('Enter');
  const report = workspace.path('comparison.html');
  await panel.page.getByText('Saved as comparison.html.').waitFor();
  expect(existsSync(report)).toBe(true);
  const numbers = await panel.numbers('marble · paper-y PSNR dB');

  const browser = await chromium.connect(inject('editor').browser);
  try {
    const page = await (await browser.newContext({ offline: true })).newPage();
    const requested: string[] = [];
    page.on('request', (request) => requested.push(request.url()));
    const problems: string[] = [];
    page.on('console', (message) => problems.push(message.text()));
    await page.goto(pathToFileURL(report).href);
    const lines = await page.locator('table').first().locator('tbody tr').allInnerTexts();
    for (const [model, { number }] of Object.entries(numbers)) {
      const [run, label] = model.split(' · ');
      expect(
        lines.filter((line) => line.includes(`${run}\t${label}\t`) && line.includes(number)),
      ).toHaveLength(1);
    }
    const images = page.locator('.tiles img');
    expect(await images.count()).toBeGreaterThanOrEqual(2 * miniRuns.length);
    const widths = await images.evaluateAll((images) =>
      images.map((image) => (image instanceof HTMLImageElement && image.complete ? image.naturalWidth : 0)),
    );
    expect(Math.min(...widths)).toBeGreaterThan(0);
    expect(await page.locator('.charts svg').count()).toBeGreaterThan(1);
    expect(requested.filter((address) => !address.startsWith('data:'))).toEqual([page.url()]);
    expect(problems).toEqual([]);
  } finally {
    await browser.close();
  }
});

test('an external run is added by drag and drop, with its scalars', async () => {
  const { workbench } = desk;
  await workbench.showViews('ESRGAN');
  await dragInto(runRow('other-trainer'));
  await expect.poll(() => panel.runs(), patience).toContain('other-trainer');
  await expect.poll(() => panel.rows(), patience).toContain('other-trainer · scalars');
  expect(await panel.numbers('scalars · metrics/psnr psnr')).toMatchObject({
    'other-trainer · scalars': { number: '25.0000', isBest: false },
  });
  const curves = await panel.show('Curves');
  const heading = panel.page.getByRole('heading', { name: 'psnr', exact: true });
  const chart = curves.locator('line-chart').filter({ has: heading });
  await chart.locator('canvas').first().waitFor();
});

test('a comparison has at most eight runs, and a message says so at the ninth', async () => {
  const { workbench, workspace } = desk;
  const copies = miniRuns.map((run) => `${run}-again`);
  for (const [i, copy] of copies.entries()) {
    cpSync(workspace.path(`runs/${miniRuns[i]}`), workspace.path(`runs/${copy}`), { recursive: true });
  }
  for (const copy of copies) await runRow(copy).waitFor(patience);
  await panel.show('Table');
  await panel.page.getByRole('button', { name: 'Runs…' }).click();
  await workbench.choice(copies[0]!).waitFor();
  await chooseByKeys(copies.slice(1));
  await workbench.page.keyboard.press('Enter');
  await expect.poll(async () => (await panel.runs()).length, patience).toBe(8);
  // Three of each run, one of the external run, and bicubic upscaling.
  await expect.poll(async () => (await panel.rows()).length, patience).toBe(3 * 7 + 2);
  await dragInto(runRow(copies[0]!));
  await panel.page
    .getByRole('alert')
    .filter({ hasText: `Not added: ${copies[0]}` })
    .waitFor();
  expect(await panel.runs()).toHaveLength(8);
});

test('the context menu of the view Runs compares the selected runs', async () => {
  const { workbench } = desk;
  await workbench.run('View: Close All Editors');
  const [one, other] = [runRow(second), runRow(fourth)];
  await one.click({ modifiers: ['ControlOrMeta'] });
  await other.click({ modifiers: ['ControlOrMeta'] });
  await workbench.chooseFromMenu(other, 'Compare Runs…');
  expect((await panel.runs()).toSorted()).toEqual([second, fourth].toSorted());
});

test('the code lens of a run file compares its run with chosen ones', async () => {
  const { workbench } = desk;
  await workbench.run('View: Close All Editors');
  await workbench.showViews('Explorer');
  await workbench.open(`${first}.esrgan.yaml`);
  await workbench.textEditor.lens('Compare').first().click();
  await workbench.choice(third).first().waitFor();
  await chooseByKeys([third]);
  await workbench.page.keyboard.press('Enter');
  expect(await panel.runs()).toEqual([first, third]);
});

/** The row of a run in the view Runs. */
function runRow(name: string): Locator {
  const { page } = desk.workbench;
  return page.locator('.sidebar [role="treeitem"]').filter({ has: page.getByText(name, { exact: true }) });
}

/** Selects further entries of the open list, by their full names. */
async function chooseByKeys(names: readonly string[]): Promise<void> {
  const { page } = desk.workbench;
  const rows = page.locator('.quick-input-widget:visible .quick-input-list .monaco-list-row');
  const focused = rows.and(page.locator('.focused'));
  const count = Number(await rows.first().getAttribute('aria-setsize'));
  const left = new Set(names);
  for (let at = 1; at <= count && left.size > 0; at++) {
    await page.keyboard.press('ArrowDown');
    await focused.and(page.locator(`[aria-posinset="${at}"]`)).waitFor();
    const name = await focused.locator('.label-name').first().textContent();
    if (name !== null && left.delete(name)) await page.keyboard.press('Space');
  }
  expect([...left]).toEqual([]);
}

/** Drags something onto the comparison; with Shift the editor passes the drop to the page. */
async function dragInto(element: Locator): Promise<void> {
  const { page } = desk.workbench;
  await element.hover();
  await page.mouse.down();
  await page.keyboard.down('Shift');
  const target = await page.locator('.editor-group-container.active').boundingBox();
  if (!target) throw new Error('No editor is open.');
  const [x, y] = [target.x + target.width / 2, target.y + target.height / 2];
  await page.mouse.move(x - 20, y - 20);
  await page.mouse.move(x, y, { steps: 5 });
  await panel.page.locator('compare-view.dropping').waitFor();
  await page.mouse.up();
  await page.keyboard.up('Shift');
}

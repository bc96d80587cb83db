import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { RunTableAnswer } from '../../server/protocol/run-table.ts';
import { generatedTable } from './generated-table.ts';
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
const soon = <Value>(value: () => Value | Promise<Value>) => expect.poll(value, { timeout: 15_000 });

let view: Harness;
let requests: { readonly name: string; readonly params: unknown }[];
let answer: RunTableAnswer;

async function open(count: number, options: Partial<HarnessOptions> = {}): Promise<void> {
  requests = [];
  answer = { revision: 'a:1', ...generatedTable(count), isWhole: true, removed: [] };
  view = await openApp({
    app: 'runs-table',
    parameters: { state: 'null' },
    answers: {
      'esrgan/runTable': () => answer,
      'host/saveState': () => null,
      'host/command': () => null,
      'host/save': () => ({ path: '/w/runs.csv' }),
    },
    onRequest: (name, params) => requests.push({ name, params }),
    ...options,
  });
  await view.page.getByRole('grid').waitFor();
}

const lastRequest = (name: string): unknown => requests.findLast((each) => each.name === name)?.params;

/** The names of the first rows on the screen, from the top. */
async function names(count: number): Promise<string[]> {
  const all = await view.page.getByRole('rowheader').evaluateAll((cells) =>
    cells
      .map((cell) => ({
        text: cell.querySelector('.text')?.textContent?.trim() ?? '',
        top: cell.getBoundingClientRect().top,
        line: Number(cell.getAttribute('data-line')),
      }))
      .sort((a, b) => a.line - b.line)
      .map(({ text }) => text),
  );
  return all.slice(0, count);
}

async function heads(): Promise<string[]> {
  return view.page
    .getByRole('columnheader')
    .evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-key') ?? ''));
}

const filter = (text: string) => view.page.getByRole('combobox', { name: 'Filter' }).fill(text);
const status = () => view.page.locator('.count').textContent();
const rowCount = async () => Number(await view.page.getByRole('grid').getAttribute('aria-rowcount'));

/** What has the focus, as `line column`. */
const focused = () =>
  view.page.evaluate(() => {
    let element = document.activeElement;
    while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
    return element instanceof HTMLElement ? `${element.dataset.line} ${element.dataset.column}` : '';
  });

describe.skipIf(!hasBrowser)(needsBrowser('the table of runs'), () => {
  afterEach(async () => {
    expect(await view.refused()).toEqual([]);
    await view.close();
  });
  afterAll(closeBrowser);

  test('pinned first, then the newest; archived runs are hidden; few lines of many are rendered', async () => {
    await open(1000);
    expect(await names(3)).toEqual(['run-7', 'run-998', 'run-997']);
    expect(await view.page.getByRole('rowheader', { name: 'pinned' }).allTextContents()).toEqual([
      expect.stringMatching(/^\s*run-7\s*pinned\s*$/),
    ]);
    expect(await rowCount()).toBe(981);
    expect(await status()).toBe('980 of 1,000 runs');
    expect(await view.page.getByRole('rowheader').count()).toBeLessThan(80);
    await view.page.getByRole('checkbox', { name: 'Archived' }).check();
    await soon(status).toBe('1,000 runs');
    await view.page.locator('table-grid').evaluate((grid) => grid.scrollTo(0, 1e6));
    await soon(async () => (await names(200)).at(-1)).toBe('run-0');
  });

  test('columns: the keys that differ, metrics, and facts that say something', async () => {
    await open(100, { width: 3000 });
    expect(await heads()).toEqual([
      'name',
      'state',
      'stage',
      'progress',
      'loss',
      'best.psnr',
      'psnr',
      'ssim',
      'created',
      'trained',
      'tags',
      'group',
      'note',
      'generator.type',
      'pretraining.losses',
      'pretraining.lr',
    ]);
  });

  test('a click on a tab counts while an expression ends too early', async () => {
    await open(40);
    await filter('psnr >');
    await view.page.keyboard.press('Escape');
    const tab = view.page.getByRole('tab', { name: 'Scatter' });
    const before = await tab.boundingBox();
    await tab.click();
    expect(await tab.boundingBox()).toEqual(before);
    expect(await tab.getAttribute('aria-selected')).toBe('true');
  });

  test('a filter expression, its completion and its problem', async () => {
    await open(1000);
    await filter('psnr > 25.9 and generator.type = compact');
    await soon(status).toBe('24 of 1,000 runs');
    expect(await names(2)).toEqual(['run-997', 'run-993']);
    // A key that is the same in all runs is no column at first, but may be named.
    await filter('psnr > 25.9 and generator.type = compact and scale_factor = 2');
    await soon(status).toBe('0 of 1,000 runs');
    await filter('psnr > 25.9 and generator.type = compact and scale_factor = 4');
    await soon(status).toBe('24 of 1,000 runs');
    await filter('psnrr > 3');
    await view.page.keyboard.press('Escape');
    await soon(() => view.page.locator('filter-field .problem').textContent()).toContain(
      'Character 1: `psnrr` is not a column. Did you mean `psnr`?',
    );
    // The table stays as it was.
    expect(await status()).toBe('24 of 1,000 runs');
    await filter('');
    await view.page.getByRole('combobox', { name: 'Filter' }).pressSequentially('gen');
    await view.page.keyboard.press('Tab');
    await view.page.keyboard.type('= ');
    await soon(() => view.page.locator('#completions li').allTextContents()).toEqual([
      'compact',
      'realplksr',
      'rrdb',
      'span',
      'none',
    ]);
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('Enter');
    expect(await view.page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe(
      'generator.type = compact ',
    );
    await soon(status).toBe('240 of 1,000 runs');
  });

  test('sorts by a click, by a second column with Shift, and shows the order', async () => {
    await open(40, { width: 3000 });
    const head = (key: string) => view.page.locator(`[role='columnheader'][data-key='${key}'] .text`);
    await head('psnr').click();
    expect(await names(3)).toEqual(['run-7', 'run-39', 'run-38']);
    await head('psnr').click();
    await soon(() => names(3)).toEqual(['run-7', 'run-0', 'run-1']);
    await head('state').click();
    await head('psnr').click({ modifiers: ['Shift'] });
    await soon(() => names(4)).toEqual(['run-7', 'run-39', 'run-34', 'run-29']);
    expect(
      await view.page
        .getByRole('columnheader')
        .evaluateAll((cells) =>
          cells.flatMap((cell) =>
            cell.getAttribute('aria-sort') === 'none'
              ? []
              : [`${cell.getAttribute('data-key')} ${cell.getAttribute('aria-sort')}`],
          ),
        ),
    ).toEqual(['state ascending', 'psnr descending']);
  });

  test('the keyboard: arrows, pages, ends, selection, open and actions', async () => {
    await open(1000);
    await view.page.getByRole('rowheader').first().click();
    expect(await focused()).toBe('0 0');
    await view.page.keyboard.press('ArrowDown');
    await soon(focused).toBe('1 0');
    await view.page.keyboard.press('ArrowRight');
    await soon(focused).toBe('1 1');
    await view.page.keyboard.press('End');
    await soon(focused).toBe('1 15');
    await view.page.keyboard.press('Home');
    await view.page.keyboard.press('PageDown');
    await soon(async () => Number((await focused()).split(' ')[0])).toBeGreaterThan(15);
    await view.page.keyboard.press('Control+End');
    await soon(focused).toBe('979 15');
    expect(await view.page.locator(`[data-line='979']`).first().isVisible()).toBe(true);
    await view.page.keyboard.press('Control+Home');
    await soon(focused).toBe('0 0');
    await view.page.keyboard.press('ArrowUp');
    await soon(focused).toBe('-1 0');
    await view.page.keyboard.press('ArrowDown');
    await view.page.keyboard.press('Enter');
    await soon(() => lastRequest('host/command')).toEqual({
      command: 'esrgan.openRun',
      args: [{ run: '/w/runs/run-7' }],
    });
    await view.page.keyboard.press('Shift+ArrowDown');
    await view.page.keyboard.press('Shift+ArrowDown');
    await soon(status).toContain(', 3 selected');
    await view.page.keyboard.press('c');
    await soon(() => lastRequest('host/command')).toEqual({
      command: 'esrgan.compareRuns',
      args: [
        { run: '/w/runs/run-7' },
        [{ run: '/w/runs/run-7' }, { run: '/w/runs/run-998' }, { run: '/w/runs/run-997' }],
      ],
    });
    await view.page.keyboard.press('Control+a');
    await soon(status).toContain(', 980 selected');
    expect(await view.page.getByRole('button', { name: 'Compare' }).isDisabled()).toBe(true);
  });

  test('clicks select: one, more with Ctrl, a range with Shift', async () => {
    await open(40);
    const row = (name: string) => view.page.getByRole('rowheader', { name, exact: true });
    await row('run-38').click();
    await row('run-36').click({ modifiers: ['Control'] });
    await soon(status).toContain(', 2 selected');
    await row('run-33').click({ modifiers: ['Shift'] });
    await soon(status).toContain(', 4 selected');
    await row('run-36').locator('input').click();
    await soon(status).toContain(', 3 selected');
    await view.page.getByRole('button', { name: 'Compare' }).click();
    await soon(() => lastRequest('host/command')).toMatchObject({ command: 'esrgan.compareRuns' });
  });

  test('the menu of the editor gets the runs and what can be done with all of them', async () => {
    await open(40);
    const context = () =>
      view.page.locator('runs-table-view').evaluate((element: HTMLElement) => element.dataset.vscodeContext);
    await view.page.getByRole('rowheader', { name: 'run-38', exact: true }).click({ button: 'right' });
    expect(JSON.parse((await context()) ?? '')).toEqual({
      webviewSection: 'runs',
      runs: ['/w/runs/run-38'],
      runActions: 'resume again delete log',
      runNotes: 'unpinned unarchived',
      preventDefaultContextMenuItems: true,
    });
    await view.page.keyboard.press('Control+a');
    await view.page.getByRole('rowheader', { name: 'run-37', exact: true }).click({ button: 'right' });
    expect(JSON.parse((await context()) ?? '')).toMatchObject({ runActions: 'again delete log' });
    await view.page.getByRole('columnheader').first().click({ button: 'right' });
    expect(await context()).toBeUndefined();
  });

  test('columns are sorted, grouped, pinned, moved and hidden by their menu, and shown again', async () => {
    await open(40, { width: 3000 });
    const choose = async (key: string, title: string) => {
      await view.page.locator(`[role='columnheader'][data-key='${key}'] button`).click();
      await view.page.getByRole('menuitem', { name: title, exact: true }).click();
    };
    await choose('psnr', 'Pin to the left');
    await soon(async () => (await heads()).slice(0, 3)).toEqual(['name', 'psnr', 'state']);
    await choose('state', 'Move right');
    await soon(async () => (await heads()).slice(0, 4)).toEqual(['name', 'psnr', 'stage', 'state']);
    await choose('stage', 'Hide');
    await soon(async () => (await heads()).slice(0, 3)).toEqual(['name', 'psnr', 'state']);
    await choose('loss', 'Sort ascending');
    await soon(() => names(3)).toEqual(['run-7', 'run-0', 'run-14']);
    await choose('generator.type', 'Group by it');
    await soon(() => view.page.locator('.pinned-lines .group').allTextContents()).toHaveLength(4);
    expect(await rowCount()).toBe(45);
    await view.page.getByRole('button', { name: 'Columns…' }).click();
    await view.page.getByLabel('stage', { exact: true }).check();
    await view.page.keyboard.press('Escape');
    await soon(async () => (await heads()).includes('stage')).toBe(true);
    expect(JSON.parse(String((lastRequest('host/saveState') as { state: string }).state))).toMatchObject({
      group: 'generator.type',
      pinned: ['psnr'],
      sort: [{ key: 'loss', descending: false }],
    });
  });

  test('a value filters by the menu of its cell', async () => {
    await open(40, { width: 3000 });
    await view.page.locator(`[data-line='1'][data-column='13']`).hover();
    await view.page.locator(`[data-line='1'][data-column='13'] button`).click();
    expect(await view.page.getByRole('menuitem').allTextContents()).toEqual([
      'Filter: generator.type = realplksr',
      'Filter: generator.type ≠ realplksr',
    ]);
    await view.page.keyboard.press('Enter');
    await soon(status).toBe('10 of 40 runs');
    expect(await view.page.getByRole('combobox', { name: 'Filter' }).inputValue()).toBe(
      'generator.type = realplksr',
    );
    await view.page.locator(`[data-line='1'][data-column='6']`).click();
    await view.page.keyboard.press('Alt+ArrowDown');
    await view.page.getByRole('menuitem', { name: 'psnr ≥' }).click();
    await soon(() => view.page.getByRole('combobox', { name: 'Filter' }).inputValue()).toMatch(
      /^generator\.type = realplksr and psnr >= 25\.\d+$/,
    );
  });

  test('only columns on the screen are rendered, and that of the active cell', async () => {
    await open(40, { width: 700 });
    const grid = view.page.locator('table-grid');
    expect((await heads()).slice(0, 2)).toEqual(['name', 'state']);
    expect((await heads()).length).toBeLessThan(10);
    await grid.evaluate((element) => element.scrollTo(1e5, 0));
    await soon(async () => (await heads()).at(-1)).toBe('pretraining.lr');
    expect((await heads())[0]).toBe('name');
    expect((await heads()).length).toBeLessThan(10);
    // A column is where its head is.
    const left = (line: number) =>
      view.page
        .locator(`[data-line='${line}'][data-column='15']`)
        .evaluate((cell) => Math.round(cell.getBoundingClientRect().left));
    expect(await left(3)).toBe(await left(-1));
    await view.page.getByRole('rowheader').nth(2).click();
    await view.page.keyboard.press('End');
    await soon(focused).toBe('2 15');
    await view.page.keyboard.press('ArrowLeft');
    await view.page.keyboard.press('Home');
    await soon(focused).toBe('2 0');
    await view.page.keyboard.press('ArrowRight');
    await soon(focused).toBe('2 1');
    expect(await view.page.locator(`[data-line='2'][data-column='1']`).isVisible()).toBe(true);
  });

  test('changes arrive', async () => {
    await open(10);
    const rows = answer.rows.slice(0, 1).map((row) => ({
      ...row,
      cells: row.cells.map((cell, index) => (answer.columns[index]?.key === 'name' ? 'renamed' : cell)),
    }));
    answer = { ...answer, revision: 'a:2', rows, isWhole: false, removed: ['/w/runs/run-9'] };
    view.notify('esrgan/runsChanged', { changed: [], removed: [] });
    await soon(status).toBe('9 runs');
    expect(await names(9)).toContain('renamed');
    expect(lastRequest('esrgan/runTable')).toEqual({ since: 'a:1' });
  });

  test('parallel coordinates: brushes dim, and become a filter', async () => {
    await open(100);
    await view.page.getByRole('tab', { name: 'Parallel Coordinates' }).click();
    const label = () => view.page.locator('parallel-tab .plot svg').getAttribute('aria-label');
    await soon(label).toBe(
      'Parallel coordinates of 98 of 98 runs: generator.type, pretraining.losses, pretraining.lr, best.psnr. The table has the values.',
    );
    const axis = await view.page.locator(`parallel-tab .hit[data-key='best.psnr']`).boundingBox();
    if (axis === null) throw new Error('no axis');
    const x = axis.x + axis.width / 2;
    await view.page.mouse.move(x, axis.y + 2);
    await view.page.mouse.down();
    await view.page.mouse.move(x, axis.y + axis.height / 2, { steps: 4 });
    await view.page.mouse.up();
    await soon(label).toMatch(/of (4[5-9]|5[0-3]) of 98 runs/);
    const [, left = ''] = /of (\d+) of/.exec((await label()) ?? '') ?? [];
    await view.page.getByRole('button', { name: 'Filter by the brushes' }).click();
    await soon(() => view.page.getByRole('combobox', { name: 'Filter' }).inputValue()).toMatch(
      /^best\.psnr >= 25\.\d+ and best\.psnr <= 25\.6\d*$/,
    );
    await soon(status).toBe(`${left} of 100 runs`);
    await view.page.getByText('Axes (4)').click();
    await view.page.locator('parallel-tab').getByLabel('ssim', { exact: true }).check();
    await soon(label).toContain('best.psnr, ssim.');
  });

  test('a scatter of a metric against a key; a click selects', async () => {
    await open(100);
    await view.page.getByRole('tab', { name: 'Scatter' }).click();
    const label = () => view.page.locator('scatter-tab svg').getAttribute('aria-label');
    await soon(label).toBe('best.psnr in dB against pretraining.lr of 98 runs. The table has the values.');
    await view.page.locator('scatter-tab').getByLabel('X').selectOption('trained');
    await view.page.locator('scatter-tab').getByLabel('Color').selectOption('generator.type');
    await soon(label).toContain('against trained of 98 runs');
    await view.page.locator('circle').first().click();
    await soon(status).toContain(', 1 selected');
    await view.page
      .locator('circle')
      .nth(40)
      .click({ modifiers: ['Control'] });
    await soon(status).toContain(', 2 selected');
    await filter('psnr > 25.05');
    await soon(() => view.page.locator('circle').count()).toBe(48);
  });

  test('the state of the workspace is restored', async () => {
    await open(40, {
      parameters: { state: JSON.stringify({ filter: 'state = failed', sort: 3, showsArchived: true }) },
    });
    expect(await status()).toBe('8 of 40 runs');
  });

  test('CSV of what is shown', async () => {
    await open(40);
    await filter('name = run-3');
    await view.page.getByRole('button', { name: 'CSV' }).click();
    await soon(() => lastRequest('host/save')).toMatchObject({ name: 'runs.csv' });
    const { content } = lastRequest('host/save') as { content: string };
    expect(content.split('\r\n').map((line) => line.split(',').slice(0, 3).join(','))).toEqual([
      'name,state,stage',
      'run-3,stopped,pretraining',
      '',
    ]);
  });

  test.each(themes)('has no problem of accessibility in the theme %s', async (theme) => {
    await open(40, { theme });
    await view.page.getByRole('rowheader').first().click();
    for (const tab of ['Parallel Coordinates', 'Scatter', 'Table']) {
      await view.page.getByRole('tab', { name: tab }).click();
      await view.page.evaluate(axeSource);
      const problems = await view.page.evaluate(
        `axe.run({ runOnly: ['wcag2a', 'wcag2aa'] }).then(({ violations }) => violations.map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 200)).join(' ')))`,
      );
      expect(problems).toEqual([]);
    }
  });
});

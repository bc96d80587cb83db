import type { FrameLocator, Locator } from 'playwright-core';
import type { Workbench } from './workbench.ts';

export type CompareTab = 'Table' | 'Trade-off' | 'Curves' | 'Images' | 'Config' | 'Checkpoints';

/** A number of the table, as displayed. */
export interface ShownNumber {
  readonly number: string;
  /** Difference to the baseline; empty if there is none. */
  readonly delta: string;
  readonly isBest: boolean;
  /** Letter of its group of comparable numbers; empty if the whole column is comparable. */
  readonly group: string;
}

/** A comparison of runs, in the only visible webview. */
export class ComparePanel {
  readonly page: FrameLocator;
  readonly #workbench: Workbench;

  constructor(workbench: Workbench) {
    this.#workbench = workbench;
    this.page = workbench.webview;
  }

  /** Names of the compared runs, in order. */
  async runs(): Promise<string[]> {
    const names = this.page.getByRole('list', { name: 'Runs' }).locator('.name');
    await names.first().waitFor();
    return names.allInnerTexts();
  }

  tab(name: CompareTab): Locator {
    return this.page.getByRole('tab', { name });
  }

  /** Selects a tab; returns its panel. */
  async show(name: CompareTab): Promise<Locator> {
    await this.tab(name).click();
    return this.panel(name);
  }

  panel(name: CompareTab): Locator {
    return this.page.getByRole('tabpanel', { name });
  }

  /** The selector of the baseline run. */
  get baseline(): Locator {
    return this.page.getByRole('combobox', { name: 'baseline' });
  }

  get grid(): Locator {
    return this.page.getByRole('grid', { name: 'Results by model' });
  }

  /** The cell of a model (`run · label`) under a metric (`set · protocol PSNR dB`); a missing cell spans its metrics. */
  async cell(model: string, metric: string): Promise<Locator> {
    const { rows, columns } = await this.#heads();
    const row = rows.indexOf(model);
    const column = columns.indexOf(metric);
    if (row < 0 || column < 0) {
      throw new Error(`${model}, ${metric} is not among ${rows.join(', ')} and ${columns.join(', ')}.`);
    }
    const cells = this.grid.locator(`tbody tr:nth-child(${row + 1}) td`);
    const places = await cells.evaluateAll((found) =>
      found.map((cell) => Number(cell.getAttribute('data-column'))),
    );
    return cells.nth(places.findLastIndex((place) => place <= column + 1));
  }

  /** The column header of a metric; a click sorts. */
  async head(metric: string): Promise<Locator> {
    const { columns } = await this.#heads();
    return this.grid.locator(`thead tr:nth-child(2) th[data-column="${columns.indexOf(metric) + 1}"]`);
  }

  /** The models in the order of the rows, as `run · label`. */
  async rows(): Promise<readonly string[]> {
    return (await this.#heads()).rows;
  }

  /** The metrics in the order of the columns, as `set · protocol PSNR dB`. */
  async columns(): Promise<readonly string[]> {
    return (await this.#heads()).columns;
  }

  /** All numbers under a metric, by model, in the order of the rows; models without one are skipped. */
  async numbers(metric: string): Promise<Readonly<Record<string, ShownNumber>>> {
    const { rows, columns } = await this.#heads();
    const column = columns.indexOf(metric) + 1;
    if (column === 0) throw new Error(`${metric} is not among ${columns.join(', ')}.`);
    const shown = await this.grid.locator('tbody tr').evaluateAll(
      (lines, place) =>
        lines.map((line) => {
          const cell = line.querySelector(`td[data-column="${place}"]`);
          // Text for screen readers is a sibling.
          const own = (found: Element | null | undefined) =>
            [...(found?.childNodes ?? [])]
              .flatMap((node) => (node instanceof Text ? node.data : []))
              .join('')
              .trim();
          const number = cell?.querySelector('.number');
          return number
            ? {
                number: own(number),
                delta: own(cell?.querySelector('.delta')),
                isBest: cell?.classList.contains('best') ?? false,
                group: own(cell?.querySelector('.group')),
              }
            : null;
        }),
      column,
    );
    return Object.fromEntries(
      rows.flatMap((row, i) => {
        const found = shown[i];
        return found ? [[row, found]] : [];
      }),
    );
  }

  async #heads(): Promise<{ readonly rows: readonly string[]; readonly columns: readonly string[] }> {
    await this.grid.locator('tbody tr').first().waitFor();
    return this.grid.evaluate((grid) => {
      const line = (element: Element) => (element.textContent ?? '').replaceAll(/\s+/g, ' ').trim();
      const place = (element: Element) => Number(element.getAttribute('data-column'));
      const sets = [...grid.querySelectorAll('thead .set')].map((set) => ({
        from: place(set),
        // A warning precedes the name.
        name: [...set.childNodes]
          .filter((node) => node instanceof Text || (node instanceof Element && node.matches('.data')))
          .map((node) => node.textContent)
          .join('')
          .replaceAll(/\s+/g, ' ')
          .trim(),
      }));
      const metrics = [...grid.querySelectorAll('thead tr:nth-child(2) th')].map((head) => {
        const set = sets.findLast(({ from }) => from <= place(head));
        const title = line(head.querySelector('.number') ?? head).replace(/^[↓↑] /, '');
        return `${set?.name} ${title}`;
      });
      const rows = [...grid.querySelectorAll('tbody th')].map(
        (head) => `${line(head.querySelector('.run')!)} · ${line(head.querySelector('.label')!)}`,
      );
      return { rows, columns: metrics };
    });
  }

  /** The listed settings, each with its values in the order of the runs. */
  async settings(): Promise<Readonly<Record<string, readonly string[]>>> {
    const table = this.panel('Config').getByRole('region', { name: 'Settings' });
    await table.locator('tbody tr').first().waitFor();
    const lines = await table
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent ?? '')),
      );
    return Object.fromEntries(lines.map(([key, ...values]) => [key, values]));
  }

  /** The pixels of an image's canvas, as text. */
  pixels(pane: Locator): Promise<string> {
    return pane.locator('canvas').evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      return element.toDataURL();
    });
  }

  /** Number of colors of an image; at most one before it is drawn. */
  colors(pane: Locator): Promise<number> {
    return pane.locator('canvas').evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      const { width, height } = element;
      const { data } = element.getContext('2d')!.getImageData(0, 0, width, height);
      return new Set(new Uint32Array(data.buffer)).size;
    });
  }

  /** Presses Tab until an element has the focus. */
  async tabTo(element: Locator): Promise<void> {
    for (let steps = 0; steps < 40; steps++) {
      if (await element.evaluate((each) => each.matches(':focus'))) return;
      await this.#workbench.page.keyboard.press('Tab');
    }
    throw new Error('The Tab key does not lead there.');
  }
}

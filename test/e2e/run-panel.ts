import type { FrameLocator, Locator } from 'playwright-core';
import type { HeaderAction } from '../../media/run-panel/header-action.ts';
import type { Workbench } from './workbench.ts';

/** The table of a chart. */
export interface ChartTable {
  /** Steps of the rows on screen, ascending, with the first and the last step of the curve. */
  readonly steps: readonly number[];
  /** Number of steps of the curve. */
  readonly total: number;
}

/** The panel of a run, in the only visible webview. */
export class RunPanel {
  readonly page: FrameLocator;
  /** State of the run, one word. */
  readonly state: Locator;

  constructor(workbench: Workbench) {
    this.page = workbench.webview;
    this.state = this.page.locator('run-header .state');
  }

  /** A button of the header. */
  button(action: HeaderAction): Locator {
    return this.page.locator(`run-header vscode-button[data-action="${action}"]`);
  }

  /** A number of the header, such as `step`. */
  fact(name: string | RegExp): Locator {
    const title = typeof name === 'string' ? new RegExp(`^\\s*${name}`, 'i') : name;
    return this.page.locator('run-header .facts > div').filter({ hasText: title }).locator('dd');
  }

  chart(heading: string): Locator {
    return this.page.locator('line-chart').filter({ has: this.page.getByRole('heading', { name: heading }) });
  }

  /** Switches a chart to its table and reads it. */
  async table(heading: string): Promise<ChartTable> {
    const chart = this.chart(heading);
    await chart.getByRole('button', { name: `${heading}: show as table` }).click();
    const table = chart.getByRole('region', { name: `${heading}: table` });
    await table.locator('tbody tr').first().waitFor();
    const { rows, note } = await table.evaluate((region) => ({
      rows: [...region.querySelectorAll('tbody th')].map((cell) => cell.textContent ?? ''),
      note: region.querySelector('p')?.textContent ?? '',
    }));
    await chart.getByRole('button', { name: `${heading}: show as chart` }).click();
    const steps = rows.map(numberIn).reverse();
    const total = /of ([\d,.\s]+) steps/.exec(note)?.[1];
    return { steps, total: total === undefined ? steps.length : numberIn(total) };
  }

  /** Number of pixels of the chart's canvas with a saturated color: 0 if no curve is drawn. */
  async inkOf(heading: string): Promise<number> {
    return (await this.#pixels(this.chart(heading).locator('canvas').first())).colored;
  }

  /** Mean brightness of the visible sample, 0 to 255, and its number of colors. */
  async sample(): Promise<{ readonly brightness: number; readonly colors: number }> {
    const canvas = this.page.locator('image-pane canvas').first();
    await canvas.waitFor();
    return this.#pixels(canvas);
  }

  /** Waits until a sample is drawn. */
  async sampleDrawn(): Promise<void> {
    const canvas = this.page.locator('image-pane canvas').first();
    await canvas.waitFor();
    while ((await this.#pixels(canvas)).colors < 2) await canvas.page().waitForTimeout(200);
  }

  #pixels(canvas: Locator): Promise<{ brightness: number; colors: number; colored: number }> {
    return canvas.evaluate((element) => {
      if (!(element instanceof HTMLCanvasElement)) throw new Error('not a canvas');
      const { width, height } = element;
      const { data } = element.getContext('2d')!.getImageData(0, 0, width, height);
      const colors = new Set<number>();
      let sum = 0;
      let opaque = 0;
      let colored = 0;
      for (let at = 0; at < data.length; at += 4) {
        if (data[at + 3]! < 128) continue;
        const [r, g, b] = [data[at]!, data[at + 1]!, data[at + 2]!];
        opaque++;
        sum += (r + g + b) / 3;
        colors.add((r << 16) | (g << 8) | b);
        if (Math.max(r, g, b) - Math.min(r, g, b) > 60) colored++;
      }
      return { brightness: opaque === 0 ? 0 : sum / opaque, colors: colors.size, colored };
    });
  }
}

/** Numbers have separators: `12,300`. */
function numberIn(text: string): number {
  return Number(text.replaceAll(/[^\d]/g, ''));
}

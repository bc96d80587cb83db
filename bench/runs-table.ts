/**
 * What the table of many runs costs: `node scripts/run-typescript.mjs bench/runs-table.ts [counts]`, after `npm run bundle`.
 * The server reads runs of a sweep from the disk; the page shows its answer in a headless Chromium that draws in software.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RunTableAnswer } from '../server/protocol/run-table.ts';
import { startServer } from '../test/unit/server/server-process.ts';
import { closeBrowser, openApp } from '../test/webview/harness.ts';
import { makeSweep } from './make-runs.ts';

const filters = ['psnr > 27 and generator.type = compact', 'psnr > 28', 'tags has paper', 'name ~ 99', ''];
const scrolledFrames = 120;

/** Pixels of a frame to the right and down. */
const scrolls = [
  ['10 rows a frame', 0, 240],
  ['a page a frame', 0, 800],
  ['to the right', 60, 0],
] as const;

const counts = process.argv.slice(3).map(Number);
for (const count of counts.length > 0 ? counts : [1000, 5000]) {
  const folder = mkdtempSync(join(tmpdir(), 'esrgan-table-'));
  try {
    makeSweep(join(folder, 'runs'), count);
    const table = await measureServer(folder, count);
    await measurePage(table, count);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
await closeBrowser();

async function measureServer(folder: string, count: number): Promise<RunTableAnswer> {
  const server = await startServer(folder, { runsFolders: ['runs'] });
  try {
    await server.request('esrgan/runs', null);
    const before = residentMegabytes(server.child.pid ?? 0);
    // Other requests meanwhile show whether the server is blocked.
    let longest = 0;
    let isReading = true;
    const others = (async () => {
      while (isReading) {
        const start = performance.now();
        await server.request('esrgan/jobs', null);
        longest = Math.max(longest, performance.now() - start);
      }
    })();
    const start = performance.now();
    const table = await server.request('esrgan/runTable', { since: null });
    const firstMs = performance.now() - start;
    isReading = false;
    await others;
    const again = performance.now();
    await server.request('esrgan/runTable', { since: table.revision });
    const againMs = performance.now() - again;
    if (table.rows.length !== count) throw new Error(`${table.rows.length} rows instead of ${count}`);
    report(count, 'first table from the server, ms', firstMs);
    report(count, 'longest other answer meanwhile, ms', longest);
    report(count, 'the same table again, ms', againMs);
    report(count, 'size of the answer, MB', JSON.stringify(table).length / 1e6);
    report(count, 'columns', table.columns.length);
    report(count, 'memory of the server, MB more', residentMegabytes(server.child.pid ?? 0) - before);
    return table;
  } finally {
    await server.shutdown();
  }
}

async function measurePage(table: RunTableAnswer, count: number): Promise<void> {
  const view = await openApp({
    app: 'runs-table',
    parameters: { state: 'null' },
    answers: { 'esrgan/runTable': () => table, 'host/saveState': () => null },
  });
  const { page } = view;
  await page.getByRole('rowheader').first().waitFor();
  report(
    count,
    'first rows on the screen after the navigation, ms',
    // The time since the navigation started.
    await page.evaluate(() => performance.now()),
  );
  const session = await page.context().newCDPSession(page);
  // Processor time of the main thread: it counts no other work of the machine.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const processorMs = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
  };
  const times: number[] = [];
  const beforeFilters = await processorMs();
  for (const filter of filters) times.push(await timeFilter(filter));
  const filtersMs = (await processorMs()) - beforeFilters;
  report(count, 'a filter, processor time of the main thread, ms, mean', filtersMs / filters.length);
  report(count, 'from the keystroke to the frame, ms, the longest of five', Math.max(...times));
  for (const [name, left, top] of scrolls) {
    const before = await processorMs();
    const frames = await timeScroll(left, top);
    const ms = (await processorMs()) - before;
    report(count, `scrolling ${name}: a frame, processor time, ms, mean`, ms / scrolledFrames);
    report(count, 'from the event to the end of the frame, ms, median', at(frames, 0.5));
    report(count, 'the same, 95 of 100', at(frames, 0.95));
  }
  for (const tab of ['Parallel Coordinates', 'Scatter', 'Table']) {
    const ms = await page.getByRole('tab', { name: tab }).evaluate(timeClick);
    report(count, `a click on the tab ${tab}, until its frame, ms`, ms);
  }
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  report(count, 'heap of the page, MB', usedSize / 1e6);
  await view.close();

  /** Milliseconds from a keystroke that changes the expression until the frame that shows its rows has been drawn. */
  function timeFilter(text: string): Promise<number> {
    return page.getByRole('combobox', { name: 'Filter' }).evaluate(async (field, expression) => {
      if (!(field instanceof HTMLInputElement)) throw new Error('no field');
      const start = performance.now();
      field.value = expression;
      field.dispatchEvent(new InputEvent('input', { bubbles: true, composed: true }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const { port1, port2 } = new MessageChannel();
      await new Promise((resolve) => {
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
      port1.close();
      return performance.now() - start;
    }, text);
  }

  /**
   * Milliseconds of the main thread that frames take in which the table is scrolled by so many pixels, sorted: from the event
   * of the scrolling to the first task after the frame, which comes after style, layout and paint.
   */
  function timeScroll(left: number, top: number): Promise<number[]> {
    return page.locator('table-grid').evaluate(
      async (grid, { left, top, frameCount }) => {
        const found: number[] = [];
        let direction = 1;
        const { port1, port2 } = new MessageChannel();
        for (let frame = 0; frame < frameCount; frame++) {
          const nextTask = new Promise((resolve) => {
            port1.onmessage = resolve;
          });
          const [toLeft, toTop] = [grid.scrollLeft + direction * left, grid.scrollTop + direction * top];
          const isInside =
            Math.min(toLeft, toTop) >= 0 &&
            toLeft <= grid.scrollWidth - grid.clientWidth &&
            toTop <= grid.scrollHeight - grid.clientHeight;
          if (!isInside) direction = -direction;
          const start = await new Promise<number>((resolve) => {
            // Capturing listeners hear of it before those of the table.
            grid.addEventListener('scroll', () => resolve(performance.now()), { capture: true, once: true });
            grid.scrollBy(direction * left, direction * top);
          });
          requestAnimationFrame(() => port2.postMessage(null));
          await nextTask;
          found.push(performance.now() - start);
        }
        port1.close();
        return found.sort((a, b) => a - b);
      },
      { left, top, frameCount: scrolledFrames },
    );
  }
}

/** Milliseconds from a click on an element until its frame has been drawn; runs in the page. */
async function timeClick(element: HTMLElement | SVGElement): Promise<number> {
  const start = performance.now();
  element.dispatchEvent(new MouseEvent('click', { bubbles: true, composed: true }));
  // The plots measure their size in one frame and draw in the next.
  for (let frame = 0; frame < 2; frame++) await new Promise((resolve) => requestAnimationFrame(resolve));
  const { port1, port2 } = new MessageChannel();
  await new Promise((resolve) => {
    port1.onmessage = resolve;
    port2.postMessage(null);
  });
  port1.close();
  return performance.now() - start;
}

/** The number that a fraction of sorted ones does not exceed. */
function at(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * fraction) - 1)] ?? Number.NaN;
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kilobytes) / 1000;
}

function report(count: number, name: string, value: number): void {
  process.stdout.write(
    `${String(count).padStart(6)} runs  ${name.padEnd(66)} ${value.toFixed(1).padStart(8)}\n`,
  );
}

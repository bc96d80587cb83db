/**
 * What the table of many runs costs: `node scripts/run-typescript.mjs bench/runs-table.ts [counts]`, after `npm run bundle`.
 * The server reads runs of a sweep from the disk; the page shows its answer in a headless Chromium that draws in software.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunTableAnswer } from '../server/protocol/run-table.ts';
import { startServer } from '../test/unit/server/server-process.ts';
import { closeBrowser, openApp } from '../test/webview/harness.ts';
import { makeSweep } from './make-runs.ts';

const filters = ['psnr > 27 and generator.type = compact', 'psnr > 28', 'tags has paper', 'name ~ 99', ''];
const scrolledFrames = 120;

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
        await delay(5);
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
  const times: number[] = [];
  for (const filter of filters) times.push(await timeFilter(filter));
  report(count, 'a filter, from the keystroke to the frame, ms, the longest of five', Math.max(...times));
  const frames = await page.locator('table-grid').evaluate(async (grid, frameCount) => {
    const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));
    const found: number[] = [];
    let before = await nextFrame();
    for (let frame = 0; frame < frameCount; frame++) {
      grid.scrollTop += 240;
      const now = await nextFrame();
      found.push(now - before);
      before = now;
    }
    return found.sort((a, b) => a - b);
  }, scrolledFrames);
  report(count, 'a frame while scrolling 10 rows a frame, ms, median', frames[scrolledFrames / 2] ?? 0);
  report(count, 'the same, 95 of 100', frames[Math.floor(scrolledFrames * 0.95)] ?? 0);
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  report(count, 'heap of the page, MB', usedSize / 1e6);
  await view.close();

  /** Milliseconds from a changed expression until the frame that shows its rows has been drawn. */
  function timeFilter(text: string): Promise<number> {
    return page.locator('filter-field').evaluate(async (field, expression) => {
      const start = performance.now();
      field.dispatchEvent(new CustomEvent('filter-change', { detail: expression }));
      await new Promise((resolve) => requestAnimationFrame(resolve));
      await new Promise((resolve) => setTimeout(resolve));
      return performance.now() - start;
    }, text);
  }
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

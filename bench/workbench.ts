// What a person waits for in the real workbench: `npm run bench:workbench`. VS Code's server and a headless Chromium that
// draws in software run on the same machine, so a desktop with a graphics card is faster.
import { mkdirSync, readFileSync } from 'node:fs';
import type { Browser, Frame, Locator } from 'playwright-core';
import { chromium } from 'playwright-core';
import { type Editor, startEditor } from '../test/e2e/editor.ts';
import { findProcess } from '../test/e2e/processes.ts';
import { RunPanel } from '../test/e2e/run-panel.ts';
import { Workbench } from '../test/e2e/workbench.ts';
import { createWorkspace, tinyRunFile, type Workspace } from '../test/e2e/workspace.ts';
import { createEventWriter, type EventWriter } from '../trainer/runs/event-writer.ts';

const pointsOfLongRun = 100_000;
const curves = ['one', 'two', 'three', 'four'];
const completions = 30;
const livePoints = 40;
const pannedFrames = 120;
const windows = 5;

const workspace = await createWorkspace({ 'bench.esrgan.yaml': tinyRunFile(100) });
const live = startRun('live');
const long = startRun('long');
for (let step = 1; step <= pointsOfLongRun; step++) long.scalars(step, valuesAt(step));
long.close();
const editor = await startEditor();
await activation(editor);
const workbench = await Workbench.open(editor, { folder: workspace.folder });
try {
  report('completion after a keystroke', await completion(workbench));
  report('a point from the disk to the screen', await diskToScreen(workbench, live));
  await longRun(workbench, editor);
} finally {
  await workbench.close();
  await editor.stop();
  workspace.remove();
}

function report(name: string, value: string): void {
  console.log(`${name.padEnd(52)} ${value}`);
}

/** A folder of event files, as any trainer leaves it. */
function startRun(name: string): EventWriter {
  const folder = workspace.path(`runs/${name}`);
  mkdirSync(folder, { recursive: true });
  const writer = createEventWriter(folder);
  writer.scalars(0, valuesAt(0));
  writer.flush();
  return writer;
}

function valuesAt(step: number): Record<string, number> {
  return Object.fromEntries(
    curves.map((name, index) => [
      `loss/${name}/loss`,
      Math.exp(-step / 2e4) + 0.1 * Math.sin(step * (index + 1)),
    ]),
  );
}

/**
 * What VS Code itself has measured, loading and the call together, once a window. Each loads its extensions in one
 * process, one after the other: in a window that opens, a part of this is the time of the others.
 */
async function activation(editor: Editor): Promise<void> {
  const [opening, open]: [number[], number[]] = [[], []];
  for (let window = 0; window < windows; window++) {
    const folder = await createWorkspace({ 'bench.esrgan.yaml': tinyRunFile(1) });
    opening.push(await activationIn(editor, folder, () => Promise.resolve()));
    folder.remove();
    const laterFolder = await createWorkspace();
    open.push(
      await activationIn(editor, laterFolder, async (workbench) => {
        await workbench.run('Developer: Show Running Extensions');
        // The last to start: it waits until the window has opened.
        await extensionRow(workbench, /^Merge Conflict/).waitFor();
        laterFolder.write('bench.esrgan.yaml', tinyRunFile(1));
      }),
    );
    laterFolder.remove();
  }
  report('activation, a run file opened while the window opens', summary(opening));
  report('activation, a run file opened in an open window', summary(open));
}

/** Milliseconds that opening a run file takes to activate the extension, in a window in which `before` was done. */
async function activationIn(
  editor: Editor,
  { folder }: Workspace,
  before: (workbench: Workbench) => Promise<void>,
): Promise<number> {
  const workbench = await Workbench.open(editor, { folder });
  try {
    await before(workbench);
    await workbench.open('bench.esrgan.yaml');
    await workbench.textEditor.lens('Start Pretraining').waitFor();
    await workbench.run('Developer: Show Running Extensions');
    const text = await extensionRow(workbench, /esrgan/i)
      .locator('.activation-time')
      .textContent();
    return Number(/(\d+)ms/.exec(text ?? '')?.[1]);
  } finally {
    await workbench.close();
  }
}

function extensionRow({ page }: Workbench, name: RegExp): Locator {
  return page.locator('.runtime-extensions-editor .monaco-list-row', { hasText: name });
}

/** From the key to the rows of the list, as the page sees both. */
async function completion(workbench: Workbench): Promise<string> {
  const { page, textEditor } = workbench;
  await workbench.open('bench.esrgan.yaml');
  await textEditor.lens('Start Pretraining').waitFor();
  await textEditor.press('Control+End');
  const times: number[] = [];
  for (let round = 0; round < completions; round++) {
    const clock = await page.evaluateHandle(() => ({
      shown: new Promise<number>((resolve, reject) => {
        const onKey = () => {
          const start = performance.now();
          const look = () => {
            const passed = performance.now() - start;
            if (document.querySelector('.suggest-widget.visible .monaco-list-row')) resolve(passed);
            else if (passed > 10_000) reject(new Error('no completion within 10 s'));
            else requestAnimationFrame(look);
          };
          look();
        };
        addEventListener('keydown', onKey, { capture: true, once: true });
      }),
    }));
    await page.keyboard.press('s');
    times.push(await clock.evaluate(({ shown }) => shown));
    await textEditor.press('Escape', 'Backspace');
    await textEditor.completions.first().waitFor({ state: 'hidden' });
  }
  return summary(times);
}

/** From the flush of the record to the frame in which the chart knows its step; both clocks are this machine's. */
async function diskToScreen(workbench: Workbench, writer: EventWriter): Promise<string> {
  const frame = await openPanel(workbench, 'live');
  const times: number[] = [];
  for (let step = 1; step <= livePoints; step++) {
    const seen = frame.evaluate(
      (wanted) =>
        new Promise<number>((resolve) => {
          const panel = document.querySelector('run-panel')!.shadowRoot!;
          const look = () => {
            const plot = panel.querySelector('line-chart')?.shadowRoot?.querySelector('[aria-valuemax]');
            if (Number(plot?.getAttribute('aria-valuemax')) >= wanted) resolve(Date.now());
            else requestAnimationFrame(look);
          };
          look();
        }),
      step,
    );
    writer.scalars(step, valuesAt(step));
    writer.flush();
    const written = Date.now();
    times.push((await seen) - written);
  }
  writer.close();
  return summary(times);
}

/** Four curves of 100,000 points: until they are drawn, frames while they are panned, memory with them. */
async function longRun(workbench: Workbench, editor: Editor): Promise<void> {
  const browser = await chromium.connect(editor.browser);
  const server = findProcess(editor.pid, /dist\/server\.js/);
  const [serverBefore, pageBefore] = [residentMiB(server), await rendererMiB(browser)];
  const start = performance.now();
  const frame = await openPanel(workbench, 'long');
  await frame.getByText('loading earlier points').waitFor({ state: 'hidden' });
  const opened = performance.now() - start;
  const frames = await pan(workbench, frame);
  report(
    `${curves.length} curves of ${pointsOfLongRun} points, until all are there`,
    `${opened.toFixed(0)} ms`,
  );
  report('the same, time between frames while panned', summary(frames));
  report('memory of the server, before and with them', `${serverBefore} and ${residentMiB(server)} MiB`);
  report('memory of the window, before and with them', `${pageBefore} and ${await rendererMiB(browser)} MiB`);
  await browser.close();
}

async function openPanel(workbench: Workbench, run: string): Promise<Frame> {
  await workbench.run('View: Close All Editors');
  await workbench.run('ESRGAN: Open Run');
  await workbench.choice(run).click();
  const panel = new RunPanel(workbench);
  await panel.page.locator('line-chart canvas').first().waitFor();
  const element = await workbench.page
    .frameLocator('iframe.webview.ready')
    .locator('iframe#active-frame')
    .elementHandle();
  const frame = await element?.contentFrame();
  if (!frame) throw new Error('The panel has no frame.');
  return frame;
}

/** Drags a zoomed chart with the mouse, a few pixels a frame. */
async function pan(workbench: Workbench, frame: Frame): Promise<number[]> {
  const plot = frame.locator('line-chart .plot').first();
  await plot.focus();
  await workbench.page.keyboard.press('Home');
  for (let zoom = 0; zoom < 4; zoom++) await workbench.page.keyboard.press('+');
  const box = await plot.boundingBox();
  if (!box) throw new Error('The chart is not in view.');
  const { mouse, keyboard } = workbench.page;
  const [x, y] = [box.x + box.width * 0.9, box.y + box.height / 2];
  await mouse.move(x, y);
  await keyboard.down('Shift');
  await mouse.down();
  const times = frame.evaluate(
    (count) =>
      new Promise<number[]>((resolve) => {
        const found: number[] = [];
        let last = performance.now();
        const next = () => {
          const now = performance.now();
          found.push(now - last);
          last = now;
          if (found.length < count) requestAnimationFrame(next);
          else resolve(found);
        };
        requestAnimationFrame(next);
      }),
    pannedFrames,
  );
  let isDone = false;
  void times.then(() => {
    isDone = true;
  });
  for (let move = 0; !isDone; move++) await mouse.move(x - ((move * 3) % (box.width * 0.8)), y);
  await mouse.up();
  await keyboard.up('Shift');
  return times;
}

function residentMiB(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

/** Of the largest renderer, which is that of the window and its webviews. */
async function rendererMiB(browser: Browser): Promise<number> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  return Math.max(...processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => residentMiB(id)));
}

function summary(times: readonly number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!.toFixed(0);
  return `median ${at(0.5)} ms, 95 % within ${at(0.95)} ms (${times.length})`;
}

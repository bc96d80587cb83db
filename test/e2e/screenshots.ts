// `npm run screenshots`: takes screenshots of every view into docs/images, in the real workbench with real runs, in light,
// dark and high contrast. Arguments: names of views and of themes (none: all). The workspace with its runs remains in the
// folder for temporary files: the first time trains for ten minutes, later ones only take screenshots.
import { realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { setUpVSCode } from '../../scripts/setup-vscode.mjs';
import { ComparePanel } from './compare-panel.ts';
import { type StartedEditor, startEditor } from './editor.ts';
import { RunPanel } from './run-panel.ts';
import { imageName, prepareScreenshotWorkspace } from './screenshot-workspace.ts';
import { chooseImages, resizeSideBar, takeImages, type Views, writeSettings } from './take-images.ts';
import { Workbench } from './workbench.ts';
import { endTrainers } from './workspace.ts';

const file = 'first-run.esrgan.yaml';
const samplesWanted = 4;
/** The test image on which models are compared. */
const testSet = 'test';
const testImage = 'marble_09_2.png';
const size = { width: 1440, height: 900 };

const settings = { 'files.autoSave': 'off', 'explorer.autoReveal': false };

/** Each shows its view, starting without open editors, with the Explorer in the side bar. */
const views: Views = {
  async 'run-file'(workbench) {
    await workbench.open(file);
    await workbench.textEditor.lens('Resume').first().waitFor();
    await hint(workbench, 'LR 16').waitFor();
    await workbench.textEditor.goToEndOfLine(3);
  },

  async 'training-patches'(workbench) {
    await workbench.open(file);
    await closeSideBar(workbench);
    await workbench.textEditor.goToEndOfLine(6);
    await workbench.textEditor.press('Enter');
    await workbench.textEditor.type('degradation: real-esrgan-light');
    await workbench.textEditor.press('Escape');
    await workbench.textEditor.lens('Show Training Patches').first().click();
    await workbench.webview.getByText('4 patches').waitFor();
    await workbench.webview.getByRole('button', { name: 'Zoom in' }).click();
  },

  async completion(workbench) {
    const { page, textEditor } = workbench;
    await workbench.open(file);
    await textEditor.goToEndOfLine(27);
    await textEditor.press('Enter');
    await textEditor.complete();
    // The second time opens the documentation of the key.
    await textEditor.press('Control+Space');
    await page.locator('.suggest-details-container:visible').waitFor();
  },

  async hover(workbench) {
    const { page, textEditor } = workbench;
    await workbench.open(file);
    await hint(workbench, 'LR 16').waitFor();
    await textEditor.goToEndOfLine(14);
    await textEditor.press('Home', 'Control+K', 'Control+I');
    const hover = page.locator('.monaco-hover:visible', { hasText: 'Default' });
    await hover.waitFor();
    // It fades in.
    await hover.evaluate((element) =>
      Promise.all(element.getAnimations({ subtree: true }).map(({ finished }) => finished)),
    );
  },

  async 'quick-fix'(workbench) {
    const { page, textEditor } = workbench;
    await workbench.open(file);
    await hint(workbench, 'LR 16').waitFor();
    await textEditor.goToEndOfLine(15);
    await textEditor.press('Enter');
    await textEditor.type('sched_gama: 2');
    await textEditor.press('Escape');
    await textEditor.problems('error').first().waitFor();
    await workbench.run('Problems: Focus on Problems View');
    await page.locator('.markers-panel .monaco-list-row').first().waitFor();
    await textEditor.focus();
    await textEditor.goToEndOfLine(16);
    await textEditor.press('Home', 'ArrowRight');
    await textEditor.showFixes('sched_gamma');
  },

  async runs(workbench) {
    await workbench.open(file);
    await workbench.showViews('ESRGAN');
    await expandFirstRun(workbench);
    await workbench
      .treeRow(/bsds500/i)
      .first()
      .waitFor();
    await workbench.textEditor.focus();
  },

  async 'run-panel'(workbench) {
    await workbench.showViews('ESRGAN');
    await resizeSideBar(workbench, 300);
    await workbench.run('ESRGAN: Open Run');
    await workbench.choice('first-run').click();
    const panel = new RunPanel(workbench);
    await panel.page.getByRole('radio', { name: 'marble_10_3' }).click();
    await panel.page.locator('image-pane canvas').first().waitFor();
    await panel.chart('Content loss').locator('canvas').first().waitFor();
  },

  async 'compare-table'(workbench) {
    await openComparison(workbench, 'Table');
    await workbench.webview.locator('comparison-grid tbody tr').nth(8).waitFor();
  },

  async 'compare-curves'(workbench) {
    await openComparison(workbench, 'Curves');
    await workbench.webview.getByText('loading earlier points').waitFor({ state: 'hidden' });
    await workbench.webview.locator('line-chart canvas').nth(3).waitFor();
  },

  async 'compare-images'(workbench) {
    await openComparison(workbench, 'Images');
    const panel = new ComparePanel(workbench);
    const images = panel.panel('Images');
    await images.getByRole('radio', { name: 'Test images' }).click();
    await images.getByRole('combobox', { name: 'test set' }).selectOption({ label: testSet });
    await images.getByRole('combobox', { name: 'image' }).selectOption({ label: testImage });
    const panes = images.locator('figure image-pane');
    // Two models of each run, bicubic and HR.
    await panes.nth(2 * compared.length + 1).waitFor();
    for (const pane of await panes.all()) await drawn(panel, pane);
  },

  async 'compare-config'(workbench) {
    await openComparison(workbench, 'Config');
    await workbench.webview.locator('config-tab tbody tr').first().waitFor();
  },

  async 'compare-checkpoints'(workbench) {
    await openComparison(workbench, 'Checkpoints');
    await workbench.webview.locator('checkpoints-tab tbody tr').first().waitFor();
    await workbench.webview.locator('interpolation-view select').selectOption({ label: testImage });
    const pane = workbench.webview.locator('interpolation-view image-pane').first();
    const wipe = pane.getByRole('slider', { name: 'Wipe' });
    // Then only the interpolated image is visible.
    await wipe.fill('100');
    await drawn(new ComparePanel(workbench), pane);
    await wipe.fill('75');
  },

  async models(workbench) {
    await workbench.chooseFromMenu(workbench.file(imageName), 'Upscale With…');
    await workbench.choice('Photo x4').waitFor();
  },

  async upscaled(workbench) {
    rmSync(join(folder, imageName.replace('.png', '_x4.png')), { force: true });
    await workbench.chooseFromMenu(workbench.file(imageName), 'Upscale With…');
    await workbench.choice('Photo x4').first().click();
    await workbench.choice('Start').click();
    await workbench.webview.locator('before-after-view image-pane canvas').first().waitFor();
  },

  async preview(workbench) {
    await workbench.chooseFromMenu(workbench.file(imageName), 'Preview Upscaling…');
    const view = workbench.webview.locator('preview-view');
    await view.locator('li[aria-busy=false] image-pane canvas').nth(1).waitFor();
    await view.locator('.status [role=status]').filter({ hasText: /^$/ }).waitFor({ state: 'attached' });
  },

  async weights(workbench) {
    await closeSideBar(workbench);
    await workbench.run('Go to File...');
    await workbench.page.keyboard.type(`${compared[0]}/checkpoints/training-00000160/generator.safetensors`);
    await workbench.choice('training-00000160').first().click();
    await workbench.webview.locator('weights-view').getByText('ESRGAN generator').waitFor();
  },

  async walkthrough(workbench) {
    await closeSideBar(workbench);
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.choice('Train Super-Resolution').click();
    await workbench.page.locator('.getting-started-step').first().waitFor();
  },
};

const chosen = chooseImages(process.argv.slice(3), views);

setUpVSCode();
const { folder, compared } = await prepareScreenshotWorkspace(
  join(realpathSync(tmpdir()), 'esrgan-screenshots', 'satellite'),
);
const editor = await startEditor();
try {
  await train(editor);
  await takeImages(editor, chosen, { folder, size, settings });
} finally {
  await editor.stop();
  endTrainers(join(folder, 'runs'));
}

/** Trains until there are curves and samples, then pauses, so that all screenshots show the same state. */
async function train(started: StartedEditor): Promise<void> {
  writeSettings(folder, settings);
  const workbench = await Workbench.open(started, { folder });
  await workbench.open(file);
  await workbench.textEditor.lens('Start Pretraining').click();
  const panel = new RunPanel(workbench);
  await panel.button('pause').waitFor();
  const samples = panel.page.getByRole('slider', { name: 'Sample step' });
  for (let count = 0; count < samplesWanted; ) {
    await samples.waitFor({ timeout: 600_000 });
    count = 1 + Number(await samples.getAttribute('max'));
    await workbench.page.waitForTimeout(500);
  }
  await panel.button('pause').click();
  await panel.button('resume').waitFor();
  await workbench.close();
}

/** An inlay hint of the visible text editor. */
function hint({ textEditor }: Workbench, text: string) {
  return textEditor.element.locator('.view-line span', { hasText: text }).last();
}

async function expandFirstRun(workbench: Workbench): Promise<void> {
  const row = workbench.treeRow(/first-run/).first();
  if ((await row.getAttribute('aria-expanded')) === 'true') return;
  await row.locator('.monaco-tl-twistie').click();
  await workbench.treeRow(/Checkpoints/).waitFor();
}

async function closeSideBar(workbench: Workbench): Promise<void> {
  await workbench.run('View: Close Primary Side Bar');
  await workbench.page.locator('.sidebar').waitFor({ state: 'hidden' });
}

/** Waits until an image is drawn. */
async function drawn(panel: ComparePanel, pane: Locator): Promise<void> {
  while ((await panel.colors(pane)) < 500) await pane.page().waitForTimeout(200);
}

/** Compares the four runs, with the side bar closed. */
async function openComparison(workbench: Workbench, tab: string): Promise<void> {
  const { page, webview } = workbench;
  await closeSideBar(workbench);
  await workbench.run('ESRGAN: Compare Runs…');
  for (const name of compared) {
    const row = workbench.choice(name).first();
    if ((await row.getByRole('checkbox').getAttribute('aria-checked')) !== 'true') await row.click();
  }
  await page.keyboard.press('Enter');
  await webview.getByRole('tab', { name: tab }).click();
}

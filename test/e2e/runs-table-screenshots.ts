// `npm run screenshots:table`: takes screenshots of the table of a thousand generated runs into docs/images. Arguments: names
// of views and of themes (none: all).
import { makeSweep } from '../../bench/make-runs.ts';
import { setUpVSCode } from '../../scripts/setup-vscode.mjs';
import { startEditor } from './editor.ts';
import { chooseImages, takeImages, type Views } from './take-images.ts';
import type { Workbench } from './workbench.ts';
import { createWorkspace } from './workspace.ts';

const views: Views = {
  async 'runs-table'(workbench) {
    await openTable(workbench, 'Table');
    const { webview, page } = workbench;
    await webview.locator('table-grid').evaluate((grid) => grid.scrollTo(500, 0));
    await webview.locator(`[role='columnheader'][data-key='best.psnr'] .text`).click();
    await webview.getByRole('rowheader').nth(1).click();
    for (let row = 0; row < 3; row++) await page.keyboard.press('Shift+ArrowDown');
    await webview.getByText('4 selected').waitFor();
  },

  async 'runs-table-parallel'(workbench) {
    await openTable(workbench, 'Parallel Coordinates');
    await workbench.webview.locator('parallel-tab .plot path').first().waitFor();
  },

  async 'runs-table-scatter'(workbench) {
    await openTable(workbench, 'Scatter');
    const { webview } = workbench;
    await webview.locator('scatter-tab').getByLabel('X').selectOption('pretraining.lr');
    await webview.locator('scatter-tab').getByLabel('Color').selectOption('generator.type');
    await webview.locator('scatter-tab circle').first().waitFor();
  },
};

const chosen = chooseImages(process.argv.slice(3), views);
setUpVSCode();
const workspace = await createWorkspace({});
makeSweep(workspace.path('runs'), 1000);
const settings = { 'esrgan.runsFolders': ['runs'] };
const editor = await startEditor();
try {
  await takeImages(editor, chosen, {
    folder: workspace.folder,
    size: { width: 1440, height: 900 },
    settings,
  });
} finally {
  await editor.stop();
  await workspace.remove();
}

/** Opens the table, with the columns of the sweep, at a tab; the side bar is closed. */
async function openTable(workbench: Workbench, tab: string): Promise<void> {
  await workbench.showViews('ESRGAN');
  await workbench.treeRow('run-0').first().waitFor({ timeout: 120_000 });
  await workbench.run('View: Close Primary Side Bar');
  await workbench.run('ESRGAN: Runs Table');
  const { webview } = workbench;
  await webview.getByRole('tab', { name: tab }).click();
  await webview.getByRole('combobox', { name: 'Filter' }).fill('psnr > 26.5 and generator.type != span ');
  await webview.getByText('of 1,000 runs').waitFor();
}

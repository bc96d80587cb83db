// `npm run screenshots`: pictures of every view for the README, in docs/images, from the real workbench with a real
// run, in light, dark and high contrast.
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareDemoData } from '../../scripts/demo-data.mjs';
import { type StartedEditor, startEditor } from './editor.ts';
import { RunPanel } from './run-panel.ts';
import { Workbench } from './workbench.ts';
import { endTrainers } from './workspace.ts';

const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
};
const target = 'docs/images';
const samplesWanted = 4;

const folder = join(realpathSync(mkdtempSync(join(tmpdir(), 'esrgan-pictures-'))), 'satellite');
mkdirSync(target, { recursive: true });
mkdirSync(folder);
const runFile = readFileSync('examples/workspace/first-run.esrgan.yaml', 'utf8');
writeFileSync(
  join(folder, 'first-run.esrgan.yaml'),
  runFile.replaceAll('every_steps: 250', 'every_steps: 60'),
);
await prepareDemoData(join(folder, 'data'));
const editor = await startEditor();
try {
  await train(editor);
  for (const [name, theme] of Object.entries(themes)) await takePictures(editor, name, theme);
} finally {
  await editor.stop();
  endTrainers(join(folder, 'runs'));
  rmSync(join(folder, '..'), { recursive: true });
}

/** Trains until there is something to see, and pauses, so that all pictures show the same. */
async function train(editor: StartedEditor): Promise<void> {
  chooseTheme(themes.light);
  const workbench = await Workbench.open(editor, { folder });
  await workbench.open('first-run.esrgan.yaml');
  await workbench.textEditor.lens('Start Pretraining').click();
  const panel = new RunPanel(workbench);
  const latest = panel.page
    .getByRole('slider', { name: 'Step of the samples' })
    .and(panel.page.locator(`[max="${samplesWanted - 1}"]`));
  await latest.waitFor({ timeout: 600_000 });
  await panel.button('pause').click();
  await panel.button('resume').waitFor();
  await workbench.close();
}

async function takePictures(editor: StartedEditor, name: string, theme: string): Promise<void> {
  chooseTheme(theme);
  const workbench = await Workbench.open(editor, { folder, width: 1440, height: 900 });
  const { page, textEditor } = workbench;
  const take = async (view: string) => {
    await page.mouse.move(0, 0);
    await page.screenshot({ path: join(target, `${view}-${name}.png`) });
    console.log(`${view}-${name}.png`);
  };
  await workbench.open('first-run.esrgan.yaml');
  await textEditor.lens('Resume').first().waitFor();
  await take('run-file');

  await textEditor.goToEndOfLine(14);
  await textEditor.press('Enter');
  await textEditor.complete();
  // Once more: with the explanation of the key.
  await textEditor.press('Control+Space');
  await page.locator('.suggest-details-container:visible').waitFor();
  await take('completion');
  await textEditor.press('Escape', 'Escape');
  await workbench.run('File: Revert File');

  await workbench.run('View: Close All Editors');
  await workbench.showViews('ESRGAN');
  await workbench
    .treeRow(/first-run/)
    .first()
    .click();
  await page.keyboard.press('ArrowRight');
  await workbench.treeRow(/Checkpoints/).waitFor();
  await workbench.run('ESRGAN: Open Run');
  await workbench.choice('first-run').click();
  const panel = new RunPanel(workbench);
  await panel.page.locator('image-pane canvas').first().waitFor();
  await panel.chart('Content loss').locator('canvas').first().waitFor();
  await take('run-panel');
  await workbench.close();
}

function chooseTheme(theme: string): void {
  const settings = { 'workbench.colorTheme': theme, 'window.title': 'ESRGAN Workbench' };
  mkdirSync(join(folder, '.vscode'), { recursive: true });
  writeFileSync(join(folder, '.vscode/settings.json'), JSON.stringify(settings));
}

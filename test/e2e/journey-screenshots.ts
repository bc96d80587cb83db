// `npm run screenshots:journey`: takes screenshots of the first hour into docs/images: from own images to a new run, both
// stages, the comparison with bicubic, and an upscaled image. Arguments: names of views and of themes (none: all).
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareDemoData } from '../../scripts/demo-data.mjs';
import { setUpVSCode } from '../../scripts/setup-vscode.mjs';
import { startEditor } from './editor.ts';
import { RunPanel } from './run-panel.ts';
import { chooseImages, takeImages, type Views } from './take-images.ts';
import { createWorkspace } from './workspace.ts';

/** The bundled model, made better for satellite images: its quality shows after a minute. */
const runFile = `name: earth
scale_factor: 4
batch_size: 4
datasets:
  earth: { hr: { train: photos, val: val } }
generator: { type: compact, num_feat: 64, num_conv: 16 }
discriminator: { vgg_blk_ch: [16, 16, 32, 32, 64, 64], fc_features: [20] }
perceptual_loss: false # no download
pretraining:
  init: faithful-x4.safetensors
  num_step: 400
  cr_patch_size: [64, 64]
  lr: 1.0e-4
  sched_step: 100
  train_datasets: [earth]
  val_datasets: [earth]
training:
  num_step: 120
  cr_patch_size: [64, 64]
  g_content_loss_scaling: 1
  train_datasets: [earth]
  val_datasets: [earth]
augmentation: { compression: false, dropout: false }
validation: { every_steps: 40, crop_size: [128, 128] }
samples: { every_steps: 40, count: 4, crop_size: [128, 128] }
checkpoints: { every_steps: 40, keep: 2 }
`;

const file = 'earth.esrgan.yaml';
const image = 'coast.png';

const views: Views = {
  async 'journey-1-new-run'(workbench) {
    await workbench.run('ESRGAN: New Run…');
    await workbench.choice('Overnight').waitFor();
  },

  async 'journey-2-run-file'(workbench) {
    await workbench.open('first.esrgan.yaml');
    await workbench.textEditor.lens('Start Both Stages').waitFor();
    await workbench.textEditor.goToEndOfLine(1);
  },

  async 'journey-3-finished'(workbench) {
    await workbench.showViews('ESRGAN');
    // There is one run only.
    await workbench.run('ESRGAN: Open Run');
    const panel = new RunPanel(workbench);
    await panel.button('upscale').waitFor();
    await panel.sampleDrawn();
    await panel.page.getByText('Loading earlier points').waitFor({ state: 'hidden' });
    await workbench.treeRow('div2k').waitFor();
  },

  async 'journey-4-compare'(workbench) {
    // There is one run only.
    await workbench.run('ESRGAN: Open Run');
    const panel = new RunPanel(workbench);
    await panel.button('compare').click();
    await workbench.choice('earth').first().waitFor();
    await workbench.page.keyboard.press('Enter');
    await workbench.webview.locator('comparison-grid tbody tr').nth(3).waitFor();
  },

  async 'journey-5-upscaled'(workbench) {
    rmSync(workspace.path('coast_x4.png'), { force: true });
    await workbench.chooseFromMenu(workbench.file(image), 'Upscale With…');
    await workbench.choice('earth · training').first().click();
    await workbench.choice('Start').click();
    await workbench.webview.locator('before-after-view image-pane canvas').first().waitFor();
  },
};

const chosen = chooseImages(process.argv.slice(3), views);
setUpVSCode();
const workspace = await createWorkspace({
  [file]: runFile,
  'first.esrgan.yaml': runFile.replace('earth\n', 'first\n'),
});
const data = workspace.path('data');
for (const name of ['train', 'val']) rmSync(workspace.path(name), { recursive: true });
const { test } = await prepareDemoData(data);
renameSync(join(data, 'train'), workspace.path('photos'));
renameSync(join(data, 'val'), workspace.path('val'));
const [first = ''] = readdirSync(test.folder.concat('/LR_x4'));
copyFileSync(join(test.folder, 'LR_x4', first), workspace.path(image));
copyFileSync('media/models/faithful-x4.safetensors', workspace.path('faithful-x4.safetensors'));
mkdirSync(workspace.path('runs'));
esrgan('train', file, '--stage', 'all');
esrgan('compare', 'runs/earth', '--data', `earth=${test.folder}`);
const editor = await startEditor();
try {
  const settings = { 'files.exclude': { '.vscode': true, data: true } };
  await takeImages(editor, chosen, {
    folder: workspace.folder,
    size: { width: 1440, height: 900 },
    settings,
  });
} finally {
  await editor.stop();
  await workspace.remove();
}

function esrgan(...args: readonly string[]): void {
  const command = join(process.cwd(), 'dist/esrgan.js');
  execFileSync(process.execPath, [command, ...args], { cwd: workspace.folder, stdio: 'inherit' });
}

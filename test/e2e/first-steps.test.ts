import { rmSync } from 'node:fs';
import { expect, test } from 'vitest';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const desk = useWorkbench({
  'first.esrgan.yaml': tinyRunFile(100),
  'photos.esrgan.yaml': [
    'batch_size: 4',
    'datasets:',
    '  photos:',
    '    hr:',
    '      train: photos/train',
    '      val: photos/val',
    'pretraining: { num_step: 9, cr_patch_size: [64, 64], train_datasets: [photos], val_datasets: [photos] }',
    'training: { num_step: 9, cr_patch_size: [64, 64], train_datasets: [photos], val_datasets: [photos] }',
    'perceptual_loss: false',
    '',
  ].join('\n'),
  'needs.esrgan.yaml': 'pretraining:\n  val_datasets: []\n  train_datasets:\n    - set5\n',
});

test('the walkthrough opens, and its steps open what they describe', async () => {
  const { workbench } = desk;
  const { page } = workbench;
  const step = (title: string) => page.locator('.getting-started-step', { hasText: title });
  const follow = async (title: string, button: string) => {
    await workbench.run('Welcome: Open Walkthrough');
    await workbench.choice('Train Super-Resolution').first().waitFor();
    await workbench.answer(/walkthrough/i, 'Train Super-Resolution');
    await step(title).click();
    await page.locator('.getting-started-step.expanded').getByRole('button', { name: button }).click();
  };

  await follow('Create a Run', 'New Run…');
  await workbench.choice('15 minutes').waitFor();
  await page.keyboard.press('Escape');
  await expect(page.locator('.getting-started-step').count()).resolves.toBe(6);

  await follow('Pretrain the Generator', 'Start Pretraining');
  await workbench.choice('first.esrgan.yaml').waitFor();
  await page.keyboard.press('Escape');

  await follow('Train With a Discriminator', 'Start Training');
  await workbench.choice('first.esrgan.yaml').waitFor();
  await page.keyboard.press('Escape');

  const cut = page.locator('.getting-started-step .step-title, .getting-started .category-title');
  for (const title of await cut.all())
    expect(await title.evaluate((each) => each.scrollWidth <= each.clientWidth + 1)).toBe(true);
});

test('the engines of this machine are a document', async () => {
  const { workbench } = desk;
  await workbench.run('ESRGAN: Check Engines');
  await workbench.page.getByRole('tab', { name: 'Engines.txt' }).waitFor();
  await workbench.textEditor.line('“engine: auto” selects').waitFor();
});

test('Data & Weights shows what is missing and how to download it', async () => {
  const { workbench } = desk;
  await workbench.run('ESRGAN: Focus on Data & Weights View');
  const row = workbench.treeRow(/div2k.*not downloaded · [\d.]+ GB/);
  await row.waitFor();
  await row.hover();
  await row.getByRole('button', { name: 'Download Data or Weights…' }).waitFor();
  // Rows that are scrolled out of the view do not exist.
  await row.click();
  await workbench.page.keyboard.press('End');
  await workbench.treeRow(/vgg19.* MB/).waitFor();
  await workbench.run('ESRGAN: Download Data or Weights…');
  await workbench.choice('div2k').first().waitFor();
  await workbench.choice('set5').first().click();
  const explained = workbench.toast('set5 has no stable download URL');
  await explained.getByRole('button', { name: 'Choose Folder…' }).waitFor();
});

test('it shows the images and models of the workspace, and adds a test set', async () => {
  const { workbench, workspace } = desk;
  const { page } = workbench;
  await workbench.run('Notifications: Clear All Notifications');
  await workbench.treeRow(/vgg19/).click();
  await page.keyboard.press('End');
  await workbench
    .treeRow(/×4 · [\d.]+ MB · bundled/)
    .first()
    .waitFor();
  await page.keyboard.press('Home');
  await workbench.treeRow(/waves.*6 to train, 2 to validate · [\d.]+ kB/).waitFor();
  await workbench.run('ESRGAN: Add Images or a Model…');
  await workbench.choice('Test Set…').click();
  // The dialog lists the workspace, then the chosen folder.
  await workbench.choice('val').click();
  await expect.poll(() => workbench.input.inputValue()).toBe(workspace.path('val/'));
  await page.locator('.quick-input-widget').getByRole('button', { name: 'Add' }).click();
  await workbench.run('ESRGAN: Focus on Data & Weights View');
  await page.keyboard.press('Home');
  await workbench.treeRow(/val.*2 images · [\d.]+ kB/).waitFor();
  expect(JSON.parse(workspace.read('.vscode/settings.json'))).toMatchObject({
    'esrgan.testSetFolders': ['val'],
  });
});

test('it follows the run files of the workspace', async () => {
  const { workbench, workspace } = desk;
  const text = (name: string) => `datasets: { ${name}: { hr: { train: train, val: val } } }\n`;
  await workbench.run('ESRGAN: Focus on Data & Weights View');
  // A view that is redrawn shows the row that has the focus.
  await workbench.page.keyboard.press('Home');
  await workbench.treeRow(/waves.*6 to train, 2 to validate/).waitFor();
  workspace.write('holiday.esrgan.yaml', text('holiday'));
  await workbench.treeRow(/holiday.*6 to train, 2 to validate/).waitFor();
  workspace.write('holiday.esrgan.yaml', text('hiking'));
  await workbench.treeRow(/hiking.*6 to train, 2 to validate/).waitFor();
  rmSync(workspace.path('holiday.esrgan.yaml'));
  await workbench.treeRow(/hiking/).waitFor({ state: 'detached' });
});

test('a missing data set is downloaded from a run file that names it', async () => {
  const { workbench } = desk;
  await workbench.run('Notifications: Clear All Notifications');
  await workbench.showViews('Explorer');
  await workbench.open('needs.esrgan.yaml');
  await workbench.textEditor.problems('error').first().waitFor();
  await workbench.textEditor.goToEndOfLine(4);
  await workbench.textEditor.fix('Download “set5”…');
  await workbench.toast('set5 has no stable download URL').waitFor();
});

test('a missing folder is one problem at its path, and the sample images replace it', async () => {
  const { workbench, workspace } = desk;
  const { textEditor } = workbench;
  // The hover of the last file covers the next one.
  await workbench.page.mouse.move(700, 400);
  await workbench.open('photos.esrgan.yaml');
  await textEditor.problems('error').first().waitFor();
  await expect(textEditor.problems('error').count()).resolves.toBe(1);
  await workbench.run('ESRGAN: Start Pretraining');
  const toast = workbench.toast('photos.esrgan.yaml, line 5');
  await toast.getByRole('button', { name: 'Show Problems' }).waitFor();
  await workbench.run('Notifications: Clear All Notifications');
  await textEditor.focus();
  await textEditor.goToEndOfLine(5);
  await textEditor.fix('Use the Sample Images');
  await textEditor.line('sample-images/@(').waitFor();
  await textEditor.problems('error').first().waitFor({ state: 'detached' });
  expect(workspace.read('sample-images/README.md')).toContain('public domain');
});

test('without runs, the palette has no commands for runs', async () => {
  const { workbench } = desk;
  await workbench.page.keyboard.press('F1');
  await workbench.input.fill('>ESRGAN: ');
  await workbench.choice('ESRGAN: New Run…').waitFor();
  const offered = await workbench.choice('ESRGAN: ').allTextContents();
  expect(offered.filter((each) => /Pause|Stop|Resume|Queue|Checkpoint|Delete/.test(each))).toEqual([]);
  // The list only has the rows that are in view.
  await workbench.input.fill('>ESRGAN: Log');
  await workbench.choice('Check Engines').waitFor({ state: 'detached' });
  await workbench.choice('Show Server Log').waitFor();
  await expect(workbench.choice(/ESRGAN: .*Log/).count()).resolves.toBe(1);
  await workbench.page.keyboard.press('Escape');
});

import { expect, test } from 'vitest';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const file = 'write.esrgan.yaml';
const desk = useWorkbench({ [file]: tinyRunFile(100) });

test('a key is completed while typing, and its value chosen from a list', async () => {
  const { workbench, workspace } = desk;
  const { textEditor } = workbench;
  await workbench.open(file);
  await textEditor.lens('Start Pretraining').waitFor();
  await textEditor.press('Control+End');
  await textEditor.type('content');
  await textEditor.completions.filter({ hasText: 'content_loss' }).waitFor();
  await textEditor.press('Escape');
  await textEditor.type('_loss: { loss_f: ');
  await (await textEditor.complete()).filter({ hasText: 'l2' }).first().click();
  await textEditor.line('content_loss: { loss_f: l2').waitFor();
  await textEditor.save();
  await expect.poll(() => workspace.read(file)).toContain('content_loss: { loss_f: l2}');
});

test('a wrong key is underlined and fixed with one keystroke', async () => {
  const { workbench, workspace } = desk;
  const { textEditor } = workbench;
  await expect.poll(() => textEditor.problems('error').count()).toBe(0);
  await textEditor.press('Control+End', 'Enter');
  await textEditor.type('sead: 4');
  await textEditor.press('Escape');
  await textEditor.problems('error').first().waitFor();
  await textEditor.press('Home');
  await textEditor.fix('seed');
  await textEditor.line('seed: 4').waitFor();
  await textEditor.save();
  await expect.poll(() => workspace.read(file)).toContain('\nseed: 4');
});

test('an impossible value is fixed to the nearest possible one', async () => {
  const { textEditor } = desk.workbench;
  await textEditor.goToEndOfLine(3);
  await textEditor.type('000');
  await textEditor.press('Escape');
  await textEditor.line('batch_size: 2000').waitFor();
  await textEditor.problems('error').first().waitFor();
  await textEditor.fix('1024');
  await textEditor.line('batch_size: 1024').waitFor();
});

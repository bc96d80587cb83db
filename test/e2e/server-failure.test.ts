import { expect, inject, test } from 'vitest';
import { findProcess } from './processes.ts';
import { useWorkbench } from './use-workbench.ts';
import { tinyRunFile } from './workspace.ts';

const desk = useWorkbench({ 'any.esrgan.yaml': tinyRunFile(100) });
const patience = { timeout: 40_000 };
const serverId = () => findProcess(inject('editor').pid, /server\.js/);

test('a server that crashes repeatedly is reported once, with a button to its log', async () => {
  const { workbench } = desk;
  await workbench.open('any.esrgan.yaml');
  await workbench.textEditor.lens('Start Pretraining').waitFor();
  const killed = new Set<number>();
  while (killed.size < 5) {
    await expect.poll(() => !killed.has(serverId()), patience).toBe(true);
    const server = serverId();
    killed.add(server);
    process.kill(server, 'SIGKILL');
  }
  const message = workbench.toast('The ESRGAN server crashed 5 times in three minutes.');
  await message.waitFor();
  await message.getByRole('button', { name: 'Show Log' }).click();
  const channel = workbench.page.locator('.part.panel').getByRole('combobox');
  await expect.poll(() => channel.inputValue(), patience).toBe('ESRGAN');
  expect(serverId).toThrow(/No process/);
});

test('it starts again on command', async () => {
  const { workbench } = desk;
  const { textEditor } = workbench;
  await workbench.run('ESRGAN: Restart Server');
  await expect.poll(serverId, patience).toBeGreaterThan(0);
  await textEditor.lens('Start Pretraining').waitFor();
  await textEditor.focus();
  await textEditor.press('Control+End');
  await textEditor.type('see');
  await (await textEditor.complete()).filter({ hasText: 'seed' }).waitFor();
});
